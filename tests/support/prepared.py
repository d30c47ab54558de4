"""Programs of the house, each forked from a process that has imported it once: ready at once, at a fraction of the work.

Each is the program itself, with arguments, environment and files of its own; nothing but its imports was done before. As it
starts with `make run`, the long way, it is tested with the commands (`tests/admin/commands`).
"""

import gc
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final

ROOT: Final = Path(__file__).parent.parent.parent
_MOST_BYTES: Final = 1 << 18


class Prepared:
    """A program that runs, as `subprocess.Popen` would show it."""

    def __init__(self, program: str, pid: int) -> None:
        self.program = program
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """What it ended with, a signal's number with a minus; nothing while it runs."""
        if self.returncode is None:
            self.returncode = _ask(self.program, {"look_after": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """What it ended with, as soon as it has; `TimeoutExpired` where that takes longer."""
        if self.poll() is None:
            handle = os.pidfd_open(self.pid)
            try:
                ended, _, _ = select.select([handle], [], [], timeout)
            finally:
                os.close(handle)
            if not ended:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        """A signal, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


def start(
    program: str, arguments: Sequence[str], environment: Mapping[str, str], said: BinaryIO | None = None
) -> Prepared:
    """A module's `main` in a session of its own; what it says goes into a file, or where the tests' errors go."""
    to = said.fileno() if said is not None else 2
    pid = _ask(program, {"arguments": list(arguments), "environment": dict(environment)}, to)
    assert pid is not None
    return Prepared(program, pid)


def _ask(program: str, order: Mapping[str, Any], *files: int) -> int | None:
    line = _line(program)
    socket.send_fds(line, [json.dumps(order).encode()], list(files))
    answer: int | None = json.loads(line.recv(_MOST_BYTES))
    return answer


@cache
def _line(program: str) -> socket.socket:
    """To the process that forks, which ends when this one does."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    to_it = its.fileno()
    subprocess.Popen([sys.executable, "-m", "tests.support.prepared", program, str(to_it)], cwd=ROOT, pass_fds=[to_it])
    its.close()
    return ours


def _fork_on(line: socket.socket) -> list[str]:
    """Fork as asked, and say how forked ones ended; returns in each of them, with its arguments."""
    while True:
        frame, files, _, _ = socket.recv_fds(line, _MOST_BYTES, 1)
        if not frame:
            sys.exit(0)
        order = json.loads(frame)
        if "look_after" in order:
            pid, status = os.waitpid(order["look_after"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = os.fork()
            if answer == 0:
                line.close()
                _become(order["environment"], files[0])
                return list(order["arguments"])
        for each in files:
            os.close(each)
        line.send(json.dumps(answer).encode())


def _become(environment: Mapping[str, str], said: int) -> None:
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.environ.clear()
    os.environ.update(environment)
    random.seed()


if __name__ == "__main__":
    module = import_module(sys.argv[1])
    gc.freeze()  # what is imported stays shared
    sys.exit(module.main(*_fork_on(socket.socket(fileno=int(sys.argv[2])))))
