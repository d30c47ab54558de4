"""What all tests share: both databases, keys in a temporary folder, and no network but loopback."""

import socket
from pathlib import Path
from typing import Any

import pytest

from govern.keys import ring
from tests.support import programs, sparing

sparing.spare()
pytest_plugins = ["tests.support.databases", "tests.support.houses", "tests.support.nights"]


def pytest_collection_finish() -> None:
    """Modules and tests stay as long as the process does: nobody looks through them for what is gone."""
    sparing.collect_seldom()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """In one line: which servers the tests ran on, and what is missing here."""
    terminalreporter.write_line(programs.said())


@pytest.fixture
def keys(tmp_path: Path) -> ring.Ring:
    """A ring of fresh keys, bound to this process."""
    folder = tmp_path / "keys"
    ring.make_keys(folder)
    return ring.bind(folder)


@pytest.fixture(autouse=True)
def _no_network_but_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches outward fails: everything a test needs is on this machine."""
    connect = socket.socket.connect

    def connect_to_loopback(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            assert host in ("localhost", "::1") or host.startswith("127."), f"a test connects to {host}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_to_loopback)
