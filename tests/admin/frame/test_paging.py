"""Paging by key, both ways, with keys that are alike and keys that are empty, on both databases."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from admin.frame.paging import Order, Things, page
from govern.catalogue.agency import Agency
from govern.core.database import reading, transaction
from govern.core.errors import NotFound
from govern.core.wording import Wording

NAME = Wording("簡稱", "Short name")
SHORT = ("丙", "甲", None, "甲", "乙", None, "甲", "丁", None, "乙", "甲")


@pytest.fixture
def _agencies(database_address: str) -> None:
    with transaction() as session:
        for number, short in enumerate(SHORT):
            code = f"a{number:02}"
            session.add(Agency(code=code, name_zh=code, name_en=code, short_zh=short, level="first", kind="bureau"))


def by_short(*, descending: bool) -> Order:
    """Sorted by a key that may be empty and is often alike."""
    return Order("short", Agency.short_zh, Agency.code, NAME, descending=descending, may_be_empty=True)


def by_code(*, descending: bool) -> Order:
    """Sorted by the id alone."""
    return Order("code", Agency.code, Agency.code, NAME, descending=descending)


def expected(order: Order) -> list[str]:
    """All codes in order: with a key first, without one last, as a plain sort of everything says."""
    with reading() as session:
        rows = session.execute(select(Agency.short_zh, Agency.code)).tuples().all()
        with_key = session.scalars(
            select(Agency.code)
            .where(Agency.short_zh.is_not(None))
            .order_by(
                *((column.desc() if order.descending else column.asc()) for column in (Agency.short_zh, Agency.code))
            )
        ).all()
    without = sorted((code for short, code in rows if short is None), reverse=order.descending)
    if order.is_by_identity:
        return sorted((code for _, code in rows), reverse=order.descending)
    return [*with_key, *without]


@pytest.mark.usefixtures("_agencies")
def test_walking_forwards_and_back_meets_everything_once_and_in_order() -> None:
    for make in (by_short, by_code):
        for descending in (False, True):
            for size in (1, 2, 3, 4, 10, 11, 50):
                walk(make(descending=descending), size)


@pytest.mark.usefixtures("_agencies")
def test_several_ways_that_overlap_give_each_thing_once_and_in_order() -> None:
    ways = [
        select(Agency).where(Agency.code <= "a04"),
        select(Agency).where(Agency.code.in_(("a03", "a07", "a09"))),
        select(Agency).where(Agency.code >= "a05"),
        select(Agency).where(Agency.code == "nothing"),
    ]
    for make in (by_short, by_code):
        for descending in (False, True):
            for size in (1, 3, 11):
                walk(make(descending=descending), size, ways)
    with reading() as session, pytest.raises(NotFound):
        page(session, ways, by_code(descending=False), 3, after="nothing")


def walk(order: Order, size: int, things: Things | None = None) -> None:
    """From the first page to the last and back again."""
    whole, things = expected(order), select(Agency) if things is None else things
    pages: list[list[str]] = []
    with reading() as session:
        found = page(session, things, order, size)
        assert found.before is None
        pages.append(codes(found.things))
        while found.after is not None:
            found = page(session, things, order, size, after=found.after)
            assert found.before is not None
            pages.append(codes(found.things))
        assert [code for each in pages for code in each] == whole

        back = [codes(found.things)]
        while found.before is not None:
            found = page(session, things, order, size, before=found.before)
            back.append(codes(found.things))
            assert found.after is not None
    assert back[-1] == whole[:size]  # back at the start the page is full
    assert {code for each in back for code in each} == set(whole)
    for each in back:
        at = whole.index(each[0])
        assert each == whole[at : at + len(each)]


@pytest.mark.usefixtures("_agencies")
def test_a_mark_out_of_scope_is_not_found_like_one_that_does_not_exist() -> None:
    narrowed = select(Agency).where(Agency.code != "a03")
    for mark in ("a03", "nothing"):
        for way in ("after", "before"):
            with reading() as session, pytest.raises(NotFound):
                page(session, narrowed, by_short(descending=False), 3, **{way: mark})


@pytest.mark.usefixtures("_agencies")
def test_an_empty_list_has_no_other_page() -> None:
    with reading() as session:
        found = page(session, select(Agency).where(Agency.code == "none"), by_short(descending=False), 3)
    assert (found.things, found.before, found.after) == ((), None, None)


def codes(things: Sequence[Agency]) -> list[str]:
    """The codes of a page."""
    return [thing.code for thing in things]
