"""Views that a person saves, and columns chosen: the person's own, without words, at most so many."""

import pytest

from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotFound
from govern.rules.actor import Actor, Role
from govern.workplace import saved_view
from govern.workplace.saved_view import VIEWS_AT_MOST
from tests.support.console import a_person, an_agency

VIEW = {"tab": "mine", "sort": "-name", "words": "陳小美", "filters": {"kind": "application"}}


@pytest.fixture
def me(database_address: str) -> Actor:
    an_agency("ntpc", "新北市政府", level="city")
    return somebody("me")


def somebody(account: str) -> Actor:
    return Actor(a_person(account, "ntpc", Role.CLERK).person_id, account, "ntpc", frozenset({Role.CLERK}))


def names(actor: Actor, place: str = "case_items") -> list[str]:
    with reading() as session:
        return [view.name for view in saved_view.views_of(actor, session, place)]


def test_a_view_keeps_tab_order_and_filters_and_never_the_words(me: Actor) -> None:
    made = saved_view.save_view(me, "case_items", " 等我  看的 ", VIEW)
    with reading() as session:
        found = saved_view.view_for(me, session, made)
    assert (found.name, found.place) == ("等我 看的", "case_items")
    assert found.view == {"tab": "mine", "sort": "-name", "filters": {"kind": "application"}}


def test_a_view_is_renamed_and_deleted_by_its_person_alone(me: Actor) -> None:
    made, other = saved_view.save_view(me, "case_items", "甲", VIEW), somebody("other")
    with pytest.raises(NotFound):
        saved_view.rename_view(other, made, "乙")
    with pytest.raises(NotFound):
        saved_view.delete_view(other, made)
    saved_view.rename_view(me, made, "乙")
    saved_view.rename_view(me, made, "乙")
    assert names(me) == ["乙"]
    assert names(other) == []
    saved_view.delete_view(me, made)
    assert names(me) == []


def test_a_name_says_something_and_stands_once_a_list(me: Actor) -> None:
    for name in ("", "   ", "長" * 41, "甲\x00"):
        with pytest.raises(InvalidInput):
            saved_view.save_view(me, "case_items", name, {})
    saved_view.save_view(me, "case_items", "長" * 40, {})
    with pytest.raises(Conflict):
        saved_view.save_view(me, "case_items", "長" * 40, {})
    saved_view.save_view(me, "rights", "長" * 40, {})
    saved_view.save_view(somebody("other"), "case_items", "長" * 40, {})


def test_a_list_has_at_most_so_many_views(me: Actor) -> None:
    for number in range(VIEWS_AT_MOST):
        saved_view.save_view(me, "case_items", f"第{number}個", {})
    with pytest.raises(Conflict):
        saved_view.save_view(me, "case_items", "再一個", {})
    assert len(names(me)) == VIEWS_AT_MOST


def test_columns_are_kept_in_their_order_until_they_are_as_usual(me: Actor) -> None:
    saved_view.choose_columns(me, "case_items", ("name", "state", "version"))
    saved_view.choose_columns(me, "case_items", ("name", "version", "state"))
    with reading() as session:
        assert saved_view.columns_of(me, session, "case_items") == ("name", "version", "state")
        assert saved_view.columns_of(me, session, "rights") == ()
    saved_view.choose_columns(me, "case_items", ())
    with reading() as session:
        assert saved_view.columns_of(me, session, "case_items") == ()
