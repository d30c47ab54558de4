"""What all tests share: both databases, keys in a temporary folder, and no network but loopback."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from govern.keys import ring
from tests.support.databases import postgresql_programs

pytest_plugins = ["tests.support.databases", "tests.support.houses"]


def pytest_report_header() -> list[str]:
    """Which servers the tests run on, and in one line what is missing here."""
    programs = {
        "PostgreSQL": postgresql_programs() is not None,
        "redis-server": shutil.which("redis-server") is not None,
        "Chromium": shutil.which("chromium") is not None,
        "pdfsig": shutil.which("pdfsig") is not None,
    }
    missing = [name for name, is_there in programs.items() if not is_there]
    said = "servers: SQLite, embedded Valkey" + "".join(f", {name}" for name, there in programs.items() if there)
    return [said, *([f"missing here, their tests are skipped: {', '.join(missing)}"] if missing else [])]


@pytest.fixture
def keys(tmp_path: Path) -> ring.Ring:
    """A ring of fresh keys, bound to this process."""
    folder = tmp_path / "keys"
    ring.make_keys(folder)
    return ring.bind(folder)


@pytest.fixture(autouse=True)
def _no_network_but_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that reaches outward fails: everything a test needs is on this machine."""
    connect = socket.socket.connect

    def connect_to_loopback(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            assert host in ("localhost", "::1") or host.startswith("127."), f"a test connects to {host}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_to_loopback)
    yield
