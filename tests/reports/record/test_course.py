"""The course in words: folded, named, numbered."""

from datetime import UTC, datetime
from typing import Any

from govern.core.wording import Wording
from reports.record.course import Happened, course

NAMES = {code: Wording(f"{code}資料", f"Data {code}") for code in "abcdefg"}


def entry(kind: str, number: int, **what: Any) -> Happened:
    """An entry of a kind at the second of its number."""
    return Happened(kind, datetime(2026, 11, 24, 6, 0, number, tzinfo=UTC), number, **what)


def said(*entries: Happened) -> list[tuple[str, int | None]]:
    """The lines and the entries they name."""
    return [(event.zh, event.entry) for event in course(entries, NAMES)]


def test_asking_says_how_many_tasks_and_how_many_are_permitted() -> None:
    details = {"tasks": [{"rule": None}, {"rule": "right_missing"}, {"rule": None}], "wrong_rows": 3}
    assert said(entry("asked", 1, details=details)) == [("送出，3件查調工作，准許2件；3列有誤，未送出", 1)]


def test_asking_and_answering_of_many_data_items_are_a_line_each() -> None:
    entries = [entry("about_to_ask" if n % 2 == 0 else "answered", n, data_item="abcdefg"[n // 2]) for n in range(14)]
    assert said(*entries) == [("向主政機關查調a資料等7個項目", 0), ("主政機關回覆a資料等7個項目", 1)]


def test_failures_of_one_cause_share_a_line_and_other_causes_have_their_own() -> None:
    lines = said(
        entry("failed", 1, data_item="a", cause="refused"),
        entry("answered", 2, data_item="b"),
        entry("failed", 3, data_item="c", cause="refused"),
        entry("failed", 4, data_item="d", cause="unreachable"),
    )
    assert [number for _, number in lines] == [1, 2, 4]
    assert lines[0][0].startswith("a資料、c資料查調失敗：")


def test_showing_twice_is_one_line_with_a_count_but_not_across_other_events() -> None:
    shown = {"answers": [{"item": "a"}]}
    lines = said(
        entry("shown", 1, details=shown),
        entry("shown", 2, details=shown),
        entry("revealed", 3, data_item="a"),
        entry("shown", 4, details=shown),
    )
    assert lines == [("顯示a資料，共2次", 1), ("揭示a資料的一個欄位", 3), ("顯示a資料", 4)]


def test_destruction_says_why() -> None:
    assert said(entry("destroyed", 1, data_item="a", cause="session_ended")) == [("查調結果銷毀（登入結束）：a資料", 1)]


def test_a_denial_says_at_which_step() -> None:
    assert said(entry("denied", 1, data_item="a", details={"during": "run"})) == [("查調前不准許a資料", 1)]


def test_a_kind_of_later_times_is_named_by_its_code() -> None:
    assert said(entry("novelty", 1)) == [("novelty", 1)]


def test_times_are_utc_with_microseconds() -> None:
    assert course([entry("novelty", 1)], NAMES)[0].at == "2026-11-24T06:00:01.000000Z"
