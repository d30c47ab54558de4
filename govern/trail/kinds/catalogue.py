"""Events of the catalogue: loaded, changed, closed, suspended."""

from collections.abc import Mapping
from dataclasses import dataclass

from govern.trail.kinds.kind import Kind, kind


@kind("loaded", "載入目錄", "Catalogue loaded")
@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded(Kind):
    """Files became the catalogue: each file's SHA-256 and what changed."""

    files: Mapping[str, str]
    counts: Mapping[str, int]
    case_items_in_force: tuple[str, ...] = ()
    case_items_proposed: tuple[str, ...] = ()
    case_items_waiting: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Changed(Kind):
    about_id: str
    before: str
    after: str
    act: str | None = None  # added, extended, changed, corrected, ended, kept, closed, opened; none: a load of files


@kind("agency_changed", "機關異動", "Agency changed")
@dataclass(frozen=True, kw_only=True, slots=True)
class AgencyChanged(_Changed):
    """An agency's data changed: the hash before and after."""

    about_kind: str = "agency"


@kind("data_item_changed", "查調項目異動", "Data item changed")
@dataclass(frozen=True, kw_only=True, slots=True)
class DataItemChanged(_Changed):
    """A data item or its fields changed: the hash before and after."""

    about_kind: str = "data_item"
    data_item: str | None = None
    owner: str | None = None
    field_codes: tuple[str, ...] = ()  # those that the act concerns


@kind("source_changed", "介接來源異動", "Source changed")
@dataclass(frozen=True, kw_only=True, slots=True)
class SourceChanged(_Changed):
    """A source changed, was closed or opened: the hash before and after."""

    about_kind: str = "source"
    owner: str | None = None


@kind("legal_basis_changed", "法源異動", "Legal basis changed")
@dataclass(frozen=True, kw_only=True, slots=True)
class LegalBasisChanged(_Changed):
    """What is known of an article of a law changed: its English name, its term, whether it was checked."""

    about_kind: str = "legal_basis"


@kind("mask_rule_changed", "遮蔽規則說明異動", "Mask rule's description changed")
@dataclass(frozen=True, kw_only=True, slots=True)
class MaskRuleChanged(_Changed):
    """A mask's name or example changed; what it does is the program's."""

    about_kind: str = "mask_rule"


@kind("category_changed", "分類異動", "Category changed")
@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryChanged(_Changed):
    """A category of data items changed."""

    about_kind: str = "category"


@kind("parameter_changed", "參數異動", "Parameter changed")
@dataclass(frozen=True, kw_only=True, slots=True)
class ParameterChanged(_Changed):
    """A figure that conditions read has a new version; the former stays."""

    about_kind: str = "parameter"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step(Kind):
    """A step of a case item's life, or of one version of it."""

    about_kind: str = "case_item"
    about_id: str
    case_item: str
    case_item_version: int | None = None


@kind("drafted", "擬訂業務案件項目", "Case item drafted")
@dataclass(frozen=True, kw_only=True, slots=True)
class Drafted(_Step):
    """A version was drafted, new or from a former version."""

    based_on: int | None = None


@kind("draft_changed", "修改草案", "Draft changed")
@dataclass(frozen=True, kw_only=True, slots=True)
class DraftChanged(_Step):
    """A draft was changed: its edition and the hash of what it now says."""

    edition: int
    content_sha256: bytes


@kind("withdrawn", "撤回版本", "Version withdrawn")
@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn(_Step):
    """A version that was not in force yet was given up by its business agency; `cause` is the state it was in."""

    cause: str


@kind("proposed", "提請核准", "Version proposed")
@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed(_Step):
    """A draft was proposed to the owners whose data items it uses; its content is frozen as the hash says."""

    round: int
    owners: tuple[str, ...]
    content_sha256: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class _Word(_Step):
    owner: str
    round: int
    content_sha256: bytes


@kind("approved", "核准", "Approved")
@dataclass(frozen=True, kw_only=True, slots=True)
class Approved(_Word):
    """An owner approved its part; with the last one the version is complete, and letters carry over or are awaited."""

    is_complete: bool
    letters_carried: tuple[str, ...] = ()
    letters_awaited: tuple[str, ...] = ()


@kind("returned", "退回修正", "Returned")
@dataclass(frozen=True, kw_only=True, slots=True)
class Returned(_Word):
    """An owner sent the proposal back to its drafter; the reason is sealed, the round is over."""


@kind("rejected", "不予核准", "Rejected")
@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected(_Word):
    """An owner rejected the proposal for good; the reason is sealed."""


@kind("letter_entered", "登錄核備函", "Letter entered")
@dataclass(frozen=True, kw_only=True, slots=True)
class LetterEntered(_Step):
    """A superior's letter was entered for an owner's part, with the hash of its scanned file."""

    owner: str
    superior: str
    number: str
    approved_on: str
    scan_sha256: bytes


@kind("came_in_force", "版本生效", "Version in force")
@dataclass(frozen=True, kw_only=True, slots=True)
class CameInForce(_Step):
    """A complete version whose day has come is in force; what it replaces is retired."""

    replaces: int | None = None
    content_sha256: bytes


@kind("retired", "版本停用", "Version retired")
@dataclass(frozen=True, kw_only=True, slots=True)
class Retired(_Step):
    """A version is in force no more: `superseded` by another, or `ended` by its business agency, with a sealed reason."""

    cause: str
    replaced_by: int | None = None


@kind("suspended", "暫停查調", "Suspended")
@dataclass(frozen=True, kw_only=True, slots=True)
class Suspended(_Step):
    """A part stopped a case item: an owner its own data items, the business agency or the platform the whole."""

    part: str
    owner: str | None = None


@kind("resumed", "恢復查調", "Resumed")
@dataclass(frozen=True, kw_only=True, slots=True)
class Resumed(_Step):
    """A part lifted its own stop."""

    part: str
    owner: str | None = None
