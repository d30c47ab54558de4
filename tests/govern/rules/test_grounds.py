"""The two lawful grounds and the document that each needs (conditions are tested in `test_conditions`)."""

from govern.rules.grounds import GROUNDS, GroundKind, insufficiency
from tests.support.judging import CASE_ITEM, CONSENT, DUTY, TODAY, facts


def test_each_ground_names_its_document_in_both_languages() -> None:
    assert set(GROUNDS) == set(GroundKind)
    for rule in GROUNDS.values():
        assert rule.name.zh
        assert rule.name.en
        assert rule.document.zh
        assert rule.document.en


def test_a_consent_is_dated_and_a_duty_is_not() -> None:
    assert GROUNDS["consent"].is_dated
    assert not GROUNDS["statutory_duty"].is_dated


def test_consent_of_today_carries_a_look_up_of_today() -> None:
    data_item = facts().data_item
    assert insufficiency(ground=CONSENT, case_item=CASE_ITEM, data_item=data_item, on=TODAY) is None


def test_duty_does_not_stand_in_for_a_consent_that_the_case_item_demands() -> None:
    denial = insufficiency(ground=DUTY, case_item=CASE_ITEM, data_item=facts().data_item, on=TODAY)
    assert denial is not None
    assert denial.rule == "consent_missing"
