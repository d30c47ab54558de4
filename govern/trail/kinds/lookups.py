"""Events of the look-up's road: asked, denied, about to ask, answered, shown, revealed, destroyed."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from govern.trail.kinds.kind import Kind, kind


@kind("asked", "送出查調", "Look-up submitted")
@dataclass(frozen=True, kw_only=True, slots=True)
class Asked(Kind):
    """One a look-up: who may be looked up, by which tasks, on which ground; the subjects as commitments in a list."""

    lookup: uuid.UUID
    case_item: str
    case_item_version: int
    right: uuid.UUID | None = None
    ground_kind: str
    outcome: str = "asked"
    subjects: int
    reference: str
    queue: str
    due_at: str
    tasks: tuple[
        Mapping[str, object], ...
    ]  # seq, item, owner, source, permitted fields by appearance, or the rule of a denial
    subject_list: tuple[Mapping[str, object], ...]  # ordinal, and per key kind, commitment and the ciphertext's SHA-256
    subjects_root: bytes
    texts: tuple[
        Mapping[str, object], ...
    ] = ()  # reason and grounds' documents: kind, commitment, ciphertext's SHA-256
    wrong_rows: int = 0
    former: uuid.UUID | None = None
    intent_key: str = ""


@kind("denied", "不准許", "Denied")
@dataclass(frozen=True, kw_only=True, slots=True)
class Denied(Kind):
    """A "no" of the decision, with the rule that gave it; `during` says at which step of the road."""

    lookup: uuid.UUID
    task: uuid.UUID | None = None
    case_item: str
    case_item_version: int | None = None
    data_item: str | None = None
    owner: str | None = None
    right: uuid.UUID | None = None
    rule: str
    rule_version: int
    outcome: str = "denied"
    ends_lookup: bool = False
    during: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@kind("about_to_ask", "即將查調", "About to ask")
@dataclass(frozen=True, kw_only=True, slots=True)
class AboutToAsk(Kind):
    """The intent: committed before any source is asked; its id is the request id that the source sees."""

    lookup: uuid.UUID
    task: uuid.UUID
    subject_ordinal: int | None = None
    case_item: str
    case_item_version: int
    data_item: str
    owner: str
    source: str
    ground_kind: str
    right: uuid.UUID | None = None
    rule: str
    rule_version: int
    outcome: str = "permitted"
    subjects: int
    fields: int
    attempt: int
    fence: int
    permitted: Mapping[str, str]  # field: appearance
    rows_root: bytes | None = None
    answer_ends_at: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome(Kind):
    lookup: uuid.UUID
    task: uuid.UUID
    case_item: str
    case_item_version: int
    data_item: str
    owner: str
    source: str | None = None
    ends_lookup: bool = False
    duration_ms: int | None = None
    intent: uuid.UUID | None = None
    attempt: int = 0


@kind("answered", "已回覆", "Answered")
@dataclass(frozen=True, kw_only=True, slots=True)
class Answered(_Outcome):
    """What came: field names, counts, time taken, a salted commitment; never a value."""

    outcome: str = "answered"
    subjects: int
    rows: int
    fields: int
    beyond: int
    answer_commitment: bytes
    found: int
    field_names: tuple[str, ...]
    revealable: int
    envelopes_root: bytes
    message_id: str = ""


@kind("attempt_failed", "一次查調失敗，將再試", "An attempt failed and will be made again")
@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptFailed(_Outcome):
    """A try that provably never left, or whose source may be asked again."""

    outcome: str = "attempt_failed"
    cause: str


@kind("failed", "查調失敗", "Failed")
@dataclass(frozen=True, kw_only=True, slots=True)
class Failed(_Outcome):
    """The task ended without an answer."""

    outcome: str = "failed"
    cause: str


@kind("unknown", "結果不明", "Outcome unknown")
@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown(_Outcome):
    """The request may have reached a source that must not be asked twice, and its reply is lost."""

    outcome: str = "unknown"
    cause: str


@kind("expired", "逾期未查調", "Expired, never asked")
@dataclass(frozen=True, kw_only=True, slots=True)
class Expired(_Outcome):
    """The asker's session ended before the source was asked."""

    outcome: str = "expired"
    cause: str


@kind("cancelled", "已取消", "Cancelled")
@dataclass(frozen=True, kw_only=True, slots=True)
class Cancelled(_Outcome):
    """The clerk called the task back before the source was asked."""

    outcome: str = "cancelled"
    cause: str


@kind("shown", "已顯示", "Shown")
@dataclass(frozen=True, kw_only=True, slots=True)
class Shown(Kind):
    """Written before the page is: which fields of which data items, by name."""

    lookup: uuid.UUID
    case_item: str
    case_item_version: int
    fields: int
    rows: int
    outcome: str = "shown"
    answers: tuple[Mapping[str, object], ...]  # answer, data item, field names
    medium: str = "page"


@kind("revealed", "已揭示", "Revealed")
@dataclass(frozen=True, kw_only=True, slots=True)
class Revealed(Kind):
    """One masked field opened, with a reason that is sealed and committed."""

    lookup: uuid.UUID
    task: uuid.UUID
    case_item: str
    case_item_version: int
    data_item: str
    owner: str
    outcome: str = "revealed"
    answer: uuid.UUID
    field: str
    place: str  # where it stands in the answer: subject, group and row, never a value


@kind("destroyed", "已銷毀", "Destroyed")
@dataclass(frozen=True, kw_only=True, slots=True)
class Destroyed(Kind):
    """The answer is gone from the store; the cause, and whether something lay there."""

    lookup: uuid.UUID
    task: uuid.UUID
    case_item: str
    case_item_version: int
    data_item: str
    owner: str
    cause: str
    outcome: str = "destroyed"
    answer: uuid.UUID
    found: bool
