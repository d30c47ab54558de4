"""The two embedded servers: private, attached to by all, stopped by the last, and the answers' keep nothing."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway

from govern.core.errors import WrongSetting
from govern.queue import embedded
from govern.queue.broker import connect
from tests.support.prepared import ROOT
from tests.support.queues import is_running, until

STARTER = """
import sys
from pathlib import Path
from govern.queue import embedded
embedded.start(Path(sys.argv[1]))
print("started", flush=True)
sys.stdin.read()
"""


def client(folder: Path, name: str = "queue") -> Redis:
    return connect(embedded.queue_address(folder) if name == "queue" else embedded.answers_address(folder))


def answers(folder: Path) -> bool:
    """Whether the queue's server takes a connection."""
    try:
        return bool(client(folder).ping())
    except RedisAway:
        return False


def process_of(folder: Path, name: str = "queue") -> int:
    return int(client(folder, name).info("server")["process_id"])


def test_both_answer_and_are_stopped_at_the_end(tmp_path: Path) -> None:
    with embedded.start(tmp_path):
        pids = [process_of(tmp_path, name) for name in embedded.SERVERS]
        assert all(is_running(pid) for pid in pids)
    assert not any(is_running(pid) for pid in pids)


def test_they_listen_on_no_port_and_to_nobody_else(tmp_path: Path) -> None:
    with embedded.start(tmp_path):
        folder = tmp_path / "redis"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for name in embedded.SERVERS:
            assert client(tmp_path, name).config_get("port") == {"port": "0"}
            assert stat.S_IMODE((folder / f"{name}.sock").stat().st_mode) == 0o700


def test_the_queue_survives_a_restart_and_the_answers_do_not(tmp_path: Path) -> None:
    with embedded.start(tmp_path):
        for name in embedded.SERVERS:
            client(tmp_path, name).set("key", "value that must not land")
    landed = [path for path in (tmp_path / "redis").rglob("*") if path.is_file() and b"must not" in path.read_bytes()]
    assert {path.relative_to(tmp_path / "redis").parts[0] for path in landed} == {"queue"}
    with embedded.start(tmp_path):
        assert client(tmp_path, "queue").get("key") == b"value that must not land"
        assert client(tmp_path, "answers").get("key") is None


def test_neither_throws_anything_out_when_memory_is_full(tmp_path: Path) -> None:
    with embedded.start(tmp_path):
        for name in embedded.SERVERS:
            assert client(tmp_path, name).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_second_start_attaches_and_the_last_to_leave_stops_them(tmp_path: Path) -> None:
    first = embedded.start(tmp_path)
    pid = process_of(tmp_path)
    second = embedded.start(tmp_path)
    assert process_of(tmp_path) == pid
    first.stop()
    first.stop()
    assert process_of(tmp_path) == pid
    second.stop()
    assert not is_running(pid)


def test_servers_left_by_a_killed_process_are_used_and_stopped_by_the_next(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert starter.stdout is not None
    assert starter.stdout.readline() == b"started\n"
    pid = process_of(tmp_path)
    starter.kill()
    starter.communicate()
    assert is_running(pid)
    with embedded.start(tmp_path):
        assert process_of(tmp_path) == pid
    until(lambda: not is_running(pid), "the server has ended")


def test_a_process_that_forgets_to_stop_them_leaves_none_behind(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert starter.stdout is not None
    assert starter.stdout.readline() == b"started\n"
    pid = process_of(tmp_path)
    starter.communicate(b"")
    assert starter.returncode == 0
    assert not is_running(pid)


def test_a_killed_server_is_started_again_and_its_queue_is_there(tmp_path: Path) -> None:
    with embedded.start(tmp_path):
        client(tmp_path).rpush("list", "kept")
        client(tmp_path).execute_command("WAITAOF", 1, 0, 5000)
        pid = process_of(tmp_path)
        os.kill(pid, signal.SIGKILL)
        until(lambda: not is_running(pid) and not answers(tmp_path), "the server is dead, with its last thread")
        with embedded.start(tmp_path):
            assert client(tmp_path).lrange("list", 0, -1) == [b"kept"]


def test_a_data_folder_with_a_long_path_works_too(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    with embedded.start(folder):
        assert client(folder).ping()
        address = embedded.queue_address(folder)
        assert len(address) < 108
        assert list((folder / "redis" / "queue").iterdir()) != []  # what is kept, is kept in the data folder
    assert not Path(address.removeprefix("unix://")).parent.exists()


def test_a_folder_that_somebody_else_prepared_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "redis").symlink_to(elsewhere)
    with pytest.raises(WrongSetting):
        embedded.start(tmp_path)


def test_a_server_that_cannot_start_is_named(tmp_path: Path) -> None:
    (tmp_path / "redis" / "queue").mkdir(parents=True)
    (tmp_path / "redis" / "queue" / "appendonlydir").write_text("not a folder")
    with pytest.raises(WrongSetting) as wrong:
        embedded.start(tmp_path)
    assert "queue" in wrong.value.wording.en
    assert list((tmp_path / "redis").glob("*.sock")) == []
