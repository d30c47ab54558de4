"""What is known when judging: frozen views of person, right, case item, data item, source, ground and quota.

`govern.access.gather` fills them from the database as they stand, or stood, at one moment; `conditions` and `decision`
read nothing else. So any decision can be judged again from its facts (DESIGN.md, "Decisions can be judged again").
Codes are the catalogue's; days are days in Asia/Taipei; both ends of a term are included.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID


class Appearance(StrEnum):
    """How a permitted field appears, from the most to the least open."""

    CLEAR = "clear"
    REVEALABLE = "revealable"  # masked, and openable one by one with a reason
    MASKED = "masked"


@dataclass(frozen=True, slots=True)
class PermittedField:
    """A field that a case item permits (an obligation): its appearance and its mask as frozen in the version."""

    code: str
    appearance: Appearance
    mask: str

    @property
    def effective_mask(self) -> str:
        """The mask code to apply: a clear field has none, whatever its default."""
        return "none" if self.appearance == Appearance.CLEAR else self.mask

    def to_row(self) -> dict[str, str]:
        """The field as a task's row keeps it."""
        return {"field": self.code, "appearance": str(self.appearance), "mask": self.mask}

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> "PermittedField":
        """Read back what `to_row` wrote; an unknown appearance raises `ValueError`."""
        return cls(row["field"], Appearance(row["appearance"]), row["mask"])


@dataclass(frozen=True, slots=True)
class PermittedItem:
    """A data item as a case item lists it: exactly these fields, in this order."""

    code: str
    fields: tuple[PermittedField, ...]


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """The person who asks: the agencies where that person is a clerk, and the keyed index of the own national ID."""

    is_active: bool
    agencies: frozenset[str]
    own_index: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class RightFacts:
    """The right under which the look-up is made; `ended` says that it was ended before its term."""

    id: UUID
    agency: str
    starts_on: date
    ends_on: date
    ended: bool
    granted_by_self: bool = False


@dataclass(frozen=True, slots=True)
class CaseItemFacts:
    """A version of a case item, with what has stopped the case item.

    `suspended_by` holds pairs of part (`owner`, `business_agency`, `platform`) and the agency that set the stop; an
    owner's pair counts only for that owner's data items. `item` is what the version lists for the data item asked, or
    None. `pending_letter` says that a superior's letter is still awaited.
    """

    code: str
    version: int
    state: str
    valid_from: date
    valid_to: date
    business_agency: str
    authorised_agencies: frozenset[str]
    legal_bases_in_force: bool
    consent_required: bool
    kind: str
    suspended_by: tuple[tuple[str, str], ...]
    pending_letter: bool
    item: PermittedItem | None


@dataclass(frozen=True, slots=True)
class DataItemFacts:
    """The data item asked: whose register answers and by which kinds of key it may be asked."""

    code: str
    owner: str
    key_kinds: tuple[str, ...] = ()
    narrowing_required: bool = False
    is_special_category: bool = False


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """The source that answers the data item; `code` is None where `sources.yaml` names none."""

    code: str | None
    state: str = "open"  # open, closed


@dataclass(frozen=True, slots=True)
class GroundFacts:
    """Why looking up this subject is allowed: `consent`, `statutory_duty` or None, and whether its document is there."""

    kind: str | None
    has_document: bool
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class QuotaFacts:
    """Subjects per agency, data owner and day. A repeated decision asks for 0, since no quota is taken twice."""

    limit: int | None = None
    used: int = 0
    asking: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one decision reads, for one data item and one subject, at the agency acted for, on one day."""

    on: date
    agency: str
    person: PersonFacts
    right: RightFacts | None
    case_item: CaseItemFacts
    data_item: DataItemFacts
    source: SourceFacts
    ground: GroundFacts
    quota: QuotaFacts = QuotaFacts()
    subject_is_self: bool = False
    subject_is_declared_relative: bool = False
