"""What is said of each number of an uploaded file (統號批次比對、榮民就養檔案, 虛構): also that it is unknown or wrong.

The counts of a file and its name are put in where the whole file is seen (`files.py`); a number alone is a file of one.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from connectors.simulated.answers import household, welfare
from connectors.simulated.answers.answer import Answer, Ask, Fields, fields, listed, named
from connectors.simulated.town import numbers, people

MATCHED: Final = "match"
WRONG: Final = "invalid_id"


def hh_file(ask: Ask) -> Answer | None:
    """檔案上傳（統號批次比對）: who has this number, and whether the person is still registered."""
    number = ask.value
    person = people.by_number().get(number)
    home = people.household_of(person) if person else None
    if not numbers.is_valid(number):
        return _line(number, {"match_result": WRONG})
    if person is None or home is None:
        return _line(number, {"match_result": "not_found"})
    since = person.removed_on or home.moved_in
    return _line(
        number,
        {
            **named(person),
            "match_result": MATCHED if person.lives else "mismatch",
            **fields(
                person_status=person.status,
                birth_date=household.born(person),
                registered_address=home.place.address,
                status_date=max(since, person.born),
            ),
        },
    )


def veteran_file(ask: Ask) -> Answer | None:
    """榮民就養檔案上傳: whether this number is a veteran's, and what care the council gives."""
    number = ask.value
    person = people.by_number().get(number)
    if not numbers.is_valid(number):
        return _line(number, {"match_result": WRONG})
    if person is None or not welfare.is_veteran(person):
        return _line(number, {"match_result": "not_found"})
    care = welfare.care(person)
    kept = {
        name: care[name] for name in ("care_kind", "care_status", "approved_date", "monthly_amount") if name in care
    }
    return _line(number, {**named(person), "match_result": MATCHED, **kept})


def _line(number: str, said: Fields) -> Answer:
    row = {"line_no": "1", "national_id": number, **said}
    return listed({"file_name": "file.csv", **counts([row])}, [row])


def counts(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """How many lines a file has, how many matched and how many were wrong."""
    results = [row.get("match_result") for row in rows]
    return fields(total_count=len(rows), matched_count=results.count(MATCHED), error_count=results.count(WRONG))
