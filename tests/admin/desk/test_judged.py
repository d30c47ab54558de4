"""The conditions of a denial's page are the rulebook's, in its order, and each rule that denies has its place among them."""

import pytest

from admin.desk.judged import CONDITIONS, FAILED, MENDS, MET, NOT_JUDGED, refusal_of
from govern.core.wording import Wording
from govern.rules import conditions
from govern.rules.denial import Deny
from govern.rules.denial_rules import RULES


def test_the_conditions_stand_in_the_order_in_which_the_rulebook_judges() -> None:
    assert [each.name for each in CONDITIONS] == [each.__name__ for each in conditions.CONDITIONS]


def test_each_rule_that_denies_has_one_place() -> None:
    placed = [rule for each in CONDITIONS for rule in each.rules]
    assert sorted(placed) == sorted(RULES)


def test_each_condition_says_what_mends_it() -> None:
    assert set(MENDS) == {each.name for each in CONDITIONS}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_what_stands_before_the_failed_condition_is_met_and_what_follows_is_not_judged(rule: str) -> None:
    places = {"starts_on", "valid_from_on", "valid_to_on", "signed_on"}
    parameters = {name: "2026-11-24" if name in places else "x" for name in _parameters(rule)}
    refusal = refusal_of(Deny(rule, parameters=parameters), {"x": Wording("某項", "something")})
    outcomes = [each.outcome for each in refusal.judged]
    failed = outcomes.index(FAILED)
    assert outcomes == [MET] * failed + [FAILED] + [NOT_JUDGED] * (len(CONDITIONS) - failed - 1)
    assert "{" not in refusal.why.zh + refusal.why.en + refusal.next_step.zh + refusal.next_step.en


def test_a_rule_that_the_program_no_longer_knows_still_gives_a_sentence() -> None:
    refusal = refusal_of(Deny("a_rule_of_old"), {})
    assert refusal.why.zh
    assert refusal.judged == ()


def _parameters(rule: str) -> set[str]:
    found = RULES[rule]
    texts = (found.why.zh, found.why.en, found.next_step.zh, found.next_step.en)
    return {part.split("}")[0] for text in texts for part in text.split("{")[1:]}
