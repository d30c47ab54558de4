"""/check: whoever holds a record learns whether it is to be believed; nothing is stored, and a hostile file harms nobody."""

import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from admin.public import check
from audit.check.apart import Limits, NotFinished, check_apart
from audit.check.words import WORDS
from govern.core import clock, database
from govern.core.database import Base, reading, transaction
from govern.core.ids import new_id
from govern.keys.ring import Ring
from govern.rules.actor import Role
from reports.record.shelf import IssuedRecord
from tests.support.console import Browser, a_console, a_person, an_agency, text_of
from tests.support.pdf import SigningDesk, signing_desk
from tests.support.proven import a_proven_record, signed, trust_of


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigningDesk]:
    """Keys and a time stamp service of this installation."""
    with signing_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture(scope="module")
def good(desk: SigningDesk) -> bytes:
    """A good record."""
    return signed(desk, a_proven_record())


@pytest.fixture
def public(tmp_path: Path, sqlite_template: Path, keys: Ring, desk: SigningDesk) -> Iterator[Flask]:
    """A console whose installation trusts the desk."""
    shutil.copyfile(sqlite_template, tmp_path / "govern.sqlite3")
    database.bind(f"sqlite:///{tmp_path / 'govern.sqlite3'}")
    (tmp_path / "trust.json").write_text(trust_of(desk.folder))
    yield a_console(tmp_path, keys)
    database.release()


def sent(app: Flask, pdf: bytes, **given: Any) -> TestResponse:
    """The form of the page with a file, as a browser sends it; no token, no cookie."""
    data = {"record": (io.BytesIO(pdf), "稽核紀錄.pdf")}
    return app.test_client().post("/check", data=data, content_type="multipart/form-data", **given)


def asked(app: Flask, pdf: bytes) -> dict[str, Any]:
    """What a program gets for a file that it sends as the body."""
    response = app.test_client().post(
        "/check", data=pdf, content_type="application/pdf", headers={"Accept": "application/json"}
    )
    assert response.status_code == 200
    found: dict[str, Any] = response.get_json()
    return found


def shelved(pdf: bytes, number: str) -> None:
    """This installation issued a file under a number."""
    with transaction() as session:
        session.add(
            IssuedRecord(
                id=new_id(), number=number, lookup=None, pdf=pdf, pdf_sha256=hashlib.sha256(pdf).digest(),
                checkpoint_size=300, made_at=clock.now(),
            )
        )  # fmt: skip


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with reading() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def test_a_good_record_can_be_believed_and_each_claim_says_what_was_looked_at(public: Flask, good: bytes) -> None:
    before = rows()
    response = sent(public, good)
    said = text_of(response)
    assert response.status_code == 200
    assert "這份稽核紀錄可以採信" in said
    assert "稽核紀錄.pdf" in said
    for claim in ("signed", "stamped", "whole", "in_log", "text_is_data"):
        assert WORDS[claim][0] in said
        assert check.HOW[claim].zh in said
    assert "逐筆算到檢核點300" in said
    assert "5項查驗都符合" in said
    assert rows() == before
    assert response.headers["Cache-Control"] == "no-store"


def test_a_doctored_one_cannot_and_the_page_says_why(public: Flask, good: bytes) -> None:
    said = text_of(sent(public, good + b"% more"))
    assert "這份稽核紀錄不可採信" in said
    assert "檔案結尾後被附加了資料。" in said
    assert "可驗證日誌：未查驗" in said
    assert hashlib.sha256(good + b"% more").hexdigest() in said


@pytest.mark.parametrize("accept", ["application/json", "application/json, text/html;q=0.5"])
def test_a_program_gets_the_checkers_json(public: Flask, good: bytes, accept: str) -> None:
    verdict = sent(public, good, headers={"Accept": accept}).get_json()
    assert verdict["valid"] is True
    assert verdict["record"] == "1151124-7QX4-M2"
    assert verdict["claims"]["drawn"] is None
    assert verdict["issued_here"] == "not_issued"
    assert asked(public, good) == verdict
    assert json.dumps(verdict)


def test_whether_this_very_file_lies_on_our_shelf_is_said_too(public: Flask, good: bytes, desk: SigningDesk) -> None:
    shelved(good, "1151124-7QX4-M2")
    assert asked(public, good)["issued_here"] == "this_file"
    assert "本平臺簽發的正是這個檔案" in text_of(sent(public, good))
    again = signed(desk, a_proven_record())  # as genuine, of the same number, and never issued
    assert again != good
    assert asked(public, again)["issued_here"] == "another_file"
    assert asked(public, good + b"\n")["issued_here"] == "not_issued"


@pytest.mark.parametrize("role", [None, *Role])
def test_anybody_may_ask_and_nobodys_log_in_is_read(public: Flask, role: Role | None) -> None:
    browser = Browser(public)
    if role is not None:
        an_agency("ntpc-civil", "新北市政府民政局")
        a_person(role.value, "ntpc-civil", role)
        browser.log_in(role.value)
    assert browser.get("/check").status_code == 200
    before = rows()
    assert browser.client.post("/check", data={"record": (io.BytesIO(b"text"), "a.pdf")}).status_code == 200
    assert rows() == before


def test_without_a_file_the_form_says_so(public: Flask) -> None:
    client = public.test_client()
    for given in ({"data": {}}, {"data": b"", "content_type": "application/pdf"}, {"data": {"record": "no file"}}):
        response = client.post("/check", **given)  # type: ignore[arg-type]
        assert response.status_code == 422
        assert check.NO_FILE.zh in text_of(response)
    refused = client.post("/check", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.get_json()["zh"]) == (422, check.NO_FILE.zh)


def test_a_file_of_more_than_20_mb_is_not_taken(public: Flask) -> None:
    assert sent(public, bytes(20 * 1024 * 1024 + 1)).status_code == 413


def test_while_too_many_are_checked_others_are_told_to_try_later(public: Flask, good: bytes) -> None:
    taken = [check._slots.acquire(blocking=False) for _ in range(check.AT_ONCE)]
    try:
        response = sent(public, good, headers={"Accept": "application/json"})
    finally:
        for _ in taken:
            check._slots.release()
    assert all(taken)
    assert (response.status_code, response.get_json()["en"]) == (503, check.BUSY.en)
    assert asked(public, good)["valid"] is True


def test_without_a_trust_list_nothing_is_said_of_the_file(public: Flask, good: bytes, tmp_path: Path) -> None:
    (tmp_path / "trust.json").write_text("{}")
    response = sent(public, good, headers={"Accept": "application/json"})
    assert (response.status_code, response.get_json()["error"]) == (503, "no_trust")


def test_a_name_that_is_markup_is_shown_as_text(public: Flask) -> None:
    data = {"record": (io.BytesIO(b"text"), "<img src=x onerror=alert(1)>.pdf")}
    page = public.test_client().post("/check", data=data, content_type="multipart/form-data")
    assert b"<img" not in page.data
    assert "&lt;img" in page.text


@pytest.fixture(scope="module")
def trust_file(desk: SigningDesk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trust list as a file."""
    path = tmp_path_factory.mktemp("trust") / "trust.json"
    path.write_text(trust_of(desk.folder))
    return path


@pytest.mark.parametrize("limits", [Limits(memory_bytes=60_000_000), Limits(processor_s=0)])
def test_a_check_that_wants_more_than_it_may_is_not_valid(good: bytes, trust_file: Path, limits: Limits) -> None:
    verdict = check_apart(good, trust_file, limits)
    assert verdict["valid"] is False
    assert {each["code"] for each in verdict["reasons"]} == {"too_costly", "not_looked_at"}


def test_a_machine_too_busy_says_nothing_of_the_file(good: bytes, trust_file: Path) -> None:
    with pytest.raises(NotFinished):
        check_apart(good, trust_file, Limits(deadline_s=0.001))


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"%PDF-1.7\n" + b"[" * 300_000,
        b"%PDF-1.7\n" + b"<<" * 300_000,
        b"%PDF-1.7\n1 0 obj\n" * 20_000,
        bytes(5_000_000),
    ],
    ids=["empty", "arrays", "dictionaries", "objects", "zeros"],
)
def test_a_hostile_file_harms_nobody(hostile: bytes, trust_file: Path) -> None:
    verdict = check_apart(hostile, trust_file)
    assert verdict["valid"] is False
    assert all(each["zh"] and each["en"] for each in verdict["reasons"])
