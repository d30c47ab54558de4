"""What a period's record says: plain values, and their JSON.

A `PeriodRecord` is everything that the signed PDF of one period shows and proves: the plan as frozen, population and
checkpoint, the draw's account, each sample with its verdict, findings, figures, who signed off, and the entries of the
trail with their proofs. What stands many times stands once: names by code, people by id, the proofs' hashes by place.
No free text is in it: a note or a reason stands as its commitment. `docs/record.md` describes the JSON field by field.
"""

from dataclasses import dataclass
from typing import Any, Final

from reports.record.content import Checkpoint, MaskedKey, Named, canonical, read

FORMAT: Final = "govern.record.period"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class PeriodHead:
    """Which period: who audits (`agency`) whose data (`owner`) in which month, and how far it is."""

    id: str
    month: str
    agency: str
    owner: str
    round: int
    state: Named


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan as it stood when the month closed; `audited_by` of agency, first_level, owner."""

    id: str
    zh: str
    en: str
    ratio: str
    floor: int
    items: tuple[str, ...]
    covers_all: bool
    is_kinship: bool
    audited_by: tuple[str, ...]
    other_party: str | None


@dataclass(frozen=True, slots=True)
class FrozenPopulation:
    """The population's size and root (hexadecimal), the number of its entry, and the month's signed checkpoint."""

    at: str
    from_size: int
    to_size: int
    population: int
    root: str
    entry: int
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class DrawnSample:
    """When was drawn; the numbers of the entries: what binds the seed, what tells it, and the draw's own."""

    at: str
    n: int
    entry: int
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SampleTask:
    """One data item of the plan as asked for the sample's subject: the codes of the fields that came, by appearance."""

    data_item: str
    state: Named
    clear: tuple[str, ...]
    masked: tuple[str, ...]
    revealable: tuple[str, ...]
    denied: str | None


@dataclass(frozen=True, slots=True)
class SampleReveal:
    """One masked field that was opened, and the number of the entry that says so."""

    at: str
    data_item: str
    field: str
    entry: int


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A document that the clerk handed in: what sort, how large, and its SHA-256 (hexadecimal)."""

    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AskedClerk:
    """That the clerk was asked for the document, until when, and what came."""

    asked_at: str
    due_on: str
    answered_at: str | None
    is_late: bool
    documents: tuple[HandedIn, ...]


@dataclass(frozen=True, slots=True)
class FormerVerdict:
    """A verdict that a later one has replaced."""

    verdict: str
    judged_at: str
    entry: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A sampled look-up: who asked when, for what, about whom (masked), what came, and the auditor's verdict."""

    seq: int
    id: str
    lookup: str
    reference: str
    number: int
    subject_ordinal: int
    asked_entry: int
    submitted_at: str
    ended_at: str
    state: Named
    clerk: str
    agency: str
    case_item: str
    case_item_version: int
    ground: Named
    subject: tuple[MaskedKey, ...]
    tasks: tuple[SampleTask, ...]
    reveals: tuple[SampleReveal, ...]
    asked_clerk: AskedClerk | None
    verdict: str
    judged_at: str
    judged_by: str
    judged_round: int
    judged_entry: int
    note_commitment: str | None
    former_verdicts: tuple[FormerVerdict, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a sample, as its commitment; who mends it by when, and whether it is closed."""

    id: str
    no: int
    sample: int
    person: str
    agency: str
    due_on: str
    state: Named
    opened_at: str
    opened_by: str
    done_at: str | None
    closed_at: str | None
    closed_by: str | None
    what_commitment: str | None
    opened_entry: int
    closed_entry: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """How often a verdict was given."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Split:
    """The samples of one agency or case item: how many, how many of them proper, how many not."""

    code: str
    samples: int
    proper: int
    others: int


@dataclass(frozen=True, slots=True)
class Answers:
    """How clerks answered: counts, and whole days from the question to the answer (None where none answered)."""

    asked: int
    answered: int
    late: int
    documents: int
    median_days: int | None
    longest_days: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of the page; every one follows from samples and findings (`period_figures`)."""

    population: int
    samples: int
    verdicts: tuple[Count, ...]
    by_agency: tuple[Split, ...]
    by_case_item: tuple[Split, ...]
    answers: Answers
    reveals: int
    findings: int
    findings_closed: int


@dataclass(frozen=True, slots=True)
class SignOff:
    """A level that signed the period off, by the hash over its content; void when the period was re-opened since."""

    round: int
    level: int
    person: str
    role: Named
    agency: str
    at: str
    content_sha256: str
    entry: int
    voided_at: str | None


@dataclass(frozen=True, slots=True)
class Reopening:
    """A re-opening: the round that it began, by whom, which samples (`seq`) were judged anew; why, as a commitment."""

    round: int
    at: str
    person: str
    agency: str
    samples: tuple[int, ...]
    reason_commitment: str | None
    entry: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the record names: by an id, so that each stands once."""

    id: str
    name: str
    account: str
    invented: bool


@dataclass(frozen=True, slots=True)
class DataItemNames:
    """A data item and its fields, as the catalogue calls them."""

    code: str
    zh: str
    en: str
    owner: str
    fields: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called."""

    agencies: tuple[Named, ...]
    case_items: tuple[Named, ...]
    data_items: tuple[DataItemNames, ...]


@dataclass(frozen=True, slots=True)
class PeriodEntry:
    """One entry of the trail: its leaf (base64), and its proof as places in the record's `hashes`."""

    id: str
    number: int
    kind: str
    leaf: str
    proof: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PeriodRecord:
    """The record of one period. Times are ISO 8601 in UTC with `Z`, dates ISO; tuples keep the order of the page."""

    number: str
    period: PeriodHead
    plan: Plan
    frozen: FrozenPopulation
    draw: dict[str, Any]  # docs/draw.md, The account
    drawn: DrawnSample | None
    samples: tuple[Sample, ...]
    findings: tuple[Finding, ...]
    figures: Figures
    sign_offs: tuple[SignOff, ...]
    reopenings: tuple[Reopening, ...]
    people: tuple[Person, ...]
    names: Names
    entries: tuple[PeriodEntry, ...]
    hashes: tuple[str, ...]
    checkpoint: Checkpoint
    signed_by: str
    check_address: str
    made_at: str
    invented: bool

    def to_json(self) -> bytes:
        """Canonical JSON: UTF-8, keys sorted by code point, no spaces; the same record gives the same bytes."""
        return canonical(FORMAT, VERSION, self)

    @classmethod
    def from_json(cls, raw: bytes) -> "PeriodRecord":
        """The record that `to_json` wrote; anything missing, unknown or of another type raises `UnreadableRecord`."""
        return read(cls, raw, FORMAT, VERSION)
