"""Two levels sign one content; nothing changes afterwards; the head re-opens with a reason, in a new round."""

import hashlib
import json

import pytest

from audit.draw.period import Period
from audit.review.judge import judge
from audit.review.said import opened_text
from audit.review.sign_off import content_of, reopen, sign_off, sign_offs_of
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.people import grant
from govern.rules.actor import Role
from govern.rules.lives import NoSuchStep
from tests.support.audits import HERE, Audit, an_audit, details, entries_about
from tests.support.houses import TestHouse

REASON = "第一筆的說明與結果不符（金絲雀六號）"


@pytest.fixture
def judged(house: TestHouse) -> Audit:
    """Two samples, both judged."""
    audit = an_audit(house, lookups=2)
    judge(audit.auditor, audit.samples[0], "proper", "")
    judge(audit.auditor, audit.samples[1], "excessive", "多查一項")
    return audit


def test_an_auditor_and_then_the_head_sign_the_same_content(judged: Audit) -> None:
    sign_off(judged.auditor, judged.period, round=1)
    assert judged.state() == "signed_1"
    sign_off(judged.head, judged.period, round=1)
    assert judged.state() == "signed"
    with reading() as session:
        period = session.get_one(Period, judged.period)
        content, signed = content_of(session, period), sign_offs_of(session, judged.period)
    # As docs/record.md defines it, reckoned here with nothing of ours.
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    assert content["samples"] == [[1, 0, "proper"], [2, 1, "excessive"]]
    assert set(content) == {
        "format", "version", "period", "plan", "month", "agency", "owner", "population", "root", "seed", "round",
        "samples",
    }  # fmt: skip
    assert [(one.level, one.person, one.content_sha256.hex()) for one in signed] == [
        (1, judged.auditor.person_id, sha256),
        (2, judged.head.person_id, sha256),
    ]
    told = entries_about(judged.period)
    assert [(entry.kind, entry.role, entry.about_kind) for entry in told] == [
        ("signed_off", "auditor", "period"),
        ("signed_off", "head", "period"),
    ]
    assert [details(entry) for entry in told] == [
        {"content_sha256": sha256, "level": level, "round": 1} for level in (1, 2)
    ]
    assert [one.entry for one in signed] == [entry.id for entry in told]


def test_nobody_signs_out_of_turn_and_nobody_else_signs(judged: Audit) -> None:
    with pytest.raises(NotAllowed):
        sign_off(judged.head, judged.period, round=1)  # the auditor's turn
    for actor, refusal in (
        (judged.owner, NotAllowed),
        (judged.stranger, NotFound),
        (judged.clerk.actor, NotFound),
    ):
        with pytest.raises(refusal):
            sign_off(actor, judged.period, round=1)
    with pytest.raises(Conflict):
        sign_off(judged.auditor, judged.period, round=2)
    sign_off(judged.auditor, judged.period, round=1)
    with pytest.raises(NotAllowed):
        sign_off(judged.auditor, judged.period, round=1)
    sign_off(judged.head, judged.period, round=1)
    with pytest.raises(Conflict):
        sign_off(judged.head, judged.period, round=1)


def test_before_the_last_verdict_nobody_signs(audit: Audit) -> None:
    with pytest.raises(Conflict) as not_yet:
        sign_off(audit.auditor, audit.period, round=1)
    assert not_yet.value.code == "not_to_sign"


def test_one_person_does_not_sign_twice_whatever_roles_they_hold(judged: Audit) -> None:
    both = judged.actor("both", HERE, Role.AUDITOR, Role.HEAD)
    sign_off(both, judged.period, round=1)
    with pytest.raises(NotAllowed) as refused:
        sign_off(both, judged.period, round=1)
    assert refused.value.code == "signed_already"
    sign_off(judged.head, judged.period, round=1)


def test_nobody_signs_a_sample_that_holds_the_own_look_ups(audit: Audit) -> None:
    judge(audit.auditor, audit.samples[0], "proper", "")
    sign_off(audit.auditor, audit.period, round=1)
    grant.give_role(audit.clerk.person, HERE, Role.HEAD)
    risen = audit.house.signed_on("clerk", audit.clerk.person).actor
    with pytest.raises(NotAllowed) as refused:
        sign_off(risen, audit.period, round=1)
    assert refused.value.code == "own_lookups"
    sign_off(audit.head, audit.period, round=1)


def test_a_content_that_is_not_what_was_signed_is_not_signed(judged: Audit) -> None:
    sign_off(judged.auditor, judged.period, round=1)
    with transaction() as session:
        session.get_one(Period, judged.period).root = b"x" * 32  # somebody with the database in hand
    with pytest.raises(Conflict) as refused:
        sign_off(judged.head, judged.period, round=1)
    assert refused.value.code == "content_changed"


@pytest.mark.parametrize("levels", [1, 2])
def test_the_head_re_opens_with_a_reason_and_what_was_signed_is_kept(judged: Audit, levels: int) -> None:
    for actor in (judged.auditor, judged.head)[:levels]:
        sign_off(actor, judged.period, round=1)
    reopen(judged.head, judged.period, REASON, [judged.samples[0]])
    assert judged.state() == "drawn"
    assert [judged.sample(place).state for place in (0, 1)] == ["to_judge", "judged"]
    assert judged.sample(0).verdict is None
    entry = entries_about(judged.period)[-1]
    assert (entry.kind, entry.role, details(entry)) == ("reopened", "head", {"round": 2, "samples": [1]})
    assert REASON.encode() not in entry.leaf()
    with reading() as session:
        signed = sign_offs_of(session, judged.period)
    assert [(one.round, one.voided_at is not None) for one in signed] == [(1, True)] * levels

    judge(judged.auditor, judged.samples[0], "no_document", "沒有同意書")
    assert details(entries_about(judged.samples[0])[-1])["round"] == 2
    sign_off(judged.auditor, judged.period, round=2)
    sign_off(judged.head, judged.period, round=2)
    with reading() as session:
        signed = sign_offs_of(session, judged.period)
    assert [(one.round, one.level) for one in signed if one.voided_at is None] == [(2, 1), (2, 2)]
    assert len({one.content_sha256 for one in signed}) == 2


def test_a_re_opening_needs_a_sign_off_a_head_a_reason_and_samples_of_the_period(judged: Audit) -> None:
    with pytest.raises(NoSuchStep):
        reopen(judged.head, judged.period, REASON, judged.samples)
    sign_off(judged.auditor, judged.period, round=1)
    for actor, refusal in (
        (judged.auditor, NotAllowed),
        (judged.owner, NotAllowed),
        (judged.stranger, NotFound),
    ):
        with pytest.raises(refusal):
            reopen(actor, judged.period, REASON, judged.samples)
    for reason, samples, place in (
        (" ", judged.samples, "reason"),
        (REASON, [], "samples"),
        (REASON, [judged.period], "samples"),
    ):
        with pytest.raises(InvalidInput) as wrong:
            reopen(judged.head, judged.period, reason, samples)
        assert list(wrong.value.fields) == [place]
    assert judged.state() == "signed_1"


def test_a_re_opened_sample_keeps_its_note_as_a_draft(judged: Audit) -> None:
    sign_off(judged.auditor, judged.period, round=1)
    reopen(judged.head, judged.period, REASON, [judged.samples[1]])
    with reading() as session:
        assert opened_text(session, judged.sample(1).note) == "多查一項"
