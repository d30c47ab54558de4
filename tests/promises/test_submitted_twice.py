"""重複送出：同一張表單同時送出2至50次、按上一頁再送、隔一小時再送，都只有一件查調、只計一次配額，且得到同一個文號。

Promise 2 (SECURITY.md, F12). Real threads post one form to a console behind a port, on both databases. What is counted is what
the database holds afterwards, and where each post was led.
"""

import base64
import threading
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from admin.app import create_app
from admin.frame.actor import COOKIE
from admin.frame.parts import Parts
from connectors.simulated import registers
from govern.access.quota import QuotaUsed
from govern.core import clock
from govern.core.database import reading
from govern.keys import ring
from govern.lookups import submit
from govern.lookups.lookup import Lookup
from govern.trail.entry import Entry
from tests.support.browsers import served
from tests.support.everybody import token_of
from tests.support.houses import TestHouse
from tests.support.proofs import counted, record, said

pytestmark = pytest.mark.slow

CASE_ITEM, ITEM = "low_income_household", "tax_income_national"
AT_ONCE = (2, 3, 5, 10, 20, 50)
MANY = 200


class Form:
    """A clerk's form in front of a served console, to be sent as often as one likes."""

    def __init__(self, house: TestHouse, app: Flask, address: str, secret: bytes, token: str) -> None:
        self.house, self.app, self.address, self.secret, self.token = house, app, address, secret, token
        self.intent_key = uuid.uuid4().hex

    def anew(self) -> None:
        """A fresh page's form."""
        self.intent_key = uuid.uuid4().hex

    def send(self) -> tuple[int, str]:
        """Posted once: the status, and where it leads."""
        body = urlencode(
            {
                "case_number": "測試字第1150000001號",
                "subject_1_national_id": registers.example_keys(ITEM)[0][1],
                "ground_kind": "consent",
                "document": "測同字第1號",
                "signed_on": "115年11月1日",
                "item": ITEM,
                "intent_key": self.intent_key,
                "csrf_token": self.token,
            }
        )
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        connection.request("POST", f"/desk/{CASE_ITEM}", body, self._headers())
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.headers.get("Location", "")

    def send_at_once(self, times: int) -> list[tuple[int, str]]:
        """So many threads post at the same moment."""
        told: list[tuple[int, str]] = []
        gate = threading.Barrier(times)

        def post() -> None:
            gate.wait()
            told.append(self.send())

        threads = [threading.Thread(target=post) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return told

    def _headers(self) -> Mapping[str, str]:
        return {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{COOKIE}={cookie(self.secret)}; {self.page}",
        }

    page = ""


def cookie(secret: bytes) -> str:
    """A log-in's secret as its cookie holds it."""
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


@pytest.fixture
def form(house: TestHouse) -> Iterator[Form]:
    """A console behind a port, and a clerk's form in it."""
    app = create_app(parts=Parts(settings=house.settings, ring=ring.bound()))
    clerk = house.a_clerk("ntpc-dist-banqiao", CASE_ITEM)
    client = app.test_client()
    client.set_cookie(COOKIE, cookie(clerk.secret))
    token = token_of(client, "/")
    page = client.get_cookie("govern-page")
    assert page is not None
    with served(app) as address:
        made = Form(house, app, address, clerk.secret, token)
        made.page = f"govern-page={page.value}"
        yield made


def held(key: str) -> tuple[int, int, int]:
    """Look-ups of a form, all subjects counted against the quota, and entries *asked* of the form's look-ups."""
    with reading() as session:
        lookups = session.scalars(select(Lookup.id).where(Lookup.intent_key == key)).all()
        taken = session.scalar(select(func.coalesce(func.sum(QuotaUsed.subjects), 0))) or 0
        asked = session.scalar(
            select(func.count()).select_from(Entry).where(Entry.lookup.in_(lookups), Entry.kind == "asked")
        )
    return len(lookups), int(taken), int(asked or 0)


def test_equal_posts_at_once_are_one_look_up_one_quota_and_one_reference(form: Form) -> None:
    """同時送出2至50次：一件查調、一次配額、同一文號。"""
    posts = wrong = 0
    for number, times in enumerate(AT_ONCE, start=1):
        form.anew()
        told = form.send_at_once(times)
        posts += times
        wrong += (len(set(told)), told[0][0]) != (1, 303) or held(form.intent_key) != (1, number, 1)
        assert not wrong, (times, sorted(set(told)), held(form.intent_key))
    print(f"\nN: {posts} posts of {len(AT_ONCE)} forms, {wrong} forms with other than one look-up")


def test_a_form_that_is_sent_again_later_leads_to_the_same_look_up(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    """按上一頁再送、隔一小時再送（期間仍有操作）：回到同一件查調。"""
    first = form.send()
    assert first[0] == 303
    assert form.send() == first, "back, and sent again"
    now = clock.now
    for minutes in (12, 24, 36, 48, 61):  # the clerk works on meanwhile, so that the log-in does not end

        def later(minutes: int = minutes) -> datetime:
            return now() + timedelta(minutes=minutes)

        monkeypatch.setattr(clock, "now", later)
        assert form.send() == first, f"{minutes} minutes later"
    assert held(form.intent_key) == (1, 1, 1)


def test_a_fresh_form_is_another_look_up_so_that_the_ones_above_prove_something(form: Form) -> None:
    """對照：另一張新表單就是另一件查調。"""
    first = form.send()
    form.anew()
    second = form.send()
    assert first[1] != second[1]
    assert held(form.intent_key) == (1, 2, 1)


def test_the_proof_fails_where_equal_posts_are_not_kept_apart(
    form: Form, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """植入錯誤必被發現：不排隊時，同時送出者不再得到同一個回覆（SQLite本身即逐一寫入，故僅於PostgreSQL檢查）。"""
    if request.node.callspec.params["house"] == "sqlite":
        pytest.skip("SQLite lets one write at a time, whatever the house does")
    monkeypatch.setitem(vars(submit), "_one_at_a_time", lambda session, actor: None)
    for _ in range(5):
        form.anew()
        if len({status for status, _ in form.send_at_once(20)}) > 1:
            return
    pytest.fail("equal posts went well without being kept apart")


@pytest.mark.faults
def test_equal_posts_many_times(form: Form, request: pytest.FixtureRequest) -> None:
    """同上，200張表單。"""
    posts = wrong = 0
    for number in range(1, MANY + 1):
        form.anew()
        times = AT_ONCE[number % len(AT_ONCE)]
        told = form.send_at_once(times)
        posts += times
        wrong += (len(set(told)), told[0][0]) != (1, 303) or held(form.intent_key) != (1, number, 1)
    rows = [counted("forms with other than one look-up, quota and reference", wrong, "forms", rounds=MANY)]
    record(f"submitted twice, {request.node.callspec.params['house']}", rows)
    print(f"\n{posts} posts\n{said(rows)}")
    assert wrong == 0
