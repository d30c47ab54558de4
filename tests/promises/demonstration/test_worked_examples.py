"""`flask house demo`: the worked examples through the real queue, workers and sources; what its report says of each."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from admin.commands import house as commands
from admin.set_up import CATALOGUE
from tests.support.watching import Searched

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # the demonstration is played at the first test

STATES = {"answered", "unknown", "failed", "expired", "cancelled", "denied"}
TASK_KEYS = {"data_item", "kind", "state", "shown", "masked", "withheld", "denied"}


@pytest.fixture(scope="module")
def report(the_demonstration: Searched) -> dict[str, Any]:
    """What the demonstration says of itself."""
    told: dict[str, Any] = json.loads((the_demonstration.data / "demo" / "report.json").read_text())
    return told


@pytest.fixture(scope="module")
def lookups(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["example"]: each for each in report["lookups"]}


def the_task(lookup: dict[str, Any], item: str) -> dict[str, Any]:
    return next(task for task in lookup["tasks"] if task["data_item"] == item)


def test_it_ends_well_and_leaves_no_process(the_demonstration: Searched) -> None:
    assert the_demonstration.code == 0
    assert the_demonstration.left == []


def test_the_log_is_whole(report: dict[str, Any]) -> None:
    log = report["log"]
    assert log["ok"] is True
    assert log["size"] > 500
    assert len(bytes.fromhex(log["root"])) == 32


def test_every_lookup_has_its_shape_and_its_record(the_demonstration: Searched, lookups: dict[str, Any]) -> None:
    fields = {
        item["code"]: {field["code"] for field in item["fields"]}
        for item in yaml.safe_load((CATALOGUE / "data_items.yaml").read_text())["data_items"]
    }
    assert len(lookups) == 80
    for lookup in lookups.values():
        assert set(lookup) == {"example", "lookup", "case_item", "state", "tasks", "denied", "record"}
        assert uuid.UUID(lookup["lookup"])
        assert lookup["state"] in STATES
        assert (the_demonstration.data / lookup["record"]).read_bytes().startswith(b"%PDF-")
        for task in lookup["tasks"]:
            assert set(task) == TASK_KEYS
            assert set(task["masked"]) <= set(task["shown"])
            assert set(task["shown"]) | set(task["withheld"]) == fields[task["data_item"]]
            assert not set(task["shown"]) & set(task["withheld"])


def test_each_of_the_68_data_items_is_answered_through_its_own_kind_of_connector(lookups: dict[str, Any]) -> None:
    items = yaml.safe_load((CATALOGUE / "data_items.yaml").read_text())["data_items"]
    assert len(items) == 68
    for item in items:
        lookup = lookups[f"item:{item['code']}"]
        assert lookup["state"] == "answered"
        assert [(task["data_item"], task["kind"]) for task in lookup["tasks"]] == [(item["code"], item["connector"])]


def test_a_disability_certificate_shows_exactly_three_fields(lookups: dict[str, Any]) -> None:
    [task] = lookups["disability_certificate"]["tasks"]
    assert task["shown"] == ["name", "birth_date", "registered_address"]
    assert task["masked"] == []


def test_youth_housing_shows_exactly_eight_fields_of_the_whole_household(lookups: dict[str, Any]) -> None:
    task = the_task(lookups["youth_housing"], "hh_household_city")
    assert len(task["shown"]) == 8
    assert task["masked"] == ["member_national_id"]


def test_the_elder_allowance_comes_with_the_veterans_care_record(lookups: dict[str, Any]) -> None:
    assert the_task(lookups["mid_low_income_elder_allowance"], "veteran_care")["state"] == "answered"


def test_low_income_is_one_submission_over_seven_data_items(lookups: dict[str, Any]) -> None:
    lookup = lookups["low_income_household"]
    assert len(lookup["tasks"]) == 7
    assert lookup["state"] == "answered"


def test_the_parking_permit_the_protection_and_the_scheduled_one_are_answered(lookups: dict[str, Any]) -> None:
    for example in ("disability_parking_permit", "child_protection", "fine_compulsory_enforcement"):
        assert lookups[example]["state"] == "answered"


def test_the_immediate_one_overtook_a_hundred_waiting_normal_ones(the_demonstration: Searched) -> None:
    said = next(line for line in the_demonstration.printed.splitlines() if "child protection overtook" in line)
    overtaken = int(said.split("overtook ")[1].split()[0])
    assert overtaken >= 100


def test_a_file_of_several_hundred_numbers_is_answered_in_portions(lookups: dict[str, Any]) -> None:
    tasks = lookups["veteran_care_batch"]["tasks"]
    assert {task["kind"] for task in tasks} == {"batch_file"}
    assert len(tasks) >= 3
    assert {task["state"] for task in tasks} == {"answered"}


@pytest.mark.parametrize(
    ("example", "rule"),
    [
        ("denied_agency", "agency_not_authorised"),
        ("denied_right", "right_ended"),
        ("denied_pending", "case_item_pending_letter"),
        ("denied_consent", "consent_missing"),
    ],
)
def test_a_denial_says_its_rule_and_why_in_both_languages(lookups: dict[str, Any], example: str, rule: str) -> None:
    lookup = lookups[example]
    assert lookup["state"] == "denied"
    assert lookup["denied"]["rule"] == rule
    assert lookup["denied"] == lookup["tasks"][0]["denied"]
    assert lookup["denied"]["zh"]
    assert lookup["denied"]["en"]
    assert all(task["shown"] == [] for task in lookup["tasks"])


def test_youth_housing_is_proposed_anew_and_approved_part_by_part(report: dict[str, Any]) -> None:
    [case_item] = report["case_items"]
    assert (case_item["code"], case_item["version"]) == ("youth_housing", 2)
    taken = [(step["step"], step["by_role"]) for step in case_item["steps"]]
    assert taken == [
        ("drafted", "drafter"),
        ("draft_changed", "drafter"),
        ("proposed", "drafter"),
        ("approved", "approver"),
        ("approved", "approver"),
        ("letter_entered", "approver"),
        ("came_in_force", "calendar"),
    ]
    at = [step["at"] for step in case_item["steps"]]
    assert at == sorted(at)


def test_the_new_tax_field_is_shown_from_then_on(lookups: dict[str, Any]) -> None:
    assert "share" in the_task(lookups["youth_housing"], "tax_property_national")["shown"]


def test_the_month_is_audited_and_its_records_are_valid_to_a_stranger(
    the_demonstration: Searched, report: dict[str, Any]
) -> None:
    periods = report["periods"]
    assert {(period["agency"], period["owner"]) for period in periods} == {
        ("ntpc-civil", "ntpc-civil"),
        ("ntpc-civil", "tw-fia"),
    }
    for period in periods:
        assert 0 < period["sample"] <= period["population"]
        assert sum(period["verdicts"].values()) == period["sample"]
        assert period["verdicts"]["no_document"] == 1
        assert period["checked"] is True
        assert (the_demonstration.data / period["record"]).read_bytes().startswith(b"%PDF-")


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    monkeypatch.setenv("GOVERN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(commands, "_obey_signals", lambda: None)  # this process is pytest's
    said = CliRunner().invoke(commands.house, ["demo"], obj=ScriptInfo(create_app=lambda: Flask(__name__)))
    assert said.exit_code == 2
    assert str(tmp_path) in said.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
