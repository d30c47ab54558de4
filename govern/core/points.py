"""The thirteen points of a look-up's road at which a test may stand; in a running house nothing ever happens at them.

A proof stops a process at each of them and kills it there (SECURITY.md, 6.1 and F1), or ends a right there (A7). What is to
happen is told by a call within the process (`when_passing`), which no room makes, and by no setting, file, message or
variable of the environment: a test counts the callers.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import ClassVar


class Point(StrEnum):
    """Where on its road a look-up is. K6, sent and no answer, lies below this floor: in the source's own time."""

    K0 = "accepted, before the commit"
    K1 = "committed with its work, before the queue's Redis"
    K2 = "in the queue's Redis"
    K3 = "popped, before the lease"
    K4 = "leased, before the decision and the commit of both"
    K5 = "the intent is committed, before the socket"
    K6 = "sent, no answer"
    K7 = "the answer is in memory"
    K8 = "cut and masked"
    K9 = "sealed into the answers' store"
    K10 = "the outcome is written, before its commit"
    K11 = "answered, before the notice"
    K12 = "the clerk opens it"


class _Told:
    act: ClassVar[Callable[[Point], None] | None] = None


def when_passing(act: Callable[[Point], None] | None) -> None:
    """From now on this process calls `act` at every point; `None`: nothing. For tests alone."""
    _Told.act = act


def point(at: Point) -> None:
    """This process passes a point: nothing, unless a test stands there."""
    if _Told.act is not None:
        _Told.act(at)
