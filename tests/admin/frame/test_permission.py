"""Every route has its rule, and the application does not start when one is missing."""

from pathlib import Path

import pytest
from flask import Blueprint, Flask

from admin.app import AREAS
from admin.frame.doors import Area
from admin.frame.permission import ROUTES, SIGNED_IN, Rule, check_routes, held_by, routes_of, rule_of
from govern.core.errors import WrongSetting
from govern.core.ids import new_id
from govern.keys.ring import Ring
from govern.rules.actor import Actor, Role
from tests.support.console import Browser, a_console, some_values


def test_every_route_has_a_rule_and_every_rule_a_route(console: Flask) -> None:
    assert set(routes_of(console)) == set(ROUTES)


def test_a_route_without_a_rule_stops_the_start(console: Flask, keys: Ring, tmp_path: Path) -> None:
    extra = Blueprint("extra", __name__)
    extra.add_url_rule("/extra", "page", lambda: "")
    area = Area("extra", lambda app, _console: app.register_blueprint(extra))
    with pytest.raises(WrongSetting) as stopped:
        a_console(tmp_path, keys, areas=(*AREAS, area))
    assert "GET extra.page" in stopped.value.wording.en


def test_a_rule_without_a_route_stops_the_start(console: Flask, keys: Ring, tmp_path: Path) -> None:
    with pytest.raises(WrongSetting) as stopped:
        a_console(tmp_path, keys, table={**ROUTES, "POST nowhere.at_all": SIGNED_IN})
    assert "POST nowhere.at_all" in stopped.value.wording.en


def test_a_method_more_than_the_table_says_is_found(console: Flask) -> None:
    table = {line: rule for line, rule in ROUTES.items() if line != "POST login.enter"}
    with pytest.raises(WrongSetting, match="wrong_setting"):
        check_routes(console, table)


def test_a_head_request_goes_by_the_rule_of_get() -> None:
    assert rule_of({"GET home.index": SIGNED_IN}, "HEAD", "home.index") is SIGNED_IN
    assert rule_of({"GET home.index": SIGNED_IN}, "POST", "home.index") is None


def test_a_rule_permits_by_sign_on_and_by_role() -> None:
    clerk = Actor(new_id(), "clerk", "ntpc", frozenset({Role.CLERK}))
    assert Rule("public", needs_sign_on=False).permits(None)
    assert not SIGNED_IN.permits(None)
    assert SIGNED_IN.permits(clerk)
    assert held_by("clerk", Role.CLERK, Role.HEAD).permits(clerk)
    assert not held_by("head", Role.HEAD).permits(clerk)


def test_nobody_gets_behind_a_door_without_signing_on(console: Flask) -> None:
    """What each role finds behind which door stands in the matrix (`tests/promises/test_nobody_beyond_their_rights.py`)."""
    browser = Browser(console)
    for line, rule in ROUTES.items():
        if rule.needs_sign_on:
            method, endpoint = line.split(" ", 1)
            response = browser.client.open(_address_of(console, endpoint), method=method)
            assert response.status_code == 303, line
            assert response.headers["Location"].startswith("/login"), line


def _address_of(app: Flask, endpoint: str) -> str:
    route = next(route for route in app.url_map.iter_rules() if route.endpoint == endpoint)
    with app.test_request_context():
        return str(route.build(some_values(route), append_unknown=False)[1])  # type: ignore[index]
