"""One door: parse any subject key.

What a clerk types, a file holds or a case system sends becomes one canonical form here, or is refused with a sentence;
a source is never asked with anything else, and two spellings of one subject give one keyed index (SECURITY.md, B6).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from govern.core.wording import Wording
from govern.rules.identifiers import business_number, land_number, name_and_address, national_id, plate_number
from govern.rules.identifiers.canonical import IdentifierError
from govern.rules.masking import mask

__all__ = ["KINDS", "NAMES", "Identifier", "IdentifierError", "as_written", "masked", "parse"]

NAMES: Final[Mapping[str, Wording]] = {
    "national_id": Wording("身分證號", "National ID number"),
    "company_no": Wording("統一編號", "Business number"),
    "land_no": Wording("地號", "Land number"),
    "building_no": Wording("建號", "Building number"),
    "plate_no": Wording("車號", "Plate"),
    "address": Wording("地址", "Address"),
    "name": Wording("姓名或名稱", "Name"),
}
KINDS: Final = tuple(NAMES)

UNKNOWN_KIND: Final = Wording("沒有這種查調鍵值。", "There is no such kind of key.")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A subject's key: its kind, its one canonical form, and how records and lists show it (masked)."""

    kind: str
    value: str = field(repr=False)
    shown: str


def parse(kind: str, text: str, *, on: date | None = None) -> Identifier:
    """The key in its canonical form. Taken again with its own result, the result is the same.

    `on` is the day for which rules with a date are judged (old resident numbers, business numbers of before 2023); without
    it no form has ended. Raises `IdentifierError`, whose `wording` says what is wrong and whose `code` names it, never the
    text. A `file` is no kind of key: each of its rows is one, by default a national ID number.
    """
    canonical = _CANONICAL.get(kind)
    if canonical is None:
        raise IdentifierError("unknown_kind", UNKNOWN_KIND)
    value = canonical(text, on)
    return Identifier(kind, value, masked(kind, value))


def masked(kind: str, value: str) -> str:
    """A canonical key as records, lists and the trail show it: enough to recognise, not enough to look up again."""
    if kind == "name":
        return mask("surname_only", value, "name")
    if kind == "address":
        return mask("district_only", value, "address")
    if kind in ("land_no", "building_no"):
        return value[:6] + "*" * (len(value) - 6)  # office and section stay
    return mask("hide_last_4", value, kind)


def as_written(kind: str, value: str) -> str:
    """A canonical key in clear as people write it (AD 0609 18-1), for the asker's own form and nowhere else."""
    if kind == "land_no":
        return land_number.land_as_written(value)
    return land_number.building_as_written(value) if kind == "building_no" else value


_CANONICAL: Final[Mapping[str, Callable[[str, date | None], str]]] = {
    "national_id": lambda text, on: national_id.canonical(text, on=on),
    "company_no": lambda text, on: business_number.canonical(text, on=on),
    "land_no": lambda text, on: land_number.canonical_land(text),
    "building_no": lambda text, on: land_number.canonical_building(text),
    "plate_no": lambda text, on: plate_number.canonical(text),
    "address": lambda text, on: name_and_address.canonical_address(text),
    "name": lambda text, on: name_and_address.canonical_name(text),
}
