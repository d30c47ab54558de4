"""The desk's pages without a browser: what they say, what they keep to themselves, and errors in words."""

import base64
import re
import uuid
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from admin.app import create_app
from admin.frame.actor import COOKIE
from admin.frame.parts import Parts
from connectors.simulated import faults, registers
from govern.catalogue.source import Source
from govern.core.database import transaction
from govern.keys import ring
from govern.lookups import destroy, intent
from tests.support.console import text_of
from tests.support.everybody import token_of
from tests.support.houses import Clerk, TestHouse, a_request

HERE = "ntpc-dist-banqiao"
CITIZEN = registers.example_keys("tax_income_national")[0][1]
FILLED = {
    "case_number": "測試字第1150000001號",
    "subject_1_national_id": CITIZEN,
    "ground_kind": "consent",
    "document": "測同字第1號",
    "signed_on": "115年11月1日",
}


@dataclass(slots=True)
class Desk:
    """A clerk in front of the desk."""

    house: TestHouse
    clerk: Clerk
    client: FlaskClient
    token: str

    def posts(self, path: str, items: tuple[str, ...] = (), part: bool = False, **typed: str) -> TestResponse:
        """A form, sent as the page or as its script sends it."""
        headers = {"X-Part": "1", "Accept": "application/json"} if part else {}
        return self.client.post(path, data={**typed, "item": list(items), "csrf_token": self.token}, headers=headers)

    def looks_up(self, case_item: str, item: str, **typed: str) -> uuid.UUID:
        """A look-up that its worker has run."""
        sent = self.posts(f"/desk/{case_item}", (item,), **(FILLED | typed))
        assert sent.status_code == 303, text_of(sent)
        self.house.run_due()
        return uuid.UUID(sent.headers["Location"].rsplit("/", 1)[1])


@pytest.fixture
def desk(sqlite_house: TestHouse) -> Desk:
    """A clerk with rights, signed in."""
    app: Flask = create_app(
        parts=Parts(
            settings=sqlite_house.settings,
            ring=ring.bound(),
            on_sign_on=intent.when_signed_on,
            on_session_end=destroy.when_session_ends,
        )
    )
    clerk = sqlite_house.a_clerk(HERE, "disability_certificate", "low_income_household")
    client = app.test_client()
    client.set_cookie(COOKIE, base64.urlsafe_b64encode(clerk.secret).decode().rstrip("="))
    return Desk(sqlite_house, clerk, client, token_of(client, "/"))


def test_the_form_says_before_anything_is_asked_how_each_field_will_appear(desk: Desk) -> None:
    page = text_of(desk.client.get("/desk/low_income_household"))
    assert "將向5個主政機關查調7個項目" in page
    assert "本案件項目只核准24個" in page
    assert re.search(r"所得總額 ，如 \S+ ，可揭示", page)


def test_what_was_typed_is_kept_but_a_key_never_comes_back(desk: Desk) -> None:
    wrong = desk.posts("/desk/disability_certificate", ("hh_person_city",), **(FILLED | {"signed_on": "昨天"}))
    assert wrong.status_code == 422
    assert "簽署日期：請以民國年月日填寫" in text_of(wrong)
    assert "測同字第1號" in wrong.text
    assert CITIZEN not in wrong.text
    assert 'href="#signed_on"' in wrong.text


def test_nothing_ticked_is_said_and_nothing_is_looked_up(desk: Desk) -> None:
    wrong = desk.posts("/desk/disability_certificate", (), **FILLED)
    assert wrong.status_code == 422
    assert "請至少勾選一個查調項目" in text_of(wrong)


def test_the_second_post_of_a_form_finds_the_first_look_up(desk: Desk) -> None:
    first = desk.posts("/desk/disability_certificate", ("hh_person_city",), intent_key="once", **FILLED)
    second = desk.posts("/desk/disability_certificate", ("hh_person_city",), intent_key="once", **FILLED)
    assert first.headers["Location"] == second.headers["Location"]


def test_an_answer_opens_after_its_entry_and_says_what_was_not_fetched(desk: Desk) -> None:
    made = desk.looks_up("disability_certificate", "hh_person_city")
    page = desk.posts(f"/desk/lookups/{made}/answers")
    said = text_of(page)
    assert "核准顯示3個欄位，都完整顯示" in said
    assert "另有15個欄位未取得" in said
    assert "顯示前已寫入軌跡" in said
    assert CITIZEN not in page.text
    assert desk.house.kinds(made)[-1] == "shown"


def test_an_answer_that_is_there_before_its_page_opens_by_itself_for_who_has_just_submitted_and_never_again(
    desk: Desk,
) -> None:
    made = desk.looks_up("disability_certificate", "hh_person_city")
    assert 'data-sent="1"' in desk.client.get(f"/desk/lookups/{made}").text
    assert "data-sent" not in desk.client.get(f"/desk/lookups/{made}").text


def test_a_masked_field_is_hatched_and_opens_as_people_read_it(desk: Desk) -> None:
    made = desk.looks_up("low_income_household", "tax_income_national")
    page = desk.posts(f"/desk/lookups/{made}/answers", part=True).text
    found = re.search(r'data-answer="([^"]+)" data-place="([^"]+)"', page)
    assert found
    assert re.search(r'class="masked".*?萬', page)
    assert "114年" in page
    opened = desk.posts(
        f"/desk/lookups/{made}/reveal",
        part=True,
        answer=found[1],
        place=found[2],
        reason="計算應計所得",
    ).get_json()
    assert re.fullmatch(r"[\d,]+元", opened["value"])
    assert opened["value"] not in page


@pytest.mark.parametrize(
    ("typed", "status"), [({"reason": "短"}, 422), ({"place": "1::income_year"}, 403), ({"answer": "none"}, 404)]
)
def test_a_reveal_that_is_refused_says_so_in_both_languages(desk: Desk, typed: dict[str, str], status: int) -> None:
    made = desk.looks_up("low_income_household", "tax_income_national")
    page = desk.posts(f"/desk/lookups/{made}/answers", part=True).text
    found = re.search(r'data-answer="([^"]+)" data-place="([^"]+)"', page)
    assert found
    form = {"answer": found[1], "place": found[2], "reason": "計算應計所得"} | typed
    refused = desk.posts(f"/desk/lookups/{made}/reveal", part=True, **form)
    said = refused.get_json()
    assert refused.status_code == status
    assert said["zh"]
    assert said["en"]
    assert re.fullmatch(r"E-[0-9A-Z]{4}-[0-9A-Z]{4}", said["reference"])


def test_a_source_that_fails_is_said_with_what_can_be_done(desk: Desk) -> None:
    faults.set(desk.house.simulated(), "ntpc-civil", "hh_person_city", "garbage")
    made = desk.looks_up("disability_certificate", "hh_person_city")
    page = desk.client.get(f"/desk/lookups/{made}")
    assert "重新查調這一項" in text_of(page)
    again = re.search(r'href="(/desk/disability_certificate\?[^"]*again=[^"]+)"', page.text)
    assert again
    form = desk.client.get(again[1].replace("&amp;", "&"))
    assert "重新查調" in text_of(form)
    assert f'name="again" value="{made}"' in form.text
    faults.clear(desk.house.simulated())
    second = desk.looks_up("disability_certificate", "hh_person_city", again=str(made))
    assert desk.house.lookup(second).former == made


def test_a_foreign_look_up_cannot_be_named_as_the_former_one(desk: Desk) -> None:
    other = desk.house.a_clerk(HERE, "disability_certificate")
    foreign = desk.house.submit(other, a_request())
    made = desk.looks_up("disability_certificate", "hh_person_city", again=str(foreign))
    assert desk.house.lookup(made).former is None


def test_a_closed_source_is_said_on_the_form_and_on_the_home_page(desk: Desk) -> None:
    with transaction() as session:
        session.execute(update(Source).where(Source.owner == "tw-fia").values(state="closed"))
    assert "停止介接中" in text_of(desk.client.get("/desk/low_income_household"))
    assert "財政資訊中心" in text_of(desk.client.get("/")).split("介接來源")[1]
    assert "停止介接" in text_of(desk.client.get("/")).split("介接來源")[1]
