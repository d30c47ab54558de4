"""沒有人看得到、做得到職權以外的事：每一條路由、每一種角色、每一種情形逐格核對。

Promise 5. The matrix of SECURITY.md (A1), made from the route table of the running console: every route and method, nobody
and each of the seven roles, about what is one's own, the own agency's, another agency's, one's own after the right has ended,
and with an account that has ended. What is expected comes from the table of rules for the door, and for what lies behind it from
DESIGN.md, "Roles", written down here once more, so that a scope that opens too far differs from it.
"""

import itertools
import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest
from flask import Blueprint
from sqlalchemy import select
from werkzeug.test import TestResponse

from admin.app import AREAS, create_app
from admin.frame.actor import COOKIE
from admin.frame.doors import Area
from admin.frame.parts import Parts
from admin.frame.permission import ROUTES, SIGNED_IN
from govern.core import database
from govern.core.database import reading
from govern.core.errors import WrongSetting
from govern.core.settings import Settings
from govern.keys import ring
from govern.people import grant
from govern.rules.actor import Role
from govern.trail.entry import Entry
from tests.support.everybody import HERE, SITUATIONS, Everybody, signed_in, the_world
from tests.support.houses import PASSWORD, invented_number
from tests.support.knocking import (
    HIDDEN,
    OPENED,
    REFUSED,
    TO_THE_LOG_IN,
    Route,
    each_page_once,
    knock,
    outcome,
    routes,
    undressed,
)
from tests.support.proofs import counted, record, said

VISITORS: Final = (None, *Role)

# Whose look-ups and entries of the own agency a role sees beside the own (DESIGN.md, Roles).
SEE_THE_AGENCYS: Final = frozenset({Role.SUPERVISOR, Role.HEAD, Role.AUDITOR})
OF_A_LOOKUP: Final = frozenset(
    {"GET desk.lookup", "GET desk.progress", "GET desk.events", "POST desk.ask_for_record", "GET desk.record"}
)
OF_THE_ASKER: Final = frozenset({"POST desk.answers", "POST desk.reveal", "POST desk.destroy_now", "POST desk.cancel"})
ENDS_THE_LOG_IN: Final = frozenset({"POST login.leave", "POST login.switch"})
# Of a case item of other agencies that is in force: it can be read, and nobody here speaks for it.
OF_A_DRAFT: Final = frozenset(
    {"GET life.edit", "POST life.save", "GET life.fields", "POST life.save_fields", "GET life.before_proposing"}
    | {"POST life.propose", "GET life.letter", "POST life.enter", "GET life.scan", "GET life.stop"}
)
OF_WHO_SPEAKS_FOR_IT: Final = frozenset({"POST life.change", "POST life.withdraw", "POST life.do_stop"})
# What is not proposed waits for nobody's word: a conflict that says so, whoever speaks.
OF_A_PROPOSAL: Final = frozenset({"POST life.approve", "POST life.send_back", "POST life.reject"})
# Of the audit: a period of the own agency, a sample that is nobody's own, a question to oneself, a finding on a sample.
OF_A_PERIOD: Final = frozenset(
    {"GET period.show", "GET period.account", "GET period.record", "POST period.ask_for_record", "GET period.progress"}
    | {"GET period.events", "POST period.draw", "POST period.sign", "POST period.reopen"}
)
OF_A_SAMPLE: Final = frozenset(
    {"GET sample.show", "POST sample.note", "POST sample.verdict", "POST sample.ask", "POST sample.finding"}
    | {"GET finding.show", "POST finding.close"}
)
# What somebody arranged for oneself, and a notice that is none: absent and foreign look the same.
OF_ONESELF: Final = frozenset(
    {"GET lists.open_view", "POST lists.rename", "POST lists.delete", "POST exports.fetch", "POST notices.end"}
)
OF_WHO_IS_ASKED: Final = frozenset({"GET question.show", "POST question.give", "POST question.document"})
OF_THE_AUDIT: Final = ("plan", "number", "period", "sample", "question", "finding")
AUDIT: Final = frozenset({Role.AUDITOR, Role.HEAD})


def expected(route: Route, role: Role | None, situation: str) -> str:
    """The door from the table of rules, what lies behind it from DESIGN.md."""
    if not route.rule.needs_sign_on:
        return OPENED
    if role is None or situation == "account_ended":
        return TO_THE_LOG_IN
    if route.rule.roles is not None and role not in route.rule.roles:
        return REFUSED
    is_own = situation in ("own", "right_ended")
    if route.line in OF_THE_ASKER and not is_own:
        return HIDDEN
    if route.line == "POST desk.reveal" and situation == "right_ended":
        return REFUSED  # decided again at the moment of use: the answer is there, and does not open
    if route.line in OF_A_LOOKUP or route.endpoint == "trail.details_view":
        return OPENED if is_own or (situation == "near" and role in SEE_THE_AGENCYS) else HIDDEN
    if route.endpoint.split(".")[0] in OF_THE_AUDIT:
        return expected_of_the_audit(route, role, situation)
    if route.line in OF_A_DRAFT or route.line in OF_ONESELF:
        return HIDDEN
    if route.endpoint.endswith(".action_view"):
        return HIDDEN  # no deed is named, and there is none without a name
    if route.line in OF_WHO_SPEAKS_FOR_IT:
        return REFUSED
    if route.line in OF_A_PROPOSAL:
        return "409"
    if route.endpoint.split(".")[0] in ("rights", "people", "granting", "keeping"):
        return expected_of_the_console(route, role, situation)
    if route.endpoint == "sources.details_view":
        return OPENED if role == Role.OPERATOR else HIDDEN  # an approver sees the sources of the own agency alone
    return OPENED


def expected_of_the_audit(route: Route, role: Role, situation: str) -> str:
    """Who audits here sees the agency's period and its samples, but never the own; who looked up sees the question."""
    is_own = situation in ("own", "right_ended")
    if route.line == "GET plan.new":
        return REFUSED  # the agency owns no data item
    if route.line in ("POST plan.make", "POST plan.end"):
        return HIDDEN
    if route.line == "GET plan.show":
        return OPENED if role in AUDIT else HIDDEN
    if route.line in OF_A_PERIOD:
        return OPENED if role in AUDIT and situation != "foreign" else HIDDEN
    if route.line in OF_A_SAMPLE:
        return OPENED if role in AUDIT and situation == "near" else HIDDEN
    if route.line in OF_WHO_IS_ASKED:
        return OPENED if is_own else HIDDEN
    if route.line == "POST sample.document":
        return HIDDEN if situation == "foreign" else OPENED  # the own: as who is asked
    if route.line == "POST finding.answer":
        return REFUSED if role in AUDIT and situation == "near" else HIDDEN  # another has to mend it
    return OPENED


def expected_of_the_console(route: Route, role: Role, situation: str) -> str:
    """Rights are seen like look-ups and turned by the own supervisor while they are open; what is kept is its owner's."""
    is_own = situation in ("own", "right_ended")
    if route.endpoint in ("rights.details_view", "people.details_view"):
        return OPENED if is_own or (situation == "near" and role in SEE_THE_AGENCYS) else HIDDEN
    if "right" in route.arguments:
        return (
            OPENED if situation == "near" else HIDDEN
        )  # the own ones have ended, with the role of clerk at the latest
    if route.endpoint in ("keeping.new_data_item", "keeping.add_item"):
        return REFUSED  # the agency owns no data
    if "source" in route.arguments:
        return HIDDEN  # another owner's
    if "item" in route.arguments or ("basis" in route.arguments and role == Role.DRAFTER):
        return REFUSED  # another owner's data item; an article that other agencies' case items cite
    return OPENED


@pytest.fixture(scope="module")
def world(land: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everybody]:
    """Everybody in front of one console; no test here takes away what another needs."""
    yield the_world(land, tmp_path_factory.mktemp)
    database.release()


@pytest.mark.timeout(1800)  # some eight thousand requests
def test_every_door_opens_for_those_it_should_and_for_nobody_else_and_every_refusal_is_an_entry(
    world: Everybody, capsys: pytest.CaptureFixture[str]
) -> None:
    """每一格的結果與規則表和權責一致；已登入者每一次被拒都有一筆軌跡；每一個回應都帶齊標頭。"""
    cells, refusals, wrong, unentered = _matrix(world)
    with capsys.disabled():
        print(f"\n  {cells} cells (routes by visitor by situation), {refusals} refusals, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong[:40])
    assert unentered == 0
    assert cells == len(routes(world.app)) * len(VISITORS) * len(SITUATIONS)


@pytest.mark.faults
@pytest.mark.timeout(2400)
def test_every_door_does_so_with_every_page_written_out(world: Everybody) -> None:
    """同上，每一格的畫面都完整寫出，不因相同而省略。"""
    cells, refusals, wrong, unentered = _matrix(world, is_whole=True)
    rows = [
        counted("doors that opened or shut otherwise than the rules say", len(wrong), "cells", rounds=cells),
        counted("refusals without their entry", unentered, "refusals", rounds=refusals),
    ]
    record("every door by every visitor", rows)
    print(said(rows))
    assert (wrong, unentered) == ([], 0)


def _matrix(world: Everybody, *, is_whole: bool = False) -> tuple[int, int, list[str], int]:
    """Every cell knocked at: how many, how many refused, what is wrong, and how many refusals have another number of entries."""
    cells, wrong, refused, before = 0, [], Counter[tuple[uuid.UUID, str, int]](), _entered()
    for route, role, situation, response in _knocked(world, is_whole=is_whole):
        cells += 1
        found, should = outcome(response, route), expected(route, role, situation)
        if found != should:
            wrong.append(f"{route.line} by {role} about {situation}: {found}, not {should}")
        wrong += [f"{route.line}: {fault}" for fault in undressed(response, route)]
        if found in (REFUSED, HIDDEN) and role is not None:
            who = world.persons[role, situation if situation.endswith("_ended") else "own"].person
            refused[who, route.line, response.status_code] += 1
    entered = _entered() - before
    return cells, refused.total(), wrong, ((refused - entered) + (entered - refused)).total()


def _knocked(world: Everybody, *, is_whole: bool) -> Iterator[tuple[Route, Role | None, str, TestResponse]]:
    """Every cell with its response."""
    with each_page_once() as asks:
        for route, role, situation in itertools.product(routes(world.app), VISITORS, SITUATIONS):
            asks.clear()
            client, token = (world.fresh if route.line in ENDS_THE_LOG_IN else world.at_the_door)(role, situation)
            if not is_whole:
                asks["who"] = role
            yield route, role, situation, knock(client, token, world.app, route, world.thing_of(role, situation))


def _entered() -> Counter[tuple[uuid.UUID, str, int]]:
    """The refusals that the trail tells of, by person, route and status."""
    found: Counter[tuple[uuid.UUID, str, int]] = Counter()
    with reading() as session:
        for person, details in session.execute(
            select(Entry.person, Entry.details).where(Entry.kind == "refused_request")
        ):
            told = json.loads(details)
            found[person, f"{told['method']} {told['route']}", told["status"]] += 1
    return found


def test_a_route_without_a_rule_stops_the_start(world: Everybody) -> None:
    """沒有登記規則的路由，系統不啟動。"""
    forgotten = Blueprint("forgotten", __name__)
    forgotten.add_url_rule("/forgotten", "page", lambda: "everything")
    area = Area("forgotten", lambda app, _console: app.register_blueprint(forgotten))
    parts = Parts(settings=world.house.settings, ring=ring.bound())
    with pytest.raises(WrongSetting) as stopped:
        create_app(parts=parts, areas=(*AREAS, area))
    assert "GET forgotten.page" in stopped.value.wording.en


def test_a_rule_that_opens_too_far_is_found_by_the_matrix(world: Everybody) -> None:
    """故意把一條規則放寬，矩陣必須抓到：證明這個查核本身有效。"""
    line = "GET sources.index_view"
    app = create_app(parts=world.parts, table={**ROUTES, line: SIGNED_IN})
    route = next(each for each in routes(world.app) if each.line == line)
    person = world.persons[Role.CLERK, "own"].person
    for console, found in ((world.app, REFUSED), (app, OPENED)):
        client, token, _ = signed_in(console, world.house, person, HERE)
        assert outcome(knock(client, token, console, route, world.near), route) == found
    assert expected(route, Role.CLERK, "own") == REFUSED


def test_who_loses_the_role_is_out_with_the_next_request(world: Everybody) -> None:
    """職務解除後，下一個請求就進不去，不必等重新登入。"""
    person = world.house.a_person("leaver", HERE, Role.CLERK, number=invented_number(3002))
    client, _, _ = signed_in(world.app, world.house, person, HERE)
    assert client.get("/desk/").status_code == 200
    grant.take_role(person, HERE, Role.CLERK)
    assert client.get("/desk/").status_code in (303, 403)


def test_behind_tls_the_cookies_belong_to_this_host_alone(world: Everybody) -> None:
    """在TLS之後，登入憑證只屬於本主機，指令碼讀不到，也不經明文傳送。"""
    settings = world.house.settings.model_copy(update={"secure_cookies": True})
    app = create_app(parts=Parts(settings=settings, ring=ring.bound()))
    world.house.a_person("tls", HERE, Role.CLERK, number=invented_number(3001))
    client = app.test_client()
    page = client.get("/login", base_url="https://localhost")
    token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
    assert token
    response = client.post(
        "/login",
        data={"account": "tls", "password": PASSWORD, "csrf_token": token[1]},
        base_url="https://localhost",
        headers={"Referer": "https://localhost/login"},
    )
    cookies = [*page.headers.getlist("Set-Cookie"), *response.headers.getlist("Set-Cookie")]
    assert any(cookie.startswith(f"__Host-{COOKIE}=") for cookie in cookies)
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "Path=/" in cookie
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")
