"""An audit around everybody at the doors: each one's own look-up drawn, asked about, with a document and a finding.

One month is closed and drawn by the use cases; documents, findings and records are rows, since what is under test is who
may open them.
"""

import base64
import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from audit.draw.draw_sample import draw_period
from audit.draw.public_draw import enter_results
from audit.draw.sample import Sample
from audit.review.ask import ask_clerk
from audit.review.followed_up import Finding, SampleDocument
from audit.review.said import sealed_text
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.ids import new_id
from govern.lookups.lookup import Task
from govern.rules.actor import Role
from reports.record.shelf import IssuedRecord
from tests.support.houses import TestHouse, invented_number
from tests.support.months import a_plan, bringing, close_now, periods


@dataclass(frozen=True, slots=True)
class Audited:
    """What the audit holds of one look-up."""

    plan: uuid.UUID
    draw: uuid.UUID
    period: uuid.UUID
    sample: uuid.UUID
    document: uuid.UUID
    finding: uuid.UUID


def absent() -> Audited:
    """An audit of nothing that is there."""
    return Audited(*(uuid.uuid4() for _ in range(6)))


def audited(
    house: TestHouse, lookups: Iterable[uuid.UUID], responsible: dict[str, uuid.UUID]
) -> dict[uuid.UUID, Audited]:
    """Each of these look-ups is in a drawn sample, its clerk is asked, and somebody of the agency has to mend a finding."""
    with reading() as session:
        owner = session.scalars(select(Task.owner).limit(1)).one()
    plan = a_plan(owner, ratio="1")
    bring = bringing(house)
    bring()
    close_now(house)
    bring()
    auditors = {}
    for number, agency in enumerate(responsible):
        person = house.a_person(f"auditor{number}", agency, Role.AUDITOR, number=invented_number(2100 + number))
        auditors[agency] = house.signed_on(f"auditor{number}", person).actor
    frozen = [period for period in periods(owner=owner) if period.agency in responsible]
    draw = frozen[0].public_draw
    assert draw is not None
    enter_results(auditors[frozen[0].agency], draw, [1, 2, 3, 4, 5])
    bring()
    found = {}
    wanted = set(lookups)
    for period in frozen:
        draw_period(period.id, by=auditors[period.agency])
        _a_record(period.id)
        with reading() as session:
            samples = session.scalars(select(Sample).where(Sample.period == period.id)).all()
        for sample in samples:
            if sample.lookup in wanted:
                due_on = clock.today() + timedelta(days=7)
                ask_clerk(auditors[period.agency], sample.id, "請提供同意書", due_on=due_on)
                document, finding = _kept(sample.id, responsible[period.agency])
                found[sample.lookup] = Audited(plan, draw, period.id, sample.id, document, finding)
    return found


def _a_record(period: uuid.UUID) -> None:
    with transaction() as session:
        session.add(
            IssuedRecord(
                id=new_id(),
                number=f"P-{period.hex[-12:]}",
                period=period,
                pdf=b"%PDF-1.7 invented",
                pdf_sha256=hashlib.sha256(period.bytes).digest(),
                checkpoint_size=1,
                made_at=clock.now(),
            )
        )


def _kept(sample_id: uuid.UUID, responsible: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    """A document that was handed in and a finding that is open."""
    with transaction() as session:
        sample = session.get_one(Sample, sample_id)
        name = sealed_text(session, sample, "file_name", "同意書.pdf")
        content = sealed_text(session, sample, "sample_document", base64.b64encode(b"%PDF-1.7 invented").decode())
        document = SampleDocument(
            id=new_id(), sample=sample.id, file_name=name.id, media_type="application/pdf", content=content.id,
            sha256=b"d" * 32, size=17, at=clock.now(), by=sample.clerk,
        )  # fmt: skip
        finding = Finding(
            id=new_id(), sample=sample.id, period=sample.period, person=responsible, agency=sample.agency,
            what=sealed_text(session, sample, "finding", "沒有同意書").id, due_on=clock.today(), state="open",
            opened_by=responsible, opened_at=clock.now(),
        )  # fmt: skip
        session.add_all([document, finding])
        return document.id, finding.id
