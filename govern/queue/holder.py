"""Who holds a lease: a process by its machine, its number and the moment it began; and whether that process is gone.

So that a worker's death is seen at once on its own machine, and not only when its leases run out, a deadline and a minute
later. Of another machine, another boot of this one, or another container nothing is said: their leases run out by the
database's clock, as before. A number that was given to another process since does not mislead, for that one began later.
"""

import hashlib
import os
import socket
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

_HOST_LETTERS: Final = 30
_NOWHERE: Final = "unknown"
_GONE: Final = ("Z", "X")  # a zombie has done its last
_BEGAN: Final = 19  # the field "starttime" of proc(5), counted behind the name


def name_of(pid: int) -> str:
    """The name under which a process holds leases: host, machine and its boot, number, beginning."""
    return f"{socket.gethostname()[:_HOST_LETTERS]}:{_here()}:{pid}:{_began(pid)}"


def is_gone(name: str) -> bool:
    """Whether the process of this name ran here and runs no more; `False` for whatever cannot be judged from here."""
    _, *where = name.split(":")
    if len(where) != 3 or where[0] != _here() or _here() == _NOWHERE or not where[1].isdecimal():
        return False
    state, began = _look(int(where[1]))
    if not began:
        return not _is_there(int(where[1]))
    return began != where[2] or state in _GONE


@lru_cache(maxsize=8)
def _began(pid: int) -> str:
    """Read once for a process: asked at every job by a child, of the one parent it has."""
    return _look(pid)[1]


def _look(pid: int) -> tuple[str, str]:
    """A process' state and the moment it began, in ticks since the boot; empty when there is none of this number."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return fields[0], fields[_BEGAN]
    except (OSError, IndexError):
        return "", ""


def _is_there(pid: int) -> bool:
    """Whether there is a process of this number, even one of another user's that /proc hides."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


@cache
def _here() -> str:
    """What no other machine, boot or container has: within it, a process' number says who is meant."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        return hashlib.sha256(f"{boot}{os.stat('/proc/self/ns/pid').st_ino}".encode()).hexdigest()[:12]
    except OSError:
        return _NOWHERE
