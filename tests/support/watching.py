"""A demonstration under observation: started in a process of its own, watched from outside, and searched for canaries.

Whatever it lays down anywhere, however shortly, is kept: processes' titles, environments and open files, temporary files, both
Valkey servers' memory and every command that they get. One demonstration serves all tests of a run: `the_demonstration`.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import pytest
from redis import Redis
from redis.exceptions import RedisError

from govern.queue import embedded
from tests.support import canaries
from tests.support.canary_postgresql import SearchedServer
from tests.support.canary_scanner import Found, Scanner, all_of, family, process_contents, valkey_contents

ROOT: Final = Path(__file__).parent.parent.parent
LOOK_EVERY_S: Final = 0.8
SERVERS: Final = ("queue", "answers")
_READING: Final = tuple(
    f'"{name}"'.encode()
    for name in (
        "TYPE",
        "DUMP",
        "SCAN",
        "GET",
        "HGETALL",
        "LRANGE",
        "SMEMBERS",
        "ZRANGE",
        "XRANGE",
        "PING",
        "HELLO",
        "KEYS",
    )
)


@dataclass(slots=True)
class Watched:
    """A demonstration under observation. `seen` holds pieces by place: each different content of a place once."""

    root: Path
    process: "subprocess.Popen[str]"
    told: IO[str]
    heard: IO[str]
    seen: dict[str, set[bytes]] = field(default_factory=dict)
    server: SearchedServer | None = None
    """Its database's, where that is not a file of its own."""
    looks: int = 0
    _answers: set[bytes] = field(default_factory=set)
    """Of the answers' store, whose keys are written once."""
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.root / "data"

    def step(self) -> dict[str, Any]:
        """What the demonstration says of its next step; waits for it."""
        line = self.told.readline()
        if not line:
            self.process.wait(60)
        assert line, f"the demonstration ended: {(self.root / 'errors').read_text()[-2000:]}"
        told: dict[str, Any] = json.loads(line)
        return told

    def go_on(self) -> None:
        """Tell it to take the next step."""
        self.heard.write("\n")
        self.heard.flush()

    def look(self) -> None:
        """Keep what lies open now: processes, temporary files, both Valkey servers' memory."""
        self.looks += 1
        for pid in family(self.process.pid):
            of = "of the house" if pid == self.process.pid else "below it"
            opened = process_contents(pid, self.data)
            self._keep(
                f"process {of}", (each for each in opened if not each[0].endswith("/printed"))
            )  # searched by itself
        self._keep("temporary file", _files(self.root / "tmp"))
        if self.server is not None:
            self._keep("postgresql", self.server.activity())
        for name in SERVERS:
            try:
                with self._client(name) as client:
                    whole = set(client.keys("answer:*"))
                    self._keep(f"valkey {name}", valkey_contents(client, self._answers))
                    self._answers |= whole
            except (RedisError, OSError):
                continue  # not up yet, or down already

    def keys(self, server: str) -> set[str]:
        """The names of all keys of a server now."""
        with self._client(server) as client:
            return {key.decode() for key in client.keys("*")}

    def keep_looking(self) -> None:
        """Look again and again until `stop`, and listen to every command that the servers get."""
        for target in (self._look_on, lambda: self._listen("queue"), lambda: self._listen("answers")):
            self._threads.append(threading.Thread(target=target, daemon=True))
            self._threads[-1].start()

    def stop(self) -> int:
        """The demonstration has ended, and so has the watching; what it ended with."""
        code = self.process.wait(120)
        self._over.set()
        for thread in self._threads:
            thread.join(10)
        return code

    def printed(self) -> str:
        """What it printed for whoever ran it."""
        return (self.root / "printed").read_text()

    def _client(self, name: str) -> "Redis":
        address = embedded.queue_address if name == "queue" else embedded.answers_address
        return Redis.from_url(address(self.data), socket_timeout=5)

    def _look_on(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            self.look()

    def _listen(self, name: str) -> None:
        """MONITOR: what passes through a server however shortly it stays."""
        path = str(embedded.queue_address(self.data) if name == "queue" else embedded.answers_address(self.data))
        heard: set[bytes] = set()
        while not self._over.wait(0.05):
            try:
                with socket.socket(socket.AF_UNIX) as line:
                    line.connect(path.removeprefix("unix://"))
                    line.settimeout(0.5)
                    line.sendall(b"MONITOR\r\n")
                    self._hear(line, heard)
            except OSError:
                continue
        self._keep(f"valkey {name}", iter([("commands", b"\n".join(sorted(heard)))]))

    def _hear(self, line: socket.socket, heard: set[bytes]) -> None:
        """Each different command once, without its time; those that only read hold names of keys, which are seen already."""
        begun = b""
        while not self._over.is_set():
            try:
                piece = line.recv(1 << 20)
            except TimeoutError:
                continue
            if not piece:
                return
            *lines, begun = (begun + piece).split(b"\r\n")
            for each in lines:
                command = each.partition(b"] ")[2]
                if not command.startswith(_READING):
                    heard.add(command)

    def _keep(self, place: str, contents: Iterator[tuple[str, bytes]]) -> None:
        for name, data in contents:
            if data:
                self.seen.setdefault(f"{place}: {name}", set()).add(data)


@contextlib.contextmanager
def a_watched_demonstration(count: int = 0, **environment: str) -> Iterator[Watched]:
    """A demonstration that has begun; nothing of it is left afterwards. A short path, for the sockets' sake."""
    root = Path(tempfile.mkdtemp(prefix="govern-canary-"))
    (root / "tmp").mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GOVERN_")},
        "GOVERN_DATA_DIR": str(root / "data"),
        "GOVERN_RECONCILE_EVERY_S": "2",
        "GOVERN_UNNUMBERED_LIMIT_S": "60",  # the machine is busy with other tests
        "TMPDIR": str(root / "tmp"),
        "XDG_CACHE_HOME": str(root / "tmp" / "cache"),
        **environment,
    }
    (told, to), (of, heard) = os.pipe(), os.pipe()
    with (root / "printed").open("w") as printed, (root / "errors").open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.demonstrations", str(to), str(of), str(count)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=errors,
            text=True,
            pass_fds=(to, of),
        )
    os.close(to)
    os.close(of)
    try:
        with open(told) as from_it, open(heard, "w") as to_it:
            yield Watched(root, process, from_it, to_it)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        shutil.rmtree(root, ignore_errors=True)


@dataclass(slots=True)
class Searched:
    """What a demonstration left and said of itself, and what was found of it, by where it was looked for."""

    scanner: Scanner
    data: Path
    """Its data folder as it lay when all had stopped, as long as the tests run."""
    left: list[str] = field(default_factory=list)
    """Processes that were still there."""
    code: int = 0
    printed: str = ""
    played: dict[str, Any] = field(default_factory=dict)
    ended: dict[str, Any] = field(default_factory=dict)
    running: list[Found] = field(default_factory=list)
    stopped: list[Found] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    seen: Mapping[str, list[Found]] = field(default_factory=dict)
    answers_left: set[str] = field(default_factory=set)
    searched_mb: float = 0.0


@contextlib.contextmanager
def a_searched_demonstration(count: int = 0, server: SearchedServer | None = None) -> Iterator[Searched]:
    """A demonstration played, watched and searched to its end; its folder is there until the end of the context."""
    environment = {} if server is None else {"GOVERN_DATABASE_URL": server.address}
    with a_watched_demonstration(count, **environment) as watched:
        found, watched.server = Searched(canaries.scanner(), watched.data), server
        watched.keep_looking()
        found.played = watched.step()
        watched.look()
        found.running = found.scanner.look_through(watched.data)
        found.files = {str(path.relative_to(watched.data)) for path in watched.data.rglob("*") if path.is_file()}
        watched.go_on()
        found.ended = watched.step()
        found.answers_left = watched.keys("answers")
        watched.go_on()
        found.code, found.printed = watched.stop(), watched.printed()
        found.left = _speak_of(watched.root)
        for folder in (watched.data, watched.root / "tmp"):
            found.stopped += found.scanner.look_through(folder)
        if server is not None:
            found.stopped += all_of(found.scanner, server.cells(), "table")
            found.stopped += found.scanner.look_through(server.folder)
            found.files |= {str(path.relative_to(server.folder)) for path in server.folder.rglob("*")}
        found.stopped += found.scanner.look_at_file(watched.root / "errors", "its errors")
        found.stopped += found.scanner.look("what it printed", canaries.without_the_offered(found.printed).encode())
        found.seen = {
            place: [each for piece in pieces for each in found.scanner.look(place, piece)]
            for place, pieces in watched.seen.items()
        }
        found.searched_mb = found.scanner.bytes_seen / 1e6
        yield found


@pytest.fixture(scope="session")
def the_demonstration() -> Iterator[Searched]:
    """`flask house demo` with its second round, once for all tests of a run."""
    with a_searched_demonstration() as found:
        yield found


def _speak_of(folder: Path) -> list[str]:
    """Processes whose title or environment names a folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            said = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
            if str(folder).encode() in said:
                found.append(pid)
    return found


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                yield path.name, path.read_bytes()
