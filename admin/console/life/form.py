"""What a draft's form offers to choose from: agencies, legal bases and data items in their groups, and one item's fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.console.life.seen import in_clear, under_mask
from admin.console.words import APPROVALS, SCOPES, article, word
from admin.frame.names import agency_names, short_name
from govern.catalogue.agency import Agency
from govern.catalogue.data_item import Category, DataItem, DataItemField, MaskRule
from govern.catalogue.legal_basis import LegalBasis
from govern.catalogue.life.content import DraftContent, DraftField, DraftItem
from govern.catalogue.scope import agencies_for, data_items_for
from govern.core import clock
from govern.core.wording import Wording
from govern.rules.actor import Actor

# The parts of a draft, in the order in which they are filled in.
PARTS: Final[Mapping[str, Wording]] = {
    "basics": Wording("基本資料", "Particulars"),
    "agencies": Wording("可查調機關", "Agencies"),
    "bases": Wording("法源依據", "Legal bases"),
    "items": Wording("查調項目與欄位", "Data items and fields"),
}
KINDS_OF_AGENCY: Final[Mapping[str, Wording]] = {
    "city_government": Wording("市政府", "City government"),
    "bureau": Wording("一級機關", "First-level agencies"),
    "office": Wording("所屬二級機關", "Second-level agencies"),
    "district_office": Wording("區公所", "District offices"),
    "household_registration_office": Wording("戶政事務所", "Household registration offices"),
    "land_office": Wording("地政事務所", "Land offices"),
    "health_center": Wording("衛生所", "Health centers"),
    "school": Wording("學校", "Schools"),
    "central": Wording("中央機關", "Central agencies"),
}
OTHERS: Final = Wording("其他", "Others")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be ticked: its value, name, and what is said beside it."""

    value: str
    name: Wording
    detail: Wording | None = None
    tag: Wording | None = None
    is_over: bool = False  # an article that has ended: it stays where it is ticked, and cannot be ticked anew


@dataclass(frozen=True, slots=True)
class Group:
    """Options that stand together, under a name."""

    name: Wording
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of a data item in the form: how it appears in the draft, and what each way would show."""

    field: DataItemField
    mask: Wording
    appearance: str
    necessity_zh: str
    necessity_en: str
    clear: Wording
    masked: Wording | None  # nothing: its mask hides nothing

    @property
    def is_sensitive(self) -> bool:
        """Whether a sentence of necessity is demanded."""
        return self.field.sensitivity == "high"


def agencies(actor: Actor, session: Session) -> list[Group]:
    """Every agency, by kind."""
    rows = session.scalars(agencies_for(actor, session).order_by(Agency.seq)).all()
    groups: dict[str, list[Option]] = {kind: [] for kind in (*KINDS_OF_AGENCY, "")}
    for agency in rows:
        kind = agency.kind if agency.kind in KINDS_OF_AGENCY else ""
        groups[kind].append(Option(agency.code, short_name(agency.name_zh, agency.short_zh, agency.name_en)))
    return [Group(KINDS_OF_AGENCY.get(kind, OTHERS), options) for kind, options in groups.items() if options]


def bases(_actor: Actor, session: Session) -> list[Group]:
    """Every article, by the law's name; what has ended says so."""
    today, options = clock.today(), []
    for basis in session.scalars(select(LegalBasis).order_by(LegalBasis.law_zh, LegalBasis.id)):
        is_over = basis.in_force_to is not None and basis.in_force_to < today
        where = article(basis.article)
        options.append(
            Option(
                str(basis.id),
                Wording(f"{basis.law_zh}{where.zh}", f"{basis.law_en}, {where.en}"),
                tag=Wording("已失效", "ended") if is_over else None,
                is_over=is_over,
            )
        )
    return [Group(Wording("法規與條文", "Laws and articles"), options)]


def items(actor: Actor, session: Session) -> list[Group]:
    """Every data item, by category; how many fields, whose, and what an approval demands."""
    rows = session.scalars(data_items_for(actor, session).order_by(DataItem.seq)).all()
    owners = agency_names(session, {item.owner for item in rows})
    names = {
        each.code: Wording(each.name_zh, each.name_en)
        for each in session.scalars(select(Category).order_by(Category.seq))
    }
    groups: dict[str, list[Option]] = {code: [] for code in names}
    for item in rows:
        owner, extent = owners[item.owner], word(SCOPES, item.scope)
        groups[item.category].append(
            Option(
                item.code,
                item.name,
                detail=Wording(
                    f"{owner.zh}，{extent.zh}，{len(item.fields)}個欄位",
                    f"{owner.en}, {extent.en}, {len(item.fields)} fields",
                ),
                tag=word(APPROVALS, item.approval) if item.approval else None,
            )
        )
    return [Group(names[code], options) for code, options in groups.items() if options]


def fields(session: Session, item: DataItem, drafted: DraftItem) -> list[Choice]:
    """The fields of one data item as the draft has them."""
    masks = {rule.code: Wording(rule.name_zh, rule.name_en) for rule in session.scalars(select(MaskRule))}
    known: Mapping[str, DraftField] = {each.field: each for each in drafted.fields}
    return [_choice(field, known.get(field.code), masks[field.mask]) for field in item.fields]


def _choice(field: DataItemField, drafted: DraftField | None, mask: Wording) -> Choice:
    return Choice(
        field=field,
        mask=mask,
        appearance=drafted.appearance if drafted else "absent",
        necessity_zh=drafted.necessity_zh if drafted else "",
        necessity_en=drafted.necessity_en if drafted else "",
        clear=in_clear(field),
        masked=None if field.mask == "none" else under_mask(field),
    )


@dataclass(frozen=True, slots=True)
class PartState:
    """A part of the draft at the side of the form: where it is filled in, and how many things it lacks."""

    part: str
    item: str
    name: Wording
    lacks: Sequence[tuple[str, Wording]]


def parts_of(session: Session, content: DraftContent, lacks: Mapping[str, Wording]) -> list[PartState]:
    """The parts in order, each data item by itself, with what each lacks before it can be proposed."""
    codes = [each.item for each in content.items]
    items = {item.code: item for item in session.scalars(select(DataItem).where(DataItem.code.in_(codes)))}
    labels = {**LABELS, **{f"items.{code}": item.name for code, item in items.items()}}
    for code, item in items.items():
        labels |= {f"items.{code}.{field.code}": field.name for field in item.fields}
    said = {key: labelled(labels.get(key), says) for key, says in lacks.items()}
    found = []
    for part, name in PARTS.items():
        own = [(key, says) for key, says in said.items() if _part_of(key) == part]
        found.append(PartState(part, "", name, own))
    for code in codes:
        place = f"items.{code}"
        own = [(key, says) for key, says in said.items() if key == place or key.startswith(f"{place}.")]
        found.append(PartState("fields", code, items[code].name if code in items else Wording(code, code), own))
    return found


def _part_of(fault: str) -> str:
    """The part that mends a fault; one of a data item's fields is mended with that item."""
    if fault in ("agencies", "bases", "items"):
        return fault
    return "fields" if fault.startswith("items.") else "basics"


def labelled(label: Wording | None, says: Wording) -> Wording:
    """What is wrong, with the name of the row where it is mended."""
    return Wording(f"{label.zh}：{says.zh}", f"{label.en}: {says.en}") if label else says


def mistakes_of(wrong: Mapping[str, Wording], fields: Mapping[str, Wording]) -> dict[str, Wording]:
    """The same for the summary above a form; `fields` are the names of a data item's fields by their places."""
    return {key: labelled(LABELS.get(key) or fields.get(key), says) for key, says in wrong.items()}


LABELS: Final[Mapping[str, Wording]] = {
    "code": Wording("代碼", "Code"),
    "name_zh": Wording("中文名稱", "Chinese name"),
    "name_en": Wording("英文名稱", "English name"),
    "kind": Wording("性質", "Kind"),
    "urgency": Wording("急迫程度", "Urgency"),
    "default_schedule": Wording("定時週期", "Schedule"),
    "valid_from": Wording("生效日", "In force from"),
    "valid_to": Wording("屆期日", "In force until"),
    "retention_years": Wording("保存年限", "Retention"),
    "agencies": Wording("可查調機關", "Agencies"),
    "bases": Wording("法源依據", "Legal bases"),
    "items": Wording("查調項目", "Data items"),
}


def following(part: str, content_items: Sequence[DraftItem], item: str = "") -> tuple[str, str]:
    """What comes after a part: the next part, after the items each item's fields in turn, at the end nothing."""
    order = [(name, "") for name in PARTS] + [("fields", each.item) for each in content_items]
    place = order.index((part, item)) if (part, item) in order else len(order)
    return order[place + 1] if place + 1 < len(order) else ("", "")
