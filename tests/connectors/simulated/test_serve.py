"""The agencies start together, come back when one dies, and leave nothing running."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.simulated import serve

ROOT = Path(serve.__file__).resolve().parents[2]
IMPATIENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "connectors.simulated.serve", sys.argv[1]])
print(child.pid, flush=True)
time.sleep(60)
"""


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return true()


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def children_of(parent: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True).stdout
    return [int(line) for line in found.split()]


def runs(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_preparing_twice_gives_the_same_credentials_and_files(tmp_path: Path) -> None:
    first = serve.prepare(tmp_path)
    seen = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert serve.prepare(tmp_path) == first
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == seen
    secrets = ("credentials.json", "journal.key", "https_server.pem", "sftp_host_key")
    assert all((tmp_path / name).stat().st_mode & 0o077 == 0 for name in secrets)


def test_all_start_within_seconds_and_are_gone_within_one(tmp_path: Path) -> None:
    began = time.monotonic()
    running = serve.start(tmp_path)
    assert time.monotonic() - began < 10  # about one second on an idle machine
    assert set(running.addresses) == {"soap", "https", "sftp", "time_stamp"}
    assert all(listens(port) for port in running.addresses.values())
    children = children_of(running.process.pid)
    assert len(children) == 4
    began = time.monotonic()
    running.stop()
    assert time.monotonic() - began < 1
    assert running.process.returncode == 0
    assert not any(runs(child) for child in children)
    assert not any(listens(port) for port in running.addresses.values())
    assert not (tmp_path / "addresses.json").exists()


def test_a_port_can_be_chosen(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    running = serve.start(tmp_path, {"soap": port})
    try:
        assert running.addresses["soap"] == port
        assert json.loads((tmp_path / "addresses.json").read_text()) == running.addresses
    finally:
        running.stop()


def test_a_server_that_dies_is_started_again_on_its_port(tmp_path: Path) -> None:
    running = serve.start(tmp_path)
    try:
        children = children_of(running.process.pid)
        for child in children:
            os.kill(child, signal.SIGKILL)
        assert wait_until(lambda: len(set(children_of(running.process.pid)) - set(children)) == 4)
        assert all(listens(port) for port in running.addresses.values())
    finally:
        running.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal at a parent's death is Linux's")
def test_they_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", IMPATIENT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    started = int(parent.stdout.readline())
    assert wait_until((tmp_path / "addresses.json").exists)
    children = children_of(started)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: not runs(started) and not any(runs(child) for child in children), 5)


def test_wrong_use_says_how_it_is_used() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "connectors.simulated.serve"], cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode != 0
    assert "usage" in told.stderr
