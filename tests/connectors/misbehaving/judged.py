"""The cells of the table, tried many at a time, and what of each is not as it must be."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from govern.catalogue.source import FAILURES
from tests.connectors.contract import RIGHT, value_of
from tests.connectors.misbehaving.bodies import MARKED, set_largest
from tests.connectors.misbehaving.caller import Call, Caller, Came, a_caller
from tests.connectors.misbehaving.standing import HURRIED_S, PATIENT_S, Ground
from tests.connectors.misbehaving.table import Row
from tests.support.household import question

OVER_S: Final = 2.0
MEMORY_BYTES: Final = 512 << 20
WAITING_AT_ONCE: Final = 24
BUSY_AT_ONCE: Final = 3


@dataclass(frozen=True, slots=True)
class Tried:
    """One cell, what it came to, and how many questions the source had seen by then."""

    row: Row
    kind: str
    came: Came
    seen: int
    deadline_s: float

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.row.name} of {self.kind}"


class Table:
    """A ground to stand sources on and a process that calls, for as long as it is entered."""

    def __init__(self, folder: Path, *, is_largest: bool = False) -> None:
        set_largest(is_largest)
        self.ground = Ground(folder)
        self._stack = ExitStack()
        self.caller: Caller

    def __enter__(self) -> "Table":
        self.caller = self._stack.enter_context(a_caller(self.ground.folder, self.ground.wsdl))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        set_largest(False)

    def tried(self, cells: Iterable[tuple[Row, str]], *, plants: tuple[str, ...] = ()) -> list[Tried]:
        """Every cell once, several at a time: those that only wait together, the busy ones after them."""
        each, done = partial(self._try, plants=plants), []
        every = list(cells)
        for at_once, waits in ((WAITING_AT_ONCE, True), (BUSY_AT_ONCE, False)):
            with ThreadPoolExecutor(at_once) as hands:
                done += hands.map(each, [cell for cell in every if cell[0].only_waits == waits])
        return done

    def _try(self, cell: tuple[Row, str], plants: tuple[str, ...]) -> Tried:
        row, kind = cell
        hurried_s = HURRIED_S * 2 if kind == "sftp" else HURRIED_S
        with self.ground.standing(kind, row.name, hurried_s if row.only_waits else PATIENT_S) as standing:
            came = self.caller.ask(Call(standing.source, question(), MARKED, row.times, plants))
            return Tried(row, kind, came, standing.seen(), standing.source.deadline_s)


def late(tried: Tried) -> bool:
    """Whether the call ended later than its deadline and two seconds."""
    return tried.came.seconds > tried.deadline_s + OVER_S


def heavy(tried: Tried) -> bool:
    """Whether the child that called took more memory than it may."""
    return tried.came.peak_bytes > MEMORY_BYTES


def about_another(tried: Tried) -> bool:
    """Whether what came would be shown although it is not the answer about the asked person."""
    reply = tried.came.reply
    if reply is None:
        return False
    nothing = [(each.found, dict(each.header)) for each in reply.records] == [(False, {})]
    return not (nothing if tried.row.name == "nobody" else value_of(reply) == RIGHT)


def leaking(tried: Tried) -> bool:
    """Whether a value of a person stood in an error, a log or an output, or a foreign exception hung on the error."""
    return bool(tried.came.shown or tried.came.hangs_on)


def unforeseen(tried: Tried) -> bool:
    """Whether it ended in another way than the table says, or in words that nobody has a sentence for."""
    came, row = tried.came, tried.row
    if came.code not in row.ends:
        return True
    if came.reply is not None:
        return False
    has_words = came.code in FAILURES and came.detail not in ("unspecified", "unexpected")
    return not has_words or came.never_left != row.nothing_left or (row.nothing_left and tried.seen > 0)


def uncounted(tried: Tried) -> bool:
    """Whether values that the data item does not have were not all counted."""
    return tried.came.reply is not None and tried.came.reply.beyond < tried.row.beyond


FAULTS: Final = (late, heavy, about_another, leaking, unforeseen, uncounted)


def faults_of(every: Sequence[Tried]) -> list[str]:
    """What must not be, by cell; nothing when all is as the table says."""
    return [
        f"{fault.__name__}: {tried.name}: {tried.came.code} {tried.came.detail} after {tried.came.seconds:.2f} s, "
        f"{tried.came.peak_bytes >> 20} MB, shown {tried.came.shown} {tried.came.hangs_on}"
        for tried in every
        for fault in FAULTS
        if fault(tried)
    ]
