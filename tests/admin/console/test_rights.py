"""Rights in the console: granted, renewed and ended by a supervisor of the agency, at once; seen within reach."""

import shutil
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from govern.core import clock, database
from govern.core.database import reading
from govern.keys.ring import Ring
from govern.people import grant
from govern.people.right import Right
from govern.rules.actor import Role
from govern.rules.calendar import to_roc_digits
from tests.support.catalogue import another_city, load_files, row
from tests.support.console import Browser, Worker, a_console, a_person, text_of

WHY = "接辦津貼業務"


@pytest.fixture
def app(tmp_path: Path, sqlite_template: Path, keys: Ring) -> Iterator[Flask]:
    """A console with a small catalogue, whose business agency looks up."""
    path = tmp_path / "govern.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database.bind(f"sqlite:///{path}")
    files = another_city()
    row(files, "case_items", "case_items", "subsidy")["authorised_agencies"] = ["tainan-civil"]
    load_files(tmp_path / "files", files)
    yield a_console(tmp_path, keys)
    database.release()


@pytest.fixture
def clerk(app: Flask) -> Worker:
    return a_person("clerk", "tainan-social", Role.CLERK, name="林承辦")


@pytest.fixture
def supervisor(app: Flask, clerk: Worker) -> Browser:
    a_person("boss", "tainan-social", Role.SUPERVISOR, name="陳主管")
    return signed_in(app, "boss")


def signed_in(app: Flask, account: str) -> Browser:
    browser = Browser(app)
    assert browser.log_in(account).status_code == 303
    return browser


def rights() -> list[Right]:
    with reading() as session:
        return list(session.scalars(select(Right).order_by(Right.id)))


def a_right(keys: Ring, clerk: Worker, days: int = 365) -> uuid.UUID:
    today = clock.today()
    return grant.grant_right(
        keys,
        clerk.person_id,
        clerk.agency,
        "allowance",
        starts_on=today,
        ends_on=today + timedelta(days=days),
        reason=WHY,
    )


def granting(clerk: Worker, **changed: str) -> dict[str, str]:
    today = clock.today()
    return {
        "person": str(clerk.person_id),
        "case_item": "allowance",
        "starts_on": to_roc_digits(today),
        "ends_on": to_roc_digits(today + timedelta(days=365)),
        "reason": WHY,
    } | changed


def test_a_supervisor_grants_and_the_clerk_sees_it(app: Flask, supervisor: Browser, clerk: Worker) -> None:
    page = supervisor.get(f"/rights/grant?person={clerk.person_id}").text
    assert f'value="{clerk.person_id}" selected' in page
    offered = supervisor.post("/form/pick/case_item", {"words": ""}, page="/rights/grant").get_json()
    assert [each["code"] for each in offered["found"]] == ["allowance"]  # the other authorises another agency
    made = supervisor.post("/rights/grant", granting(clerk), page="/rights/grant")
    assert made.status_code == 303
    said = text_of(supervisor.get(made.headers["Location"]))
    assert "已授予，立即生效" in said
    assert WHY in said
    assert "陳主管" in said
    own = signed_in(app, "clerk")
    assert "allowance" in text_of(own.get("/rights/"))
    assert WHY in text_of(own.get(f"/rights/details/?id={rights()[0].id}"))
    assert 'href="/rights/grant"' not in own.get("/rights/").text


@pytest.mark.parametrize(
    ("changed", "row"),
    [
        ({"person": ""}, "person"),
        ({"person": str(uuid.uuid4())}, "person"),
        ({"case_item": "subsidy"}, "case_item"),
        ({"starts_on": "昨天"}, "starts_on"),
        ({"starts_on": "1100101"}, "starts_on"),
        ({"ends_on": "1500101"}, "ends_on"),
        ({"reason": " 短 "}, "reason"),
    ],
)
def test_what_cannot_be_granted_is_said_at_its_row(
    supervisor: Browser, clerk: Worker, changed: dict[str, str], row: str
) -> None:
    response = supervisor.post("/rights/grant", granting(clerk, **changed), page="/rights/grant")
    assert response.status_code == 422
    assert f'id="{row}-error"' in response.text
    assert rights() == []


def test_nobody_grants_to_oneself_nor_to_a_clerk_of_another_agency(app: Flask, supervisor: Browser) -> None:
    both = a_person("both", "tainan-social", Role.SUPERVISOR, Role.CLERK, name="兼任者")
    other = a_person("other", "tainan-civil", Role.CLERK)
    browser = signed_in(app, "both")
    assert str(both.person_id) not in browser.get("/rights/grant").text
    for person in (both, other):
        response = browser.post("/rights/grant", granting(person), page="/rights/grant")
        assert response.status_code == 422
    assert rights() == []


@pytest.mark.parametrize("role", [Role.CLERK, Role.HEAD, Role.AUDITOR, Role.DRAFTER, Role.APPROVER, Role.OPERATOR])
def test_no_other_role_grants_or_ends(app: Flask, keys: Ring, clerk: Worker, role: Role) -> None:
    right = a_right(keys, clerk)
    a_person("someone", "tainan-social", role)
    browser = signed_in(app, "someone")
    for path in ("/rights/grant", f"/rights/{right}/end", f"/rights/{right}/renew"):
        assert browser.get(path).status_code == 403
        assert browser.post(path, {"reason": WHY, "cause": "misuse"}, page="/").status_code == 403
    assert rights()[0].ended_at is None


def test_a_supervisor_ends_a_right_at_once_and_says_why(
    app: Flask, keys: Ring, supervisor: Browser, clerk: Worker
) -> None:
    right = a_right(keys, clerk)
    path = f"/rights/{right}/end"
    wrong = supervisor.post(path, {"reason": "短"}, page=path)
    assert wrong.status_code == 422
    assert 'id="cause-error"' in wrong.text
    assert 'id="reason-error"' in wrong.text
    assert rights()[0].ended_at is None
    ended = supervisor.post(path, {"cause": "misuse", "reason": "查調次數異常"}, page=path)
    assert ended.status_code == 303
    said = text_of(supervisor.get(ended.headers["Location"]))
    assert "疑似不當使用" in said
    assert "查調次數異常" in said
    assert supervisor.get(path).status_code == 404  # there is nothing left to end
    own = text_of(signed_in(app, "clerk").get(f"/rights/details/?id={right}"))
    assert "疑似不當使用" in own
    assert "查調次數異常" not in own  # what the supervisor wrote is for those above


def test_a_right_is_renewed_in_one_step(keys: Ring, supervisor: Browser, clerk: Worker) -> None:
    right = a_right(keys, clerk, days=10)
    path, until = f"/rights/{right}/renew", clock.today() + timedelta(days=500)
    renewed = supervisor.post(path, {"ends_on": to_roc_digits(until), "reason": "續辦津貼業務"}, page=path)
    assert renewed.status_code == 303
    former, new = rights()
    assert former.ended_at is not None
    assert (new.ended_at, new.ends_on) == (None, until)


def test_what_ends_soon_waits_on_the_home_page_and_stands_under_its_tab(
    app: Flask, keys: Ring, supervisor: Browser, clerk: Worker
) -> None:
    right = a_right(keys, clerk, days=10)
    home = supervisor.get("/").text
    assert "林承辦的查調權限快到期" in home
    assert "剩10天" in home
    assert f"/rights/{right}/renew" in home
    assert "林承辦" in supervisor.get("/rights/?tab=ending").text
    assert "林承辦" in supervisor.get("/rights/").text
    assert "林承辦" not in supervisor.get("/rights/?tab=over").text
    assert "查調權限剩" not in signed_in(app, "clerk").get("/").text
    grant.end_right(right)
    assert "林承辦的查調權限" not in supervisor.get("/").text
    assert "林承辦" in supervisor.get("/rights/?tab=over").text


def test_a_foreign_right_and_a_foreign_person_are_not_there(app: Flask, keys: Ring, clerk: Worker) -> None:
    right = a_right(keys, clerk)
    a_person("stranger", "tainan-civil", Role.SUPERVISOR)
    browser = signed_in(app, "stranger")
    paths = (f"/rights/details/?id={right}", f"/rights/{right}/end", f"/people/details/?id={clerk.person_id}")
    assert [browser.get(path).status_code for path in paths] == [404, 404, 404]
    assert "林承辦" not in browser.get("/rights/").text + browser.get("/people/").text
    a_person("above", "tainan", Role.SUPERVISOR)
    above = signed_in(app, "above")
    assert above.get(paths[0]).status_code == 200
    assert above.get(paths[1]).status_code == 404  # seen from above, ended by the own supervisor


def test_a_supervisor_sees_the_people_of_the_unit_with_roles_and_rights(
    keys: Ring, supervisor: Browser, clerk: Worker
) -> None:
    a_right(keys, clerk)
    listed = text_of(supervisor.get("/people/"))
    assert "林承辦" in listed
    assert "社會局：承辦人" in listed
    page = supervisor.get(f"/people/details/?id={clerk.person_id}")
    assert "allowance" in page.text
    assert f"/rights/grant?person={clerk.person_id}" in page.text


def test_several_rights_are_renewed_and_ended_after_a_preview_and_each_no_is_said(
    app: Flask, keys: Ring, clerk: Worker, supervisor: Browser
) -> None:
    today = clock.today()
    second = a_person("second", "tainan-social", Role.CLERK, name="王承辦")
    for person in (clerk, second):
        a_right(keys, person, days=9)
    ids = [str(right.id) for right in rights()]
    chosen = {"action": "renew", "rowid": [*ids, str(uuid.uuid4())], "tab": "ending"}
    asked = supervisor.post("/rights/action/", chosen, page="/")
    assert 'id="ends_on-calendar"' in asked.text  # until when is a day of the calendar
    preview = text_of(asked)
    assert "會變更的2項" in preview
    assert "不會變更的1項" in preview
    assert "林承辦．" in preview
    until = to_roc_digits(today + timedelta(days=100))
    unsaid = supervisor.post("/rights/action/", {**chosen, "sure": "1", "ends_on": until, "reason": ""}, page="/")
    assert unsaid.status_code == 422
    renewed = {**chosen, "sure": "1", "ends_on": until, "reason": WHY}
    assert "3項中2項完成。" in text_of(supervisor.post("/rights/action/", renewed, page="/"))
    held = [right for right in rights() if right.ended_at is None]
    assert {right.ends_on for right in held} == {today + timedelta(days=100)}
    ended = {"action": "end", "rowid": [str(held[0].id), ids[0]], "sure": "1", "cause": "not_needed", "reason": WHY}
    said = text_of(supervisor.post("/rights/action/", ended, page="/"))
    assert "2項中1項完成。" in said
    assert "這項權限已經終止。" in said
    assert sum(right.ended_at is None for right in rights()) == 1
