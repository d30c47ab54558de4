"""A name's canonical form and its parts: one width, one case, one way to write a character; whatever is typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.names.parts import DOTS, WRITTEN_ALIKE, canonical, parts_of, parts_to_find, words_of

TEXTS = st.text(max_size=40)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("臺北市", "台北市"),
        ("ＮＴＰＣ－Ｃｉｖｉｌ", "ntpc-civil"),
        ("１１５年", "115年"),
        ("戶政", "户政"),
        ("民政局　區公所", "民政局 區公所"),
        ("瓦歷斯．諾幹", "瓦歷斯·諾幹"),
        ("瓦歷斯・諾幹", "瓦歷斯‧諾幹"),
        ("Ljavaus Kučing", "ljavaus kucing"),
        ("Cafe\u0301", "CAFÉ"),
        ("葛\U000e0100飾", "葛飾"),
        ("神\u200b社", "神社"),
        ("福\ufa1b", "福福"),
    ],
)
def test_what_is_written_in_two_ways_is_one_name(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize("pair", [("涂", "凃"), ("游", "遊"), ("于", "於"), ("菸", "煙")])
def test_what_is_another_word_or_surname_stays_another(pair: tuple[str, str]) -> None:
    assert canonical(pair[0]) != canonical(pair[1])


def test_no_character_is_written_for_two_others() -> None:
    folded = [char for group in WRITTEN_ALIKE.split() for char in group]
    assert len(folded) == len(set(folded))
    assert all(len(group) > 1 for group in WRITTEN_ALIKE.split())
    assert len(DOTS) == len(set(DOTS))


@given(TEXTS)
def test_the_canonical_form_is_a_fixed_point(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
    assert once == " ".join(once.split())
    assert not any(
        unicodedata.category(char).startswith(("M", "C")) and unicodedata.category(char) != "Mc" for char in once
    )


@given(TEXTS, st.data())
def test_any_stretch_of_a_name_leads_to_it(name: str, data: st.DataObject) -> None:
    words = words_of(name)
    if not words:
        return
    word = data.draw(st.sampled_from(words))
    start = data.draw(st.integers(0, len(word) - 1))
    stretch = word[start : data.draw(st.integers(start + 1, len(word)))]
    assert set(parts_to_find(stretch)) <= parts_of(name)


@given(st.lists(TEXTS, max_size=3))
def test_a_part_is_one_character_or_two_and_holds_no_space(names: list[str]) -> None:
    for part in parts_of(*names):
        assert 1 <= len(part) <= 2
        assert part == "".join(part.split())


def test_rare_characters_beyond_the_first_plane_are_characters_like_others() -> None:
    assert parts_of("𠮷田") == {"𠮷", "田", "𠮷田"}
    assert parts_to_find("𠮷") == ("𠮷",)


def test_nothing_typed_is_no_word() -> None:
    assert words_of("  \u3000\u200b ") == ()
    assert words_of("台北 臺北") == ("台北",)
