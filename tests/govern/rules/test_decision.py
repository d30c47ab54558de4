"""decide() permits what the case item lists and nothing else; stricter() never opens what was closed."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given

from govern.rules.decision import PERMITTED, Deny, Permit, decide, stricter
from govern.rules.facts import Appearance, Facts, PermittedField, PermittedItem
from tests.support.judging import (
    CASE_ITEM,
    FIELDS,
    RIGHT_ID,
    TRIED,
    any_facts,
    facts,
    field_lists,
    mostly_lawful_facts,
)

ORDER = [Appearance.CLEAR, Appearance.REVEALABLE, Appearance.MASKED]


def permit_of(fields: tuple[PermittedField, ...]) -> Permit:
    decision = decide(facts(case_item=replace(CASE_ITEM, item=PermittedItem("hh_person_city", fields))))
    assert isinstance(decision, Permit)
    return decision


nonempty_fields = field_lists.filter(bool)


def test_a_permit_says_under_which_right_version_and_rule_it_was_given() -> None:
    permit = decide(facts())
    assert isinstance(permit, Permit)
    assert (permit.data_item, permit.case_item, permit.version) == ("hh_person_city", "disability_certificate", 1)
    assert (permit.rule, permit.right_id) == (PERMITTED, RIGHT_ID)
    assert permit.fields == FIELDS


def test_a_permit_names_fields_shown_masked_and_revealable() -> None:
    permit = decide(facts())
    assert isinstance(permit, Permit)
    assert permit.shown == ("name", "birth_date", "national_id")
    assert permit.masked == ("birth_date", "national_id")
    assert permit.revealable == ("national_id",)


def test_a_field_under_the_mask_none_is_clear_and_cannot_be_revealed() -> None:
    permit = permit_of((PermittedField("sex", Appearance.REVEALABLE, "none"),))
    assert permit.shown == ("sex",)
    assert permit.masked == ()
    assert permit.revealable == ()


@TRIED
@given(any_facts | mostly_lawful_facts)
def test_no_combination_of_facts_permits_a_field_that_the_case_item_does_not_list(known: Facts) -> None:
    decision = decide(known)
    if isinstance(decision, Permit):
        assert known.case_item.item is not None
        assert known.case_item.item.code == known.data_item.code == decision.data_item
        assert set(decision.fields) <= set(known.case_item.item.fields)


@TRIED
@given(any_facts)
def test_a_permit_stands_on_every_condition_at_once(known: Facts) -> None:
    if isinstance(decide(known), Permit):
        assert known.person.is_active
        assert known.agency in known.person.agencies & known.case_item.authorised_agencies
        assert known.right is not None
        assert known.right.starts_on <= known.on <= known.right.ends_on
        assert known.case_item.valid_from <= known.on <= known.case_item.valid_to
        assert known.ground.has_document
        assert not known.subject_is_self


@TRIED
@given(any_facts | mostly_lawful_facts)
def test_the_same_facts_give_the_same_decision(known: Facts) -> None:
    assert decide(known) == decide(replace(known))


@TRIED
@given(nonempty_fields, nonempty_fields)
def test_a_repeated_decision_keeps_only_fields_that_both_permit(
    then: tuple[PermittedField, ...], now: tuple[PermittedField, ...]
) -> None:
    result = stricter(permit_of(then), permit_of(now))
    common = {field.code for field in then} & {field.code for field in now}
    if not common:
        assert isinstance(result, Deny)
        assert result.rule == "no_longer_permitted"
    else:
        assert isinstance(result, Permit)
        assert set(result.shown) == common


@TRIED
@given(nonempty_fields, nonempty_fields)
def test_of_two_appearances_the_stricter_holds(
    then: tuple[PermittedField, ...], now: tuple[PermittedField, ...]
) -> None:
    result = stricter(then, permit_of(now))
    assume(isinstance(result, Permit))
    assert isinstance(result, Permit)
    before = {field.code: field for field in then}
    after = {field.code: field for field in now}
    for field in result.fields:
        one, other = before[field.code], after[field.code]
        assert ORDER.index(field.appearance) == max(ORDER.index(one.appearance), ORDER.index(other.appearance))
        if "none" not in (one.effective_mask, other.effective_mask) or field.appearance != Appearance.CLEAR:
            assert field.effective_mask != "none" or one.effective_mask == other.effective_mask == "none"


@TRIED
@given(nonempty_fields, nonempty_fields, nonempty_fields)
def test_taking_the_stricter_again_never_opens_anything(
    one: tuple[PermittedField, ...], other: tuple[PermittedField, ...], third: tuple[PermittedField, ...]
) -> None:
    first = stricter(one, permit_of(other))
    assume(isinstance(first, Permit))
    assert isinstance(first, Permit)
    again = stricter(first, permit_of(third))
    if isinstance(again, Permit):
        assert set(again.shown) <= set(first.shown)
        could_be_read = set(first.shown) - set(first.masked) | set(first.revealable)
        assert set(again.revealable) <= could_be_read
        assert set(again.masked) >= set(first.masked) & set(again.shown)


@TRIED
@given(nonempty_fields, nonempty_fields)
def test_the_stricter_of_a_result_and_its_cause_is_the_result(
    then: tuple[PermittedField, ...], now: tuple[PermittedField, ...]
) -> None:
    result = stricter(then, permit_of(now))
    if isinstance(result, Permit):
        again = stricter(result, permit_of(now))
        assert isinstance(again, Permit)
        assert [(field.code, field.appearance, field.effective_mask) for field in again.fields] == [
            (field.code, field.appearance, field.effective_mask) for field in result.fields
        ]


def test_a_denial_now_denies_whatever_was_permitted_then() -> None:
    permit = decide(facts())
    denial = decide(facts(subject_is_self=True))
    assert isinstance(permit, Permit)
    assert stricter(permit, denial) == denial


def test_a_permit_for_one_data_item_opens_no_other() -> None:
    permit = decide(facts())
    assert isinstance(permit, Permit)
    other = replace(permit, data_item="nhi_current")
    result = stricter(other, permit)
    assert isinstance(result, Deny)


@TRIED
@given(nonempty_fields)
def test_permitted_fields_survive_the_rows_of_a_task(fields: tuple[PermittedField, ...]) -> None:
    assert tuple(PermittedField.from_row(field.to_row()) for field in fields) == fields


def test_a_row_with_an_unknown_appearance_is_not_read_as_anything() -> None:
    with pytest.raises(ValueError, match="naked"):
        PermittedField.from_row({"field": "name", "appearance": "naked", "mask": "none"})


def test_the_facts_show_no_index_of_a_person_when_printed() -> None:
    assert "ooo" not in repr(facts())


def test_a_permit_is_constructed_in_the_rulebook_and_nowhere_else() -> None:
    """Because what asks, cuts and opens takes a permit as its proof that somebody decided (HOUSE.md, device 2)."""
    root = Path(__file__).parents[3]
    makers = set()
    for folder in ("connectors", "govern", "audit", "reports", "admin"):
        for file in (root / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and "Permit" in (
                    getattr(node.func, "id", None),
                    getattr(node.func, "attr", None),
                ):
                    makers.add(file.relative_to(root).as_posix())
    assert makers == {"govern/rules/decision.py"}
