"""Events of the house itself: set up, record issued."""

import uuid
from dataclasses import dataclass

from govern.trail.kinds.kind import Kind, kind


@kind("set_up", "建置完成", "Set up")
@dataclass(frozen=True, kw_only=True, slots=True)
class SetUp(Kind):
    """The house was set up on a database: the first entry of its trail."""

    log_origin: str
    is_demonstration: bool


@kind("record_asked", "申請稽核紀錄", "Record asked for")
@dataclass(frozen=True, kw_only=True, slots=True)
class RecordAsked(Kind):
    """Somebody asked for a signed record of a look-up within reach; a worker makes it."""

    lookup: uuid.UUID
    case_item: str


@kind("record_issued", "核發稽核紀錄", "Record issued")
@dataclass(frozen=True, kw_only=True, slots=True)
class RecordIssued(Kind):
    """A signed record was put on the shelf: its number and the PDF's SHA-256."""

    lookup: uuid.UUID | None = None
    about_kind: str = "record"
    about_id: str
    pdf_sha256: bytes
    checkpoint_size: int
    period: uuid.UUID | None = None


@kind("period_record_asked", "申請期別稽核紀錄", "Record of a period asked for")
@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodRecordAsked(Kind):
    """Somebody asked for the signed record of a period within reach; a worker makes it."""

    about_kind: str = "period"
    about_id: str
    owner: str
