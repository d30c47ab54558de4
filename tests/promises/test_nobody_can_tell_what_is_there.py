"""看不到的，也問不出有沒有：不存在的、別機關的、隱藏的，回應的狀態、長度、內容與所做的工夫都一樣。

Promise 5 (SECURITY.md, A3). Every route with an identifier, from the route table of the running console, by every role that its
rule lets in. In the suite nothing is timed: what a request asks of the database is counted. `make faults` measures the times.
"""

import uuid
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Final

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from govern.catalogue.case_item import CaseItem, CaseItemVersion
from govern.core import database
from govern.core.errors import NotAllowed, NotFound
from govern.core.settings import Settings
from govern.rules.actor import Actor, Role
from tests.support.drafts import a_draft, the_cast
from tests.support.everybody import Everybody, Thing, the_world
from tests.support.knocking import Route, address_of, form_of, plain, routes
from tests.support.oracles import apart, in_turn, statements
from tests.support.proofs import counted, record, said

DRAFT, NO_DRAFT = "social_housing_2", "social_housing_9"  # of an agency that nobody here belongs to; of nobody
SOURCE, NO_SOURCE = "ntpc-civil.https", "ntpc-civic.https"
OF_A_THING: Final = ("trail.details_view", "rights.details_view", "people.details_view")
# Plans and public draws are everybody's who audits: a foreign one is none.
NOBODYS_OWN: Final = frozenset({"plan.show", "number.results", "number.enter"})
# What each answers of a thing that everybody may read: agencies, data items, articles, what is in force. None of it is hidden.
OF_EVERYBODY: Final = frozenset(
    {"agency", "item", "basis", "filename", "what", "place", "part", "superior", "case_item"}
)
# Read again every few seconds, noted once a minute: whoever asks meets it by chance.
BY_CHANCE: Final = ("FROM notice", "seen_at", "'now'", "clock_timestamp")
PAIRS: Final = 200
TIMED: Final = (
    ("GET desk.lookup", Role.CLERK),
    ("POST desk.answers", Role.CLERK),
    ("GET trail.details_view", Role.CLERK),
    ("GET rights.details_view", Role.SUPERVISOR),
    ("GET people.details_view", Role.SUPERVISOR),
    ("GET period.show", Role.AUDITOR),
    ("GET life.version", Role.CLERK),
)


@pytest.fixture(scope="module")
def world(land: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everybody]:
    """Everybody in front of one console, and a draft of another agency's that none of them may see."""
    world = the_world(land, tmp_path_factory.mktemp)
    a_draft(the_cast(world.house), DRAFT)
    yield world
    database.release()


def test_absent_foreign_and_hidden_look_the_same_and_are_the_same_work(
    world: Everybody, capsys: pytest.CaptureFixture[str]
) -> None:
    """每一條帶有識別碼的路由×每一種放行的角色：不存在的與看不到的，狀態、長度、內容、資料庫查詢全部一樣。"""
    pairs, told = 0, []
    for route, role, foreign, missing in _pairs(world):
        told += [f"{route.line} by {role}: {how}" for how in _told(world, route, role, foreign, missing)]
        pairs += 1
    with capsys.disabled():
        print(f"\n  {pairs} pairs of hidden and absent, {len(told)} told apart")
    assert told == [], "\n".join(told)
    assert pairs >= 70


@pytest.mark.parametrize("says", [True, False])
def test_an_answer_that_tells_is_found(world: Everybody, monkeypatch: pytest.MonkeyPatch, says: bool) -> None:
    """植入錯誤必被發現：說「不准看」而不說「沒有」；或話一樣，卻多查了一次。"""
    route = next(each for each in routes(world.app) if each.line == "GET life.version")
    foreign, missing = _of_code(world, route, DRAFT), _of_code(world, route, NO_DRAFT)

    def first_whether_it_is_there(_actor: Actor, session: Session, code: str) -> CaseItem:
        if session.scalars(select(CaseItem.code).where(CaseItem.code == code)).first() is not None:
            session.scalars(select(CaseItemVersion.id).where(CaseItemVersion.case_item == code)).all()
            if says:
                raise NotAllowed
        raise NotFound

    assert list(_told(world, route, Role.CLERK, foreign, missing)) == []
    monkeypatch.setattr("admin.console.life.seen_version.case_item_for", first_whether_it_is_there)
    assert list(_told(world, route, Role.CLERK, foreign, missing)) != []


@pytest.mark.faults
@pytest.mark.timeout(3000)
def test_the_time_tells_nothing(world: Everybody) -> None:
    """對看不到的與不存在的輪流各問200次：中位數相差不逾5毫秒，Mann-Whitney檢定看不出先後。"""
    farthest, told, tried = 0.0, 0, 0
    for line, role in TIMED:
        route = next(each for each in routes(world.app) if each.line == line)
        (foreign, missing), *_ = [(one, other) for at, by, one, other in _pairs(world) if (at, by) == (route, role)]
        took = in_turn(
            partial(_asked, world, route, role, foreign), partial(_asked, world, route, role, missing), PAIRS
        )
        by_ms, p = apart(*took)
        print(f"{line}: medians {by_ms:.2f} ms apart, p = {p:.3f}", flush=True)
        farthest, told, tried = max(farthest, by_ms), told + (p < 0.01 / len(TIMED)), tried + 1
    rows = [
        counted("medians of hidden and absent apart", farthest, "ms", rounds=PAIRS * tried, target="<= 5"),
        counted("routes whose time tells hidden from absent", told, "routes", rounds=tried),
    ]
    record("hidden and absent in time", rows)
    print(said(rows))
    assert farthest <= 5
    assert told == 0


def test_the_measure_of_times_finds_what_is_slower() -> None:
    """檢定本身有效：慢三成的一方會被看出來，一樣快的不會。"""
    one = [10 + number % 7 for number in range(PAIRS)]
    assert apart(one, [value * 1.3 for value in one])[1] < 0.001
    assert apart(one, list(reversed(one)))[1] > 0.9


def _pairs(world: Everybody) -> Iterator[tuple[Route, Role, str, str]]:
    """Each route with something that its visitor may not see, and with nothing, by every role that its rule lets in."""
    absent = Thing(uuid.uuid4(), uuid.uuid4(), uuid.uuid4())
    for route in routes(world.app):
        if not route.rule.needs_sign_on or route.endpoint in NOBODYS_OWN:
            continue
        for role in sorted(route.rule.roles or Role):
            if {"identity", "right"} & route.arguments or route.endpoint in OF_A_THING:
                yield route, role, address_of(world.app, route, world.foreign), address_of(world.app, route, absent)
            elif "code" in route.arguments or route.endpoint == "case_items.details_view":
                yield route, role, _of_code(world, route, DRAFT), _of_code(world, route, NO_DRAFT)
            elif "source" in route.arguments or (route.endpoint == "sources.details_view" and role != Role.OPERATOR):
                address = address_of(world.app, route, world.foreign)
                yield route, role, address, address.replace(SOURCE, NO_SOURCE)
            else:
                assert route.arguments <= OF_EVERYBODY, f"{route.line} has an identifier that no pair is made of"


def _of_code(world: Everybody, route: Route, code: str) -> str:
    address = address_of(world.app, route, world.foreign)
    return address.replace("low_income_household", code)


def _told(world: Everybody, route: Route, role: Role, foreign: str, missing: str) -> Iterator[str]:
    """In what the two responses differ."""
    one, work = _asked(world, route, role, foreign)
    other, as_much = _asked(world, route, role, missing)
    if one.status_code != other.status_code:
        yield f"status {one.status_code}, not {other.status_code}"
    if len(one.data) != len(other.data):
        yield f"length {len(one.data)}, not {len(other.data)}"
    if plain(one).replace(DRAFT, NO_DRAFT) != plain(other):
        yield "other words"
    if work != as_much:
        yield f"other work: {[text[:120] for text in (work - as_much) + (as_much - work)]}"


def _asked(world: Everybody, route: Route, role: Role, address: str) -> tuple[TestResponse, Counter[str]]:
    client, token = world.at_the_door(role, "own")
    data = {**form_of(route, world.foreign), "csrf_token": token} if route.method == "POST" else None
    with statements() as sent:
        response = client.open(address, method=route.method, data=data)
        response.data  # noqa: B018 - read to its end
    return response, Counter(text for text in sent if not any(part in text for part in BY_CHANCE))
