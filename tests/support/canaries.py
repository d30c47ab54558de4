"""The canaries: everything that the invented people of the demonstration have, and that must lie nowhere in clear.

Their numbers, names, homes and dates of birth; the keys that clerks typed; what the agencies answer in the examples;
what clerks wrote in their own words. What the program's own texts hold too, or what is no longer than a word of any
text, proves nothing and is left out.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from admin.demo import people as staff
from admin.demo.cast import GIVEN, LEADS, SURNAMES
from admin.demo.examples import Example, all_examples
from connectors.simulated import registers
from connectors.simulated.items import items
from connectors.simulated.town import spelling
from connectors.simulated.town.people import address_of, household_of
from govern.rules.identifiers import kinds
from govern.rules.identifiers.canonical import IdentifierError
from tests.support.canary_scanner import Scanner, spelled

ROOT = Path(__file__).parent.parent.parent
OWN_WORDS = {"示範案件，人物均為虛構": "a look-up's reason", "與申請書核對是否同一人": "a reveal's reason"}
STAFF = 120  # more invented clerks than the demonstration has
_OWN_TEXTS = ("govern/catalogue/files/*.yaml", "admin/templates/**/*.html", "reports/**/*.html", "admin/static/**/*.js")
_PERSON = re.compile(r"[A-Z][0-9A-D][0-9]{8}")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def scanner() -> Scanner:
    """A scanner that knows every canary."""
    found = Scanner(persons=_persons(), texts=_texts(), tokens=_tokens())
    assert len(found.persons) >= 700, "398 people of the town, those of the file, and the staff's own numbers"
    assert len(found.texts) >= 1000, "names, homes, keys and what the agencies say"
    assert len(found.tokens) >= 400, "dates of birth, amounts and numbers"
    return found


def without_the_offered(printed: str) -> str:
    """What a demonstration printed, without the three numbers that it offers its reader to look up."""
    offered = "  ".join(number for _, number in registers.example_keys("hh_household_city")[:3])
    assert printed.count(offered) == 1
    return printed.replace(offered, "")


@cache
def _examples() -> tuple[Example, ...]:
    return tuple(all_examples())


@cache
def _persons() -> dict[str, str]:
    numbers = {person.national_id: f"number of person {person.ordinal}" for person in registers.persons()}
    for example in _examples():
        for place, row in enumerate(example.rows):
            number = _canonical(row)
            if number:
                numbers.setdefault(number, f"number in row {place} of {example.name}")
    for place, number in enumerate(itertools.islice(staff._invented_numbers(), STAFF)):
        numbers.setdefault(number, f"number of member of staff {place}")
    return numbers


def _canonical(row: str) -> str | None:
    try:
        return kinds.parse("national_id", row).value
    except IdentifierError:
        return None


@cache
def _texts() -> dict[str, str]:
    """Texts by value, to what they are; those in the program's own texts and the names of the invented staff left out."""
    found: dict[str, str] = {}
    for person in registers.persons():
        for what, text in (("name", person.name), ("father", person.father), ("mother", person.mother)):
            if len(text) >= 3:
                found.setdefault(text, f"{what} of person {person.ordinal}")
        if household_of(person):
            home = address_of(person)
            for text in (home, spelling.address(home)):
                found.setdefault(text, f"home of person {person.ordinal}")
    for label, kind, text in _typed():
        if kind not in ("national_id", "company_no"):
            found.setdefault(text, label)
    for label, kind, text in _answered():
        if kind not in ("money", "integer", "decimal", "date", "code", "boolean", "year") and _is_rare(text):
            found.setdefault(text, label)
    found |= OWN_WORDS
    known = _own_texts()
    invented = {surname + given for surname in SURNAMES for given in GIVEN} | {player.name for player in LEADS}
    return {
        text: label
        for text, label in found.items()
        if text not in invented and spelled(text) not in known and not _PERSON.fullmatch(text)
    }


@cache
def _tokens() -> dict[str, str]:
    found = {}
    for person in registers.persons():
        born, label = person.born, f"birth of person {person.ordinal}"
        found[born.isoformat()] = label
        found[f"民國{born.year - 1911}年{born.month}月{born.day}日"] = label
    found |= {text: label for label, kind, text in _typed() if kind == "company_no"}
    for label, kind, text in _answered():
        is_amount = kind == "money" and len(text) >= 7 and int(text) % 1000 != 0
        is_number = kind == "string" and text.isdecimal() and len(text) >= 8
        if is_amount or is_number:
            found.setdefault(text, label)
    known = _own_texts()
    return {text: label for text, label in found.items() if text not in known and spelled(text) not in known}


def _typed() -> Iterator[tuple[str, str, str]]:
    """What clerks type: label, kind, value."""
    for example in _examples():
        for kind, value in example.keys.items():
            yield f"{kind} typed in {example.name}", kind, value


@cache
def _answered() -> tuple[tuple[str, str, str], ...]:
    """What the agencies answer in the examples: label, the field's type, value."""
    return tuple(itertools.chain.from_iterable(_answers(example) for example in _examples()))


def _answers(example: Example) -> Iterable[tuple[str, str, str]]:
    for code in example.items:
        item = items()[code]
        types = {each.code: each.type for each in item.spec.fields}
        keys = [(kind, value) for kind, value in example.keys.items() if kind in item.key_kinds]
        keys += [("national_id", row) for row in example.rows if _canonical(row)][:50]
        for kind, value in keys:
            answer = registers.answer(code, kind, value, example.narrowing)
            for part in (answer.header, *answer.rows) if answer else ():
                yield from ((f"{name} answered in {example.name}", types[name], text) for name, text in part.items())


def _is_rare(text: str) -> bool:
    """Long enough that it stands somewhere only because it was put there."""
    close = spelled(text)
    if not 5 <= len(close) <= 60 or close.isdecimal() or _ISO.match(text):
        return False
    return len(_CHINESE.findall(close)) >= 4 or len(close) >= 9


@cache
def _own_texts() -> str:
    """The program's own texts, in the scanner's spelling."""
    return "|".join(spelled(path.read_text("utf-8")) for pattern in _OWN_TEXTS for path in sorted(ROOT.glob(pattern)))
