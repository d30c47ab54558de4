"""Notes are saved as typed, verdicts are given by who is independent, and the last one makes the period judged."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from audit.review.ask import ask_clerk
from audit.review.finding import close_finding, open_finding
from audit.review.judge import judge, save_note
from audit.review.said import opened_text
from audit.review.sign_off import sign_off
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.keys.subject import SealedValue
from govern.people import grant
from govern.rules.actor import Role
from govern.rules.lives import NoSuchStep
from govern.rules.verdict import FINAL
from tests.support.audits import HERE, Audit, an_audit, details, entries_about, in_days
from tests.support.houses import TestHouse

NOTE = "同意書簽名與申請書相同（金絲雀三號）"


def note_of(audit: Audit, place: int = 0) -> str | None:
    with reading() as session:
        return opened_text(session, audit.sample(place).note)


def test_a_note_is_saved_as_typed_and_only_the_newest_draft_is_kept(audit: Audit) -> None:
    with reading() as session:
        before = session.scalar(select(func.count()).select_from(SealedValue))
    edition = save_note(audit.auditor, audit.samples[0], "同意", edition=0)
    edition = save_note(audit.auditor, audit.samples[0], NOTE, edition=edition)
    assert (edition, note_of(audit)) == (2, NOTE)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(SealedValue)) == before + 1
        sealed = session.scalars(select(SealedValue.ciphertext).where(SealedValue.id == audit.sample().note)).one()
    assert NOTE.encode() not in (sealed or b"")
    assert entries_about(audit.samples[0]) == []  # a draft is no act
    with pytest.raises(Conflict) as changed:
        save_note(audit.auditor, audit.samples[0], "另一個視窗", edition=1)
    assert changed.value.code == "note_changed"
    with pytest.raises(Conflict):
        judge(audit.auditor, audit.samples[0], "proper", "另一個視窗", edition=1)
    save_note(audit.auditor, audit.samples[0], "", edition=edition)
    assert note_of(audit) is None


@pytest.mark.parametrize("verdict", sorted(FINAL))
def test_each_verdict_is_an_entry_with_its_note_committed(audit: Audit, verdict: str) -> None:
    edition = save_note(audit.auditor, audit.samples[0], NOTE, edition=0)
    judge(audit.auditor, audit.samples[0], verdict, NOTE, edition=edition)
    sample = audit.sample()
    assert (sample.state, sample.verdict, sample.judged_by) == ("judged", verdict, audit.auditor.person_id)
    (entry,) = entries_about(sample.id)
    assert (entry.kind, entry.role, entry.lookup, entry.about_kind) == (
        "judged",
        "auditor",
        audit.lookups[0],
        "sample",
    )
    assert details(entry) == {"period": str(audit.period), "round": 1, "seq": 1, "verdict": verdict}
    assert entry.text_commitment is not None
    assert NOTE.encode() not in entry.leaf()
    assert audit.state() == "judged"


def test_a_verdict_that_is_not_proper_needs_a_note_and_to_clarify_is_no_verdict(audit: Audit) -> None:
    judge_faults = []
    for verdict, note in (("excessive", " "), ("to_be_clarified", NOTE), ("fine", NOTE)):
        with pytest.raises(InvalidInput) as wrong:
            judge(audit.auditor, audit.samples[0], verdict, note)
        judge_faults.append(*wrong.value.fields)
    assert judge_faults == ["note", "verdict", "verdict"]
    assert audit.sample().state == "drawn"
    judge(audit.auditor, audit.samples[0], "proper", "")
    assert entries_about(audit.samples[0])[0].text_commitment is None


def test_the_last_verdict_and_no_other_makes_the_period_judged(house: TestHouse) -> None:
    audit = an_audit(house, lookups=2)
    judge(audit.auditor, audit.samples[0], "proper", "")
    assert audit.state() == "drawn"
    judge(audit.auditor, audit.samples[1], "proper", "")
    assert audit.state() == "judged"


def test_a_verdict_may_be_given_anew_until_the_sign_off_and_its_note_only_with_it(audit: Audit) -> None:
    judge(audit.auditor, audit.samples[0], "proper", "")
    with pytest.raises(Conflict):
        save_note(audit.auditor, audit.samples[0], NOTE, edition=audit.sample().note_edition)
    judge(audit.auditor, audit.samples[0], "no_document", NOTE)
    assert [details(entry)["verdict"] for entry in entries_about(audit.samples[0])] == ["proper", "no_document"]
    assert audit.state() == "judged"
    sign_off(audit.auditor, audit.period, round=1)
    for act in (
        lambda: judge(audit.auditor, audit.samples[0], "proper", ""),
        lambda: save_note(audit.auditor, audit.samples[0], NOTE, edition=audit.sample().note_edition),
        lambda: ask_clerk(audit.auditor, audit.samples[0], "再問", due_on=in_days(1)),
    ):
        with pytest.raises(Conflict) as signed:
            act()
        assert signed.value.code == "period_signed"
    assert note_of(audit) == NOTE


def test_while_the_clerk_has_time_nobody_judges(audit: Audit) -> None:
    ask_clerk(audit.auditor, audit.samples[0], "請補文件", due_on=in_days(1))
    with pytest.raises(NoSuchStep):
        judge(audit.auditor, audit.samples[0], "no_document", NOTE)
    assert save_note(audit.auditor, audit.samples[0], NOTE, edition=0) == 1  # notes may be taken meanwhile


def test_nobody_else_judges(audit: Audit) -> None:
    for actor, refusal in (
        (audit.head, NotAllowed),
        (audit.owner, NotAllowed),
        (audit.stranger, NotFound),
        (audit.clerk.actor, NotFound),
        (audit.actor("boss", HERE, Role.SUPERVISOR), NotFound),
    ):
        with pytest.raises(refusal):
            judge(actor, audit.samples[0], "proper", "")
        with pytest.raises(refusal):
            save_note(actor, audit.samples[0], NOTE, edition=0)
    assert audit.sample().state == "drawn"


def test_nobody_judges_the_own_look_up_whatever_role_they_hold_now(audit: Audit) -> None:
    grant.take_role(audit.clerk.person, HERE, Role.CLERK)
    grant.give_role(audit.clerk.person, HERE, Role.AUDITOR)
    turned = audit.house.signed_on("clerk", audit.clerk.person).actor
    assert turned.holds(Role.AUDITOR)
    with pytest.raises(NotFound):
        judge(turned, audit.samples[0], "proper", "")


def test_nobody_judges_a_clerk_whose_account_they_managed(audit: Audit) -> None:
    manager = audit.house.a_person("manager", HERE, Role.SUPERVISOR)
    grant.take_role(manager, HERE, Role.SUPERVISOR)
    grant.give_role(manager, HERE, Role.AUDITOR)
    with pytest.raises(NotAllowed) as refused:
        judge(audit.house.signed_on("manager", manager).actor, audit.samples[0], "proper", "")
    assert refused.value.code == "manages_account"


def test_a_sample_with_an_open_finding_does_not_become_proper(audit: Audit) -> None:
    judge(audit.auditor, audit.samples[0], "no_document", NOTE)
    boss = audit.actor("boss", HERE, Role.SUPERVISOR)
    finding = open_finding(audit.auditor, audit.samples[0], what="缺同意書", person=boss.person_id, due_on=in_days(14))
    with pytest.raises(Conflict) as still_open:
        judge(audit.auditor, audit.samples[0], "proper", "")
    assert still_open.value.code == "finding_open"
    with pytest.raises(NoSuchStep):
        close_finding(audit.auditor, finding)


def test_two_auditors_who_give_the_last_two_verdicts_at_once_leave_the_period_judged(house: TestHouse) -> None:
    audit = an_audit(house, lookups=4)
    second = audit.actor("second", HERE, Role.AUDITOR)
    with ThreadPoolExecutor(4) as pool:
        given = [
            pool.submit(judge, (audit.auditor, second)[place % 2], sample, "proper", "")
            for place, sample in enumerate(audit.samples)
        ]
        for one in given:
            one.result()
    assert audit.state() == "judged"
    assert {audit.sample(place).judged_by for place in range(4)} == {audit.auditor.person_id, second.person_id}


def test_of_two_verdicts_over_one_edition_of_a_note_one_is_told(audit: Audit) -> None:
    def give(verdict: str) -> str:
        try:
            judge(audit.auditor, audit.samples[0], verdict, NOTE, edition=0)
        except Conflict as changed:
            return changed.code
        return verdict

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(give, ("excessive", "wrong_subject")))
    assert outcomes in (["excessive", "note_changed"], ["note_changed", "wrong_subject"])
    assert len(entries_about(audit.samples[0])) == 1
