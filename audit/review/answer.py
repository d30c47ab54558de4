"""The clerk answers an auditor's question, with documents; both sealed, and opened by an entry of its own.

Whoever looked up answers, at the same agency; where that person is no clerk there any more, or is locked, a supervisor of
the agency may. At most five documents an answer, PDF, PNG or JPEG by their bytes whatever their names say, at most 20 MB
together. The clerk sees the question and the own answer and nothing else of the sample.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.draw.period import Period
from audit.draw.sample import Sample
from audit.review.ask import about, must_be_open, pass_deadline
from audit.review.followed_up import SampleDocument
from audit.review.said import NEEDED, WRONG, checked_text, opened_text, sealed_text
from audit.review.scope import question_for, questions_for, samples_for
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import InvalidInput, NotFound
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.keys.subject import SealedValue
from govern.lookups.lookup import Lookup
from govern.rules.actor import Actor, Role
from govern.rules.lives import SAMPLE, step
from govern.trail.append import Evidence, append, evidence
from govern.trail.kinds.review import ClerkAnswered, DocumentOpened

MOST_DOCUMENTS: Final = 5
MOST_BYTES: Final = 20_000_000
_FIRST_BYTES: Final = (
    ("application/pdf", ".pdf", b"%PDF-"),
    ("image/png", ".png", b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", ".jpg", b"\xff\xd8\xff"),
)
ENDINGS: Final = {media_type: ending for media_type, ending, _ in _FIRST_BYTES}

TOO_MANY: Final = Wording("最多{count}個檔案。", "At most {count} files.")
TOO_LARGE: Final = Wording("檔案合計最多20 MB。", "All files together: at most 20 MB.")
NO_SUCH_TYPE: Final = Wording(
    "只收PDF、PNG、JPEG檔，有檔案不是其中一種。",
    "Only PDF, PNG and JPEG are taken, and one of the files is none of them.",
)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file as the clerk hands it in."""

    file_name: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in a list, without its content."""

    id: UUID
    file_name: str = field(repr=False)
    media_type: str
    size: int
    sha256: bytes
    at: datetime
    by: UUID


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document in clear, for the page that asked, with the entry that was written first."""

    file_name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Question:
    """All that the page of whoever has to answer may say. `verdict` is there once the period is signed off."""

    sample: UUID
    lookup: UUID
    reference: str
    submitted_at: datetime
    case_item: str
    agency: str  # who audits
    month: str
    clerk: UUID
    is_own: bool
    asked_at: datetime
    due_on: date
    state: str  # waiting, overdue, answered, closed
    question: str = field(repr=False)
    answer: str | None = field(repr=False)
    answered_at: datetime | None
    is_late: bool
    documents: tuple[DocumentLine, ...]
    verdict: str | None


def answer(actor: Actor, sample_id: UUID, text: str, documents: Sequence[HandedIn] = ()) -> None:
    """The clerk's answer is there, sealed with its documents, and the auditor's turn has come.

    Taken after the deadline too, marked as late, as long as there is no verdict. `InvalidInput` for an empty answer and
    for documents that are too many, too large or of another type; `Conflict` for one that was answered or judged.
    """
    text = checked_text(text, "text", is_needed=not documents)
    types = [_type_of(document.content) for document in _checked(documents)]
    with transaction() as session:
        sample = question_for(actor, session, sample_id)
        period = session.get_one(Period, sample.period, with_for_update=True)
        sample = session.get_one(Sample, sample_id, with_for_update=True, populate_existing=True)
        must_be_open(period)
        pass_deadline(sample)
        is_over = sample.state == "to_judge" and sample.answered_at is None
        sample.state = step(SAMPLE, sample.state, "answer_late" if is_over else "answer").next_state
        sealed = sealed_text(session, sample, "answer", text) if text else None
        sample.answer, sample.answered_at = sealed.id if sealed else None, clock.now()
        kept = [
            _keep(session, sample, actor, document, media_type)
            for document, media_type in zip(documents, types, strict=True)
        ]
        kind = ClerkAnswered(
            **about(sample, period),
            is_late=sample.is_late,
            documents=tuple(_listed(document, content) for document, _, content in kept),
        )
        role = Role.CLERK if sample.clerk == actor.person_id else Role.SUPERVISOR
        also = [value for _, name, content in kept for value in (name, content)]
        append(session, kind, by=actor, role=role, text=sealed, also=also)


def question_of(actor: Actor, session: Session, sample_id: UUID) -> Question:
    """A question that the actor has to answer or has answered; `NotFound` for anybody else's."""
    sample = question_for(actor, session, sample_id)
    period, lookup = session.get_one(Period, sample.period), session.get_one(Lookup, sample.lookup)
    assert sample.asked_at is not None
    assert sample.due_on is not None
    return Question(
        sample=sample.id,
        lookup=lookup.id,
        reference=lookup.reference,
        submitted_at=lookup.submitted_at,
        case_item=lookup.case_item,
        agency=period.agency,
        month=period.month,
        clerk=sample.clerk,
        is_own=sample.clerk == actor.person_id,
        asked_at=sample.asked_at,
        due_on=sample.due_on,
        state=question_state(sample),
        question=opened_text(session, sample.question) or "",
        answer=opened_text(session, sample.answer),
        answered_at=sample.answered_at,
        is_late=sample.is_late,
        documents=documents_of(session, sample.id),
        verdict=sample.verdict if period.state == "signed" else None,
    )


def question_state(sample: Sample) -> str:
    """How a question stands for whoever has to answer: nothing of it tells whether there is a verdict already."""
    if sample.answered_at is not None:
        return "answered"
    is_over = sample.due_on is not None and sample.due_on < clock.today()
    return "overdue" if is_over or sample.state != "with_clerk" else "waiting"


def documents_of(session: Session, sample_id: UUID) -> tuple[DocumentLine, ...]:
    """The documents of a sample, oldest first. Whoever calls has found the sample through a scope."""
    rows = session.scalars(select(SampleDocument).where(SampleDocument.sample == sample_id).order_by(SampleDocument.id))
    return tuple(
        DocumentLine(
            row.id, opened_text(session, row.file_name) or "", row.media_type, row.size, row.sha256, row.at, row.by
        )
        for row in rows
    )


def open_document(actor: Actor, document_id: UUID) -> OpenedDocument:
    """A document in clear, after an entry says who opens it: for who sees its sample, and for who may answer it.

    `NotFound` for absent and foreign documents, and for one that was forgotten.
    """
    with transaction() as session:
        document = session.get(SampleDocument, document_id)
        sample = _sample_of(actor, session, document)
        if document is None or sample is None:
            raise NotFound
        period = session.get_one(Period, sample.period)
        kind = DocumentOpened(**about(sample, period), document=document.id)
        entry = append(session, kind, by=actor)
    return _open(evidence(session, entry), document)


def _open(proof: Evidence, document: SampleDocument) -> OpenedDocument:
    """With the evidence in hand: the document in clear."""
    with reading() as session:
        content = opened_text(session, document.content)
        name = opened_text(session, document.file_name)
    try:
        opened = base64.b64decode(content or "", validate=True)
    except ValueError:
        raise NotFound from None  # forgotten
    return OpenedDocument(name or "", document.media_type, opened, proof)


def _sample_of(actor: Actor, session: Session, document: SampleDocument | None) -> Sample | None:
    """The document's sample, for an auditor or head of the auditing agency and for who may answer; else nothing.

    One that is not there is looked for like a foreign one, so that the time taken does not tell them apart.
    """
    sample_id = document.sample if document is not None else UUID(int=0)
    own = session.scalars(questions_for(actor, session).where(Sample.id == sample_id)).first()
    if own is not None or not actor.holds(Role.AUDITOR, Role.HEAD):
        return own
    return session.scalars(
        samples_for(actor, session)
        .join(Period, Period.id == Sample.period)
        .where(Sample.id == sample_id, Period.agency == actor.agency)
    ).first()


def _checked(documents: Sequence[HandedIn]) -> Sequence[HandedIn]:
    if len(documents) > MOST_DOCUMENTS:
        raise InvalidInput(WRONG, fields={"documents": TOO_MANY.fill(count=MOST_DOCUMENTS)})
    if sum(len(document.content) for document in documents) > MOST_BYTES:
        raise InvalidInput(WRONG, fields={"documents": TOO_LARGE})
    if any(not document.content for document in documents):
        raise InvalidInput(WRONG, fields={"documents": NEEDED})
    return documents


def _type_of(content: bytes) -> str:
    for media_type, _, first in _FIRST_BYTES:
        if content.startswith(first):
            return media_type
    raise InvalidInput(WRONG, fields={"documents": NO_SUCH_TYPE})


def _keep(
    session: Session, sample: Sample, actor: Actor, document: HandedIn, media_type: str
) -> tuple[SampleDocument, SealedValue, SealedValue]:
    name = sealed_text(session, sample, "file_name", _file_name(document.file_name, media_type))
    content = sealed_text(session, sample, "sample_document", base64.b64encode(document.content).decode())
    row = SampleDocument(
        id=new_id(),
        sample=sample.id,
        file_name=name.id,
        media_type=media_type,
        content=content.id,
        sha256=hashlib.sha256(document.content).digest(),
        size=len(document.content),
        at=clock.now(),
        by=actor.person_id,
    )
    session.add(row)
    return row, name, content


def _listed(document: SampleDocument, content: SealedValue) -> dict[str, object]:
    return {
        "document": document.id,
        "media_type": document.media_type,
        "size": document.size,
        "commitment": content.commitment,
        "ciphertext_sha256": content.ciphertext_sha256,
    }


def _file_name(name: str, media_type: str) -> str:
    """A name without a path or characters that cannot be seen, with the ending that its bytes deserve."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(character for character in last if character.isprintable()).strip(" .")
    stem = shown.rpartition(".")[0] or shown
    return f"{stem[:100] or 'document'}{ENDINGS[media_type]}"
