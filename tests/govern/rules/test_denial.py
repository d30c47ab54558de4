"""What a no says: both languages, names for codes, dates as people read them."""

import re

import pytest

from govern.core.wording import Wording
from govern.rules.denial import Deny, deny
from govern.rules.denial_rules import RULES

PLACE = re.compile(r"\{([a-z_]+)\}")


@pytest.mark.parametrize("code", RULES)
def test_every_reason_has_a_sentence_and_a_next_step_in_both_languages(code: str) -> None:
    rule = RULES[code]
    for text in (rule.why, rule.next_step):
        assert text.zh.endswith("。")
        assert text.en.endswith(".")
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert not re.search(r"[\u4e00-\u9fff]", text.en)
        assert set(PLACE.findall(text.zh)) == set(PLACE.findall(text.en))
    assert rule.code == code
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)


def test_codes_give_way_to_names_where_names_are_known() -> None:
    names = {
        "ntpc-edu": Wording("教育局", "Education Department"),
        "youth_housing": Wording("青年住宅", "Youth housing"),
    }
    denial = deny("agency_not_authorised", agency="ntpc-edu", case_item="youth_housing", business_agency="ntpc-urban")
    assert denial.worded(names).zh == "「教育局」不是業務案件項目「青年住宅」核准的查調機關。"
    assert denial.worded(names).en == "Education Department is not authorised to use the case item Youth housing."
    assert "ntpc-urban" in denial.next_step_worded(names).zh


def test_dates_are_said_in_the_calendar_of_the_language() -> None:
    denial = deny("consent_signed_later", signed_on="2026-11-25")
    assert "民國115年11月25日" in denial.wording.zh
    assert "25 November 2026" in denial.wording.en


def test_a_past_denial_reads_the_same_from_its_stored_code_and_parameters() -> None:
    then = deny("right_ended", case_item="youth_housing")
    stored = (then.rule, then.rule_version, dict(then.parameters))
    assert Deny(*stored).wording == then.wording


def test_a_rule_that_is_no_longer_known_still_gives_a_sentence() -> None:
    denial = Deny("a_rule_of_long_ago", 3, {"agency": "x"})
    assert denial.wording.zh
    assert denial.next_step.en


def test_a_code_outside_the_table_cannot_deny() -> None:
    with pytest.raises(KeyError):
        deny("because")
