"""The registers answer all data items with all their fields, of the right types, and agree with each other."""

import hashlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from connectors.simulated import registers
from connectors.simulated.answers.answer import Answer
from connectors.simulated.answers.name_search import NarrowingRequired
from connectors.simulated.items import items
from connectors.simulated.town import firms, people, vehicles
from connectors.verify_reply import TYPES
from govern.rules.identifiers import kinds

DAY = date(2026, 11, 24)
EVERYTHING = """
import hashlib, json
from connectors.simulated import registers
from connectors.simulated.items import items
said = {item: [[key, registers.answer(item, *key, registers.example_narrowing(item, key[1])).header]
        for key in registers.example_keys(item)] for item in items()}
print(hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest())
"""


def said(item: str, kind: str, value: str) -> Answer:
    found = registers.answer(item, kind, value, registers.example_narrowing(item, value))
    assert found is not None
    return found


def test_all_68_data_items_have_a_register() -> None:
    assert set(registers.REGISTERS) == set(items())
    assert len(items()) == 68


@pytest.mark.parametrize("code", sorted(items()))
def test_the_first_example_fills_every_field_of_the_data_item(code: str) -> None:
    kind, value = registers.example_keys(code)[0]
    found = said(code, kind, value)
    filled = {name for part in (found.header, *found.rows) for name, text in part.items() if text}
    assert filled == {field.code for field in items()[code].spec.fields}


@pytest.mark.parametrize("code", sorted(items()))
def test_every_value_fits_the_type_of_its_field_and_stands_in_its_group(code: str) -> None:
    item = items()[code]
    places = {field.code: field for field in item.spec.fields}
    for kind, value in registers.example_keys(code, 1000):
        found = said(code, kind, value)
        for part, group in ((found.header, ""), *((row, item.group) for row in found.rows)):
            for name, text in part.items():
                field = places[name]
                assert field.group == group, (code, name)
                assert text == "" or TYPES[field.type](text), (code, name, text)
                assert text == "" or not field.values or text in field.values, (code, name, text)


@pytest.mark.parametrize("code", sorted(items()))
def test_keys_are_canonical_and_valid_as_the_rulebook_sees_them(code: str) -> None:
    for kind, value in registers.example_keys(code, 1000):
        canonical = kinds.parse(kind, value, on=DAY).value
        found = registers.answer(code, kind, canonical, registers.example_narrowing(code, value))
        assert found is not None, (code, kind)
        assert kind in ("address", "name") or canonical == value


@pytest.mark.parametrize("code", sorted(items()))
def test_a_key_that_nobody_has_is_not_found(code: str) -> None:
    unknown = {
        "national_id": "F100000006",
        "company_no": "04595252",
        "land_no": "AD060900180001",
        "building_no": "AD060901234001",
        "plate_no": "ZZZ0000",
        "address": "新北市板橋區虛構路999號",
        "name": "查無此人",
    }
    kind = items()[code].key_kinds[0]
    found = registers.answer(code, kind, unknown[kind], {"birth_year": "75"})
    if code in ("hh_file_match_city", "veteran_care_upload"):
        assert found is not None
        assert found.rows[0]["match_result"] == "not_found"
    else:
        assert found is None


def test_another_process_with_another_hash_seed_gives_the_same_answers() -> None:
    root = Path(registers.__file__).resolve().parents[2]
    seen = {
        subprocess.run(
            [sys.executable, "-c", EVERYTHING],
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert len(seen) == 1
    assert len(seen.pop()) == hashlib.sha256().digest_size * 2


def test_a_member_of_a_household_is_the_same_person_in_every_other_register() -> None:
    for home in people.households():
        number = people.members(home)[0].national_id
        family = registers.answer("hh_household_city", "national_id", number)
        for row in family.rows if family else ():
            key = row["member_national_id"]
            for code in ("hh_person_city", "tax_income_national", "nhi_current", "welfare_benefits"):
                other = registers.answer(code, "national_id", key)
                assert other is None or other.header["name"] == row["member_name"], code


def test_who_pays_a_wage_is_a_company_of_the_register_and_insures_the_worker() -> None:
    worker = next(person for person in people.everyone() if firms.employer_of(person) and person.means == "ordinary")
    wages = [
        row for row in said("tax_income_national", "national_id", worker.national_id).rows if row["income_code"] == "50"
    ]
    insured = said("labor_insured", "national_id", worker.national_id).rows
    company = said("company_register", "company_no", wages[0]["payer_no"])
    assert company.header["company_name"] == wages[0]["payer_name"]
    assert wages[0]["payer_name"] in {row["unit_name"] for row in insured}


def test_an_owner_of_land_has_it_in_the_tax_register_too() -> None:
    for kind, value in registers.example_keys("land_ownership", 40):
        for row in said("land_ownership", kind, value).rows:
            asked = "company_no" if len(row["owner_id"]) == 8 else "national_id"
            taxed = said("tax_property_city", asked, row["owner_id"])
            assert any(each["property_kind"] in ("land", "field") for each in taxed.rows)


def test_a_vehicle_is_found_by_its_plate_and_by_its_owner() -> None:
    vehicle = vehicles.vehicles()[0]
    by_plate = said("vehicle_register", "plate_no", vehicle.plate)
    by_owner = said("vehicle_register", "national_id", vehicle.owner.number)
    assert by_plate.rows[0] in by_owner.rows


def test_names_hold_characters_beyond_the_basic_plane_and_some_births_are_incomplete() -> None:
    answers = [said("hh_person_city", *key).header for key in registers.example_keys("hh_person_city", 1000)]
    assert any(ord(letter) > 0xFFFF for answer in answers for letter in answer["name"])
    assert {len(answer["birth_date"]) for answer in answers} == {4, 7, 10}
    assert any(answer["personal_note"] == "" for answer in answers)


def test_a_name_search_wants_something_that_narrows_it() -> None:
    name = registers.example_keys("hh_name_search_city")[0][1]
    with pytest.raises(NarrowingRequired):
        registers.answer("hh_name_search_city", "name", name)
    assert registers.answer("hh_name_search_city", "name", name, {"birth_year": "3"}) is None
    address = said("hh_name_search_city", "name", name).rows[0]["district"]
    assert registers.answer("hh_name_search_city", "name", name, {"district": address}) is not None


def test_a_file_of_veterans_has_wrong_rows_matches_and_strangers() -> None:
    rows = registers.veteran_numbers(300)
    results = [said("veteran_care_upload", "national_id", row).rows[0]["match_result"] for row in rows]
    assert len(rows) == 300
    assert results.count("match") > 20
    assert results.count("not_found") > 100
    assert 5 <= results.count("invalid_id") <= 10
    assert registers.veteran_numbers(300) == rows


def test_a_subject_is_found_for_the_data_items_of_an_example() -> None:
    wanted = ["hh_household_city", "welfare_benefits", "vehicle_register", "driver_licence"]
    keys = registers.example_subject(wanted)
    assert set(keys) == {"national_id", "plate_no"}
    assert all(registers.answer(code, items()[code].key_kinds[0], keys[items()[code].key_kinds[0]]) for code in wanted)


def test_the_town_says_that_it_is_invented() -> None:
    assert all(firm.name.startswith("虛構") for firm in firms.firms())
    for module in {register.__module__ for register in registers.REGISTERS.values() if hasattr(register, "__module__")}:
        assert module == "functools" or "虛構" in (sys.modules[module].__doc__ or ""), module
    assert json.dumps(
        said("org_kindergarten", *registers.example_keys("org_kindergarten")[0]).rows[0], ensure_ascii=False
    ).count("虛")
