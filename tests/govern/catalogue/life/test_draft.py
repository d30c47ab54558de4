"""A case item, or a change of one, is drafted, amended and withdrawn by its business agency's drafter."""

from dataclasses import replace
from datetime import timedelta

import pytest

from govern.catalogue.case_item import CaseItem
from govern.catalogue.life.content import DraftField, DraftItem
from govern.catalogue.life.draft import amend, draft, draft_change_of, withdraw
from govern.catalogue.life.propose import propose
from govern.catalogue.scope import case_item_for, drafts_for, version_for
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.rules.actor import Role
from govern.rules.lives import NoSuchStep
from tests.support.drafts import (
    BUSINESS,
    YOUTH,
    Cast,
    a_change,
    a_content,
    a_draft,
    approved,
    entries_of,
    letter_comes,
    proposed,
    says,
    state_of,
    steps,
    the_cast,
    version_of,
    with_field,
)
from tests.support.houses import TestHouse


@pytest.fixture
def cast(house: TestHouse) -> Cast:
    return the_cast(house)


def test_a_new_case_item_is_the_drafter_s_agency_s_and_says_what_was_typed(cast: Cast) -> None:
    content = a_content()
    assert draft(cast.drafter, "social_housing_2", content) == ("social_housing_2", 1)
    assert says("social_housing_2", 1) == content
    row = version_of("social_housing_2", 1)
    assert (row.state, row.round, row.edition, row.drafted_by) == ("draft", 0, 0, cast.drafter.person_id)
    assert row.authors == [str(cast.drafter.person_id)]
    with reading() as session:
        item = session.get_one(CaseItem, "social_housing_2")
        assert (item.business_agency, item.is_seed_example) == (BUSINESS, False)
        assert [one.case_item for one in session.scalars(drafts_for(cast.drafter, session))] == ["social_housing_2"]
    [entry] = entries_of("social_housing_2", 1)
    assert (entry.kind, entry.person, entry.role) == ("drafted", cast.drafter.person_id, "drafter")


def test_a_draft_may_be_incomplete_but_not_name_what_is_not_there(cast: Cast) -> None:
    draft(cast.drafter, "not_whole_yet", a_content(name_en="", agencies=(), bases=(), items=()))
    for change, fields in (
        ({"name_zh": " "}, {"name_zh"}),
        ({"kind": "whim", "urgency": "soon"}, {"kind", "urgency"}),
        ({"agencies": ("nowhere",)}, {"agencies"}),
        ({"agencies": (BUSINESS, BUSINESS)}, {"agencies"}),
        ({"bases": (10**9,)}, {"bases"}),
        ({"retention_years": 7}, {"retention_years"}),
        ({"valid_to": clock.today() - timedelta(days=1)}, {"valid_to"}),
        ({"items": (DraftItem("no_such_item"),)}, {"items"}),
        ({"items": (DraftItem("hh_person_city", (DraftField("shoe_size", "clear"),)),)}, {"items.hh_person_city"}),
        (
            {"items": (DraftItem("hh_person_city", (DraftField("name", "blinking"),)),)},
            {"items.hh_person_city.name"},
        ),
    ):
        with pytest.raises(InvalidInput) as refused:
            draft(cast.drafter, "refused", a_content(**change))
        assert refused.value.fields.keys() == fields
    with reading() as session, pytest.raises(NotFound):
        case_item_for(cast.drafter, session, "refused")
    assert entries_of("refused") == []


@pytest.mark.parametrize("code", ["ab", "With-Capitals", "space d", "x" * 61, "臺北"])
def test_a_code_is_lower_case_letters_digits_and_underscores(cast: Cast, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        draft(cast.drafter, code, a_content())
    assert refused.value.fields.keys() == {"code"}


def test_a_code_is_one_case_item_s(cast: Cast) -> None:
    with pytest.raises(Conflict) as refused:
        draft(cast.drafter, YOUTH, a_content())
    assert refused.value.code == "code_taken"


def test_a_change_starts_as_what_is_in_force_and_disturbs_nothing(cast: Cast) -> None:
    assert draft_change_of(cast.drafter, YOUTH) == 2
    assert says(YOUTH, 2) == says(YOUTH, 1)
    assert (version_of(YOUTH, 2).based_on, version_of(YOUTH, 2).eligibility) == (1, version_of(YOUTH, 1).eligibility)
    assert (state_of(YOUTH, 1), state_of(YOUTH, 2)) == ("in_force", "draft")


def test_one_version_at_a_time_is_in_work(cast: Cast) -> None:
    draft_change_of(cast.drafter, YOUTH)
    with pytest.raises(Conflict) as refused:
        draft_change_of(cast.drafter, YOUTH)
    assert refused.value.code == "has_one_in_work"
    withdraw(cast.drafter, YOUTH, 2)
    assert draft_change_of(cast.drafter, YOUTH) == 3
    assert version_of(YOUTH, 3).based_on == 1


def test_who_saves_with_an_old_edition_overwrites_nobody(house: TestHouse, cast: Cast) -> None:
    colleague = house.an_actor(BUSINESS, Role.DRAFTER)
    number = draft_change_of(cast.drafter, YOUTH)
    content = says(YOUTH, number)
    assert amend(colleague, YOUTH, number, replace(content, name_zh="同仁改的名稱"), edition=0) == 1
    with pytest.raises(Conflict) as refused:
        amend(cast.drafter, YOUTH, number, replace(content, name_zh="我改的名稱"), edition=0)
    assert refused.value.code == "changed_meanwhile"
    with pytest.raises(Conflict):
        propose(cast.drafter, YOUTH, number, edition=0)
    assert says(YOUTH, number).name_zh == "同仁改的名稱"
    assert set(version_of(YOUTH, number).authors) == {str(cast.drafter.person_id), str(colleague.person_id)}
    assert steps(YOUTH, number) == ["drafted", "draft_changed"]


def test_a_version_that_was_proposed_is_changed_no_more(cast: Cast) -> None:
    number = proposed(cast)
    before = version_of(YOUTH, number).content_sha256
    with pytest.raises(NoSuchStep):
        amend(cast.drafter, YOUTH, number, says(YOUTH, 1), edition=1)
    with pytest.raises(NoSuchStep):
        amend(cast.drafter, YOUTH, 1, says(YOUTH, 1), edition=0)
    assert version_of(YOUTH, number).content_sha256 == before


def test_conditions_on_data_that_is_looked_up_no_more_leave_with_it(cast: Cast) -> None:
    number = draft_change_of(cast.drafter, YOUTH)
    content = says(YOUTH, number)
    less = replace(content, items=tuple(part for part in content.items if part.item != "tax_income_national"))
    amend(cast.drafter, YOUTH, number, less, edition=0)
    conditions = [one["code"] for one in version_of(YOUTH, number).eligibility["conditions"]]
    assert conditions == ["adult", "registered_in_city", "no_home"]
    assert len(version_of(YOUTH, 1).eligibility["conditions"]) == 4


@pytest.mark.parametrize("state", ["draft", "proposed", "waiting_for_letter"])
def test_what_is_not_in_force_yet_can_be_given_up(cast: Cast, state: str) -> None:
    from_state = {"draft": a_change, "proposed": proposed}.get(state, approved)
    number = from_state(cast)
    assert state_of(YOUTH, number) == state
    withdraw(cast.drafter, YOUTH, number)
    assert (state_of(YOUTH, number), state_of(YOUTH, 1)) == ("withdrawn", "in_force")
    assert (entries_of(YOUTH, number)[-1].kind, entries_of(YOUTH, number)[-1].cause) == ("withdrawn", state)
    for again in (lambda: withdraw(cast.drafter, YOUTH, number), lambda: letter_comes(cast, number)):
        with pytest.raises(Conflict):
            again()


def test_what_is_in_force_is_retired_and_not_withdrawn(cast: Cast) -> None:
    with pytest.raises(NoSuchStep):
        withdraw(cast.drafter, YOUTH, 1)
    assert state_of(YOUTH, 1) == "in_force"


def test_only_the_business_agency_s_drafter_drafts(house: TestHouse, cast: Cast) -> None:
    content = a_content()
    number = a_change(cast)
    for role in Role:
        if role is not Role.DRAFTER:
            other = house.an_actor(BUSINESS, role)
            for act in (
                lambda actor=other: draft(actor, "by_another", content),
                lambda actor=other: draft_change_of(actor, "land_use_zoning"),
                lambda actor=other: amend(actor, YOUTH, number, content, edition=1),
                lambda actor=other: withdraw(actor, YOUTH, number),
            ):
                with pytest.raises((NotAllowed, NotFound)):
                    act()
    foreign = house.an_actor("ntpc-social", Role.DRAFTER)
    owner = house.an_actor("tw-fia", Role.DRAFTER)
    for other in (foreign, owner):
        with pytest.raises((NotAllowed, NotFound)):
            amend(other, YOUTH, number, content, edition=1)
        with pytest.raises((NotAllowed, NotFound)):
            withdraw(other, YOUTH, number)
        with pytest.raises(NotAllowed):
            draft_change_of(other, YOUTH)
    assert steps(YOUTH, number) == ["drafted", "draft_changed"]


def test_a_draft_nobody_else_knows_of_is_not_found_by_others(house: TestHouse, cast: Cast) -> None:
    code = a_draft(cast)
    stranger = house.an_actor("ntpc-social", Role.DRAFTER)
    with pytest.raises(NotFound):
        draft_change_of(stranger, code)
    with reading() as session:
        for one_for in (
            lambda: case_item_for(stranger, session, code),
            lambda: version_for(stranger, session, code, 1),
        ):
            with pytest.raises(NotFound):
                one_for()
        assert case_item_for(cast.civil, session, code).code == code  # whose data it uses
        assert list(session.scalars(drafts_for(stranger, session))) == []
        assert list(session.scalars(drafts_for(house.an_actor(BUSINESS, Role.CLERK), session))) == []


def test_a_rejected_or_withdrawn_case_item_can_be_drafted_anew(cast: Cast) -> None:
    code = a_draft(cast)
    withdraw(cast.drafter, code, 1)
    assert draft_change_of(cast.drafter, code) == 2
    assert says(code, 2) == with_field(says(code, 1), "hh_household_city")
