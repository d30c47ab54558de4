"""What a version shows more, or less, than the one before, row by row, as people read it side by side.

*Widening* (放寬) is what shows more: a data item or field added, a field that appears under a milder mask or can be opened
where it could not, an agency added, consent no longer demanded. *Narrowing* (縮減) is the reverse. All else is neither:
names, the term, the legal bases, the sentences of necessity.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from govern.core.wording import Wording
from govern.rules.calendar import to_english, to_roc
from govern.rules.facts import Appearance
from govern.rules.masking import stricter_mask


class Direction(StrEnum):
    """Whether a row shows more than before, less, or neither."""

    WIDENING = "widening"
    NARROWING = "narrowing"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FieldSaid:
    """A permitted field: its name, how it appears, under which mask, and why it is needed."""

    name: Wording
    appearance: str
    mask: str
    mask_name: Wording
    necessity: Wording | None = None

    @property
    def shown_as(self) -> str:
        """The mask under which it is seen at once; a clear field has none."""
        return "none" if self.appearance == Appearance.CLEAR else self.mask

    @property
    def opens(self) -> bool:
        """Whether all of its value can be seen, at once or by a reveal."""
        return self.appearance in (Appearance.CLEAR, Appearance.REVEALABLE) or self.mask == "none"


@dataclass(frozen=True, slots=True)
class ItemSaid:
    """A data item of a version with its permitted fields, in order."""

    name: Wording
    owner: str
    fields: Mapping[str, FieldSaid]


@dataclass(frozen=True, slots=True)
class ContentSaid:
    """A version's content in plain values and words: what two versions are compared by."""

    name: Wording
    kind: str
    urgency: str
    consent_required: bool
    valid_from: date
    valid_to: date
    retention_years: int
    agencies: Mapping[str, Wording] = field(default_factory=dict)
    bases: Mapping[str, Wording] = field(default_factory=dict)
    items: Mapping[str, ItemSaid] = field(default_factory=dict)
    schedule: str | None = None
    conditions: Mapping[str, Wording] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One difference: what it concerns, before and after. `owner` is whose data it shows; None where everybody's."""

    what: Wording
    before: Wording
    after: Wording
    direction: Direction
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """All rows in which two versions differ."""

    rows: tuple[Row, ...]

    @property
    def widens(self) -> bool:
        """True if anything shows more."""
        return any(row.direction is Direction.WIDENING for row in self.rows)

    @property
    def narrows(self) -> bool:
        """True if anything shows less."""
        return any(row.direction is Direction.NARROWING for row in self.rows)

    @property
    def word(self) -> Wording:
        """What it is in one word: 放寬, 縮減, 放寬及縮減, or 未增減."""
        return _WORDS[self.widens, self.narrows]

    def of_owner(self, owner: str) -> "Difference":
        """The rows that concern one owner's data: its own, and those that concern everybody's."""
        return Difference(tuple(row for row in self.rows if row.owner in (None, owner)))


NOTHING: Final = Wording("（無）", "(none)")
YES_NO: Final = {True: Wording("須經同意", "consent demanded"), False: Wording("不須同意", "consent not demanded")}
KINDS: Final[Mapping[str, Wording]] = {
    "application": Wording("人民申請案", "Citizen's application"),
    "statutory_duty": Wording("法定職務", "Statutory duty"),
}
URGENCIES: Final[Mapping[str, Wording]] = {
    "immediate": Wording("立即", "immediate"),
    "normal": Wording("一般", "normal"),
    "scheduled": Wording("定時", "scheduled"),
    "batch": Wording("批次", "batch"),
}
SCHEDULES: Final[Mapping[str, Wording]] = {
    "daily": Wording("每日", "daily"),
    "weekly": Wording("每週", "weekly"),
    "monthly": Wording("每月", "monthly"),
    "quarterly": Wording("每季", "quarterly"),
    "yearly": Wording("每年", "yearly"),
}
_WORDS: Final = {
    (True, True): Wording("放寬及縮減", "Widened and narrowed"),
    (True, False): Wording("放寬", "Widened"),
    (False, True): Wording("縮減", "Narrowed"),
    (False, False): Wording("未增減", "Neither widened nor narrowed"),
}
_APPEARANCES: Final[Mapping[str, Wording]] = {
    "clear": Wording("明示", "clear"),
    "masked": Wording("遮蔽", "masked"),
    "revealable": Wording("遮蔽，可揭示", "masked, revealable"),
}


def difference(before: ContentSaid | None, after: ContentSaid) -> Difference:
    """The rows in which two contents differ, in the order of the page; `before` is None for a first version."""
    if before is None:
        before = ContentSaid(
            NOTHING, after.kind, after.urgency, after.consent_required, after.valid_from, after.valid_to,
            after.retention_years, schedule=after.schedule,
        )  # fmt: skip
    return Difference(
        (
            *_heads(before, after),
            *_listed(AGENCY, before.agencies, after.agencies, Direction.WIDENING, Direction.NARROWING),
            *_listed(BASIS, before.bases, after.bases, Direction.OTHER, Direction.OTHER),
            *_items(before.items, after.items),
            *_listed(CONDITION, before.conditions, after.conditions, Direction.OTHER, Direction.OTHER),
        )
    )


AGENCY: Final = Wording("查調機關", "Agency that may look up")
BASIS: Final = Wording("法源依據", "Legal basis")
CONDITION: Final = Wording("審查條件", "Condition of review")
ITEM: Final = Wording("查調項目", "Data item")


def _heads(before: ContentSaid, after: ContentSaid) -> list[Row]:
    pairs = [
        (Wording("名稱", "Name"), before.name, after.name),
        (Wording("種類", "Kind"), KINDS[before.kind], KINDS[after.kind]),
        (Wording("急迫程度", "Urgency"), URGENCIES[before.urgency], URGENCIES[after.urgency]),
        (Wording("定時週期", "Schedule"), _schedule(before.schedule), _schedule(after.schedule)),
        (Wording("生效日", "In force from"), _day(before.valid_from), _day(after.valid_from)),
        (Wording("屆期日", "In force until"), _day(before.valid_to), _day(after.valid_to)),
        (Wording("保存年限", "Kept for"), _years(before.retention_years), _years(after.retention_years)),
    ]
    rows = [Row(what, then, now, Direction.OTHER) for what, then, now in pairs if then != now]
    if before.consent_required != after.consent_required:
        # Without consent the data of people who never agreed is shown: more, though no field was added.
        direction = Direction.NARROWING if after.consent_required else Direction.WIDENING
        what = Wording("當事人同意", "The subject's consent")
        rows.append(Row(what, YES_NO[before.consent_required], YES_NO[after.consent_required], direction))
    return rows


def _listed(
    what: Wording, before: Mapping[str, Wording], after: Mapping[str, Wording], added: Direction, gone: Direction
) -> list[Row]:
    rows = [Row(what, NOTHING, name, added) for code, name in after.items() if code not in before]
    return rows + [Row(what, name, NOTHING, gone) for code, name in before.items() if code not in after]


def _items(before: Mapping[str, ItemSaid], after: Mapping[str, ItemSaid]) -> list[Row]:
    rows: list[Row] = []
    for code, item in after.items():
        former = before.get(code)
        if former is None:
            rows.append(Row(ITEM, NOTHING, _whole(item), Direction.WIDENING, item.owner))
        else:
            rows += _fields(former, item)
    return rows + [
        Row(ITEM, _whole(item), NOTHING, Direction.NARROWING, item.owner)
        for code, item in before.items()
        if code not in after
    ]


def _fields(before: ItemSaid, after: ItemSaid) -> list[Row]:
    rows: list[Row] = []
    for code, now in after.fields.items():
        then, what = before.fields.get(code), _within(after, now)
        if then is None:
            rows.append(Row(what, NOTHING, _appears(now), Direction.WIDENING, after.owner))
            continue
        direction = direction_of(then, now)
        if direction is not Direction.OTHER:
            rows.append(Row(what, _appears(then), _appears(now), direction, after.owner))
        if (then.necessity or NOTHING) != (now.necessity or NOTHING):
            why = Wording(f"{what.zh}：必要理由", f"{what.en}: why it is needed")
            rows.append(Row(why, then.necessity or NOTHING, now.necessity or NOTHING, Direction.OTHER, after.owner))
    return rows + [
        Row(_within(before, then), _appears(then), NOTHING, Direction.NARROWING, before.owner)
        for code, then in before.fields.items()
        if code not in after.fields
    ]


def direction_of(before: FieldSaid, after: FieldSaid) -> Direction:
    """Whether a field shows more: at once, under a mask that hides less or other things, or by a reveal that is new."""
    shows_more = stricter_mask(before.shown_as, after.shown_as) != after.shown_as
    if shows_more or (after.opens and not before.opens):
        return Direction.WIDENING
    if (before.shown_as, before.opens) != (after.shown_as, after.opens):
        return Direction.NARROWING
    return Direction.OTHER


def _within(item: ItemSaid, one: FieldSaid) -> Wording:
    return Wording(f"{item.name.zh}：{one.name.zh}", f"{item.name.en}: {one.name.en}")


def _appears(one: FieldSaid) -> Wording:
    if one.shown_as == "none":
        return _APPEARANCES["clear"]
    word = _APPEARANCES[one.appearance]
    return Wording(f"{word.zh}（{one.mask_name.zh}）", f"{word.en} ({one.mask_name.en})")


def _whole(item: ItemSaid) -> Wording:
    """A data item that came or went, with its fields."""
    said = [(one.name, _appears(one)) for one in item.fields.values()]
    zh = "、".join(f"{name.zh}：{how.zh}" for name, how in said)
    en = ", ".join(f"{name.en}: {how.en}" for name, how in said)
    return Wording(f"{item.name.zh}（{zh}）", f"{item.name.en} ({en})")


def _day(day: date) -> Wording:
    return Wording(to_roc(day), to_english(day))


def _years(years: int) -> Wording:
    return Wording(f"{years} 年", f"{years} years")


def _schedule(schedule: str | None) -> Wording:
    return NOTHING if schedule is None else SCHEDULES[schedule]
