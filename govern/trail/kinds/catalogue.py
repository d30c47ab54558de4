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


@kind("source_changed", "介接來源異動", "Source changed")
@dataclass(frozen=True, kw_only=True, slots=True)
class SourceChanged(_Changed):
    """A source changed, was closed or opened: the hash before and after."""

    about_kind: str = "source"


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
