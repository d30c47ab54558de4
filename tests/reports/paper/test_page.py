"""What sheets share: dates of the ROC calendar in Taipei, hashes in groups, nothing hidden in a text."""

import pytest

from reports.paper import dates, page


def test_an_instant_is_shown_in_taipei_and_in_the_roc_calendar() -> None:
    assert dates.roc_moment("2026-11-24T16:05:09.999999Z") == "民國115年11月25日00:05:09"
    assert dates.clock_time("2026-11-24T16:05:09Z") == "00:05:09"
    assert dates.iso_date("2026-11-24T16:05:09Z") == "2026-11-25"
    assert dates.roc_date("1911-12-31") == "民國前1年12月31日"


def test_a_time_without_a_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="zone"):
        dates.roc_moment("2026-11-24T16:05:09")


def test_a_hash_is_shown_in_groups_of_four() -> None:
    assert page.hash_groups("0123456789ab") == "0123 4567 89ab"


@pytest.mark.parametrize("plain", ["", "林小芬（虛構）", "A12345****", "two words", "𠮷"])
def test_what_can_be_seen_stays_as_it_is(plain: str) -> None:
    assert page.visible(plain) == plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a〔U+202E〕b"),
        ("a\ue000b", "a〔U+E000〕b"),
        ("a\x00b", "a〔U+0000〕b"),
        ("a\r\n\tb", "a b"),
        ("a\u2028b", "a〔U+2028〕b"),
        ("a\ufeffb", "a〔U+FEFF〕b"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert page.visible(text) == shown


def test_two_texts_give_two_codes_and_one_text_one() -> None:
    assert page.quick_code("a") == page.quick_code("a")
    assert page.quick_code("a") != page.quick_code("b")
