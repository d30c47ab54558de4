"""The conditions of a permit: what each finds wrong, and that the first that fails gives the reason."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.rules.conditions import CONDITIONS, first_failing
from govern.rules.denial import Deny
from govern.rules.denial_rules import RULES
from govern.rules.facts import DataItemFacts, Facts, GroundFacts, PermittedItem, QuotaFacts
from tests.support.judging import (
    BREACHES,
    CASE_ITEM,
    CONSENT,
    DUTY,
    FIELDS,
    RIGHT,
    TODAY,
    TRIED,
    any_facts,
    facts,
)


def rule_of(known: Facts) -> str | None:
    denial = first_failing(known)
    return denial.rule if denial else None


def test_facts_without_a_breach_fail_no_condition() -> None:
    assert rule_of(facts()) is None


@pytest.mark.parametrize(("rule", "breach"), BREACHES, ids=[rule for rule, _ in BREACHES])
def test_a_single_breach_is_denied_by_its_own_rule(rule: str, breach: Any) -> None:
    assert rule_of(breach(facts())) == rule


@TRIED
@given(st.sets(st.integers(0, len(BREACHES) - 1), min_size=1))
def test_of_several_breaches_the_first_in_order_gives_the_reason(places: set[int]) -> None:
    known = facts()
    for place in places:
        known = BREACHES[place][1](known)
    assert rule_of(known) == BREACHES[min(places)][0]


@TRIED
@given(any_facts)
def test_the_reason_is_the_first_failing_conditions_own(known: Facts) -> None:
    verdicts = [condition(known) for condition in CONDITIONS]
    failing = [verdict for verdict in verdicts if verdict is not None]
    assert first_failing(known) == (failing[0] if failing else None)


@TRIED
@given(any_facts)
def test_every_denial_can_be_read_in_both_languages_with_every_place_filled(known: Facts) -> None:
    denial = first_failing(known)
    for text in (denial.wording, denial.next_step) if denial else ():
        assert text.zh
        assert text.en
        assert "{" not in text.zh + text.en


def test_every_rule_of_the_table_can_be_reached_or_belongs_to_a_repeated_decision() -> None:
    reached = {rule for rule, _ in BREACHES} | {
        "right_missing",
        "ground_missing",
        "ground_unknown",
        "consent_signed_later",
        "written_consent_missing",
    }
    assert set(RULES) == reached | {"no_longer_permitted"}


def test_a_right_at_another_agency_is_no_right_here() -> None:
    assert rule_of(facts(right=replace(RIGHT, agency="ntpc-edu"))) == "right_missing"
    assert rule_of(facts(right=None)) == "right_missing"


def test_both_ends_of_a_term_are_included() -> None:
    day = facts(
        right=replace(RIGHT, starts_on=TODAY, ends_on=TODAY),
        case_item=replace(CASE_ITEM, valid_from=TODAY, valid_to=TODAY),
    )
    assert rule_of(day) is None
    assert rule_of(replace(day, on=TODAY + timedelta(1))) == "right_ended"
    assert rule_of(replace(day, on=TODAY - timedelta(1))) == "right_not_yet"


def test_an_owner_stops_its_own_data_items_and_no_others() -> None:
    stopped = replace(CASE_ITEM, suspended_by=(("owner", "tw-fia"),))
    assert rule_of(facts(case_item=stopped)) is None
    theirs = DataItemFacts("hh_person_city", "tw-fia")
    assert rule_of(facts(case_item=stopped, data_item=theirs)) == "suspended_by_owner"


def test_a_stop_by_an_unknown_part_is_not_driven_past() -> None:
    stopped = replace(CASE_ITEM, suspended_by=(("court", "elsewhere"),))
    assert rule_of(facts(case_item=stopped)) == "suspended_by_platform"


def test_a_case_item_that_lists_another_data_item_or_no_field_permits_nothing() -> None:
    other = replace(CASE_ITEM, item=PermittedItem("nhi_current", FIELDS))
    empty = replace(CASE_ITEM, item=PermittedItem("hh_person_city", ()))
    assert rule_of(facts(case_item=other)) == rule_of(facts(case_item=empty)) == "data_item_not_listed"


@pytest.mark.parametrize(
    ("ground", "consent_required", "rule"),
    [
        (CONSENT, True, None),
        (DUTY, True, "consent_missing"),
        (GroundFacts(None, has_document=False), True, "consent_missing"),
        (DUTY, False, None),
        (CONSENT, False, None),
        (GroundFacts(None, has_document=True), False, "ground_missing"),
        (GroundFacts("favour", has_document=True), False, "ground_unknown"),
        (GroundFacts("statutory_duty", has_document=False), False, "ground_document_missing"),
        (replace(CONSENT, signed_on=None), True, "consent_not_signed"),
        (replace(CONSENT, signed_on=TODAY + timedelta(1)), True, "consent_signed_later"),
    ],
)
def test_a_ground_carries_a_look_up_only_with_its_document(
    ground: GroundFacts, consent_required: bool, rule: str | None
) -> None:
    case_item = replace(CASE_ITEM, consent_required=consent_required)
    assert rule_of(facts(case_item=case_item, ground=ground)) == rule


def test_data_of_a_special_category_needs_consent_in_writing() -> None:
    special = DataItemFacts("hh_person_city", "ntpc-civil", is_special_category=True)
    oral = replace(CONSENT, has_document=False)
    assert rule_of(facts(data_item=special, ground=oral)) == "written_consent_missing"
    assert rule_of(facts(data_item=special)) is None


@pytest.mark.parametrize(
    ("quota", "passes"),
    [
        (QuotaFacts(None, 10_000, 500), True),
        (QuotaFacts(10, 9, 1), True),
        (QuotaFacts(10, 9, 2), False),
        (QuotaFacts(0, 0, 1), False),
        (QuotaFacts(10, 12, 0), True),  # decided again: a quota lowered meanwhile takes nothing back
    ],
)
def test_a_quota_counts_the_subjects_of_a_submission_and_is_not_taken_twice(quota: QuotaFacts, passes: bool) -> None:
    assert (rule_of(facts(quota=quota)) is None) == passes


@TRIED
@given(any_facts, st.integers(0, 5))
def test_a_larger_quota_never_denies_what_a_smaller_one_permits(known: Facts, more: int) -> None:
    if known.quota.limit is None or first_failing(known) is not None:
        return
    larger = replace(known, quota=replace(known.quota, limit=known.quota.limit + more))
    assert first_failing(larger) is None


def test_a_denial_names_the_agency_and_the_limit_that_it_is_about() -> None:
    denial = first_failing(facts(quota=QuotaFacts(10, 9, 2)))
    assert isinstance(denial, Deny)
    assert denial.parameters == {
        "agency": "ntpc-social",
        "owner": "ntpc-civil",
        "limit": "10",
        "used": "9",
        "asking": "2",
    }
