"""權限中途終止：查調的任一步驟上，權限、案件項目、機關授權或帳號終止後，不再介接任何來源；已得到的結果也不再顯示。

Promise 5 (SECURITY.md, A7; trap 15). In this process: at each of the points K0 to K12 somebody else ends the right, the case
item, the agency or the account, in a thread of their own; then the look-up goes on. What counts is what the sources saw.
"""

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from connectors import sandbox
from connectors.exchange import Reply
from connectors.simulated import faults, registers
from govern.catalogue.case_item import CaseItemVersion, VersionAgency
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import NotFound
from govern.core.points import Point, when_passing
from govern.lookups import intent
from govern.lookups import run as run_step
from govern.lookups.lookup import Answer
from govern.lookups.reveal import reveal
from govern.lookups.show import show
from govern.people.person import Person
from govern.people.right import Right
from govern.queue.work import Work
from tests.support.house_processes import processes_of
from tests.support.houses import Clerk, TestHouse, a_request, house_name
from tests.support.journals import requests_seen
from tests.support.proofs import counted, record, said
from tests.support.queues import until

pytestmark = pytest.mark.slow

CASE_ITEM, OWNER, ITEM = "disability_certificate", "ntpc-civil", "hh_person_city"
WITHIN = (Point.K0, Point.K4, Point.K10)  # a transaction is open: who ends something on SQLite comes after it
WAITING = 24
BEFORE_THE_SOCKET = tuple(Point)[:6]


def the_right(clerk: Clerk) -> None:
    """The clerk's right to use the case item."""
    with transaction() as session:
        session.execute(update(Right).where(Right.person == clerk.person).values(ended_at=clock.now()))


def the_case_item(_clerk: Clerk) -> None:
    """The case item's version: its last day was yesterday."""
    with transaction() as session:
        session.execute(
            update(CaseItemVersion)
            .where(CaseItemVersion.case_item == CASE_ITEM)
            .values(valid_to=clock.today() - timedelta(days=1))
        )


def the_agency(clerk: Clerk) -> None:
    """The clerk's agency is not among those that the case item names."""
    with transaction() as session:
        session.execute(delete(VersionAgency).where(VersionAgency.agency == clerk.actor.agency))


def the_account(clerk: Clerk) -> None:
    """The person works here no more."""
    with transaction() as session:
        session.execute(update(Person).where(Person.id == clerk.person).values(is_active=False))


KINDS: tuple[Callable[[Clerk], None], ...] = (the_right, the_case_item, the_agency, the_account)


@pytest.mark.parametrize("end", KINDS, ids=lambda end: end.__name__)
def test_what_ends_on_the_road_is_asked_no_more_and_shown_no_more(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch, end: Callable[[Clerk], None]
) -> None:
    """四種終止×十三個步驟：終止後向來源送出的要求0、顯示的結果0。"""
    monkeypatch.setattr(intent, "HOLDS_S", 0.0)
    asked_after, shown_after = [], []
    for at in Point:
        requests, shown = _ended_at(house, at, end)
        if requests > (0 if at in BEFORE_THE_SOCKET else 1):
            asked_after.append(at.name)
        if shown:
            shown_after.append(at.name)
        _mended(house)
    print(f"\nN: {len(Point)} points, {end.__name__}: asked after it {asked_after}, shown after it {shown_after}")
    assert (asked_after, shown_after) == ([], [])


def test_the_proof_fails_where_nobody_decides_again(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """植入錯誤必被發現：送出前不再判斷，則在K5終止後仍會介接。"""
    monkeypatch.setattr(run_step, "denial_since", lambda _intent: None)
    assert _ended_at(house, Point.K5, the_right)[0] == 1


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_five_seconds_after_an_ending_no_source_is_asked(house: TestHouse) -> None:
    """實際的背景程式正在查調時終止：終止之後5秒起，來源一個要求也收不到，等候中的各件以不核准結束。"""
    faults.set(house.simulated(), OWNER, ITEM, "slow", seconds=0.2)
    with processes_of(house.settings) as processes:
        for name in ("worker", "worker", "keeper"):
            processes.start(name)
        late = {end.__name__: _asked_after(house, end) for end in KINDS}
        unended, denied = _asked_after(house, lambda _clerk: None)
    rows = [
        counted(
            "the last request to a source after an ending",
            max([0.0, *(each for after, _ in late.values() for each in after)]),
            "s",
            rounds=len(KINDS) * WAITING,
            target="<= 5",
        ),
        counted(
            "look-ups of an ended right, case item, agency or account that were refused",
            sum(refused for _, refused in late.values()),
            "look-ups",
            rounds=len(KINDS) * WAITING,
            target=f">= {len(KINDS) * WAITING // 2}",
        ),
    ]
    record(f"rights that end in between, {house_name(house)}", rows)
    print(said(rows))
    assert all(row["met"] for row in rows), late
    assert (len(unended) > WAITING // 2, denied) == (True, 0), "where nothing ends the sources are asked on"


ROWS, BEFORE_IT_ENDS = 10, 3


@pytest.mark.parametrize("end", KINDS, ids=lambda end: end.__name__)
@pytest.mark.parametrize("decides", [True, False], ids=["decided again", "not decided again"])
def test_a_file_asked_row_by_row_stops_at_the_row_before_which_it_ended(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch, end: Callable[[Clerk], None], decides: bool
) -> None:
    """整批檔案逐列介接，第三列之後終止：其餘各列一列也不問，已回覆的不留；拿掉逐列判斷，就會被發現。"""
    if not decides and end is not the_right:
        pytest.skip("one planted fault is enough")
    monkeypatch.setattr(intent, "HOLDS_S", 0.0)
    if not decides:
        monkeypatch.setattr(run_step, "denial_since", lambda _intent: None)
    clerk, ask, asked = house.a_clerk("ntpc-dist-banqiao", CASE_ITEM), sandbox.ask, []

    def asking(*given: Any) -> Reply:
        asked.append(given[1].request_id)
        reply = ask(*given)
        if len(asked) == BEFORE_IT_ENDS:
            end(clerk)
        return reply

    monkeypatch.setattr(run_step.sandbox, "ask", asking)
    lookup = house.submit(clerk, a_request(CASE_ITEM, keys=(registers.example_keys(ITEM)[0],), items=(ITEM,)))
    with reading() as session:
        work = session.scalars(
            select(Work.id).where(Work.kind == "task", Work.target_id == house.tasks(lookup)[0].id)
        ).one()
    written = intent.write_intent(work, house.settings)
    assert written is not None
    (_, row, key), *_ = written.subjects
    many = replace(written, subjects=tuple((1, row, key) for _ in range(ROWS)))
    if not decides:
        monkeypatch.setattr(run_step, "_minimise_and_seal", _broken_off)
        with pytest.raises(EOFError):
            run_step.carry_out(many, house.settings)
        assert len(asked) == ROWS
        return
    run_step.carry_out(many, house.settings)
    assert len(asked) == BEFORE_IT_ENDS
    assert house.tasks(lookup)[0].state == "denied"
    assert _shown(house, clerk, lookup) == 0


def test_another_log_in_of_the_same_clerk_opens_nothing_and_no_entry_says_it_did(house: TestHouse) -> None:
    """結果只屬於查調當時的登入：同一人另一次登入看不到、揭示不了，也沒有一筆軌跡說看過。"""
    clerk = house.a_clerk("ntpc-dist-banqiao", CASE_ITEM, account="twice")
    lookup = house.submit(clerk, a_request(CASE_ITEM, keys=(registers.example_keys(ITEM)[0],), items=(ITEM,)))
    house.run_due()
    again = house.signed_on("twice", clerk.person)
    found = show(again.actor, again.keys, lookup, house.settings)
    assert (found.answers, found.gone, found.evidence) == ((), (), None)
    with reading() as session:
        answer = session.scalars(select(Answer.id).where(Answer.task == house.tasks(lookup)[0].id)).one()
    with pytest.raises(NotFound):
        reveal(again.actor, again.keys, lookup, answer, "1::name", "與申請書核對", house.settings)
    assert {"shown", "revealed", "denied"} & set(house.kinds(lookup)) == set()
    assert _shown(house, clerk, lookup) == 1


def _asked_after(house: TestHouse, end: Callable[[Clerk], None]) -> tuple[list[float], int]:
    """Seconds from an ending to each later request, while look-ups wait for two workers; and how many were refused."""
    clerk, before = house.a_clerk("ntpc-dist-banqiao", CASE_ITEM), len(requests_seen(house.simulated()))
    keys = registers.example_keys(ITEM)
    lookups = [
        house.submit(clerk, a_request(CASE_ITEM, keys=(keys[each % len(keys)],), items=(ITEM,), intent_key=str(each)))
        for each in range(WAITING)
    ]
    until(lambda: len(requests_seen(house.simulated())) >= before + 3, "some are asked", within_s=60)
    end(clerk)
    ended = clock.now()
    until(lambda: all(house.lookup(each).ended_at for each in lookups), "all have ended", within_s=60)
    after = [datetime.fromisoformat(line["at"]) - ended for line in requests_seen(house.simulated())[before:]]
    _mended(house)
    states = [house.lookup(each).state for each in lookups]
    return [each.total_seconds() for each in after if each > timedelta(0)], states.count("denied")


def _broken_off(*_given: object) -> None:
    raise EOFError


def _ended_at(house: TestHouse, at: Point, end: Callable[[Clerk], None]) -> tuple[int, int]:
    """Requests that the source saw of a look-up on whose road something ended, and answers shown afterwards."""
    clerk = house.a_clerk("ntpc-dist-banqiao", CASE_ITEM)
    before = len(requests_seen(house.simulated()))
    is_sqlite = house.settings.database_url.startswith("sqlite")
    ending = threading.Thread(target=end, args=(clerk,))

    def act(passing: Point) -> None:
        if passing is at:
            ending.start()
        if ending.ident is not None and not (is_sqlite and passing in WITHIN):
            ending.join(0.3 if passing in WITHIN else 20)  # it may wait for a row that the look-up has locked

    if at is Point.K6:
        faults.set(house.simulated(), OWNER, ITEM, "slow", seconds=0.3)
        asking = threading.Thread(target=_when_asked, args=(house, before, ending))
        asking.start()
    when_passing(act)
    try:
        lookup = house.submit(clerk, a_request(CASE_ITEM, keys=(registers.example_keys(ITEM)[0],), items=(ITEM,)))
        if at is Point.K3:  # it is the worker's parent that passes it
            act(Point.K3)
        house.run_due()
        shown = _shown(house, clerk, lookup)
    finally:
        when_passing(None)
        faults.clear(house.simulated())
    assert ending.ident is not None
    ending.join(20)
    assert not ending.is_alive()
    return len(requests_seen(house.simulated())) - before, shown + _shown(house, clerk, lookup)


def _when_asked(house: TestHouse, before: int, ending: threading.Thread) -> None:
    until(lambda: len(requests_seen(house.simulated())) > before, "the source has the request")
    ending.start()


def _shown(house: TestHouse, clerk: Clerk, lookup: uuid.UUID) -> int:
    return len(show(clerk.actor, clerk.keys, lookup, house.settings).answers)


def _mended(house: TestHouse) -> None:
    """The next clerk finds the case item and the agency as they were."""
    with transaction() as session:
        versions = update(CaseItemVersion).where(CaseItemVersion.case_item == CASE_ITEM)
        session.execute(versions.values(valid_to=clock.today() + timedelta(days=365)))
        for (version,) in session.execute(
            CaseItemVersion.__table__.select()
            .with_only_columns(CaseItemVersion.id)
            .where(CaseItemVersion.case_item == CASE_ITEM)
        ).all():
            if session.get(VersionAgency, (version, "ntpc-dist-banqiao")) is None:
                session.add(VersionAgency(version_id=version, agency="ntpc-dist-banqiao", seq=999))
