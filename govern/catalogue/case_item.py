"""A purpose (業務案件項目): fields, agencies, bases, term, version."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base, BigNumber
from govern.core.wording import Wording
from govern.names.named import named


class CaseItem(Base):
    """A purpose for which data may be looked up. *Suspended* belongs to it, every other state to a version."""

    __tablename__ = "case_item"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    seq: Mapped[int]
    business_agency: Mapped[str] = mapped_column(ForeignKey("agency.code"), index=True)
    is_seed_example: Mapped[bool] = mapped_column(default=False)


@named("case_item_version", "id", "name_zh", "name_en", "case_item")
class CaseItemVersion(Base):
    """What was approved, frozen: a change is a new version, and a version coming into force retires the former."""

    __tablename__ = "case_item_version"

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True)
    case_item: Mapped[str] = mapped_column(ForeignKey("case_item.code"))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(240))
    kind: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[str] = mapped_column(String(20))
    consent_required: Mapped[bool]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    retention_years: Mapped[int]
    default_schedule: Mapped[Any | None] = mapped_column(JSON)
    one_stop: Mapped[Any | None] = mapped_column(JSON)
    eligibility: Mapped[Any | None] = mapped_column(JSON)
    content_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    in_force_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    drafted_by: Mapped[uuid.UUID | None]  # nobody: it came with the catalogue's files
    drafted_at: Mapped[datetime | None]
    proposed_by: Mapped[uuid.UUID | None]
    proposed_at: Mapped[datetime | None]
    based_on: Mapped[int | None]  # the number of the version that it would replace
    round: Mapped[int] = mapped_column(default=0)  # rises with every proposal: a former round's approvals do not count
    edition: Mapped[int] = mapped_column(default=0)  # rises with every change of a draft
    # Ids of everybody who drafted, changed or proposed it: none of them approves any part of it.
    authors: Mapped[list[str]] = mapped_column(JSON, default=list)

    __table_args__ = (
        UniqueConstraint("case_item", "version"),
        Index(
            "uq_case_item_version_in_force",
            "case_item",
            unique=True,
            postgresql_where=text("state = 'in_force'"),
            sqlite_where=text("state = 'in_force'"),
        ),
        Index("ix_case_item_version_state_valid_from", "state", "valid_from"),
    )

    @property
    def name(self) -> Wording:
        """The version's name in both languages."""
        return Wording(self.name_zh, self.name_en)


class VersionDataItem(Base):
    """A data item that a version uses; its owner must say yes to this part."""

    __tablename__ = "version_data_item"

    version_id: Mapped[int] = mapped_column(ForeignKey("case_item_version.id"), primary_key=True)
    item: Mapped[str] = mapped_column(ForeignKey("data_item.code"), primary_key=True, index=True)
    seq: Mapped[int]
    owner: Mapped[str] = mapped_column(ForeignKey("agency.code"), index=True)


class VersionField(Base):
    """A permitted field of a version: how it appears, under the mask as it stood."""

    __tablename__ = "version_field"

    version_id: Mapped[int] = mapped_column(ForeignKey("case_item_version.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(60), primary_key=True)
    field: Mapped[str] = mapped_column(String(60), primary_key=True)
    seq: Mapped[int]
    appearance: Mapped[str] = mapped_column(String(12))  # clear, masked, revealable
    mask: Mapped[str] = mapped_column(String(30))
    necessity_zh: Mapped[str | None] = mapped_column(String(400))
    necessity_en: Mapped[str | None] = mapped_column(String(800))


class VersionAgency(Base):
    """An agency that may look up under a version."""

    __tablename__ = "version_agency"

    version_id: Mapped[int] = mapped_column(ForeignKey("case_item_version.id"), primary_key=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True, index=True)
    seq: Mapped[int]


class Approval(Base):
    """A data owner's word on its own part of a proposed version, in one round of proposing."""

    __tablename__ = "approval"

    version_id: Mapped[int] = mapped_column(ForeignKey("case_item_version.id"), primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(12))  # waiting, approved, returned, rejected
    person: Mapped[uuid.UUID | None]
    at: Mapped[datetime | None]
    reason: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sealed_value.id"))

    __table_args__ = (Index("ix_approval_owner_state", "owner", "state"),)


class Letter(Base):
    """A superior's letter (核備函) that a version waits for or stands on, for one owner's part."""

    __tablename__ = "letter"

    version_id: Mapped[int] = mapped_column(ForeignKey("case_item_version.id"), primary_key=True)
    superior: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    # The owner whose part it concerns; none where the catalogue's files do not say. Not a foreign key: "none" is ''.
    for_owner: Mapped[str] = mapped_column(String(60), primary_key=True, default="")
    document_zh: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(12))  # pending, approved
    approved_on: Mapped[date | None]
    entered_by: Mapped[uuid.UUID | None]
    entered_at: Mapped[datetime | None]
    scan: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("letter_scan.id"))
    carried_from: Mapped[int | None]  # the number of the version for which it was written


class LetterScan(Base):
    """A letter's scanned file, sealed: it may name people."""

    __tablename__ = "letter_scan"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    content: Mapped[uuid.UUID] = mapped_column(ForeignKey("sealed_value.id"))  # the file in base64
    at: Mapped[datetime]
    by: Mapped[uuid.UUID]


class Suspension(Base):
    """A stop: an owner's stops its own data items under the case item, the business agency's or platform's the whole."""

    __tablename__ = "suspension"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_item: Mapped[str] = mapped_column(ForeignKey("case_item.code"), index=True)
    part: Mapped[str] = mapped_column(String(20))  # owner, business_agency, platform
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    set_by: Mapped[uuid.UUID]
    reason: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sealed_value.id"))

    __table_args__ = (
        Index(
            "uq_suspension_open",
            "case_item",
            "part",
            "agency",
            unique=True,
            postgresql_where=text("to_at IS NULL"),
            sqlite_where=text("to_at IS NULL"),
        ),
    )
