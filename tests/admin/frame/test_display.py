"""Dates in the ROC calendar, numbers with commas, states with an icon and a word."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask, session

from admin.frame import display
from govern.core import clock
from govern.rules.lives import VERSION, TaskState

TODAY = datetime(2026, 11, 24, 6, 32, 9, tzinfo=UTC)


@pytest.fixture
def _request(console: Flask):  # type: ignore[no-untyped-def]
    with console.test_request_context(), clock.clock_reads(lambda: TODAY):
        yield


@pytest.mark.usefixtures("_request")
def test_days_and_times_are_taipeis_in_the_roc_calendar() -> None:
    late = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # past midnight in Taipei
    assert ">民國115年11月24日<" in display.day(late)
    assert ">民國115年11月24日<" in display.day(date(2026, 11, 24))
    assert ">11月24日<" in display.short_day(date(2026, 11, 24))
    assert ">114年12月1日<" in display.short_day(date(2025, 12, 1))
    assert ">14:32:09<" in display.at_time(TODAY)
    assert ">14:32:09<" in display.moment(TODAY)
    assert ">11月20日<" in display.moment(datetime(2026, 11, 20, tzinfo=UTC))


@pytest.mark.usefixtures("_request")
def test_english_names_the_roc_year_beside_the_western() -> None:
    session["language"] = "en"
    assert ">24 Nov 2026 (ROC 115)<" in display.day(date(2026, 11, 24))
    assert ">1 Dec 2025<" in display.short_day(date(2025, 12, 1))


@pytest.mark.usefixtures("_request")
def test_what_is_absent_is_said_in_a_word() -> None:
    for shown in (display.day(None), display.moment(None), display.number(None), display.at_time(None)):
        assert ">無<" in shown
    assert display.number(1234567) == "1,234,567"


@pytest.mark.usefixtures("_request")
def test_a_version_is_over_on_the_day_after_its_last() -> None:
    assert display.state_of_version("in_force", date(2026, 11, 24)) == display.CASE_ITEM_STATES["in_force"]
    assert display.state_of_version("in_force", date(2026, 11, 23)).word.zh == "已屆期"
    assert display.state_of_version("draft", date(2026, 11, 23)) == display.CASE_ITEM_STATES["draft"]


def test_every_state_of_a_task_and_of_a_version_can_be_shown() -> None:
    assert {state.value for state in TaskState} <= set(display.LOOKUP_STATES)
    assert {state.value for state in TaskState} <= set(display.TASK_STATES)
    assert set(VERSION.states) <= set(display.CASE_ITEM_STATES)
    for state in (*display.LOOKUP_STATES.values(), *display.CASE_ITEM_STATES.values()):
        assert state.icon
        assert state.word.zh
        assert state.word.en
    assert display.state_of("task", "never heard of") is display.NOT_KNOWN
