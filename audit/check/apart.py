"""A check in a process of its own, with limits: for whoever takes files from strangers.

A hostile PDF can make a reader spin, swell, or end. So the check runs in a child that is made for one file and ends with
it: it may use so much processor time and memory, write no file, start no process, and is killed at a deadline. The file goes
in through a pipe and nothing but the verdict comes out; neither touches a disk. The child knows no setting, key or database.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from audit.check.claim import refused

_ROOT: Final = Path(__file__).parents[2]
_KEPT_ENVIRONMENT: Final = ("PATH", "HOME", "TMPDIR")
_LARGEST_ANSWER: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What the check of one file may take. A deadline passed without that much processor time says that this machine is
    busy, and nothing of the file.
    """

    processor_s: int = 30  # signature and text of a record of 2,000 rows, 6 MB, took 22 on a busy machine
    memory_bytes: int = 1024 * 1024 * 1024  # address space; the same took 492 MB of it, 368 MB resident
    deadline_s: float = 90.0


STANDARD: Final = Limits()


class NotFinished(Exception):
    """The machine was too busy to finish the check; it says nothing of the file."""


def check_apart(pdf: bytes, trust: Path, limits: Limits = STANDARD) -> Mapping[str, Any]:
    """The verdict on a file, as `Verdict.to_json` has it. A file that ends the child, or wants more than it may, is not valid.

    The trust list must be one that can be read: without a list no verdict can be had. Raises `NotFinished` at the deadline.
    """
    may = (str(limits.processor_s), str(limits.memory_bytes))
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "audit.check.confined", *may, str(trust.resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a foreign message could carry content
        env=_environment(),
        cwd="/",
    )
    try:
        said, _ = child.communicate(pdf, timeout=limits.deadline_s)
    except subprocess.TimeoutExpired:
        raise NotFinished from None
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what a dead child did not take cannot be flushed into it
                    pipe.close()
    return _verdict(said) or refused("too_costly").to_json()


def _verdict(said: bytes) -> Mapping[str, Any] | None:
    """The child's verdict, if it ended with one."""
    if len(said) > _LARGEST_ANSWER or not said.endswith(b"\n"):
        return None
    try:
        verdict = json.loads(said)
    except (ValueError, RecursionError):
        return None
    return verdict if isinstance(verdict, dict) and "valid" in verdict else None


def _environment() -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PYTHONPATH": os.pathsep.join([str(_ROOT), *_packages()])}


def _packages() -> list[str]:
    """Where this process finds its libraries, for a child that is told nothing else."""
    return [place for place in sys.path if place.endswith("-packages")]


def confine(processor_s: int, memory_bytes: int) -> None:
    """From now on this process may use no more than that, and write and start nothing."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + processor_s
    for limit, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, 0),
    ):
        _, hard = resource.getrlimit(limit)
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (lowest, lowest))
