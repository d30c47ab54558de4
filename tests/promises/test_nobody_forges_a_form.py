"""偽造的表單一律不生效：沒有權杖、別人的權杖、換一種送法；多塞進任何一個資料庫欄位，也一列都不改；轉址不離開本站。

Promise 5 (SECURITY.md, A5 and A6). Every route that takes a form, from the route table of the running console; what changed is
found in the rows of all tables.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Blueprint, request
from sqlalchemy import select
from werkzeug.test import EnvironBuilder

from admin.app import AREAS, create_app
from admin.frame import security
from admin.frame.doors import Area
from admin.frame.language import place_to_return
from admin.frame.permission import ROUTES, SIGNED_IN
from govern.core import database
from govern.core.database import transaction
from govern.core.settings import Settings
from govern.people.person import Person
from govern.rules.actor import Role
from tests.support.everybody import Everybody, signed_in, the_world
from tests.support.forging import (
    FORGERIES,
    changed,
    columns,
    forged,
    forms,
    location,
    overfilled,
    places_of,
    rows,
    sent,
)
from tests.support.knocking import address_of, each_page_once, form_of, routes

PLANTED: Final = "73571"  # a text and a number, which no row holds by itself
TO_THE_LOG_IN: Final = "/login"

# Ways to another host that sanitisers have missed, and our own addresses among strange neighbours.
ELSEWHERE: Final = "evil.example"
REDIRECTS: Final = tuple(
    form.replace("@", ELSEWHERE)
    for form in (
        *(
            "http://@",
            "https://@/",
            "//@",
            "///@",
            "////@",
            "/\\@",
            "\\/@",
            "\\\\@",
            "/\\/@",
            "\\@",
            "http:@",
            "http:/@",
        ),
        *("https:///@", "https:\\\\@", "HTTPS://@", "//@:80", "//user@@", "http://localhost\\@@", "//localhost\\.@"),
        *("/\t/@", "/\n/@", "/\r/@", "\t//@", " //@", "\x00//@", "/\x00/@", "\u00a0//@", "/\u2028/@", "\ufeff//@"),
        *(
            "/%09/@",
            "/%0a/@",
            "/%5c@",
            "/%2f@",
            "%2f%2f@",
            "/%2e%2e//@",
            "/.//@",
            "/..//@",
            "/../\\@",
            "./\\@",
            "/./\\/@",
        ),
        *("javascript:alert(1)//@", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,@", "vbscript:x"),
        *(
            "ftp://@",
            "mailto:a@@",
            "blob:https://@/1",
            "//@%E3%80%82tw",
            "//\u3002@",
            "/\u2215/@",
            "/\uff0f@",
            "\uff0f\uff0f@",
        ),
        *("?//@", "#//@", "/?back=//@", "/#//@", "/;//@", "//[::1]", "//2130706433", "//0x7f000001", "@", ".@", ""),
    )
)


@pytest.fixture(scope="module")
def world(land: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everybody]:
    """Everybody in front of one console."""
    yield the_world(land, tmp_path_factory.mktemp)
    database.release()


def test_a_form_without_its_own_token_changes_nothing(world: Everybody, capsys: pytest.CaptureFixture[str]) -> None:
    """五種偽造×每一條表單路由×有權者與未登入者：一律不生效，資料一列也不變。"""
    before, tried, opened = rows(), 0, []
    with each_page_once() as asks:
        for route, role in forms(world):
            for visitor in (role, None):
                asks["who"] = visitor
                for how in FORGERIES:
                    response = forged(world, route, visitor, how)
                    leads_in = response.status_code == 303 and not location(response).startswith(TO_THE_LOG_IN)
                    # Where no token is asked for, nothing can be changed either: the rows below are compared after it too.
                    if leads_in or response.status_code not in (
                        (303, 400, 403) if route.rule.needs_token else (200, 422)
                    ):
                        opened.append(f"{route.line} by {visitor}, {how}: {response.status_code}")
                    tried += 1
    with capsys.disabled():
        print(f"\n  {tried} forged forms, {len(opened)} taken")
    assert opened == []
    assert tried >= 5 * 2 * 70
    assert changed(before, rows()) == []


def test_a_form_that_is_taken_without_its_token_is_found(world: Everybody, monkeypatch: pytest.MonkeyPatch) -> None:
    """植入錯誤必被發現：不查權杖時，偽造的表單會改變資料，前一項查核看得出來。"""
    monkeypatch.setattr(security.csrf, "protect", lambda: None)
    route = next(each for each, _ in forms(world) if each.line == "POST own.guides_again")
    keep = next(each for each, _ in forms(world) if each.line == "POST own.arrange")
    before = rows()
    client, _ = world.at_the_door(Role.CLERK, "own")
    thing = world.thing_of(Role.CLERK, "own")
    assert client.post(address_of(world.app, keep, thing), data={"language": "zh", "mode": "dark"}).status_code == 303
    assert forged(world, route, Role.CLERK, "no token").status_code == 303
    assert changed(before, rows()) == ["preference"]


def test_a_form_is_no_page(world: Everybody) -> None:
    """會改變資料的路由不接受用網址直接開啟。"""
    before = rows()
    client, _ = world.at_the_door(Role.CLERK, "own")
    gets = {route.endpoint for route in routes(world.app) if route.method == "GET"}
    for route, role in forms(world):
        if route.endpoint not in gets:
            response = client.get(address_of(world.app, route, world.thing_of(role, "own")))
            assert response.status_code in (200, 303, 403, 404, 405), route.line
    assert changed(before, rows()) == []


# Where a form's own field is called as a column is, and the text may well be kept.
THEIRS: Final = {("saved_view", "name"), ("saved_view", "view")}


def test_a_field_too_many_is_nobodys(world: Everybody, capsys: pytest.CaptureFixture[str]) -> None:
    """每一張表單多送全部資料表的全部欄位：沒有一個欄位因此被寫入。"""
    assert places_of(PLANTED) == set()
    with each_page_once() as asks:
        for route, role in forms(world):
            if route.line in ("POST login.leave", "POST login.switch"):
                continue
            asks["who"] = role
            thing = world.thing_of(role, "own")
            client, token = world.at_the_door(role, "own")
            response = sent(
                client, address_of(world.app, route, thing), overfilled(route, form_of(route, thing), PLANTED), token
            )
            assert response.status_code < 500, (route.line, response.status_code)
    with capsys.disabled():
        print(
            f"\n  {len(columns())} columns posted to each form; kept where they are the form's own: {places_of(PLANTED)}"
        )
    assert places_of(PLANTED) <= THEIRS


def test_a_form_that_takes_what_it_is_sent_is_found(world: Everybody) -> None:
    """植入錯誤必被發現：照單全收的表單會寫入不屬於它的欄位。"""
    greedy = Blueprint("greedy", __name__)
    of = world.persons[Role.CLERK, "own"].person

    def take() -> str:
        with transaction() as session:
            person = session.scalars(select(Person).where(Person.id == of)).one()
            for name in ("name", "language"):
                setattr(person, name, request.form[name][:20])
        return ""

    greedy.add_url_rule("/greedy", "take", take, methods=["POST"])
    area = Area("greedy", lambda app, _console: app.register_blueprint(greedy))
    table = {**ROUTES, "POST greedy.take": SIGNED_IN}
    app = create_app(parts=world.parts, areas=(*AREAS, area), table=table)
    client, token, _ = signed_in(app, world.house, of, "ntpc-dist-banqiao")
    planted = PLANTED + "9"
    assert sent(client, "/greedy", dict.fromkeys(columns(), planted), token).status_code == 200
    assert places_of(planted) == {("person", "name"), ("person", "language"), ("whole_name", "names")}


def test_no_redirect_leads_to_another_host(world: Everybody, capsys: pytest.CaptureFixture[str]) -> None:
    """各種轉址手法×每一個收下去處的入口：沒有一個離開本站。"""
    client, token = world.at_the_door(Role.CLERK, "own")
    left, tried = [], 0
    with each_page_once() as asks:
        asks["who"] = Role.CLERK
        for place in REDIRECTS:
            nobody = world.app.test_client()
            nobody.get("/login", query_string={"back": place})
            with nobody.session_transaction() as held:
                kept = held.get("back", "")
            ways = [
                sent(client, "/language", {"language": "zh", "back": place}, token),
                sent(client, "/own/guides/read", {"back": place}, token),
                sent(client, "/forms/forget", {"kept_address": place}, token),
            ]
            left += [place for way in ways if not _stays(location(way))] + ([] if _stays(kept or "/") else [place])
            tried += 1 + len(ways)
        for path in (
            "//evil.example/login",
            "//evil.example//desk",
            "/desk//evil.example",
            "//evil.example",
            "/\\evil.example",
        ):
            for host in ("localhost", "evil.example", "evil.example:80"):
                asked = EnvironBuilder("/").get_environ() | {"PATH_INFO": path, "HTTP_HOST": host}
                answer = world.app.test_client().open(asked)
                left += [] if _stays(location(answer) or "/") else [f"{path} of {host}"]
                tried += 1
    with capsys.disabled():
        print(f"\n  {len(REDIRECTS)} places, {tried} redirects, {len(left)} to another host")
    assert len(set(REDIRECTS)) >= 60
    assert left == []


def test_a_place_to_return_to_is_one_of_ours() -> None:
    """收下的去處，不在本站的一律回首頁。"""
    assert [place for place in REDIRECTS if not _stays(place_to_return(place))] == []


def test_a_redirect_that_leaves_is_seen() -> None:
    """植入錯誤必被發現：照樣轉去的入口，這個查核認得出離開本站。"""
    gone = [place for place in REDIRECTS if not _stays(place)]
    assert len(gone) >= 20


def _stays(place: str) -> bool:
    """Whether a browser on our page that goes there is still on our host."""
    cleaned = place.replace("\t", "").replace("\n", "").replace("\r", "").replace("\\", "/").strip("\x00 ")
    reached = urlsplit(urljoin("http://localhost/here", cleaned))
    return (reached.scheme, reached.netloc) == ("http", "localhost")
