"""Events of the audit: plan made, month closed, drawn, judged, signed off."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from govern.trail.kinds.kind import Kind, kind


@kind("plan_made", "訂定稽核計畫", "Audit plan made")
@dataclass(frozen=True, kw_only=True, slots=True)
class PlanMade(Kind):
    """How an owner's data items are audited from now on: by whom, how much of them, and which public draw stands by."""

    about_kind: str = "plan"
    about_id: str
    owner: str
    name_zh: str
    name_en: str
    by_agency: bool
    by_first_level: bool
    by_owner: bool
    is_kinship: bool
    covers_all: bool
    items: tuple[str, ...] = ()
    ratio: str
    floor: int
    public_draw_name: str
    public_draw_count: int
    public_draw_day: int


@kind("plan_ended", "終止稽核計畫", "Audit plan ended")
@dataclass(frozen=True, kw_only=True, slots=True)
class PlanEnded(Kind):
    """No month that closes from now on is audited under this plan; why is sealed."""

    about_kind: str = "plan"
    about_id: str
    owner: str


@kind("draw_named", "指定公開抽獎", "Public draw named")
@dataclass(frozen=True, kw_only=True, slots=True)
class DrawNamed(Kind):
    """Which public draw, with its occasion, and how many numbers of it make a month's seed where two numbers do not."""

    spelled: ClassVar[Mapping[str, str]] = {"draw_name": "name"}
    about_kind: str = "public_draw"
    about_id: str
    draw_name: str
    count: int
    month: str


@kind("draw_entered", "登錄公開抽獎結果", "Public draw's results entered")
@dataclass(frozen=True, kw_only=True, slots=True)
class DrawEntered(Kind):
    """What the public draw gave, in rising order; entered once, after the freeze."""

    spelled: ClassVar[Mapping[str, str]] = {"draw_name": "name"}
    about_kind: str = "public_draw"
    about_id: str
    draw_name: str
    results: tuple[int, ...]


@kind("number_committed", "承諾抽樣亂數", "Number committed to")
@dataclass(frozen=True, kw_only=True, slots=True)
class NumberCommitted(Kind):
    """A party is bound to a number for a month, which it keeps to itself until the population is frozen."""

    about_kind: str = "seed_number"
    about_id: str
    party: str
    month: str
    commitment: bytes


@kind("number_disclosed", "揭露抽樣亂數", "Number disclosed")
@dataclass(frozen=True, kw_only=True, slots=True)
class NumberDisclosed(Kind):
    """The number to which a party had committed, after the freeze."""

    about_kind: str = "seed_number"
    about_id: str
    party: str
    month: str
    number: bytes


@kind("month_ended", "月份屆滿", "Month is over")
@dataclass(frozen=True, kw_only=True, slots=True)
class MonthEnded(Kind):
    """Nothing else was written since a month's end: the checkpoint over this entry is the month's."""

    about_kind: str = "month"
    about_id: str


@kind("frozen", "凍結母體", "Population frozen")
@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen(Kind):
    """A period's population cannot change any more: its size and root, its plan, and who may bring the seed about."""

    about_kind: str = "period"
    about_id: str
    owner: str
    month: str
    auditing_agency: str
    plan: uuid.UUID
    from_size: int
    to_size: int
    population: int
    root: bytes
    ratio: str
    floor: int
    is_kinship: bool = False
    items: tuple[str, ...] = ()
    other_party: str | None = None
    public_draw: uuid.UUID | None = None


@kind("month_closed", "月結完成", "Month closed")
@dataclass(frozen=True, kw_only=True, slots=True)
class MonthClosed(Kind):
    """The log up to a checkpoint belongs to a month; each population of it was frozen by an entry before this one."""

    about_kind: str = "month"
    about_id: str
    ended_at: str
    from_size: int
    to_size: int
    checkpoint_at: str
    periods: int
    units: int


@kind("drawn", "抽樣完成", "Sample drawn")
@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn(Kind):
    """The sample that the seed draws: how many, and the hash over their ordinals in the order of the draw."""

    about_kind: str = "period"
    about_id: str
    owner: str
    seed: bytes
    n: int
    source_kind: str
    ordinals_sha256: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class _OfSample(Kind):
    lookup: uuid.UUID
    owner: str
    about_kind: str = "sample"
    about_id: str
    period: uuid.UUID
    seq: int
    round: int


@kind("document_asked", "請承辦人補文件", "Document asked for")
@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentAsked(_OfSample):
    """The auditor asked the clerk about a sampled look-up, with a deadline; the question is sealed."""

    due_on: str


@kind("clerk_answered", "承辦人答覆", "Clerk answered")
@dataclass(frozen=True, kw_only=True, slots=True)
class ClerkAnswered(_OfSample):
    """The clerk's answer and the documents handed in with it, all sealed and committed."""

    is_late: bool = False
    documents: tuple[Mapping[str, object], ...] = ()  # document, media_type, size, commitment, ciphertext's SHA-256


@kind("document_opened", "開啟佐證文件", "Document opened")
@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentOpened(_OfSample):
    """A handed-in document was opened, written before it was: it may name people."""

    document: uuid.UUID


@kind("judged", "查核結果", "Judged")
@dataclass(frozen=True, kw_only=True, slots=True)
class Judged(_OfSample):
    """The auditor's verdict on a sampled look-up; the note is sealed. A later one of the same round replaces it."""

    verdict: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _OfFinding(Kind):
    lookup: uuid.UUID
    owner: str
    about_kind: str = "finding"
    about_id: str
    period: uuid.UUID
    sample: uuid.UUID
    seq: int


@kind("finding_opened", "開立缺失", "Finding opened")
@dataclass(frozen=True, kw_only=True, slots=True)
class FindingOpened(_OfFinding):
    """What is wrong with a sampled look-up, sealed; who has to mend it, at which agency, by when."""

    responsible: uuid.UUID
    at_agency: str
    due_on: str


@kind("finding_answered", "缺失已改善", "Finding answered")
@dataclass(frozen=True, kw_only=True, slots=True)
class FindingAnswered(_OfFinding):
    """Who has to mend a finding says what was done; the measure is sealed."""


@kind("finding_sent_back", "缺失退回", "Finding sent back")
@dataclass(frozen=True, kw_only=True, slots=True)
class FindingSentBack(_OfFinding):
    """What was done does not mend the finding; why is sealed."""


@kind("finding_closed", "缺失結案", "Finding closed")
@dataclass(frozen=True, kw_only=True, slots=True)
class FindingClosed(_OfFinding):
    """An auditor, another person than the one responsible, says that it is mended."""


@kind("signed_off", "核章", "Signed off")
@dataclass(frozen=True, kw_only=True, slots=True)
class SignedOff(Kind):
    """A level signed a period off, by the hash over its content (docs/record.md, Sign-off)."""

    about_kind: str = "period"
    about_id: str
    owner: str
    level: int
    round: int
    content_sha256: bytes


@kind("reopened", "重開稽核期別", "Period reopened")
@dataclass(frozen=True, kw_only=True, slots=True)
class Reopened(Kind):
    """A period's sign-offs are void and some samples are judged anew, in a new round; why is sealed."""

    about_kind: str = "period"
    about_id: str
    owner: str
    round: int
    samples: tuple[int, ...]  # their places in the draw
