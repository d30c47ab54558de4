"""Cut a reply to the permitted fields, mask, count what came beyond.

What goes in is a source's record, whole; what comes out is the answer: the permitted fields alone, each clear or masked,
the clear values of openable fields set apart so that each can be sealed by itself, and counts. Everything else is dropped
here and kept nowhere. No class here has a `repr` that shows a value.

Rules:
1. A field is taken only if the permit lists it **and** it stands where the data item has it (header or group).
2. Every other value that came counts as *beyond*: counted and reported, not kept.
3. Under `exists_only` and `redact` an absent value looks as the form says, so that absence is not read from a gap.
4. A mask whose code is unknown stops the whole record: an answer half masked must not exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from govern.rules.decision import Permit
from govern.rules.facts import Appearance, PermittedField
from govern.rules.masking import SPEAK_OF_EXISTENCE, mask

RowPath = str  # "" for the header, else group and index from 0: "rows/0", "members/2"


class FieldPlace(Protocol):
    """A field of a data item, as far as minimising needs it."""

    @property
    def code(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def group(self) -> str: ...


class ItemShape(Protocol):
    """A data item's fields; the connectors' `ItemSpec` and the catalogue's `DataItem` both fulfil it."""

    @property
    def fields(self) -> Sequence[FieldPlace]: ...


class RawRecord(Protocol):
    """What a source says about one key: the connectors' `Record` fulfils it."""

    @property
    def header(self) -> Mapping[str, str]: ...
    @property
    def groups(self) -> Mapping[str, Sequence[Mapping[str, str]]]: ...


@dataclass(frozen=True, slots=True)
class Minimised:
    """An answer to one key, with what may be told of it.

    `header` and `groups` hold what may be shown at once. `revealable` holds, by row path and field, the clear value of
    each openable field: each is sealed as an envelope of its own. `beyond` counts values that were not permitted.
    `shown`, `masked` and `came` are field codes in the case item's order: all permitted; those under a mask; those of which
    at least one value came.
    """

    header: Mapping[str, str] = field(repr=False)
    groups: Mapping[str, tuple[Mapping[str, str], ...]] = field(repr=False)
    revealable: Mapping[tuple[RowPath, str], str] = field(repr=False)
    beyond: int
    shown: tuple[str, ...]
    masked: tuple[str, ...]
    came: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many repeated records the answer has, over all groups."""
        return sum(len(rows) for rows in self.groups.values())


def minimise(record: RawRecord, permit: Permit, item: ItemShape) -> Minimised:
    """The record cut to the permit. Raises `masking.UnknownMask` for a mask that the program does not know."""
    places = {place.code: place for place in item.fields}
    cut = _Cut()
    header = cut.row("", record.header, _wanted(permit, places, ""))
    groups = {}
    for group, rows in record.groups.items():
        wanted = _wanted(permit, places, group) if group else ()
        kept = tuple(cut.row(f"{group}/{index}", row, wanted) for index, row in enumerate(rows))
        if wanted:
            groups[group] = kept
    return Minimised(
        header=header,
        groups=groups,
        revealable=cut.revealable,
        beyond=cut.beyond,
        shown=permit.shown,
        masked=permit.masked,
        came=tuple(code for code in permit.shown if code in cut.came),
    )


def _wanted(
    permit: Permit, places: Mapping[str, FieldPlace], group: str
) -> tuple[tuple[PermittedField, FieldPlace], ...]:
    """The permitted fields that the data item has in this group, in the case item's order."""
    return tuple(
        (permitted, places[permitted.code])
        for permitted in permit.fields
        if permitted.code in places and places[permitted.code].group == group
    )


class _Cut:
    """What accumulates while the rows of one record are cut."""

    def __init__(self) -> None:
        self.revealable: dict[tuple[RowPath, str], str] = {}
        self.beyond = 0
        self.came: set[str] = set()

    def row(
        self, path: RowPath, raw: Mapping[str, str], wanted: Sequence[tuple[PermittedField, FieldPlace]]
    ) -> dict[str, str]:
        """One row as it may be shown; an empty row stays empty, since nobody was found there."""
        shown: dict[str, str] = {}
        for permitted, place in wanted if raw else ():
            code = permitted.code
            value = raw.get(code, "")
            rule = permitted.effective_mask
            if code in raw:
                self.came.add(code)
            elif rule not in SPEAK_OF_EXISTENCE:
                continue
            shown[code] = mask(rule, value, place.type)
            if permitted.appearance == Appearance.REVEALABLE and rule != "none":
                self.revealable[path, code] = value
        self.beyond += len(raw.keys() - {permitted.code for permitted, _ in wanted})
        return shown
