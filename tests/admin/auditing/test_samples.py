"""A sample's page: who opens it, the note as typed, the verdict, the question, the finding."""

from flask.testing import FlaskClient

from audit.review.answer import HandedIn, answer, documents_of
from audit.review.ask import ask_clerk
from audit.review.finding import may_mend
from audit.review.judge import judge, save_note
from audit.review.said import opened_text
from govern.core.database import reading
from govern.keys.subject import SealedValue
from tests.admin.auditing.conftest import As
from tests.support.audits import PDF, Audit, in_days
from tests.support.console import Browser, text_of


def sample_at(audit: Audit, place: int = 0) -> str:
    """The address of a sample."""
    return f"/samples/{audit.samples[place]}"


def test_the_page_says_who_why_on_which_ground_and_masks_the_subject(audit: Audit, as_: As) -> None:
    page = text_of(as_("auditor").get(sample_at(audit)))
    for words in (
        "低收入戶",
        "測試員（虛構）",
        "測試字第1150000001號",
        "同意，測同字第1號",
        "准駁的規則",
        "經過",
        "送出查調",
        "相近的查調",
    ):
        assert words in page, words
    assert "****" in page
    with reading() as session:
        assert session.query(SealedValue).count() > 0


def test_only_the_auditing_agency_opens_a_sample(audit: Audit, as_: As) -> None:
    path = sample_at(audit)
    seen = {name: as_(name).get(path).status_code for name in ("auditor", "head", "owner", "stranger", "clerk")}
    assert seen == {"auditor": 200, "head": 200, "owner": 403, "stranger": 404, "clerk": 403}
    assert "由稽核人員判定" in text_of(as_("head").get(path))


def test_the_queue_leads_to_what_waits_and_says_when_nothing_does(audit: Audit, as_: As) -> None:
    auditor = as_("auditor")
    assert auditor.get("/samples/").headers["Location"] == sample_at(audit)
    for sample in audit.samples:
        judge(audit.auditor, sample, "proper", "")
    assert "目前沒有等您判定的樣本" in auditor.get("/samples/").text
    assert "1期等您核章" in text_of(auditor.get("/"))


def test_a_verdict_leads_to_the_next_sample_and_the_last_one_to_the_period(audit: Audit, as_: As) -> None:
    auditor, page = as_("auditor"), sample_at(audit)
    for place in range(3):
        sent = auditor.post(f"{sample_at(audit, place)}/verdict", {"verdict": "proper", "then": "next"}, page=page)
        assert sent.status_code == 303
    assert sent.headers["Location"] == f"/periods/{audit.period}"
    assert [audit.sample(place).verdict for place in range(3)] == ["proper"] * 3
    assert audit.state() == "judged"


def test_a_verdict_without_its_note_is_refused_and_nothing_typed_is_lost(audit: Audit, as_: As) -> None:
    auditor, path = as_("auditor"), sample_at(audit)
    sent = auditor.post(f"{path}/verdict", {"verdict": "excessive", "note": " "}, page=path)
    assert sent.status_code == 422
    assert "請寫下說明" in sent.text
    assert 'value="excessive" data-key="5" checked' in sent.text
    sent = auditor.post(f"{path}/verdict", {"verdict": "", "note": "打了很多字"}, page=path)
    assert sent.status_code == 422
    assert "打了很多字</textarea>" in sent.text
    assert audit.sample().verdict is None


def saved(client: FlaskClient, path: str, token: str, note: str, edition: int) -> tuple[int, dict[str, object]]:
    """A note saved as the page's script saves it."""
    headers = {"Accept": "application/json", "X-CSRFToken": token}
    response = client.post(f"{path}/note", data={"note": note, "edition": str(edition)}, headers=headers)
    return response.status_code, response.get_json()


def test_a_note_is_saved_as_typed_and_never_over_another_s(audit: Audit, as_: As) -> None:
    auditor, path = as_("auditor"), sample_at(audit)
    token = auditor.token(path)
    status, said = saved(auditor.client, path, token, "文件看過", 0)
    assert (status, said["edition"]) == (200, 1)
    assert str(said["at"]).count(":") == 2
    save_note(audit.auditor, audit.samples[0], "另一個視窗寫的", edition=1)
    status, said = saved(auditor.client, path, token, "我寫的", 1)
    assert (status, said["error"], said["note"], said["edition"]) == (409, "note_changed", "另一個視窗寫的", 2)
    with reading() as session:
        assert opened_text(session, audit.sample().note) == "另一個視窗寫的"


def test_without_a_script_a_button_saves_and_a_conflict_shows_both(audit: Audit, as_: As) -> None:
    auditor, path = as_("auditor"), sample_at(audit)
    assert auditor.post(f"{path}/note", {"note": "先存", "edition": "0"}, page=path).status_code == 303
    sent = auditor.post(f"{path}/note", {"note": "我的字", "edition": "0"}, page=path)
    assert sent.status_code == 409
    page = text_of(sent)
    assert "有人先改了說明" in page
    assert "先存" in page
    assert "我的字</textarea>" in sent.text
    assert 'name="edition" value="1"' in sent.text


def test_the_clerk_is_asked_from_the_page_with_a_day_as_people_write_it(audit: Audit, as_: As) -> None:
    auditor, path = as_("auditor"), sample_at(audit)
    wrong = auditor.post(f"{path}/ask", {"question": "請補同意書", "due_on": "下星期"}, page=path)
    assert wrong.status_code == 422
    assert "請以民國年月日填寫" in wrong.text
    assert "請補同意書</textarea>" in wrong.text
    day = in_days(7)
    typed = f"{day.year - 1911}年{day.month}月{day.day}日"
    assert auditor.post(f"{path}/ask", {"question": "請補同意書", "due_on": typed}, page=path).status_code == 303
    assert (audit.sample().state, audit.sample().due_on) == ("with_clerk", day)
    page = text_of(auditor.get(path))
    assert "已請承辦人說明" in page
    assert 'name="verdict"' not in auditor.get(path).text
    clarified = auditor.post(f"{sample_at(audit, 1)}/verdict", {"verdict": "to_be_clarified"}, page=path)
    assert clarified.headers["Location"].endswith("?ask=1#ask")


def test_a_document_comes_as_a_file_after_its_entry_and_is_kept_by_no_cache(audit: Audit, as_: As) -> None:
    ask_clerk(audit.auditor, audit.samples[0], "請補同意書", due_on=in_days(7))
    answer(audit.clerk.actor, audit.samples[0], "如附", [HandedIn("同意書.pdf", PDF)])
    with reading() as session:
        (document,) = documents_of(session, audit.samples[0])
    path = f"/samples/documents/{document.id}"
    auditor = as_("auditor")
    assert auditor.get(path).status_code == 405
    sent = auditor.post(path, page=sample_at(audit))
    assert (sent.status_code, sent.data, sent.mimetype) == (200, PDF, "application/pdf")
    assert sent.headers["Content-Disposition"].startswith("attachment;")
    assert sent.headers["Cache-Control"] == "no-store"
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert as_("stranger").post(path, page="/").status_code == 404


def test_a_finding_is_opened_mended_sent_back_and_closed_by_another(audit: Audit, as_: As) -> None:
    auditor, path = as_("auditor"), sample_at(audit)
    judge(audit.auditor, audit.samples[0], "no_document", "沒有同意書")
    with reading() as session:
        person = next(one.id for one in may_mend(session, audit.sample()) if one.id == audit.clerk.person)
    given = {"what": "請補同意書", "person": str(person), "mend_by": in_days(10).isoformat()}
    wrong = auditor.post(f"{path}/finding", {**given, "person": "nobody"}, page=path)
    assert wrong.status_code == 422
    assert "請補同意書</textarea>" in wrong.text
    assert auditor.post(f"{path}/finding", given, page=path).status_code == 303
    clerk = as_("clerk")
    assert "1件由您改善" in text_of(clerk.get("/"))
    finding = only_finding(clerk)
    assert clerk.post(f"{finding}/answer", {"measure": ""}, page=finding).status_code == 422
    assert clerk.post(f"{finding}/answer", {"measure": "已補同意書"}, page=finding).status_code == 303
    assert clerk.post(f"{finding}/close", {"act": "close"}, page=finding).status_code == 403
    assert auditor.post(f"{finding}/close", {"act": "send_back", "remark": ""}, page=finding).status_code == 422
    assert auditor.post(f"{finding}/close", {"act": "close", "remark": "已看過"}, page=finding).status_code == 303
    assert "已結案" in text_of(auditor.get(finding))
    assert as_("stranger").get(finding).status_code == 404


def only_finding(browser: Browser) -> str:
    """The address of the one finding in a list."""
    page = browser.get("/findings/").text
    return page.split('class="first" href="', 1)[1].split('"', 1)[0]
