"""An agency behind every protocol: it journals what it is asked, answers from its registers, and errs when told to."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from connectors.simulated import faults, journal, registers
from connectors.simulated.answers.answer import Answer
from connectors.simulated.faults import Fault

ANOTHER_REQUEST: Final = "00000000-0000-7000-8000-000000000000"
_ELSE: Final = "F100000006"  # somebody else's number where an answer must be about another key


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked of an agency about one key."""

    owner: str
    item: str
    request_id: str
    kind: str
    value: str
    narrowing: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What it says: the question's id and key again, and a record when something was found."""

    request_id: str
    kind: str
    value: str
    answer: Answer | None


def reply(folder: Path, question: Question) -> Reply:
    """The answer to one question, journalled first; with what the agency is told to get wrong in it."""
    journal.write(folder, question.owner, question.request_id, question.item, [(question.kind, question.value)])
    return said(question, faults.find(folder, question.owner, question.item))


def said(question: Question, fault: Fault | None) -> Reply:
    """The answer to one question of which the journal knows already."""
    found = registers.answer(question.item, question.kind, question.value, question.narrowing)
    right = Reply(question.request_id, question.kind, question.value, found)
    match fault.name if fault else "":
        case "nothing":
            return replace(right, answer=None)
        case "another_person":
            assert fault is not None
            return _about_another(question, right, fault)
        case "wrong_request_id":
            return replace(right, request_id=ANOTHER_REQUEST)
        case "extra_fields":
            assert fault is not None
            return replace(right, answer=_with_more_fields(found, int(fault.amount("count", 1))))
        case "too_much":
            assert fault is not None
            return replace(right, answer=_with_more_rows(found, int(fault.amount("rows", 0))))
    return right


def _about_another(question: Question, right: Reply, fault: Fault) -> Reply:
    others = (
        value
        for kind, value in registers.example_keys(question.item)
        if kind == question.kind and value != question.value
    )
    other = next(others, _ELSE)
    found = registers.answer(question.item, question.kind, other, registers.example_narrowing(question.item, other))
    return replace(right, value=question.value if fault.text("echo", "other") == "asked" else other, answer=found)


def _with_more_fields(found: Answer | None, count: int) -> Answer | None:
    if found is None:
        return None
    more = {f"internal_remark_{place}": "內部註記（虛構）" for place in range(1, count + 1)}
    return Answer({**found.header, **more}, tuple({**row, **more} for row in found.rows))


def _with_more_rows(found: Answer | None, rows: int) -> Answer | None:
    if found is None or not found.rows or rows <= 0:
        return found
    return Answer(found.header, tuple(found.rows[place % len(found.rows)] for place in range(rows)))


_under_way: Counter[str] = Counter()
_lock: Final = threading.Lock()


@contextmanager
def one_call(folder: Path, owner: str) -> Iterator[bool]:
    """Count a call of an agency while it lasts; yields False when there are too many at this time."""
    limit = faults.limit_of(folder, owner)
    with _lock:
        _under_way[owner] += 1
        fits = limit is None or _under_way[owner] <= limit
    try:
        yield fits
    finally:
        with _lock:
            _under_way[owner] -= 1
