"""The auditor's note, saved as it is typed, and the verdict on a sampled look-up.

A note is a draft until the verdict takes it along; whoever saves on top of another's saving is told. A verdict says in one
word whether the look-up was proper; any other word needs a note. 待釐清 is no verdict: the clerk is asked (`ask.py`). The
last verdict makes the period ready for sign-off; until then a verdict may be given anew, each an entry.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from audit.draw.period import Period
from audit.draw.sample import Sample
from audit.review.ask import about, must_be_open, pass_deadline
from audit.review.followed_up import Finding
from audit.review.said import WRONG, checked_text, sealed_text
from audit.review.scope import sample_to_change
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, InvalidInput
from govern.core.wording import Wording
from govern.keys.subject import SealedValue
from govern.rules.actor import Actor, Role
from govern.rules.lives import PERIOD, SAMPLE, step
from govern.rules.verdict import FINAL, Verdict
from govern.trail.append import append
from govern.trail.entry import EntrySealedValue
from govern.trail.kinds.review import Judged

NO_SUCH_VERDICT: Final = Wording(
    "請選擇查核結果；待釐清時請改為詢問承辦人。", "Choose a verdict; to clarify, ask the clerk."
)
NEEDS_NOTE: Final = Wording("不是「適當」時，請寫下說明。", "Unless it is proper, please write a note.")
CHANGED: Final = Wording(
    "另一個視窗或另一位稽核人員剛才存了這則說明，請重新整理後再寫。",
    "This note was just saved in another window or by another auditor; please reload before you go on.",
)
JUDGED: Final = Wording(
    "這筆樣本已判定；要改說明，請連同查核結果再判定一次。",
    "This sample is judged; to change the note, give the verdict again with it.",
)
HAS_FINDINGS: Final = Wording(
    "這筆樣本還有未結案的缺失，不能改判為適當。",
    "This sample has a finding that is not closed and cannot become proper.",
)


def save_note(actor: Actor, sample_id: UUID, note: str, *, edition: int) -> int:
    """The note as typed so far is kept, sealed, as a draft of the sample; returns its new edition. No entry: no act yet.

    `Conflict` when somebody else saved since `edition`, and for a sample that is judged or signed off.
    """
    note = checked_text(note, "note", is_needed=False)
    with transaction() as session:
        sample, period, _ = sample_to_change(actor, session, sample_id)
        must_be_open(period)
        if sample.state == "judged":
            raise Conflict(JUDGED, code="judged")
        _must_be_newest(sample, edition)
        _put_note(session, sample, sealed_text(session, sample, "note", note) if note else None)
        return sample.note_edition


def judge(actor: Actor, sample_id: UUID, verdict: str, note: str, *, edition: int | None = None) -> None:
    """The sample has this verdict, with its note; with the last one the period is judged.

    Until the period is signed off a verdict may be given anew: the entries tell which came first. `InvalidInput` for no
    verdict or a missing note; `Conflict` while the clerk's time runs, after a sign-off, when the note was saved elsewhere
    since `edition`, or to become proper with a finding open; `NotAllowed` for who is not independent of the clerk.
    """
    if verdict not in FINAL:
        raise InvalidInput(NO_SUCH_VERDICT, fields={"verdict": NO_SUCH_VERDICT}, code="no_verdict")
    note = checked_text(note, "note", is_needed=False)
    if verdict != Verdict.PROPER and not note:
        raise InvalidInput(WRONG, fields={"note": NEEDS_NOTE})
    with transaction() as session:
        sample, period, _ = sample_to_change(actor, session, sample_id)
        must_be_open(period)
        pass_deadline(sample)
        if edition is not None:
            _must_be_newest(sample, edition)
        if verdict == Verdict.PROPER and _has_open_finding(session, sample):
            raise Conflict(HAS_FINDINGS, code="finding_open")
        sample.state = step(SAMPLE, sample.state, "judge").next_state
        sealed = sealed_text(session, sample, "note", note) if note else None
        _put_note(session, sample, sealed)
        sample.verdict, sample.judged_by, sample.judged_at = str(verdict), actor.person_id, clock.now()
        sample.round = period.round
        append(session, Judged(**about(sample, period), verdict=str(verdict)), by=actor, role=Role.AUDITOR, text=sealed)
        _judge_period(session, period)


def _judge_period(session: Session, period: Period) -> None:
    """With the last sample the period is judged; one judged again leaves it so."""
    if period.state == "judged":
        period.state = step(PERIOD, period.state, "judge_again").next_state
    elif not session.scalars(select(exists().where(Sample.period == period.id, Sample.state != "judged"))).one():
        period.state = step(PERIOD, period.state, "last_verdict").next_state


def _must_be_newest(sample: Sample, edition: int) -> None:
    if sample.note_edition != edition:
        raise Conflict(CHANGED, code="note_changed")


def _put_note(session: Session, sample: Sample, sealed: SealedValue | None) -> None:
    """The sample has this note; a draft that no entry speaks of is not kept beside it."""
    former = sample.note
    sample.note, sample.note_edition = sealed.id if sealed else None, sample.note_edition + 1
    session.flush()
    if former is None or session.get(SealedValue, former) is None:
        return
    if session.scalars(select(exists().where(EntrySealedValue.sealed_value_id == former))).one():
        return
    session.delete(session.get_one(SealedValue, former))
    session.flush()


def _has_open_finding(session: Session, sample: Sample) -> bool:
    return session.scalars(select(exists().where(Finding.sample == sample.id, Finding.state != "closed"))).one()
