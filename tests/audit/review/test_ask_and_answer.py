"""The clerk is asked, answers with documents, is late, has left; and sees nothing else of the sample."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from audit.draw.sample import Sample
from audit.review.answer import HandedIn, answer, documents_of, open_document, question_of, question_state
from audit.review.ask import ask_clerk, pass_deadlines, state_now, usual_due_on
from audit.review.judge import judge
from audit.review.scope import questions_for
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.keys.subject import SealedValue
from govern.people import grant
from govern.people.person import Person
from govern.rules.actor import Role
from govern.rules.lives import NoSuchStep
from tests.support.audits import ELSEWHERE, HERE, PDF, PNG, Audit, details, entries_about, in_days

QUESTION = "請補同意書（金絲雀一號）"
ANSWER = "同意書如附（金絲雀二號）"


def ask(audit: Audit, days: int = 7) -> None:
    ask_clerk(audit.auditor, audit.samples[0], QUESTION, due_on=in_days(days))


def questions(actor) -> list[Sample]:  # type: ignore[no-untyped-def]
    with reading() as session:
        return list(session.scalars(questions_for(actor, session)))


def test_the_clerk_is_asked_answers_and_the_auditor_opens_the_document(audit: Audit) -> None:
    ask(audit)
    assert audit.sample().state == "with_clerk"
    with reading() as session:
        asked = question_of(audit.clerk.actor, session, audit.samples[0])
    assert (asked.question, asked.state, asked.due_on, asked.verdict) == (QUESTION, "waiting", in_days(7), None)

    answer(audit.clerk.actor, audit.samples[0], ANSWER, [HandedIn("C:\\同意書.exe", PDF), HandedIn("pic", PNG)])
    sample = audit.sample()
    assert (sample.state, sample.is_late) == ("to_judge", False)
    with reading() as session:
        found = question_of(audit.clerk.actor, session, audit.samples[0])
    assert (found.state, found.answer) == ("answered", ANSWER)
    assert [one.file_name for one in found.documents] == ["同意書.pdf", "pic.png"]

    opened = open_document(audit.auditor, found.documents[0].id)
    assert (opened.content, opened.media_type) == (PDF, "application/pdf")
    told = entries_about(sample.id)
    assert [entry.kind for entry in told] == ["document_asked", "clerk_answered", "document_opened"]
    assert [entry.role for entry in told] == ["auditor", "clerk", None]
    assert {entry.lookup for entry in told} == {audit.lookups[0]}
    assert details(told[0])["due_on"] == in_days(7).isoformat()
    assert [one["size"] for one in details(told[1])["documents"]] == [len(PDF), len(PNG)]


def test_what_was_said_is_nowhere_in_clear(audit: Audit) -> None:
    ask(audit)
    answer(audit.clerk.actor, audit.samples[0], ANSWER, [HandedIn("王小明同意書.pdf", PDF)])
    hidden = (QUESTION, ANSWER, "王小明", PDF.decode())
    with reading() as session:
        sealed = b"".join(found or b"" for found in session.scalars(select(SealedValue.ciphertext)))
    leaves = b"".join(entry.leaf() for entry in entries_about(audit.samples[0]))
    assert not any(text.encode() in sealed + leaves for text in hidden)


@pytest.mark.parametrize(
    ("text", "documents", "place"),
    [
        ("", [], "text"),
        ("  ", [], "text"),
        ("好", [HandedIn("a.pdf", b"MZ not a pdf")], "documents"),
        ("好", [HandedIn("a.pdf", b"")], "documents"),
        ("好", [HandedIn("a.pdf", PDF)] * 6, "documents"),
        ("好", [HandedIn("a.pdf", PDF + bytes(20_000_000))], "documents"),
        ("好" * 2001, [], "text"),
    ],
)
def test_an_answer_that_cannot_be_used_changes_nothing(audit: Audit, text: str, documents: list, place: str) -> None:  # type: ignore[type-arg]
    ask(audit)
    with pytest.raises(InvalidInput) as wrong:
        answer(audit.clerk.actor, audit.samples[0], text, documents)
    assert list(wrong.value.fields) == [place]
    assert audit.sample().state == "with_clerk"
    answer(audit.clerk.actor, audit.samples[0], "", [HandedIn("a.pdf", PDF)])  # a document alone will do


def test_who_is_not_asked_neither_reads_nor_answers(audit: Audit) -> None:
    with reading() as session, pytest.raises(NotFound):
        question_of(audit.clerk.actor, session, audit.samples[0])  # drawn, and no question yet
    ask(audit)
    answer(audit.clerk.actor, audit.samples[0], ANSWER, [HandedIn("a.pdf", PDF)])
    with reading() as session:
        document = documents_of(session, audit.samples[0])[0].id
    other = audit.actor("other", HERE, Role.CLERK)
    for actor in (other, audit.auditor, audit.head, audit.owner, audit.stranger):
        with pytest.raises(NotFound):
            answer(actor, audit.samples[0], "冒答")
        assert questions(actor) == []
    for actor in (other, audit.owner, audit.stranger):
        with pytest.raises(NotFound):
            open_document(actor, document)
    assert open_document(audit.head, document).content == PDF
    assert open_document(audit.clerk.actor, document).content == PDF


def test_only_an_auditor_of_the_agency_who_does_not_manage_the_clerk_asks(audit: Audit) -> None:
    for actor, refusal in (
        (audit.head, NotAllowed),
        (audit.owner, NotAllowed),
        (audit.stranger, NotFound),
        (audit.clerk.actor, NotFound),
    ):
        with pytest.raises(refusal):
            ask_clerk(actor, audit.samples[0], QUESTION, due_on=in_days(1))
    for question, day, place in (("", 1, "question"), (QUESTION, -1, "due_on"), (QUESTION, 91, "due_on")):
        with pytest.raises(InvalidInput) as wrong:
            ask_clerk(audit.auditor, audit.samples[0], question, due_on=in_days(day))
        assert list(wrong.value.fields) == [place]
    assert entries_about(audit.samples[0]) == []


def test_after_the_deadline_the_auditor_judges_and_a_late_answer_is_marked(audit: Audit) -> None:
    ask(audit, days=0)
    with pytest.raises(NoSuchStep):
        judge(audit.auditor, audit.samples[0], "proper", "")  # the clerk's day is not over
    before = clock.now()
    with clock.clock_reads(lambda: before + timedelta(days=1)):
        assert state_now(audit.sample(), clock.today()) == "to_judge"
        assert question_state(audit.sample()) == "overdue"
        assert pass_deadlines(clock.now()) == 1
        assert pass_deadlines(clock.now()) == 0
        assert (audit.sample().state, audit.sample().is_late) == ("to_judge", True)
        answer(audit.clerk.actor, audit.samples[0], ANSWER)
        assert details(entries_about(audit.samples[0])[-1])["is_late"] is True
        with pytest.raises(NoSuchStep):
            answer(audit.clerk.actor, audit.samples[0], "再答")
        judge(audit.auditor, audit.samples[0], "proper", "")
    with pytest.raises(Conflict):
        answer(audit.clerk.actor, audit.samples[0], "判定後再答")


def test_what_is_to_be_clarified_is_asked_again_and_the_former_answer_stays_an_entry(audit: Audit) -> None:
    ask(audit)
    answer(audit.clerk.actor, audit.samples[0], ANSWER)
    ask_clerk(audit.auditor, audit.samples[0], "日期不清楚，請說明", due_on=in_days(2))
    sample = audit.sample()
    assert (sample.state, sample.answered_at, sample.due_on) == ("with_clerk", None, in_days(2))
    answer(audit.clerk.actor, audit.samples[0], "是十一月二日")
    assert [entry.kind for entry in entries_about(sample.id)] == ["document_asked", "clerk_answered"] * 2


def test_for_a_clerk_who_is_gone_the_supervisor_answers_and_for_nobody_else(audit: Audit) -> None:
    supervisor = audit.actor("boss", HERE, Role.SUPERVISOR)
    foreign = audit.actor("foreign boss", ELSEWHERE, Role.SUPERVISOR)
    ask(audit)
    assert questions(supervisor) == []
    with pytest.raises(NotFound):
        answer(supervisor, audit.samples[0], "代答")
    grant.take_role(audit.clerk.person, HERE, Role.CLERK)
    assert questions(foreign) == []
    assert [sample.id for sample in questions(supervisor)] == audit.samples
    answer(supervisor, audit.samples[0], "承辦人已調職，文件如附", [HandedIn("a.pdf", PDF)])
    assert entries_about(audit.samples[0])[-1].role == "supervisor"


def test_a_locked_clerk_counts_as_gone(audit: Audit) -> None:
    supervisor = audit.actor("boss", HERE, Role.SUPERVISOR)
    ask(audit)
    with transaction() as session:
        session.execute(update(Person).where(Person.id == audit.clerk.person).values(is_active=False))
    assert len(questions(supervisor)) == 1


def test_the_usual_deadline_is_a_setting(audit: Audit) -> None:
    assert usual_due_on(audit.house.settings) == in_days(7)
    assert usual_due_on(audit.house.settings.model_copy(update={"answer_days": 3})) == in_days(3)
