"""The limits of one call inside the worker's prepared child: deadline, memory, addresses; the parent kills what passes them.

`ask` is the one way to a source. Around the connector it sets what the call may cost, turns the source's names into ours,
holds the reply against its question, and lets nothing out but a verified `Reply` or a `SourceError` without any foreign text.
The deadline here is arithmetic at each read and write; code that spins without input or output is the parent's to kill.
"""

import logging
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from connectors.addresses import LOOPBACK, AllowList
from connectors.call import Call
from connectors.errors import SourceError
from connectors.exchange import Query, Reply, Source
from connectors.foreign import translated
from connectors.mapping import declared, folded, named
from connectors.registry import connector
from connectors.verify_reply import verify_reply

_LOG: Final = logging.getLogger(__name__)
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an installation allows every call: addresses, and memory beyond what the process holds at its start."""

    allowed: AllowList = LOOPBACK
    memory_bytes: int = 320_000_000  # with a prepared child of about 60 MB this stays below the parent's 512 MB


STANDARD: Final = Limits()


def ask(source: Source, query: Query, limits: Limits = STANDARD) -> Reply:
    """What a source answers to a question, verified, within its deadline and byte limit; else a `SourceError`.

    Asks once. Whether to ask again is the caller's decision, by `never_left` and the source's own rule. The second time
    with the same request id is a second question to the source.
    """
    call = Call(source.deadline_s, source.max_bytes, limits.allowed)
    failure: SourceError
    try:
        declaration = declared(source.settings.get("mapping"), query.item.code)
        kind = connector(source.kind)
        with memory_limit(limits.memory_bytes):
            reply = kind.ask(source, query, call)
            records = tuple(folded(named(record, declaration), query.item) for record in reply.records)
            return verify_reply(query, replace(reply, records=records))
    except SourceError as known:
        failure = known.bare()
    except Exception as foreign:
        failure = translated(foreign, left=call.left)
        _LOG.error("%s in a %s call: %s", type(foreign).__name__, source.kind, _place(foreign))
    raise failure  # outside the handlers, so that no foreign exception hangs on it as its context


@contextmanager
def memory_limit(more_bytes: int) -> Iterator[None]:
    """Within, this process may take so many bytes more than it holds; beyond them Python raises MemoryError.

    Soft limit only, put back afterwards. Where the system does not say what a process holds, the parent's watch remains.
    """
    held = _data_bytes()
    if held is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = held + more_bytes
    for ceiling in (soft, hard):
        if ceiling != resource.RLIM_INFINITY:
            wanted = min(wanted, ceiling)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int | None:
    """Bytes of private, writable memory of this process, as Linux counts them for RLIMIT_DATA."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[5]) * _PAGE
    except (OSError, ValueError, IndexError):
        return None


def _place(foreign: BaseException) -> str:
    """Where in the code an unexpected exception arose: file and line, never its text."""
    step = foreign.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return f"{os.path.basename(step.tb_frame.f_code.co_filename)}:{step.tb_lineno}" if step is not None else "?"
