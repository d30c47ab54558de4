"""Lines are broken where people would break them, and never longer than the column."""

import pytest

from reports.paper import wrap


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5.0, [""]),
        ("低收入戶", 5.0, ["低收入戶"]),
        ("低收入戶資格審查", 5.0, ["低收入戶資", "格審查"]),
        ("姓名、稱謂、婚姻", 4.0, ["姓名、稱", "謂、婚姻"]),
        ("市立（含骨灰）", 3.0, ["市立", "（含骨", "灰）"]),
        ("115.10.02 09:01:33", 6.0, ["115.10.02", "09:01:33"]),
        ("a" * 12, 3.0, ["aaaaa", "aaaaa", "aa"]),
    ],
)
def test_a_text_breaks_between_words_and_never_before_what_closes(text: str, width: float, lines: list[str]) -> None:
    assert wrap.lines(text, width) == lines


@pytest.mark.parametrize(
    "text", ["巴奈．庫穗（虛構）account6@ntpc.example", "、，。（（（）））𠀋𡃁" * 4, "A12345****；" * 9]
)
@pytest.mark.parametrize("width", [2.0, 5.5, 12.0])
def test_nothing_is_lost_and_no_line_is_too_long(text: str, width: float) -> None:
    lines = wrap.lines(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(wrap.measure(line) <= width * 1000 for line in lines)
