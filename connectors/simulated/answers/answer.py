"""What a register says about one key, and how its values are written on the wire."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from connectors.simulated.town.people import Person

Value = str | int | bool | date | Decimal | None
Fields = Mapping[str, str]

UNKNOWN: Final = "不詳"


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: kind and value of the key, and what narrows it (`birth_year`, `district`)."""

    kind: str
    value: str
    narrowing: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One record, or a header with repeated records; no answer at all means that nothing was found."""

    header: Fields
    rows: tuple[Fields, ...] = ()


def fields(**values: Value) -> dict[str, str]:
    """Values as text: dates in ISO 8601, numbers in plain digits; what is None is absent, an empty text stays."""
    return {name: _text(value) for name, value in values.items() if value is not None}


def single(**values: Value) -> Answer:
    """An answer of one record."""
    return Answer(fields(**values))


def listed(header: Fields, rows: Iterable[Fields]) -> Answer:
    """An answer of repeated records under a header."""
    return Answer(header, tuple(rows))


def named(person: Person) -> dict[str, str]:
    """The header that most registers put above what they know about a person."""
    return fields(national_id=person.national_id, name=person.name)


def roc_year(year: int) -> str:
    """A year as registers write it: 2026 is 115."""
    return str(year - 1911)


def year_month(on: date) -> str:
    """A month: 2026-10."""
    return f"{on.year:04d}-{on.month:02d}"


def months_before(on: date, count: int) -> date:
    """The first day of the month that lies `count` months before a day's."""
    months = on.year * 12 + on.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def years_after(on: date, count: int) -> date:
    """The same day `count` years later, 28 February for a leap day."""
    return date(on.year + count, on.month, 28 if (on.month, on.day) == (2, 29) else on.day)


def _text(value: str | int | bool | date | Decimal) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
