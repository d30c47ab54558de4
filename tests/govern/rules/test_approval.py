"""Whose yes is needed, whose own yes does not count, and when a superior's letter carries over."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from govern.core.wording import Wording
from govern.rules.approval import APPROVED, is_complete, letter_carries_over, may_approve, parts_needed
from govern.rules.difference import ContentSaid, FieldSaid, ItemSaid, difference
from tests.support.judging import TRIED
from tests.support.versions import contents, shows

OWNERS = ("ntpc-civil", "tw-fia", "ntpc-tax")
people = st.uuids()
said = st.dictionaries(st.sampled_from(OWNERS), st.sampled_from(("waiting", APPROVED, "returned", "rejected")))


def test_each_owner_is_asked_once_in_the_order_of_the_data_items() -> None:
    assert parts_needed(["tw-fia", "ntpc-civil", "tw-fia"]) == ("tw-fia", "ntpc-civil")


@TRIED
@given(st.sets(st.sampled_from(OWNERS)), said)
def test_complete_is_every_owner_and_never_nobody(needed: set[str], words: dict[str, str]) -> None:
    assert is_complete(needed, words) is (
        needed != set() and needed <= {o for o, word in words.items() if word == APPROVED}
    )


@TRIED
@given(st.sets(st.sampled_from(OWNERS), min_size=1), said, st.sampled_from(OWNERS))
def test_one_more_yes_never_makes_a_complete_version_incomplete(
    needed: set[str], words: dict[str, str], owner: str
) -> None:
    assert is_complete(needed, {**words, owner: APPROVED}) >= is_complete(needed, words)


@TRIED
@given(st.lists(people), people)
def test_nobody_who_wrote_a_version_decides_on_it(authors: list[UUID], other: UUID) -> None:
    for author in authors:
        assert not may_approve(authors=authors, approver=author)
    assert may_approve(authors=authors, approver=other) is (other not in authors)


def test_a_version_of_the_files_has_no_author_and_any_approver_may_decide() -> None:
    assert may_approve(authors=[], approver=uuid4())


def a_content(**changes: object) -> ContentSaid:
    name = Wording("所得", "Income")
    income = ItemSaid(
        name,
        "tw-fia",
        {
            "year": FieldSaid(name, "clear", "none", name),
            "total": FieldSaid(name, "masked", "amount_band", name),
        },
    )
    person = ItemSaid(name, "ntpc-civil", {"name": FieldSaid(name, "revealable", "surname_only", name)})
    whole = ContentSaid(
        name=name,
        kind="application",
        urgency="normal",
        consent_required=True,
        valid_from=date(2026, 1, 1),
        valid_to=date(2028, 12, 31),
        retention_years=5,
        agencies={"ntpc-urban": name},
        bases={"1": name},
        items={"income": income, "person": person},
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def with_total(appearance: str, mask: str = "amount_band") -> ContentSaid:
    whole = a_content()
    income = whole.items["income"]
    total = replace(income.fields["total"], appearance=appearance, mask=mask)
    return replace(whole, items={**whole.items, "income": replace(income, fields={**income.fields, "total": total})})


def carries(after: ContentSaid, owner: str = "tw-fia", before: ContentSaid | None = None) -> bool:
    return letter_carries_over(difference(before or a_content(), after), owner)


def test_a_letter_carries_over_while_nothing_of_that_owner_is_widened() -> None:
    name = Wording("另名", "Other")
    assert carries(a_content())
    assert carries(a_content(name=name, bases={"2": name}, valid_to=date(2030, 12, 31), retention_years=10))
    assert carries(a_content(items={"income": a_content().items["income"]}))  # another owner's data went
    assert carries(with_total("masked", "redact"))
    wider_person = ItemSaid(name, "ntpc-civil", {"name": FieldSaid(name, "clear", "surname_only", name)})
    widened = a_content(items={**a_content().items, "person": wider_person})
    assert carries(widened)  # another owner's data shows more, this owner's does not
    assert not carries(widened, owner="ntpc-civil")


def test_a_letter_does_not_carry_over_what_shows_more_or_to_more() -> None:
    name = Wording("另名", "Other")
    assert not carries(with_total("revealable"))
    assert not carries(with_total("clear"))
    assert not carries(with_total("masked", "none"))
    added = ItemSaid(name, "tw-fia", {"kind": FieldSaid(name, "masked", "redact", name)})
    assert not carries(a_content(items={**a_content().items, "property": added}))
    assert not carries(a_content(agencies={"ntpc-urban": name, "ntpc-social": name}))  # §33 approves agencies by name
    assert not carries(a_content(consent_required=False))
    assert carries(a_content(consent_required=True), before=a_content(consent_required=False))


@TRIED
@given(contents(), contents(), st.sampled_from(OWNERS))
def test_a_letter_that_carries_over_never_covers_more_than_it_was_written_for(
    before: ContentSaid, after: ContentSaid, owner: str
) -> None:
    more = (
        not shows(after, owner) <= shows(before, owner)
        or not after.agencies.keys() <= before.agencies.keys()
        or (before.consent_required and not after.consent_required)
    )
    assert letter_carries_over(difference(before, after), owner) is not more
