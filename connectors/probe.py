"""Is a source alive, and how fast: for the status board.

A probe asks about nobody: it opens the connection that a call would need, with certificate, host key, log-in and the
pinned files checked, and sends no request.
"""

from dataclasses import dataclass

from connectors.addresses import LOOPBACK, AllowList
from connectors.call import Call, now
from connectors.errors import SourceError
from connectors.exchange import Source
from connectors.foreign import translated
from connectors.registry import connector


@dataclass(frozen=True, slots=True)
class Liveness:
    """What a probe found: `code` and `detail` of the error, both empty when the source is alive."""

    is_alive: bool
    duration_ms: int
    code: str = ""
    detail: str = ""


def probe(source: Source, allowed: AllowList = LOOPBACK, deadline_s: float = 5.0) -> Liveness:
    """Whether a source can be reached now, within the shorter of both deadlines; never raises for a source's fault."""
    started = now()
    failure: SourceError | None = None
    try:
        connector(source.kind).probe(source, Call(min(deadline_s, source.deadline_s), source.max_bytes, allowed))
    except SourceError as known:
        failure = known
    except Exception as foreign:
        failure = translated(foreign, left=False)
    took = round((now() - started) * 1000)
    return Liveness(True, took) if failure is None else Liveness(False, took, failure.code, failure.detail)
