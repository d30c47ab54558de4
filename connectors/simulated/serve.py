"""Start the simulated agencies: one process for each protocol, all of which end with the one that started them.

The sockets are opened first and the registers built, then each server is forked, so that all share one copy of the town and
take calls from the first moment. A server that dies is started again on its socket. `python -m connectors.simulated.serve
FOLDER` does it from a shell; `faults` makes an agency slow, wrong or dead.
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from connectors.simulated import accounts, https_server, journal, registers, sftp_server, soap_server, time_stamp, wsdl
from connectors.simulated.http_server import LOOPBACK

ADDRESSES: Final = "addresses.json"
SERVERS: Final[Mapping[str, Callable[[Path, socket.socket], None]]] = {
    "soap": soap_server.serve,
    "https": https_server.serve,
    "sftp": sftp_server.serve,
}
TIME_STAMP: Final = "time_stamp"  # which opens its own socket
_ROOT: Final = Path(__file__).resolve().parents[2]
_BACKLOG: Final = 128
_RESTARTS: Final = 10
_PR_SET_PDEATHSIG: Final = 1
_ENDING: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


def prepare(folder: Path) -> dict[str, dict[str, str]]:
    """Make keys, certificates, accounts and WSDL files where they are missing; returns the credentials by reference.

    The same folder gives the same credentials every time. They are for `keys/credentials.json`.
    """
    folder = folder.resolve()
    credentials = accounts.prepare(folder)
    journal.prepare(folder)
    time_stamp.prepare(folder)
    wsdl.write(folder)
    return credentials


def main(folder: Path, ports: Mapping[str, int] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or the end of the starting process; returns the exit code.

    `ports` names the port of a server (`soap`, `https`, `sftp`, `time_stamp`); 0 or absent takes a free one. When all
    listen, their ports stand in `addresses.json`. To be called in the main thread of a process of its own: it forks.
    """
    _end_with_parent(signal.SIGTERM)
    folder = folder.resolve()
    prepare(folder)
    (folder / ADDRESSES).unlink(missing_ok=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, {*_ENDING, signal.SIGCHLD})
    registers.prepare()
    family = _Family(_opened(folder, ports or {}))
    try:
        family.start()
        _write_addresses(folder, {name: server.port for name, server in family.servers.items()})
        return family.watch()
    finally:
        family.stop()
        (folder / ADDRESSES).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Server:
    """A server that listens already: its port, its socket, and what answers on it until the process ends."""

    port: int
    socket: socket.socket
    run: Callable[[], None]


def _opened(folder: Path, ports: Mapping[str, int]) -> dict[str, _Server]:
    servers: dict[str, _Server] = {}
    for name, serve_on in SERVERS.items():
        listening = socket.create_server((LOOPBACK, ports.get(name, 0)), backlog=_BACKLOG)
        servers[name] = _Server(listening.getsockname()[1], listening, partial(serve_on, folder, listening))
    stamps = time_stamp.server(folder, ports.get(TIME_STAMP, 0))
    servers[TIME_STAMP] = _Server(stamps.server_port, stamps.socket, stamps.serve_forever)
    return servers


@dataclass(slots=True)
class _Family:
    """The servers' processes, by process id."""

    servers: Mapping[str, _Server]
    children: dict[int, str] = field(default_factory=dict)
    deaths: int = 0

    def start(self) -> None:
        for name in self.servers:
            self._fork(name)

    def watch(self) -> int:
        """Start again what dies until told to end; 1 when too much died."""
        while True:
            told = signal.sigwait({*_ENDING, signal.SIGCHLD})
            if told != signal.SIGCHLD:
                return 0
            for name in self._buried():
                self.deaths += 1
                if self.deaths > _RESTARTS:
                    return 1
                self._fork(name)

    def stop(self) -> None:
        """End all servers now: none of them holds anything that would be lost."""
        for child in self.children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        for child in self.children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)
        self.children.clear()

    def _fork(self, name: str) -> None:
        parent = os.getpid()
        child = os.fork()
        if child:
            self.children[child] = name
            return
        try:  # in the child: nothing below returns
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {*_ENDING, signal.SIGCHLD})
            _end_with_parent(signal.SIGKILL, parent)
            for other, server in self.servers.items():
                if other != name:
                    server.socket.close()
            self.servers[name].run()
        finally:
            os._exit(1)

    def _buried(self) -> list[str]:
        names: list[str] = []
        for child in list(self.children):
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(child, os.WNOHANG)[0] == 0:
                    continue
            names.append(self.children.pop(child))
        return names


def _end_with_parent(told: signal.Signals, parent: int | None = None) -> None:
    """Have the kernel send a signal to this process when the thread that started it ends (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, int(told), 0, 0, 0)
        if parent is not None and os.getppid() != parent:
            os._exit(1)


_libc: Final = ctypes.CDLL(None)


def _write_addresses(folder: Path, ports: Mapping[str, int]) -> None:
    part = folder / f"{ADDRESSES}.part"
    part.write_text(json.dumps(ports), "utf-8")
    os.replace(part, folder / ADDRESSES)


@dataclass(slots=True)
class Running:
    """Simulated agencies that run as a process of their own."""

    folder: Path
    addresses: Mapping[str, int]
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End them and wait until they are gone."""
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(folder: Path, ports: Mapping[str, int] | None = None, *, seconds: float = 20.0) -> Running:
    """Run the agencies in a process of its own and return when all listen; `RuntimeError` when they do not in time.

    They end with the thread that calls this, as the kernel counts it: call it from one that lives on.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ADDRESSES).unlink(missing_ok=True)
    command = [sys.executable, "-m", "connectors.simulated.serve", str(folder), json.dumps(dict(ports or {}))]
    process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL)
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        if (folder / ADDRESSES).exists():
            return Running(folder, json.loads((folder / ADDRESSES).read_text("utf-8")), process)
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise RuntimeError("the simulated agencies did not start")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python -m connectors.simulated.serve FOLDER [PORTS AS JSON]")
    sys.exit(main(Path(sys.argv[1]), json.loads(sys.argv[2]) if len(sys.argv) == 3 else None))
