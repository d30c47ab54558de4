"""Events of the house itself: set up, record issued, notices of operators."""

import uuid
from dataclasses import dataclass
from datetime import datetime

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


@kind("jobs_refused", "拒絕不明工作", "Jobs refused")
@dataclass(frozen=True, kw_only=True, slots=True)
class JobsRefused(Kind):
    """A worker found jobs in a queue that this house did not put there, and ran none: how many since it last said so."""

    about_kind: str = "queue"
    about_id: str
    number: int


@kind("notice_published", "發布公告", "Notice published")
@dataclass(frozen=True, kw_only=True, slots=True)
class NoticePublished(Kind):
    """An operator tells everybody something from and until a moment: the hash of its texts, not the texts."""

    about_kind: str = "notice"
    about_id: str
    tone: str
    from_at: datetime
    until_at: datetime
    text_sha256: bytes


@kind("notice_ended", "提前結束公告", "Notice ended")
@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeEnded(Kind):
    """A notice was taken down before its time."""

    about_kind: str = "notice"
    about_id: str


@kind("export_asked", "申請匯出清單", "Export asked for")
@dataclass(frozen=True, kw_only=True, slots=True)
class ExportAsked(Kind):
    """Somebody asked for a list as a file that a worker writes: the list's name, never what it is narrowed by."""

    about_kind: str = "list"
    about_id: str
    export: uuid.UUID


@kind("export_fetched", "匯出清單", "List exported")
@dataclass(frozen=True, kw_only=True, slots=True)
class ExportFetched(Kind):
    """A list went out as a file of so many rows, at once, or one that a worker had written."""

    about_kind: str = "list"
    about_id: str
    rows: int
    export: uuid.UUID | None = None
