"""Two versions side by side, as people read them: a block for each data item, a row for each field, what it shows in shapes.

Which rows show more or less is the rulebook's word (`rules.difference`); here stands only how it is laid out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.console.words import article
from admin.frame.names import agency_names
from govern.catalogue.agency import Agency
from govern.catalogue.data_item import DataItem, DataItemField, MaskRule
from govern.catalogue.legal_basis import LegalBasis
from govern.catalogue.life.content import DraftContent, DraftField
from govern.core.wording import Wording
from govern.rules.calendar import to_english, to_roc
from govern.rules.difference import (
    KINDS,
    SCHEDULES,
    URGENCIES,
    YES_NO,
    ContentSaid,
    Direction,
    FieldSaid,
    ItemSaid,
    direction_of,
)

PARTICULARS: Final = Wording("基本資料、機關與法源", "Particulars, agencies and law")
BOTH: Final = "both"  # a list that gained and lost


@dataclass(frozen=True, slots=True)
class Cell:
    """One side of a row: a field's appearance with its mask and necessity, or words; those that are new stand out."""

    appearance: str = ""
    mask: Wording | None = None
    necessity: Wording | None = None
    parts: tuple[tuple[Wording, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that two versions say; a side that is nothing does not have it."""

    label: Wording
    before: Cell | None
    after: Cell | None
    direction: str
    sensitivity: str = ""
    names: str = ""  # what a draft's form calls it, + between several

    @property
    def is_changed(self) -> bool:
        """Whether the two say different things."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that belong together: the particulars, or one data item, which is its owner's to approve."""

    name: Wording
    rows: Sequence[Row]
    item: str = ""
    owner: str = ""
    owner_name: Wording | None = None

    @property
    def changed(self) -> list[Row]:
        """The rows in which the two differ."""
        return [row for row in self.rows if row.is_changed]

    @property
    def same(self) -> list[Row]:
        """The rows in which they do not."""
        return [row for row in self.rows if not row.is_changed]


def blocks(session: Session, before: ContentSaid | None, after: ContentSaid) -> list[Block]:
    """Everything that either says, in the order of the page: particulars first, then the data items."""
    former = before.items if before else {}
    codes = [*after.items, *(code for code in former if code not in after.items)]
    sensitivity = {
        (item, code): level
        for item, code, level in session.execute(
            select(DataItemField.item, DataItemField.code, DataItemField.sensitivity).where(
                DataItemField.item.in_(codes)
            )
        )
    }
    either = {code: after.items.get(code) or former[code] for code in codes}
    owners = agency_names(session, {item.owner for item in either.values()})
    found = [Block(PARTICULARS, list(_particulars(before, after)))]
    for code, item in either.items():
        rows = list(_fields(code, former.get(code), after.items.get(code), sensitivity, is_first=before is None))
        found.append(Block(item.name, rows, code, item.owner, owners.get(item.owner)))
    return found


def rows(session: Session, before: DraftContent, after: DraftContent) -> list[tuple[Wording, Row]]:
    """The rows in which two drafts differ, each with the block that it stands in."""
    found = blocks(session, said_of(session, before), said_of(session, after))
    return [(block.name, row) for block in found for row in block.changed]


def rows_of_items(session: Session, before: DraftContent, after: DraftContent) -> list[Row]:
    """The data items that one of two drafts has and the other has not, a row each."""
    found = blocks(session, said_of(session, before), said_of(session, after))
    former, now = ({each.item for each in content.items} for content in (before, after))
    return [
        Row(
            block.name,
            _amount(block, lambda row: row.before) if block.item in former else None,
            _amount(block, lambda row: row.after) if block.item in now else None,
            Direction.OTHER,
            names=f"item={block.item}",
        )
        for block in found
        if block.item in former ^ now
    ]


def _amount(block: Block, side: Callable[[Row], Cell | None]) -> Cell:
    n = sum(side(row) is not None for row in block.rows)
    return Cell(parts=((Wording(f"查調，{n}個欄位", f"asked, {n} fields"), False),))


def said_of(session: Session, content: DraftContent) -> ContentSaid:
    """A draft's content in words, as the catalogue stands now."""
    codes = [each.item for each in content.items]
    items = {item.code: item for item in session.scalars(select(DataItem).where(DataItem.code.in_(codes)))}
    masks = {rule.code: Wording(rule.name_zh, rule.name_en) for rule in session.scalars(select(MaskRule))}
    agencies = {row.code: row.name for row in session.scalars(select(Agency).where(Agency.code.in_(content.agencies)))}
    bases = {row.id: row for row in session.scalars(select(LegalBasis).where(LegalBasis.id.in_(content.bases)))}
    return ContentSaid(
        name=Wording(content.name_zh, content.name_en),
        kind=content.kind,
        urgency=content.urgency,
        consent_required=content.consent_required,
        valid_from=content.valid_from,
        valid_to=content.valid_to,
        retention_years=content.retention_years,
        agencies={code: agencies[code] for code in content.agencies if code in agencies},
        bases={str(number): _law(bases[number]) for number in content.bases if number in bases},
        items={
            each.item: ItemSaid(
                items[each.item].name, items[each.item].owner, _said_fields(items[each.item], each.fields, masks)
            )
            for each in content.items
            if each.item in items
        },
        schedule=content.default_schedule,
    )


def _law(basis: LegalBasis) -> Wording:
    where = article(basis.article)
    return Wording(f"{basis.law_zh}{where.zh}", f"{basis.law_en}, {where.en}")


def _said_fields(item: DataItem, drafted: Sequence[DraftField], masks: Mapping[str, Wording]) -> dict[str, FieldSaid]:
    known = {field.code: field for field in item.fields}
    return {
        each.field: FieldSaid(
            known[each.field].name,
            each.appearance,
            known[each.field].mask,
            masks[known[each.field].mask],
            Wording(each.necessity_zh, each.necessity_en or each.necessity_zh) if each.necessity_zh else None,
        )
        for each in drafted
        if each.field in known
    }


def _particulars(before: ContentSaid | None, after: ContentSaid) -> Iterator[Row]:
    for (label, names), say in _SAID.items():
        then = Cell(parts=((say(before), False),)) if before else None
        now = Cell(parts=((say(after), False),))
        yield Row(label, then, now, Direction.OTHER, names=names)
    consents = [None if each is None else each.consent_required for each in (before, after)]
    direction = Direction.OTHER
    if before and before.consent_required != after.consent_required:
        direction = Direction.NARROWING if after.consent_required else Direction.WIDENING
    sides = [None if needed is None else Cell(parts=((YES_NO[needed], False),)) for needed in consents]
    yield Row(Wording("當事人同意", "Consent"), sides[0], sides[1], direction, names="consent")
    former = None if before is None else before.agencies
    yield _list(Wording("可查調機關", "Agencies"), former, after.agencies, widens=True, names="agency")
    former = None if before is None else before.bases
    yield _list(Wording("法源依據", "Legal bases"), former, after.bases, widens=False, names="basis")
    if after.conditions or (before.conditions if before else None):
        yield _list(
            Wording("審查條件", "Conditions of review"),
            before.conditions if before else None,
            after.conditions,
            widens=False,
        )


def _list(
    label: Wording,
    before: Mapping[str, Wording] | None,
    after: Mapping[str, Wording],
    *,
    widens: bool,
    names: str = "",
) -> Row:
    """A list of names: what is new stands out on the right, what is gone on the left."""
    then = None if before is None else Cell(parts=tuple((name, code not in after) for code, name in before.items()))
    now = Cell(parts=tuple((name, before is not None and code not in before) for code, name in after.items()))
    direction: str = Direction.OTHER
    if widens and before is not None:
        came, went = set(after) - set(before), set(before) - set(after)
        direction = (
            BOTH if came and went else Direction.WIDENING if came else Direction.NARROWING if went else direction
        )
    if then is not None and set(before or ()) == set(after):
        now = then  # only the order differs
    return Row(label, then, now, direction, names=names)


def _fields(
    code: str,
    before: ItemSaid | None,
    after: ItemSaid | None,
    sensitivity: Mapping[tuple[str, str], str],
    *,
    is_first: bool,
) -> Iterator[Row]:
    then = before.fields if before else {}
    now = after.fields if after else {}
    for name in [*now, *(each for each in then if each not in now)]:
        one, other = then.get(name), now.get(name)
        either = other or one
        assert either is not None
        if one and other:
            direction = direction_of(one, other)
        else:
            direction = Direction.OTHER if is_first else Direction.WIDENING if other else Direction.NARROWING
        names = f"show_{name}+why_{name}+why_en_{name}"
        yield Row(either.name, _cell(one), _cell(other), direction, sensitivity.get((code, name), ""), names)


def _cell(said: FieldSaid | None) -> Cell | None:
    if said is None:
        return None
    is_clear = said.shown_as == "none"
    return Cell("clear" if is_clear else said.appearance, None if is_clear else said.mask_name, said.necessity)


_SAID: Final[Mapping[tuple[Wording, str], Callable[[ContentSaid], Wording]]] = {
    (Wording("名稱", "Name"), "name_zh+name_en"): lambda said: said.name,
    (Wording("性質", "Kind"), "kind"): lambda said: KINDS[said.kind],
    (Wording("急迫程度", "Urgency"), "urgency+default_schedule"): lambda said: (
        URGENCIES[said.urgency]
        if said.schedule is None
        else Wording(
            f"{URGENCIES[said.urgency].zh}，{SCHEDULES[said.schedule].zh}",
            f"{URGENCIES[said.urgency].en}, {SCHEDULES[said.schedule].en}",
        )
    ),
    (Wording("期間", "Term"), "valid_from+valid_to"): lambda said: Wording(
        f"{to_roc(said.valid_from)}至{to_roc(said.valid_to)}",
        f"{to_english(said.valid_from)} to {to_english(said.valid_to)}",
    ),
    (Wording("保存年限", "Retention"), "retention_years"): lambda said: Wording(
        f"{said.retention_years}年", f"{said.retention_years} years"
    ),
}
