"""The worked examples: which case item, at which agency, about whom, and what each is to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from admin.set_up import CATALOGUE
from connectors.simulated import registers
from govern.core import clock

NORMAL: Final = (
    "disability_certificate",
    "youth_housing",
    "mid_low_income_elder_allowance",
    "low_income_household",
    "disability_parking_permit",
    "child_protection",
)
SCHEDULED: Final = "fine_compulsory_enforcement"
FILE: Final = "veteran_care_batch"
PENDING: Final = "disability_rent_subsidy"
SCHEDULED_IN_S: Final = 6
FILE_ROWS: Final = 320
CROWD: Final = 110  # normal look-ups that wait while the immediate one overtakes them: a hundred, and those just begun
BEGUN: Final = 10  # at most so many of them the workers have taken up by the time the immediate one begins


@dataclass(frozen=True, slots=True)
class Example:
    """One look-up to be played."""

    name: str
    case_item: str
    agency: str
    items: tuple[str, ...]
    keys: Mapping[str, str] = field(repr=False)
    key_kinds: Mapping[str, str] = field(default_factory=dict)
    consent: bool = True
    with_ground: bool = True
    right: str = "in_force"  # in_force, ended
    due_in_s: float = 0.0
    rows: tuple[str, ...] = field(default=(), repr=False)
    narrowing: Mapping[str, str] = field(default_factory=dict, repr=False)


def all_examples() -> list[Example]:
    """Every example of the demonstration, in the order in which they are submitted."""
    case_items = {each["code"]: each for each in _read("case_items.yaml")["case_items"]}
    data_items = {each["code"]: each for each in _read("data_items.yaml")["data_items"]}
    found = [_whole(case_items[code]) for code in NORMAL]
    found.append(_whole(case_items[SCHEDULED], due_in_s=SCHEDULED_IN_S))
    found.append(_file(case_items[FILE]))
    taken: dict[str, int] = {}
    for code, item in data_items.items():
        case_item = _case_item_for(code, case_items, taken)
        found.append(_single(item, case_item))
    found += _denials(case_items)
    return found


def _read(name: str) -> dict[str, list[dict[str, Any]]]:
    text = (CATALOGUE / name).read_text()
    content: dict[str, list[dict[str, Any]]] = yaml.load(text, yaml.CSafeLoader)
    return content


def _agency(case_item: Mapping[str, Any]) -> str:
    """The counter where the example is played: Banqiao's, where the case item allows it."""
    agencies = list(case_item["authorised_agencies"])
    return "ntpc-dist-banqiao" if "ntpc-dist-banqiao" in agencies else str(agencies[0])


def _items(case_item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(entry["item"]) for entry in case_item["data"])


def _whole(case_item: Mapping[str, Any], due_in_s: float = 0.0) -> Example:
    """One submission over all data items of a case item, about one subject whom every register knows where possible."""
    items = _items(case_item)
    keys = registers.example_subject(items)
    return Example(
        str(case_item["code"]),
        str(case_item["code"]),
        _agency(case_item),
        items,
        keys,
        consent=bool(case_item["consent_required"]),
        due_in_s=due_in_s,
    )


def _kind(item: Mapping[str, Any]) -> str:
    return "national_id" if item["subject_key"] == "file" else str(item["subject_key"])


def _file(case_item: Mapping[str, Any]) -> Example:
    rows = registers.veteran_numbers(FILE_ROWS)  # some of them wrong, as files from a counter have them
    rows.insert(150, rows[3])  # and one number twice
    return Example(
        str(case_item["code"]),
        str(case_item["code"]),
        _agency(case_item),
        _items(case_item),
        {},
        consent=bool(case_item["consent_required"]),
        rows=tuple(rows),
    )


def _case_item_for(item: str, case_items: Mapping[str, Mapping[str, Any]], taken: dict[str, int]) -> Mapping[str, Any]:
    """A case item in force today that lists the data item; the least used, so that many of them are played."""
    fitting = [each for each in case_items.values() if item in _items(each) and _is_in_force(each)]
    chosen = min(fitting, key=lambda each: (taken.get(str(each["code"]), 0), str(each["code"])))
    taken[str(chosen["code"])] = taken.get(str(chosen["code"]), 0) + 1
    return chosen


def _is_in_force(case_item: Mapping[str, Any]) -> bool:
    if not str(case_item["valid_from"]) <= clock.today().isoformat() <= str(case_item["valid_to"]):
        return False
    letters: Sequence[Mapping[str, Any]] = case_item.get("approvals") or []
    return all(letter["status"] != "pending" for letter in letters)


def _single(item: Mapping[str, Any], case_item: Mapping[str, Any]) -> Example:
    code = str(item["code"])
    kind, value = next((k, v) for k, v in registers.example_keys(code) if k == _kind(item))
    return Example(
        f"item:{code}",
        str(case_item["code"]),
        _agency(case_item),
        (code,),
        {kind: value},
        consent=bool(case_item["consent_required"]),
        rows=(value,) if item["subject_key"] == "file" else (),
        narrowing=registers.example_narrowing(code, value) if "name_search" in code else {},
    )


def _denials(case_items: Mapping[str, Mapping[str, Any]]) -> list[Example]:
    """The four refusals: an agency not authorised, a right that ended, a pending letter, no consent."""
    youth = _whole(case_items["youth_housing"])
    certificate = _whole(case_items["disability_certificate"])
    pending = _whole(case_items[PENDING])

    def changed(example: Example, name: str, **what: object) -> Example:
        values = {slot: getattr(example, slot) for slot in Example.__slots__}
        return Example(**{**values, "name": name, **what})

    return [
        changed(youth, "denied_agency", agency="ntpc-library"),
        changed(certificate, "denied_right", agency="ntpc-dist-sanchong", right="ended"),
        changed(pending, "denied_pending"),
        changed(certificate, "denied_consent", with_ground=False),
    ]
