"""A draft is proposed when it is complete: frozen, before every owner, and known to everybody who is signed in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from govern.catalogue.case_item import VersionField
from govern.catalogue.data_item import DataItemField
from govern.catalogue.legal_basis import LegalBasis
from govern.catalogue.life.approve import send_back, waiting_for
from govern.catalogue.life.content import DraftField, DraftItem
from govern.catalogue.life.draft import amend, draft
from govern.catalogue.life.propose import propose
from govern.catalogue.scope import case_item_for, parts_to_approve_for, version_for
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.rules.actor import Role
from tests.support.drafts import (
    BUSINESS,
    YOUTH,
    Cast,
    a_change,
    a_content,
    a_draft,
    entries_of,
    says,
    state_of,
    the_cast,
    version_of,
    with_field,
)
from tests.support.houses import TestHouse

HOUSEHOLD = "hh_household_city"


@pytest.fixture
def cast(house: TestHouse) -> Cast:
    return the_cast(house)


def test_each_owner_s_part_waits_and_everybody_knows_that_it_exists(house: TestHouse, cast: Cast) -> None:
    number = a_change(cast)
    propose(cast.drafter, YOUTH, number, edition=1)
    row = version_of(YOUTH, number)
    assert (row.state, row.round, row.proposed_by) == ("proposed", 1, cast.drafter.person_id)
    with reading() as session:
        assert [(part.owner, part.state) for part in waiting_for(session, row.id)] == [
            ("ntpc-civil", "waiting"),
            ("tw-fia", "waiting"),
        ]
        for approver in (cast.civil, cast.tax):
            assert [one.id for one in session.scalars(parts_to_approve_for(approver, session))] == [row.id]
        for other in (cast.drafter, house.an_actor("tw-fia", Role.CLERK), house.an_actor("ntpc-land", Role.APPROVER)):
            assert list(session.scalars(parts_to_approve_for(other, session))) == []
    entry = entries_of(YOUTH, number)[-1]
    assert (entry.kind, entry.role) == ("proposed", "drafter")
    assert row.content_sha256.hex() in entry.details.decode()


def test_a_first_version_is_known_from_its_proposal_on_and_read_by_whom_it_concerns(
    house: TestHouse, cast: Cast
) -> None:
    code = a_draft(cast)
    stranger = house.an_actor("ntpc-library", Role.CLERK)
    with reading() as session, pytest.raises(NotFound):
        case_item_for(stranger, session, code)
    propose(cast.drafter, code, 1, edition=0)
    with reading() as session:
        assert case_item_for(stranger, session, code).code == code
        with pytest.raises(NotFound):
            version_for(stranger, session, code, 1)
    send_back(cast.civil, code, 1, round=1, reason="請補充。")
    with reading() as session:
        assert case_item_for(stranger, session, code).code == code  # sent back, it stays known


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agencies": ()}, "agencies"),
        ({"items": ()}, "items"),
        ({"items": (DraftItem(HOUSEHOLD),)}, f"items.{HOUSEHOLD}"),
        ({"bases": ()}, "bases"),
        ({"name_en": ""}, "name_en"),
        ({"urgency": "scheduled"}, "default_schedule"),
        (
            {"items": (DraftItem(HOUSEHOLD, (DraftField("member_national_id", "masked"),)),)},
            f"items.{HOUSEHOLD}.member_national_id",
        ),
        (
            {"items": (DraftItem("veteran_care_upload", (DraftField("care_kind", "masked"),)),)},
            "items.veteran_care_upload",
        ),
    ],
)
def test_what_is_incomplete_is_not_proposed(cast: Cast, change: dict[str, object], field: str) -> None:
    draft(cast.drafter, "not_whole_yet", a_content(**change))
    with pytest.raises(InvalidInput) as refused:
        propose(cast.drafter, "not_whole_yet", 1, edition=0)
    assert field in refused.value.fields
    assert refused.value.fields[field].zh
    assert state_of("not_whole_yet", 1) == "draft"
    assert [entry.kind for entry in entries_of("not_whole_yet")] == ["drafted"]


def test_the_same_completed_is_proposed(cast: Cast) -> None:
    draft(cast.drafter, "whole_now", a_content(agencies=()))
    with pytest.raises(InvalidInput):
        propose(cast.drafter, "whole_now", 1, edition=0)
    propose(cast.drafter, "whole_now", 1, edition=amend(cast.drafter, "whole_now", 1, a_content(), edition=0))
    assert state_of("whole_now", 1) == "proposed"


def test_a_field_that_no_mask_hides_is_clear_and_has_nothing_to_reveal(cast: Cast) -> None:
    field = DraftField("member_relation_to_head", "masked", "查核家戶成員。")
    draft(cast.drafter, "no_mask", with_field(a_content(), HOUSEHOLD, field))
    propose(cast.drafter, "no_mask", 1, edition=0)
    assert says("no_mask", 1).items[0].fields[-1].appearance == "clear"
    with pytest.raises(InvalidInput) as refused:
        draft(cast.drafter, "no_mask_2", with_field(a_content(), HOUSEHOLD, replace(field, appearance="revealable")))
    assert refused.value.fields.keys() == {f"items.{HOUSEHOLD}.member_relation_to_head"}


def test_masks_are_those_of_the_day_of_the_proposal_and_stay(cast: Cast) -> None:
    code = a_draft(cast)
    _mask_of("registered_address", "redact")
    propose(cast.drafter, code, 1, edition=0)
    _mask_of("registered_address", "none")
    with reading() as session:
        masks = session.scalars(
            select(VersionField.mask).where(
                VersionField.version_id == version_of(code, 1).id, VersionField.field == "registered_address"
            )
        ).all()
    assert masks == ["redact"]


def test_a_law_that_is_not_in_force_carries_no_case_item(cast: Cast) -> None:
    code = a_draft(cast)
    [basis] = says(code, 1).bases
    _law(basis, in_force_to=clock.today() - timedelta(days=1))
    with pytest.raises(InvalidInput) as refused:
        propose(cast.drafter, code, 1, edition=0)
    assert "住宅法" in refused.value.fields["bases"].zh
    _law(basis, in_force_to=clock.today())
    propose(cast.drafter, code, 1, edition=0)
    assert state_of(code, 1) == "proposed"


def test_a_second_press_is_a_sentence(cast: Cast) -> None:
    code = a_draft(cast)
    propose(cast.drafter, code, 1, edition=0)
    with pytest.raises(Conflict) as refused:
        propose(cast.drafter, code, 1, edition=0)
    assert refused.value.wording.zh
    assert version_of(code, 1).round == 1


def test_nobody_but_the_business_agency_s_drafter_proposes(house: TestHouse, cast: Cast) -> None:
    code = a_draft(cast)
    others = [house.an_actor(BUSINESS, role) for role in Role if role is not Role.DRAFTER]
    for other in [*others, house.an_actor("ntpc-social", Role.DRAFTER), house.an_actor("ntpc-civil", Role.DRAFTER)]:
        with pytest.raises((NotAllowed, NotFound)):
            propose(other, code, 1, edition=0)
    assert state_of(code, 1) == "draft"


def _mask_of(field: str, mask: str) -> None:
    with transaction() as session:
        session.execute(
            update(DataItemField).where(DataItemField.item == HOUSEHOLD, DataItemField.code == field).values(mask=mask)
        )


def _law(basis: int, **facts: object) -> None:
    with transaction() as session:
        session.execute(update(LegalBasis).where(LegalBasis.id == basis).values(**facts))
