"""The clerk's questions: who sees them, the answer with documents, what is late, and nothing of the verdict."""

import io
from datetime import timedelta

import pytest
from flask import Flask

from admin.app import create_app
from admin.frame.parts import Parts
from audit.review.answer import MOST_DOCUMENTS, documents_of
from audit.review.ask import ask_clerk
from audit.review.judge import judge
from govern.core import clock
from govern.core.database import reading
from govern.keys import ring
from govern.rules.actor import Role
from tests.support.audits import HERE, PDF, PNG, Audit, an_audit, in_days
from tests.support.console import Browser, text_of
from tests.support.houses import PASSWORD, TestHouse, invented_number


@pytest.fixture
def audit(sqlite_house: TestHouse) -> Audit:
    """Two samples; the clerk is asked about the first."""
    made = an_audit(sqlite_house, lookups=2)
    ask_clerk(made.auditor, made.samples[0], "請提供同意書", due_on=in_days(7))
    return made


@pytest.fixture
def console(audit: Audit) -> Flask:
    """The console in front of the audit."""
    return create_app(parts=Parts(settings=audit.house.settings, ring=ring.bound()))


def signed_in(console: Flask, account: str) -> Browser:
    """A browser with this account."""
    browser = Browser(console)
    assert browser.log_in(account, PASSWORD).status_code == 303
    return browser


def test_the_clerk_answers_with_documents_that_stay_in_memory(audit: Audit, console: Flask) -> None:
    clerk, path = signed_in(console, "clerk"), f"/questions/{audit.samples[0]}"
    assert "1件等您答覆" in text_of(clerk.get("/"))
    assert "待答覆" in text_of(clerk.get("/questions/"))
    page = text_of(clerk.get(path))
    assert "請提供同意書" in page
    assert "板橋區公所的詢問" in page
    files = [(io.BytesIO(PDF), "同意書.pdf"), (io.BytesIO(PNG), "申請書.png")]
    sent = clerk.post(f"{path}/answer", {"text": "如附", "documents": files}, page=path)
    assert sent.status_code == 303
    assert audit.sample().state == "to_judge"
    page = clerk.get(path).text
    assert "同意書.pdf" in page
    assert 'name="text"' not in page
    with reading() as session:
        document = documents_of(session, audit.samples[0])[0]
    opened = clerk.post(f"/questions/documents/{document.id}", page=path)
    assert (opened.data, opened.headers["Cache-Control"]) == (PDF, "no-store")
    assert opened.headers["Content-Disposition"].startswith("attachment;")
    assert "已答覆" in text_of(clerk.get("/questions/?tab=answered"))


def test_what_cannot_be_used_is_said_and_the_text_stays(audit: Audit, console: Flask) -> None:
    clerk, path = signed_in(console, "clerk"), f"/questions/{audit.samples[0]}"
    assert clerk.post(f"{path}/answer", {"text": ""}, page=path).status_code == 422
    wrong = clerk.post(
        f"{path}/answer", {"text": "我的說明", "documents": [(io.BytesIO(b"MZ program"), "同意書.pdf")]}, page=path
    )
    assert wrong.status_code == 422
    assert "只收PDF、PNG、JPEG檔" in wrong.text
    assert "我的說明</textarea>" in wrong.text
    many = [(io.BytesIO(PDF), f"{number}.pdf") for number in range(MOST_DOCUMENTS + 1)]
    assert "最多5個檔案" in clerk.post(f"{path}/answer", {"text": "", "documents": many}, page=path).text
    assert audit.sample().state == "with_clerk"


def test_nobody_else_sees_the_question_and_the_clerk_sees_no_sample(audit: Audit, console: Flask) -> None:
    path = f"/questions/{audit.samples[0]}"
    audit.house.a_clerk(HERE, account="colleague", number=invented_number(8101))
    audit.house.a_person("supervisor", HERE, Role.SUPERVISOR, number=invented_number(8102))
    assert signed_in(console, "colleague").get(path).status_code == 404
    assert signed_in(console, "supervisor").get(path).status_code == 404
    assert signed_in(console, "auditor").get(path).status_code == 403
    clerk = signed_in(console, "clerk")
    assert clerk.get(f"/questions/{audit.samples[1]}").status_code == 404  # drawn, and nobody asked
    judge(audit.auditor, audit.samples[1], "excessive", "不該查的")
    assert "逾越" not in text_of(clerk.get("/questions/"))
    assert "不該查的" not in clerk.get(path).text


def test_a_late_answer_is_taken_and_marked_until_there_is_a_verdict(audit: Audit, console: Flask) -> None:
    clerk, path = signed_in(console, "clerk"), f"/questions/{audit.samples[0]}"
    at = clock.now()
    with clock.clock_reads(lambda: at + timedelta(days=8)):
        clerk = signed_in(console, "clerk")
        assert "已過期限" in text_of(clerk.get(path))
        assert "逾期未復" in text_of(clerk.get("/questions/"))
        assert clerk.post(f"{path}/answer", {"text": "補上"}, page=path).status_code == 303
        assert "逾期" in text_of(clerk.get(path))
    assert audit.sample().is_late
