"""Two versions side by side: every row in both languages, and whether it shows more, less, or neither."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from govern.core.wording import Wording
from govern.rules.difference import (
    ContentSaid,
    Difference,
    Direction,
    FieldSaid,
    ItemSaid,
    Row,
    difference,
    direction_of,
)
from tests.support.judging import TRIED
from tests.support.versions import AGENCIES, OWNER_OF, contents, shows

NAME = Wording("欄位", "Field")


def a_field(appearance: str, mask: str = "amount_band") -> FieldSaid:
    return FieldSaid(NAME, appearance, mask, Wording("級距", "band"))


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (a_field("masked"), a_field("revealable"), Direction.WIDENING),
        (a_field("revealable"), a_field("clear"), Direction.WIDENING),
        (a_field("masked"), a_field("clear"), Direction.WIDENING),
        (a_field("clear"), a_field("revealable"), Direction.NARROWING),
        (a_field("revealable"), a_field("masked"), Direction.NARROWING),
        (a_field("masked"), a_field("masked", "redact"), Direction.NARROWING),
        (a_field("masked", "redact"), a_field("masked"), Direction.WIDENING),
        # Two masks that hide different things: what one hid, the other shows.
        (a_field("masked", "hide_last_4"), a_field("masked", "keep_last_4"), Direction.WIDENING),
        # It opens no more, but shows more at once: nobody may widen by narrowing elsewhere.
        (a_field("revealable", "redact"), a_field("masked"), Direction.WIDENING),
        # A field that no mask hides is clear, whatever the draft calls it.
        (a_field("masked", "none"), a_field("clear", "none"), Direction.OTHER),
        (a_field("clear", "redact"), a_field("clear"), Direction.OTHER),
        (a_field("masked"), a_field("masked"), Direction.OTHER),
    ],
)
def test_a_field_shows_more_less_or_the_same(before: FieldSaid, after: FieldSaid, direction: Direction) -> None:
    assert direction_of(before, after) is direction


@TRIED
@given(contents())
def test_a_version_does_not_differ_from_itself(content: ContentSaid) -> None:
    found = difference(content, content)
    assert found == Difference(())
    assert found.word.zh == "未增減"


@TRIED
@given(contents(), contents())
def test_it_widens_exactly_when_somebody_may_see_more(before: ContentSaid, after: ContentSaid) -> None:
    assert difference(before, after).widens is _more(before, after)
    assert difference(after, before).widens is _more(after, before)


@TRIED
@given(contents(), contents())
def test_what_one_adds_the_other_takes_away(before: ContentSaid, after: ContentSaid) -> None:
    there, back = difference(before, after).rows, difference(after, before).rows
    assert {(row.what, row.before, row.after) for row in there} == {(row.what, row.after, row.before) for row in back}
    to, fro = difference(before, after), difference(after, before)
    # What shows less shows more on the way back. Not the reverse: a stricter mask that opens widens both ways.
    assert to.widens or not fro.narrows
    assert fro.widens or not to.narrows
    assert (to.widens or to.narrows) == (fro.widens or fro.narrows)


@TRIED
@given(contents(), contents())
def test_every_row_reads_in_both_languages_and_says_two_different_things(
    before: ContentSaid, after: ContentSaid
) -> None:
    for row in difference(before, after).rows:
        for wording in (row.what, row.before, row.after):
            assert wording.zh
            assert wording.en
            assert "{" not in wording.zh + wording.en
        assert row.before != row.after
        assert row.owner is None or row.owner in OWNER_OF.values()


@TRIED
@given(contents())
def test_a_first_version_differs_from_nothing_by_all_it_has(content: ContentSaid) -> None:
    rows = difference(None, content).rows
    listed = len(content.agencies) + len(content.bases) + len(content.items) + 1
    assert len(rows) == listed
    assert all(row.before == Wording("（無）", "(none)") for row in rows)
    assert not any(row.direction is Direction.NARROWING for row in rows)


@TRIED
@given(contents(), contents())
def test_an_owner_s_rows_are_its_own_and_everybody_s(before: ContentSaid, after: ContentSaid) -> None:
    whole = difference(before, after)
    for owner in set(OWNER_OF.values()):
        assert {row.owner for row in whole.of_owner(owner).rows} <= {None, owner}
    assert {row for owner in OWNER_OF.values() for row in whole.of_owner(owner).rows} == set(
        whole.rows
    ) or not whole.rows


def test_a_row_says_what_before_and_after_in_words() -> None:
    before = _one_item(a_field("masked"))
    after = _one_item(a_field("revealable"))
    assert difference(before, after).rows == (
        Row(
            Wording("所得：欄位", "Income: Field"),
            Wording("遮蔽（級距）", "masked (band)"),
            Wording("遮蔽，可揭示（級距）", "masked, revealable (band)"),
            Direction.WIDENING,
            "tw-fia",
        ),
    )


def test_a_sentence_of_necessity_that_changes_is_a_row_that_shows_nothing_more() -> None:
    before = _one_item(a_field("masked"))
    after = _one_item(replace(a_field("masked"), necessity=Wording("查核所得。", "To judge income.")))
    [row] = difference(before, after).rows
    assert (row.before.zh, row.after.zh, row.direction) == ("（無）", "查核所得。", Direction.OTHER)


def _one_item(one: FieldSaid) -> ContentSaid:
    return ContentSaid(
        name=NAME,
        kind="application",
        urgency="normal",
        consent_required=True,
        valid_from=date(2026, 1, 1),
        valid_to=date(2028, 12, 31),
        retention_years=5,
        items={"income": ItemSaid(Wording("所得", "Income"), "tw-fia", {"total": one})},
    )


def _more(before: ContentSaid, after: ContentSaid) -> bool:
    return (
        any(not shows(after, owner) <= shows(before, owner) for owner in OWNER_OF.values())
        or bool(set(AGENCIES) & (after.agencies.keys() - before.agencies.keys()))
        or (before.consent_required and not after.consent_required)
    )
