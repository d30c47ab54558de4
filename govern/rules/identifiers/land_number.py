"""Land and building numbers (地號、建號).

A land number in full is office (2) + section (4) + parent (4) + child (4) characters: 延吉段一小段 18-1 is AD 0609 0018 0001.
A building number is office (2) + section (4) + parent (5) + child (3). People write the last two as 18-1, 18之1 or 18 alone;
office and section have to stand before them, since the same 18-1 is in every section of the country.
"""

import re
from dataclasses import dataclass
from typing import Final

from govern.core.wording import Wording
from govern.rules.identifiers.canonical import IdentifierError, plain_code


@dataclass(frozen=True, slots=True)
class _Kind:
    """How long parent and child are, and what is said when a text does not fit."""

    parent: int
    child: int
    form: re.Pattern[str]
    wrong_form: Wording


def _kind(parent: int, child: int, suffix: str, wrong_form: Wording) -> _Kind:
    form = re.compile(
        rf"([A-Z][A-Z0-9])-?([0-9]{{4}})-?"
        rf"(?:([0-9]{{{parent}}})([0-9]{{{child}}})|([0-9]{{1,{parent}}})(?:-([0-9]{{1,{child}}}))?){suffix}?"
    )
    return _Kind(parent, child, form, wrong_form)


_LAND: Final = _kind(
    4,
    4,
    "(?:地?號)",
    Wording(
        "地號應含地政事務所代碼2碼、段代碼4碼，再接母號與子號，例如 AD 0609 18-1。",
        "A land number is office (2), section (4), then parent and child number, such as AD 0609 18-1.",
    ),
)
_BUILDING: Final = _kind(
    5,
    3,
    "(?:建?號)",
    Wording(
        "建號應含地政事務所代碼2碼、段代碼4碼，再接母號與子號，例如 AD 0609 1234-1。",
        "A building number is office (2), section (4), then parent and child number, such as AD 0609 1234-1.",
    ),
)
INCOMPLETE: Final = Wording(
    "缺少地政事務所代碼與段代碼，只有母號、子號無法確定是哪一筆。",
    "Office and section are missing; parent and child number alone do not say which one is meant.",
)
NO_PARENT: Final = Wording("母號不得為0。", "The parent number cannot be 0.")

_ALONE: Final = re.compile(r"[0-9]{1,5}(?:-[0-9]{1,4})?(?:[地建]?號)?")


def canonical_land(text: str) -> str:
    """The land number in full, 14 characters; `IdentifierError` with `wrong_form`, `incomplete` or `no_parent`."""
    return _canonical(text, _LAND)


def canonical_building(text: str) -> str:
    """The building number in full, 14 characters; `IdentifierError` as in `canonical_land`."""
    return _canonical(text, _BUILDING)


def land_as_written(number: str) -> str:
    """A canonical land number as people write it: AD 0609 18-1."""
    return _as_written(number, _LAND)


def building_as_written(number: str) -> str:
    """A canonical building number as people write it: AD 0609 1234-1."""
    return _as_written(number, _BUILDING)


def _canonical(text: str, kind: _Kind) -> str:
    plain = plain_code(text).replace("之", "-")
    match = kind.form.fullmatch(plain)
    if match is None:
        if _ALONE.fullmatch(plain):
            raise IdentifierError("incomplete", INCOMPLETE)
        raise IdentifierError("wrong_form", kind.wrong_form)
    office, section = match[1], match[2]
    parent, child = int(match[3] or match[5]), int(match[4] or match[6] or 0)
    if parent == 0:
        raise IdentifierError("no_parent", NO_PARENT)
    return f"{office}{section}{parent:0{kind.parent}d}{child:0{kind.child}d}"


def _as_written(number: str, kind: _Kind) -> str:
    parent, child = int(number[6 : 6 + kind.parent]), int(number[6 + kind.parent :])
    return f"{number[:2]} {number[2:6]} {parent}" + (f"-{child}" if child else "")
