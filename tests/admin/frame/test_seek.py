"""What a list is narrowed by stands in no address but as a token that one log-in alone can open."""

import pytest

from admin.frame import seek
from admin.frame.seek import Filter, Searched, Seek
from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItem
from govern.core.errors import WrongSetting
from govern.core.wording import Wording
from govern.trail.entry import Entry

MINE, YOURS = b"m" * 32, b"y" * 32
STATE = Seek("A123456789 王小明", {"kind": "asked"})
NAME = Wording("名稱", "Name")


def test_a_token_opens_for_the_log_in_and_the_list_it_was_made_for() -> None:
    token = seek.seal(MINE, "trail", STATE)
    assert seek.open_token(MINE, "trail", token) == STATE
    assert seek.open_token(YOURS, "trail", token) == Seek()
    assert seek.open_token(MINE, "lookups", token) == Seek()


@pytest.mark.parametrize("token", ["", "x", "%%%", "A" * 200, "臺北"])
def test_what_is_no_token_narrows_nothing(token: str) -> None:
    assert seek.open_token(MINE, "trail", token) == Seek()


def test_a_token_shows_neither_the_words_nor_how_many_they_are() -> None:
    short, long = seek.seal(MINE, "trail", Seek("A")), seek.seal(MINE, "trail", Seek("A123456789"))
    assert len(short) == len(long)
    assert "A123456789" not in long
    assert seek.seal(MINE, "trail", STATE) != seek.seal(MINE, "trail", STATE)


def test_nothing_sought_needs_no_token() -> None:
    assert seek.seal(MINE, "trail", Seek()) == ""


def test_words_are_brought_to_one_width_and_cut() -> None:
    assert seek.plain_words("ＡＢＣ　１２３") == ["ABC", "123"]
    assert sum(len(word) for word in seek.plain_words("字" * 500)) == seek.LONGEST_WORDS


def test_tai_is_found_in_either_writing() -> None:
    assert "臺北" in seek.forms_of("台北")
    assert "台北" in seek.forms_of("臺北")


def test_a_large_table_is_searched_by_an_index_or_not_at_all() -> None:
    with pytest.raises(WrongSetting, match="wrong_setting"):
        seek.check(Searched((Entry.rule,), NAME), ())
    with pytest.raises(WrongSetting, match="wrong_setting"):
        seek.check(None, (Filter("rule", NAME, Entry.rule, lambda _actor, _session: ()),))
    seek.check(Searched((Entry.lookup, Entry.id), NAME), (Filter("kind", NAME, Entry.kind, lambda _a, _s: ()),))
    seek.check(Searched((Agency.code,), NAME, names="agency"), ())
    with pytest.raises(WrongSetting, match="wrong_setting"):
        seek.check(Searched((Agency.name_zh,), NAME, names="agency"), ())
    seek.check(None, (Filter("business", NAME, CaseItem.business_agency, lambda _actor, _session: ()),))
