"""錯誤不洩漏：在查調的任一步驟發生任何一種例外，即使例外與區域變數帶有當事人的資料，頁面、日誌、佇列與軌跡中都找不到。

Promise 3 (SECURITY.md, P3). In this process: at each of the points K0 to K12 an error of each class is raised by a function that
holds a person in its variables; the console and the worker's child end it as they always do, and everything that they said is
searched. A logger that writes what an error says is planted, and must be found.
"""

import itertools
import json
import logging
import re
import socket
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from redis import Redis
from sqlalchemy import select

from admin import processes
from connectors import sandbox
from connectors.simulated import registers
from govern.core.database import reading
from govern.core.points import Point, when_passing
from govern.lookups.lookup import Task
from govern.queue import child, worker
from govern.queue.child import Duties
from govern.queue.signed_job import WorkJob
from govern.queue.work import Work
from tests.support import proofs
from tests.support.canary_plants import HOME, NAME, NUMBER
from tests.support.canary_scanner import Found, Scanner, valkey_contents
from tests.support.houses import TestHouse
from tests.support.telling_errors import Listener, kinds, listening, telling
from tests.support.trail_outages import Desk, desk_of

pytestmark = pytest.mark.slow

AT_THE_CONSOLE = (Point.K0, Point.K1, Point.K2, Point.K12)
A_FEW = 25  # classes in `make test`, each at two points; all of them at all points by `make faults`
REFERENCE = re.compile(r"E-[0-9A-Z]{4}-[0-9A-Z]{4}")


@dataclass(slots=True)
class Said:
    """Everything that came out of the house while errors were raised in it."""

    listener: Listener
    raised: int = 0
    pages: list[tuple[int, bytes]] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    """What the child told its parent."""
    unsaid: list[str] = field(default_factory=list)
    """Pages of failures whose reference number is not in the log."""
    silent: list[str] = field(default_factory=list)
    """Points that were not passed, so that nothing was raised."""


@pytest.fixture
def scanner() -> Scanner:
    """Knows the person in the errors, and the one who is looked up."""
    [asked] = [person for person in registers.persons() if person.national_id == _asked()]
    return Scanner(
        {NUMBER: NUMBER, asked.national_id: "asked"}, {NAME: NAME, HOME: HOME, asked.name: "asked's name"}, {}
    )


def test_no_error_at_any_step_says_anything_of_a_person(
    sqlite_house: TestHouse, scanner: Scanner, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """數十種例外，輪流發生在十三個步驟：頁面、日誌、佇列、資料庫原始檔中，明文0。"""
    chosen = kinds()[:: len(kinds()) // A_FEW]
    each = itertools.cycle(Point)
    pairs = [(next(each), kind) for kind in chosen for _ in range(2)]
    said = _raise_all(desk_of(sqlite_house), pairs, monkeypatch)
    _nothing_landed(said, scanner, sqlite_house, capfd)


@pytest.mark.faults
@pytest.mark.timeout(5400)
def test_no_error_of_any_class_at_any_step_says_anything_of_a_person(
    house: TestHouse,
    scanner: Scanner,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    """所有例外類別×十三個步驟，兩種資料庫：明文0。"""
    said = _raise_all(desk_of(house), list(itertools.product(Point, kinds())), monkeypatch)
    found = _nothing_landed(said, scanner, house, capfd)
    rows = [
        proofs.counted("values of a person in pages, logs, queue and database", found, "values", rounds=said.raised),
        proofs.counted(
            "pages of failures without their number in the log", len(said.unsaid), "pages", rounds=len(said.pages)
        ),
    ]
    print(proofs.said(rows))
    proofs.record(f"errors that tell, {request.node.callspec.params['house']}", rows)


def test_a_logger_that_writes_what_an_error_says_is_found(
    sqlite_house: TestHouse, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """檢驗本身的檢驗：會寫出例外內容或區域變數的記錄器、以及直接顯示例外的頁面，必須被找到。"""

    def careless(error: BaseException) -> str:
        logging.getLogger("careless").error("it went wrong", exc_info=error)
        return type(error).__name__

    monkeypatch.setattr(child, "where", careless)
    said = _raise_all(desk_of(sqlite_house), [(Point.K7, ValueError)], monkeypatch)
    written = said.listener.text()
    assert b"person = {" in written, "variables are written too"
    found = {each.label for each in scanner.look("log", written)}
    assert found >= {NUMBER, NAME, HOME}
    assert not found & {"asked", "asked's name"}, "the house's own variables say nothing of whom they hold"


def _raise_all(desk: Desk, pairs: Sequence[tuple[Point, type[Exception]]], monkeypatch: pytest.MonkeyPatch) -> Said:
    """Each of these errors raised once at its point, and ended by what ends it in a running house."""
    with listening() as listener, _AChild(desk, monkeypatch) as obey:
        said, answered = Said(listener), desk.looks_up()
        obey(_work_of(answered), "run")
        for at, kind in pairs:
            raised: list[Point] = []
            with monkeypatch.context() as patch:
                if at in AT_THE_CONSOLE:
                    _at_the_console(desk, said, _raiser(at, kind, raised), answered if at is Point.K12 else None)
                else:
                    _in_the_worker(desk, said, at, kind, raised, obey, patch)
            said.raised += len(raised)
            if not raised:
                said.silent.append(f"{at.name} {kind.__name__}")
    return said


def _raiser(wanted: Point, kind: type[Exception], raised: list[Point]) -> Callable[[Point], None]:
    def raise_there(at: Point) -> None:
        if at is wanted and not raised:
            raised.append(at)
            person = {"number": NUMBER, "name": NAME, "home": HOME}
            raise telling(kind, " ".join(person.values()))

    return raise_there


def _at_the_console(desk: Desk, said: Said, act: Callable[[Point], None], opens: uuid.UUID | None) -> None:
    """A form is sent; or an answer is opened."""
    before = len(said.listener.heard)
    desk.client.application.config["PROPAGATE_EXCEPTIONS"] = False
    when_passing(act)
    try:
        answer = desk.opens(opens) if opens else desk.sends()
    finally:
        when_passing(None)
    said.pages.append((answer.status_code, answer.data + str(answer.headers).encode()))
    if answer.status_code >= 400:
        found = REFERENCE.search(answer.text)
        heard = "\n".join(said.listener.heard[before:])
        if found is None or found[0] not in heard:
            said.unsaid.append(f"{answer.status_code} {heard[-200:]}")


def _in_the_worker(
    desk: Desk,
    said: Said,
    at: Point,
    kind: type[Exception],
    raised: list[Point],
    obey: Callable[[uuid.UUID, str], bytes],
    patch: pytest.MonkeyPatch,
) -> None:
    """A look-up is run as the worker's child runs it; then what it left is settled, as the parent has it settled."""
    work = _work_of(desk.looks_up())
    act = _raiser(at, kind, raised)
    if at is Point.K6:  # sent, and no answer: in the connector
        patch.setattr(sandbox, "connector", lambda _kind: SimpleNamespace(ask=lambda *_: act(at)))
    when_passing(act)
    try:
        if at is Point.K3:
            _pop(work, said)
        else:
            said.messages += [obey(work, "run"), obey(work, "lost")]
    finally:
        when_passing(None)


def _pop(work: uuid.UUID, said: Said) -> None:
    """The parent has popped a job, and fails before it hands the work over."""
    job = WorkJob.__new__(WorkJob)
    nobody = SimpleNamespace(_child=None, _must_cut_short=None, _settle=None)
    job.work_id = lambda: work  # type: ignore[method-assign]
    worker.PreparedWorker.execute_job(nobody, job, SimpleNamespace(name="normal"))  # type: ignore[arg-type]
    said.messages.append(str(vars(job)).encode())


class _AChild:
    """What obeys orders as the worker's child does, in this process; and tells what it told its parent."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self._duties = Duties(
            jobs=processes.jobs_of_a_worker(desk.house.settings), prepare=lambda: None, memory_bytes=1 << 40
        )
        self._orders = itertools.count(1)

    def __enter__(self) -> Callable[[uuid.UUID, str], bytes]:
        self._parent, self._own = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return self.obey

    def __exit__(self, *_: object) -> None:
        self._parent.close()
        self._own.close()

    def obey(self, work: uuid.UUID, do: str) -> bytes:
        """One order, and what came of it."""
        order = {"number": next(self._orders), "work": str(work), "do": do, "why": "raised"}
        child._obey(json.loads(json.dumps(order)), self._own, self._duties)
        return self._parent.recv(child.MESSAGE_BYTES)


def _work_of(lookup: uuid.UUID) -> uuid.UUID:
    with reading() as session:
        return session.scalars(select(Work.id).join(Task, Task.id == Work.target_id).where(Task.lookup == lookup)).one()


def _asked() -> str:
    return registers.example_keys("hh_person_city")[0][1]


def _nothing_landed(said: Said, scanner: Scanner, house: TestHouse, capfd: pytest.CaptureFixture[str]) -> int:
    """How much of a person was found in all that was said; printed, and nothing is as it must be."""
    assert said.silent == []
    assert b"SQLAlchemy" not in b"".join(page for _, page in said.pages)
    written = capfd.readouterr()
    found: list[Found] = scanner.look("log", said.listener.text())
    found += scanner.look("standard output", f"{written.out}{written.err}".encode())
    found += [each for message in said.messages for each in scanner.look("message to the parent", message)]
    failures = [page for status, page in said.pages if status >= 400]
    found += [each for page in failures for each in scanner.look("page", page)]
    for address in (house.settings.redis_url, house.settings.answers_url):
        with Redis.from_url(str(address)) as client:
            found += [each for name, piece in valkey_contents(client) for each in scanner.look(f"valkey {name}", piece)]
    for path in house.settings.folder.rglob("*"):
        if path.is_file():
            found += scanner.look_at_file(path, str(path.name))
    print(
        f"\nN: {said.raised} errors, {len(said.pages)} pages, {len(failures)} of failures, {len(said.listener.heard)} records"
    )
    assert sorted({str(each) for each in found})[:20] == []
    assert said.unsaid == [], "each page of a failure shows a number, and the log has it"
    return len(found)
