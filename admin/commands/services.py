"""The house's services as child processes: started in order, watched, stopped in reverse; and a few for one command."""

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from admin.set_up import make_folder
from govern.core.errors import WrongSetting
from govern.core.settings import Settings
from govern.core.wording import Wording
from govern.queue import embedded
from govern.queue.child import PR_SET_PDEATHSIG, prctl
from govern.queue.embedded import EmbeddedServers

STOP_WITHIN_S: Final = 10.0
LOCK: Final = "house.lock"


@dataclass(slots=True)
class Service:
    """One child process and how it was started, so that it can be started again."""

    name: str
    command: list[str]
    process: "subprocess.Popen[bytes]"


@dataclass(slots=True)
class Services:
    """The processes of a running house. They die with this one, whatever kills it."""

    settings: Settings
    valkey: EmbeddedServers | None = None
    running: list[Service] = field(default_factory=list)

    def start(self, *, web: bool) -> None:
        """Queue and answers, simulated agencies, keeper, workers, and the console if asked; returns when all listen."""
        if not (self.settings.redis_url and self.settings.answers_url):
            self.valkey = embedded.start(self.settings.folder)
        if self.settings.demonstration:
            addresses = self.settings.folder / "simulated" / "addresses.json"
            addresses.unlink(missing_ok=True)
            self._start("simulated", ["-m", "connectors.simulated.serve", str(addresses.parent)])
            self._wait("simulated", addresses.exists)
        self._start("keeper", ["-m", "admin.processes", "keeper"])
        for number in range(1, self.settings.workers + 1):
            self._start(f"worker-{number}", ["-m", "admin.processes", "worker"])
        if web:
            self.start_web()

    def watch(self) -> None:
        """Start again whatever has ended; returns never, but by an exception (Ctrl-C)."""
        while True:
            for service in self.running:
                if service.process.poll() is not None:
                    print(f"{service.name} ended ({service.process.returncode}); starting it again", file=sys.stderr)
                    service.process = self._spawn(service.name, service.command)
            time.sleep(0.5)

    def stop(self) -> None:
        """All processes end: politely, then not. Nothing is left behind."""
        for service in reversed(self.running):
            if service.process.poll() is None:
                service.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_WITHIN_S
        for service in reversed(self.running):
            try:
                service.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                service.process.kill()
                service.process.wait()
        self.running.clear()
        if self.valkey is not None:
            self.valkey.stop()
            self.valkey = None

    def start_web(self) -> None:
        """The console listens; `WrongSetting` when its port is taken."""
        host, port = self.settings.host, self.settings.port
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as no:
                raise WrongSetting(_why_not_bound(host, port, no)) from None
        self._start(
            "console",
            [
                "-m", "gunicorn", "wsgi:application", "--bind", f"{host}:{port}", "--worker-class", "gthread",
                "--workers", "1", "--threads", str(self.settings.web_threads), "--access-logfile", "/dev/null",
                "--log-level", "warning", "--graceful-timeout", "2", "--no-control-socket",
            ],
        )  # fmt: skip
        self._wait("console", lambda: _listens(host, port), within_s=60)

    def _start(self, name: str, arguments: list[str]) -> None:
        command = [sys.executable, *arguments]
        self.running.append(Service(name, command, self._spawn(name, command)))

    def _spawn(self, name: str, command: list[str]) -> "subprocess.Popen[bytes]":
        with diagnostics_file(self.settings.folder, name) as file:
            return subprocess.Popen(
                command,
                env=environment(self.settings),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                cwd=Path(__file__).parent.parent.parent,
                preexec_fn=_die_with_parent,
                start_new_session=True,  # Ctrl-C reaches this process alone, which then stops the others in order
            )

    def _wait(self, name: str, ready: Callable[[], bool], within_s: float = 30.0) -> None:
        until = time.monotonic() + within_s
        service = next(s for s in self.running if s.name == name)
        while not ready():
            if service.process.poll() is not None or time.monotonic() > until:
                log = self.settings.folder / "diagnostics" / f"{name}.log"
                raise WrongSetting(Wording(f"{name} 無法啟動，詳見 {log}。", f"{name} did not start; see {log}."))
            time.sleep(0.05)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One house at a time works in a data folder; `WrongSetting` while another does, before anything of it is touched."""
    make_folder(folder)
    with (folder / LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WrongSetting(
                Wording(
                    f"資料夾 {folder} 已有平臺正在執行；請先停止它，或以 GOVERN_DATA_DIR 指定其他資料夾。",
                    f"A house is running in {folder}; stop it first, or name another folder with GOVERN_DATA_DIR.",
                )
            ) from None
        yield


def environment(settings: Settings) -> Mapping[str, str]:
    """The settings of this process, for its children."""
    return {**os.environ, "GOVERN_DATA_DIR": str(settings.folder), "PYTHONUNBUFFERED": "1"}


def diagnostics_file(folder: Path, name: str) -> IO[bytes]:
    """Where a process writes its diagnostics (no values of people stand there)."""
    place = folder / "diagnostics"
    place.mkdir(mode=0o700, exist_ok=True)
    return (place / f"{name}.log").open("ab")


@contextmanager
def time_stamps(settings: Settings) -> Iterator[str]:
    """The address of a time stamp service: the installation's, the running local one, or one started for this command."""
    if settings.time_stamp_url:
        yield settings.time_stamp_url
        return
    place = settings.folder / "simulated"
    port = _known_port(place)
    if port and _listens("127.0.0.1", port):
        yield f"http://127.0.0.1:{port}/"
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with diagnostics_file(settings.folder, "time_stamp") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "connectors.simulated.time_stamp", str(place), str(port)],
            stdout=file,
            stderr=file,
            preexec_fn=_die_with_parent,
            cwd=Path(__file__).parent.parent.parent,
        )
    try:
        until = time.monotonic() + 20
        while not _listens("127.0.0.1", port):
            if process.poll() is not None or time.monotonic() > until:
                raise WrongSetting(Wording("時戳服務無法啟動。", "The time stamp service did not start."))
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def _known_port(place: Path) -> int | None:
    addresses = place / "addresses.json"
    if not addresses.exists():
        return None
    found = json.loads(addresses.read_text()).get("time_stamp")
    return int(found) if found else None


def _why_not_bound(host: str, port: int, no: OSError) -> Wording:
    """The sentence that names the setting to be changed: the port's, or the host's that is no address of this machine."""
    if no.errno == errno.EADDRINUSE:
        return Wording(
            f"{host}:{port} 已被使用；請以 GOVERN_PORT 指定其他埠號。",
            f"{host}:{port} is in use; choose another port with GOVERN_PORT.",
        )
    if no.errno == errno.EACCES:
        return Wording(
            f"埠號{port}只有系統管理者能使用；請以 GOVERN_PORT 指定1024以上的埠號。",
            f"Port {port} is for the administrator alone; choose one above 1023 with GOVERN_PORT.",
        )
    return Wording(
        f"{host} 不是這台主機的位址；請更正 GOVERN_HOST。",
        f"{host} is no address of this machine; correct GOVERN_HOST.",
    )


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def _die_with_parent() -> None:
    """The kernel sends SIGTERM when this process's parent ends, however it ends; holds over the exec (Linux alone)."""
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
