"""The town holds true and false cases of every eligibility condition in the catalogue, judged with CEL over raw answers."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import cel
import pytest
import yaml

from connectors.simulated import registers
from connectors.simulated.items import FILES, items
from connectors.simulated.town import people
from connectors.simulated.town.people import Person

TODAY = "2026-11-24"
CATALOGUE = yaml.safe_load((FILES / "case_items.yaml").read_text("utf-8"))
PARAMETERS = {each["code"]: each["value"] for each in CATALOGUE["parameters"]}
WITH_CONDITIONS = [each for each in CATALOGUE["case_items"] if each.get("eligibility")]

# What an officer enters, so that each condition on it can turn out both ways.
ENTERED: tuple[dict[str, Any], ...] = (
    {"studies_or_works_in_city": True, "days_in_country": 300, "deposit_total": 50_000.0},
    {"studies_or_works_in_city": False, "days_in_country": 20, "deposit_total": 20_000_000.0},
)
FROM_TEXT: Mapping[str, Any] = {
    "integer": int,
    "year": int,
    "decimal": float,
    "money": float,
    "boolean": lambda text: text == "true",
}


def test_the_catalogue_holds_conditions() -> None:
    assert len(WITH_CONDITIONS) >= 14


@pytest.mark.parametrize("case_item", WITH_CONDITIONS, ids=lambda each: str(each["code"]))
def test_each_condition_is_true_for_somebody_and_false_for_somebody(case_item: Mapping[str, Any]) -> None:
    programs = {each["code"]: cel.compile(each["expr"]) for each in case_item["eligibility"]["conditions"]}
    outcomes: dict[str, set[bool]] = defaultdict(set)
    for context in contexts([each["item"] for each in case_item["data"]]):
        for code, program in programs.items():
            if len(outcomes[code]) < 2:
                outcomes[code] |= judged(program, context)
        if all(len(outcomes[code]) == 2 for code in programs):
            break
    assert {code: sorted(outcomes[code]) for code in programs} == {code: [False, True] for code in programs}


def judged(program: cel.Program, context: cel.Context) -> set[bool]:
    """The outcome; none where data are missing, which is a case for review."""
    try:
        return {bool(program.execute(context))}
    except (KeyError, ValueError, RuntimeError, TypeError):
        return set()


def contexts(codes: list[str]) -> Iterator[cel.Context]:
    """Somebody's answers and the family's, for each applicant, some of whose keys are taken in turn."""
    mixed = sorted(registers.persons(), key=lambda person: person.ordinal * 193 % 401)  # families of every sort early
    for applicant, entered in itertools.product(mixed, ENTERED):
        home = people.household_of(applicant)
        if home is None or not applicant.lives:
            continue
        family = [member for member in people.members(home) if member.lives]
        for turn in range(2):
            context = cel.Context()
            context.add_function("age", age)
            context.add_function("sum", lambda values: float(sum(values)))
            context.update(
                {
                    "d": {code: found for code in codes if (found := own(applicant, code, turn)) is not None},
                    "hh": {
                        code: [found for member in family if (found := own(member, code, 0)) is not None]
                        for code in codes
                    },
                    "p": PARAMETERS,
                    "input": entered,
                    "applicant": {"national_id": applicant.national_id},
                    "today": TODAY,
                }
            )
            yield context


def own(person: Person, code: str, turn: int) -> dict[str, Any] | None:
    """The answer for a key of the person's; in the second turn for something of somebody else's."""
    kind = items()[code].key_kinds[0]
    keys = list(registers.keys_of(person, kind))
    if kind != "national_id" and (turn or not keys):
        others = of_kind(code, kind)
        keys = others[person.ordinal :: 37] or keys
    return converted(code, kind, keys[0]) if keys else None


@cache
def of_kind(code: str, kind: str) -> tuple[str, ...]:
    """All keys of a kind that a data item's register knows."""
    return tuple(value for other, value in registers.example_keys(code, 10_000) if other == kind)


@cache
def converted(code: str, kind: str, value: str) -> dict[str, Any] | None:
    """A raw answer with its texts as the types that conditions work on."""
    found = registers.answer(code, kind, value, registers.example_narrowing(code, value))
    if found is None:
        return None
    item = items()[code]
    types = {field.code: field.type for field in item.spec.fields}

    def values(part: Mapping[str, str]) -> dict[str, Any]:
        return {name: FROM_TEXT.get(types[name], str)(text) for name, text in part.items()}

    whole: dict[str, Any] = values(found.header)
    return whole | {item.group: [values(row) for row in found.rows]} if item.group else whole


def age(born: str, on: str) -> int:
    """Full years between two ISO dates; `ValueError` for an incomplete one."""
    first, last = date.fromisoformat(born), date.fromisoformat(on)
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))
