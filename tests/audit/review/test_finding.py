"""A finding: opened with its person and day, answered by that person, closed by another, sent back with a reason."""

from uuid import UUID

import pytest
from sqlalchemy import select, text

from audit.review.finding import (
    answer_finding,
    close_finding,
    finding_sheet,
    may_mend,
    open_finding,
    send_back_finding,
)
from audit.review.judge import judge
from audit.review.scope import findings_for
from audit.review.sign_off import sign_off
from govern.core import database
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.keys.subject import SealedValue
from govern.people import grant
from govern.rules.actor import Actor, Role
from govern.rules.lives import NoSuchStep
from tests.support.audits import ELSEWHERE, HERE, Audit, details, entries_about, in_days

WHAT = "缺同意書（金絲雀四號）"
MEASURE = "已補正並向同仁宣導（金絲雀五號）"


@pytest.fixture
def boss(audit: Audit) -> Actor:
    """Who has to mend it: the clerk's supervisor; the sample is judged as without a document."""
    judge(audit.auditor, audit.samples[0], "no_document", "沒有附同意書")
    return audit.actor("boss", HERE, Role.SUPERVISOR)


def opened(audit: Audit, person: Actor) -> UUID:
    return open_finding(audit.auditor, audit.samples[0], what=WHAT, person=person.person_id, due_on=in_days(14))


def test_a_finding_is_opened_answered_sent_back_answered_and_closed_by_another_person(
    audit: Audit, boss: Actor
) -> None:
    finding = opened(audit, boss)
    assert audit.finding(finding).state == "open"
    answer_finding(boss, finding, "會注意")
    send_back_finding(audit.auditor, finding, "請說明怎麼避免再發生")
    with reading() as session:
        sheet = finding_sheet(boss, session, finding)
    assert (sheet.what, sheet.closing, sheet.may_answer) == (WHAT, "請說明怎麼避免再發生", True)
    answer_finding(boss, finding, MEASURE)
    sign_off(audit.auditor, audit.period, round=1)
    sign_off(audit.head, audit.period, round=1)
    close_finding(audit.auditor, finding, "可以")  # findings go on living after the sign-off
    row = audit.finding(finding)
    assert (row.state, row.closed_by) == ("closed", audit.auditor.person_id)
    told = entries_about(finding)
    assert [(entry.kind, entry.person) for entry in told] == [
        ("finding_opened", audit.auditor.person_id),
        ("finding_answered", boss.person_id),
        ("finding_sent_back", audit.auditor.person_id),
        ("finding_answered", boss.person_id),
        ("finding_closed", audit.auditor.person_id),
    ]
    assert details(told[0])["responsible"] == str(boss.person_id)
    with reading() as session:
        course = finding_sheet(audit.auditor, session, finding).course
        sealed = b"".join(one or b"" for one in session.scalars(select(SealedValue.ciphertext)))
    assert [said.text for said in course] == [WHAT, "會注意", "請說明怎麼避免再發生", MEASURE, "可以"]
    leaves = b"".join(entry.leaf() for entry in told)
    assert not any(said.encode() in sealed + leaves for said in (WHAT, MEASURE))


def test_a_finding_needs_a_verdict_other_than_proper_before_the_sign_off(audit: Audit) -> None:
    boss = audit.actor("boss", HERE, Role.SUPERVISOR)
    with pytest.raises(Conflict):
        opened(audit, boss)
    judge(audit.auditor, audit.samples[0], "proper", "")
    with pytest.raises(Conflict):
        opened(audit, boss)
    judge(audit.auditor, audit.samples[0], "excessive", "多查")
    sign_off(audit.auditor, audit.period, round=1)
    with pytest.raises(Conflict):
        opened(audit, boss)


def test_who_has_to_mend_it_works_at_the_agency_and_is_not_the_auditor(audit: Audit, boss: Actor) -> None:
    gone = audit.actor("gone", HERE, Role.SUPERVISOR)
    grant.take_role(gone.person_id, HERE, Role.SUPERVISOR)
    foreign = audit.actor("foreign", ELSEWHERE, Role.SUPERVISOR)
    for person in (gone, foreign, audit.auditor):
        with pytest.raises(InvalidInput) as wrong:
            opened(audit, person)
        assert list(wrong.value.fields) == ["person"]
    for what, day, place in (("", 1, "what"), (WHAT, -1, "due_on"), (WHAT, 400, "due_on")):
        with pytest.raises(InvalidInput) as wrong:
            open_finding(audit.auditor, audit.samples[0], what=what, person=boss.person_id, due_on=in_days(day))
        assert list(wrong.value.fields) == [place]
    with reading() as session:
        named = {person.id for person in may_mend(session, audit.sample())}
    assert {boss.person_id, audit.clerk.person} <= named
    assert gone.person_id not in named


def test_nobody_else_answers_closes_or_sends_back(audit: Audit, boss: Actor) -> None:
    finding = opened(audit, boss)
    for actor, refusal in (
        (audit.auditor, NotAllowed),
        (audit.head, NotAllowed),
        (audit.clerk.actor, NotFound),
        (audit.stranger, NotFound),
    ):
        with pytest.raises(refusal):
            answer_finding(actor, finding, MEASURE)
    with pytest.raises(NoSuchStep):
        close_finding(audit.auditor, finding)  # nothing was done yet
    answer_finding(boss, finding, MEASURE)
    for actor, refusal in (
        (boss, NotAllowed),
        (audit.head, NotAllowed),
        (audit.owner, NotAllowed),
        (audit.stranger, NotFound),
    ):
        with pytest.raises(refusal):
            close_finding(actor, finding)
    with pytest.raises(NotFound):
        send_back_finding(boss, finding, "不行")
    assert audit.finding(finding).state == "to_close"


def test_who_has_to_mend_it_does_not_close_it_even_as_an_auditor_and_the_table_refuses_too(
    audit: Audit, boss: Actor
) -> None:
    finding = opened(audit, boss)
    answer_finding(boss, finding, MEASURE)
    grant.take_role(boss.person_id, HERE, Role.SUPERVISOR)
    grant.give_role(boss.person_id, HERE, Role.AUDITOR)
    turned = audit.house.signed_on("boss", boss.person_id).actor
    with pytest.raises(NotAllowed) as refused:
        close_finding(turned, finding)
    assert refused.value.code == "closed_by_oneself"
    statement = text("UPDATE finding SET closed_by = person")
    with pytest.raises(Exception, match=r"CHECK|23514"), database.writer().connect() as connection:
        connection.execute(statement)


def test_for_a_person_who_is_gone_a_supervisor_answers_and_does_not_close(audit: Audit, boss: Actor) -> None:
    finding = opened(audit, boss)
    second = audit.actor("second", HERE, Role.SUPERVISOR)
    with pytest.raises(NotFound):
        answer_finding(second, finding, MEASURE)
    grant.take_role(boss.person_id, HERE, Role.SUPERVISOR)
    answer_finding(second, finding, MEASURE)
    grant.take_role(second.person_id, HERE, Role.SUPERVISOR)
    grant.give_role(second.person_id, HERE, Role.AUDITOR)
    turned = audit.house.signed_on("second", second.person_id).actor
    with pytest.raises(NotAllowed):
        close_finding(turned, finding)


def test_a_finding_is_seen_by_its_period_and_its_person(audit: Audit, boss: Actor) -> None:
    finding = opened(audit, boss)
    for actor, is_seen in (
        (audit.auditor, True),
        (audit.head, True),
        (audit.owner, True),
        (boss, True),
        (audit.clerk.actor, False),
        (audit.stranger, False),
    ):
        with reading() as session:
            seen = [one.id for one in session.scalars(findings_for(actor, session))]
        assert seen == ([finding] if is_seen else [])
