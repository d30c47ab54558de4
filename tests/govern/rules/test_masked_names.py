"""Names keep their surname and addresses their district, in all the ways in which people are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.rules.masked_names import COMPOUND_SURNAMES, hide_given_name, hide_middle, to_district
from tests.support.judging import TRIED

han = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@pytest.mark.parametrize(
    ("name", "surname_only", "middle_hidden"),
    [
        ("王小明", "王○○", "王○明"),
        ("王明", "王○", "王○"),
        ("王", "○○", "○○"),
        ("歐陽小明", "歐陽○○", "歐陽○明"),
        ("歐陽明", "歐陽○", "歐陽○"),
        ("司馬", "司○", "司○"),
        ("張簡小明", "張簡○○", "張簡○明"),
        ("張簡明", "張○○", "張○明"),
        ("李王小美", "李○○○", "李○○美"),
        ("王　小　明", "王○○", "王○明"),
        ("𥡪小明", "𥡪○○", "𥡪○明"),
        ("邱\U000f0000明", "邱○○", "邱○明"),
        ("葛\U000e0100小明", "葛\U000e0100○○", "葛\U000e0100○明"),
        ("John Smith", "J○○", "J○○"),
        ("谷拉斯‧馬亨亨", "谷○○", "谷○○"),
        ("王小明 Kolas", "王○○", "王○○"),
        ("新北好公司", "新○○", "新○○"),
        ("", "○○", "○○"),
    ],
)
def test_names_of_all_sorts(name: str, surname_only: str, middle_hidden: str) -> None:
    assert hide_given_name(name) == surname_only
    assert hide_middle(name) == middle_hidden


@TRIED
@given(han, st.text(han, min_size=1, max_size=3))
def test_nothing_of_a_given_name_passes_when_only_the_surname_is_kept(surname: str, given_name: str) -> None:
    shown = hide_given_name(surname + given_name)
    if surname + given_name[0] in COMPOUND_SURNAMES:
        return
    assert set(shown) - {"○"} <= {surname, given_name[0]}
    if len(given_name) < 3:
        assert shown == surname + "○" * len(given_name)


@TRIED
@given(st.text(max_size=40))
def test_of_any_text_at_most_two_characters_pass_a_surname_mask(text: str) -> None:
    shown = [sign for sign in hide_given_name(text) if sign != "○"]
    assert len([sign for sign in shown if not 0x300 <= ord(sign) < 0x370]) <= max(2, len(text) - 1)
    assert not text.strip() or "○" in hide_given_name(text)


@TRIED
@given(st.sampled_from(sorted(COMPOUND_SURNAMES)), st.text(han, min_size=1, max_size=2))
def test_a_compound_surname_stays_whole(surname: str, given_name: str) -> None:
    assert hide_given_name(surname + given_name) == surname + "○" * len(given_name)


@TRIED
@given(st.text(han, min_size=3, max_size=4))
def test_the_middle_hidden_shows_no_more_than_surname_and_last_character(name: str) -> None:
    shown = hide_middle(name)
    assert "○" in shown
    assert shown[0] == name[0]
    assert len(shown) == len(name)


@pytest.mark.parametrize(
    ("address", "district"),
    [
        ("新北市板橋區中山路一段161號", "新北市板橋區"),
        ("台北市中正區忠孝東路1號", "台北市中正區"),
        ("220新北市板橋區中山路", "新北市板橋區"),
        ("(22001)新北市板橋區中山路", "新北市板橋區"),
        ("苗栗縣竹南鎮中正路5號", "苗栗縣竹南鎮"),
        ("彰化縣彰化市市民路5號", "彰化縣彰化市"),
        ("桃園縣平鎮市中豐路5號", "桃園縣平鎮市"),
        ("桃園市平鎮區中豐路5號", "桃園市平鎮區"),
        ("臺南縣新市鄉中興街5號", "臺南縣新市鄉"),
        ("高雄市前鎮區中華五路5號", "高雄市前鎮區"),
        ("新竹市東區光復路5號", "新竹市東區"),
        ("臺灣省臺北縣板橋市府中路", "臺北縣板橋市"),
        ("新 北 市 板 橋 區 中山路", "新北市板橋區"),
        ("新北市中山路1號", "新北市"),
        ("板橋區中山路1號", None),
        ("美國加州某街", None),
        ("", None),
    ],
)
def test_addresses_end_at_the_district(address: str, district: str | None) -> None:
    assert to_district(address) == district


@TRIED
@given(st.text(st.characters(exclude_characters="區", exclude_categories=["Cs"]), max_size=30))
def test_nothing_after_the_district_passes(rest: str) -> None:
    assert to_district("新北市板橋區" + rest) == "新北市板橋區"
