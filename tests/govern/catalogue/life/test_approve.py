"""Every owner says yes to its own part, none to what its person wrote; a return or a rejection ends the round."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from govern.catalogue.case_item import Approval
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.life.approve import approve, reject, send_back, waiting_for, words_on
from govern.catalogue.life.content import DraftField
from govern.catalogue.life.draft import amend, draft_change_of
from govern.catalogue.life.propose import propose
from govern.catalogue.scope import approvals_for, version_for
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.keys.subject import SealedValue
from govern.rules.actor import Role
from govern.rules.lives import NoSuchStep
from tests.support.drafts import (
    BUSINESS,
    CIVIL,
    TAX,
    YOUTH,
    Cast,
    a_content,
    a_draft,
    entries_of,
    justified,
    on_day,
    proposed,
    says,
    state_of,
    steps,
    the_cast,
    version_of,
    without_field,
)
from tests.support.houses import TestHouse

REASON = "扣繳稅額與資格審查無關，請王小明補充說明。"


@pytest.fixture
def cast(house: TestHouse) -> Cast:
    return the_cast(house)


def a_narrower_change(cast: Cast) -> int:
    """A change that shows less: no letter is awaited for it."""
    number = draft_change_of(cast.drafter, YOUTH)
    less = without_field(justified(says(YOUTH, number)), "tax_income_national", "income_total")
    amend(cast.drafter, YOUTH, number, less, edition=0)
    propose(cast.drafter, YOUTH, number, edition=1)
    return number


def test_one_owner_s_yes_is_not_enough_and_the_last_completes(cast: Cast) -> None:
    number = a_narrower_change(cast)
    approve(cast.tax, YOUTH, number, round=1)
    assert (state_of(YOUTH, number), state_of(YOUTH, 1)) == ("proposed", "in_force")
    approve(cast.civil, YOUTH, number, round=1)
    assert (state_of(YOUTH, number), state_of(YOUTH, 1)) == ("in_force", "retired")
    assert steps(YOUTH, number)[-3:] == ["approved", "approved", "came_in_force"]
    said = [(entry.owner, entry.person) for entry in entries_of(YOUTH, number) if entry.kind == "approved"]
    assert said == [(TAX, cast.tax.person_id), (CIVIL, cast.civil.person_id)]


def test_a_second_press_is_a_sentence_and_counts_once(cast: Cast) -> None:
    number = proposed(cast)
    approve(cast.tax, YOUTH, number, round=1)
    with pytest.raises(Conflict) as refused:
        approve(cast.tax, YOUTH, number, round=1)
    assert refused.value.code == "said_already"
    assert steps(YOUTH, number).count("approved") == 1
    with pytest.raises(Conflict):
        send_back(cast.tax, YOUTH, number, round=1, reason=REASON)


@pytest.mark.parametrize("act", [approve, send_back, reject])
def test_nobody_decides_on_what_one_drafted_changed_or_proposed(house: TestHouse, cast: Cast, act: object) -> None:
    helper = house.an_actor(BUSINESS, Role.DRAFTER)
    number = draft_change_of(cast.drafter, YOUTH)
    amend(helper, YOUTH, number, justified(says(YOUTH, number)), edition=0)
    proposer = house.an_actor(BUSINESS, Role.DRAFTER)
    propose(proposer, YOUTH, number, edition=1)
    for author in (cast.drafter, helper, proposer):
        also_approver = house.an_actor(TAX, Role.APPROVER, person=author.person_id)
        with pytest.raises(NotAllowed) as refused:
            act(also_approver, YOUTH, number, round=1, reason=REASON)  # type: ignore[operator]
        assert refused.value.code == "own_proposal"
    assert state_of(YOUTH, number) == "proposed"
    act(cast.tax, YOUTH, number, round=1, reason=REASON)  # type: ignore[operator]
    assert steps(YOUTH, number)[-1] != "proposed"


@pytest.mark.parametrize("act", [approve, send_back, reject])
def test_only_an_approver_of_an_owner_used_decides_and_for_its_own_part(
    house: TestHouse, cast: Cast, act: object
) -> None:
    number = proposed(cast)
    others = [house.an_actor(TAX, role) for role in Role if role is not Role.APPROVER]
    others += [house.an_actor("ntpc-land", Role.APPROVER), house.an_actor(BUSINESS, Role.APPROVER, Role.DRAFTER)]
    others += [house.an_actor("tw-mof", Role.APPROVER, Role.HEAD)]  # above an owner, and no owner of this data
    for other in others:
        with pytest.raises((NotAllowed, NotFound)):
            act(other, YOUTH, number, round=1, reason=REASON)  # type: ignore[operator]
    with reading() as session:
        assert {part.state for part in waiting_for(session, version_of(YOUTH, number).id)} == {"waiting"}
    assert steps(YOUTH, number)[-1] == "proposed"


def test_a_return_ends_the_round_and_its_reason_reaches_the_drafter_sealed(house: TestHouse, cast: Cast) -> None:
    number = proposed(cast)
    approve(cast.civil, YOUTH, number, round=1)
    send_back(cast.tax, YOUTH, number, round=1, reason=f"  {REASON} ")
    assert state_of(YOUTH, number) == "draft"
    entry = entries_of(YOUTH, number)[-1]
    assert (entry.kind, entry.owner) == ("returned", TAX)
    assert entry.text_commitment is not None
    assert REASON.encode() not in entry.leaf()
    with reading() as session:
        assert all(REASON.encode() not in (one.ciphertext or b"") for one in session.scalars(select(SealedValue)))
        for reader in (cast.drafter, cast.civil, cast.tax, house.an_actor(BUSINESS, Role.HEAD)):
            assert REASON in [part.reason for part in words_on(reader, session, YOUTH, number)]
        stranger = house.an_actor("ntpc-social", Role.HEAD)
        with pytest.raises(NotFound):
            words_on(stranger, session, YOUTH, number)
        assert list(session.scalars(approvals_for(stranger, session))) == []


def test_a_version_in_force_does_not_tell_strangers_what_owners_said(house: TestHouse, cast: Cast) -> None:
    number = a_narrower_change(cast)
    approve(cast.tax, YOUTH, number, round=1, reason="符合稅捐稽徵法。")
    approve(cast.civil, YOUTH, number, round=1)
    stranger = house.an_actor("ntpc-social", Role.CLERK)
    with reading() as session:
        assert version_for(stranger, session, YOUTH, number).state == "in_force"
        assert words_on(stranger, session, YOUTH, number) == []
        assert [part.reason for part in words_on(cast.drafter, session, YOUTH, number)] == [None, "符合稅捐稽徵法。"]


def test_approvals_of_a_former_round_do_not_count(cast: Cast) -> None:
    number = a_narrower_change(cast)
    approve(cast.civil, YOUTH, number, round=1)
    send_back(cast.tax, YOUTH, number, round=1, reason=REASON)
    for approver in (cast.tax, cast.civil):
        with pytest.raises(Conflict):
            approve(approver, YOUTH, number, round=1)
    propose(cast.drafter, YOUTH, number, edition=version_of(YOUTH, number).edition)
    approve(cast.tax, YOUTH, number, round=2)
    assert state_of(YOUTH, number) == "proposed"
    with pytest.raises(Conflict) as refused:
        approve(cast.civil, YOUTH, number, round=1)  # the page was opened in the former round
    assert refused.value.code == "another_round"
    approve(cast.civil, YOUTH, number, round=2)
    assert state_of(YOUTH, number) == "in_force"
    with reading() as session:
        rows = session.scalars(select(Approval).order_by(Approval.round, Approval.owner)).all()
    assert [(row.round, row.owner, row.state) for row in rows] == [
        (1, CIVIL, "approved"),
        (1, TAX, "returned"),
        (2, CIVIL, "approved"),
        (2, TAX, "approved"),
    ]


def test_a_rejection_is_final_for_the_version_and_not_for_the_purpose(cast: Cast) -> None:
    number = proposed(cast)
    reject(cast.tax, YOUTH, number, round=1, reason=REASON)
    assert (state_of(YOUTH, number), state_of(YOUTH, 1)) == ("rejected", "in_force")
    assert steps(YOUTH, number)[-1] == "rejected"
    for act in (
        lambda: approve(cast.civil, YOUTH, number, round=1),
        lambda: propose(cast.drafter, YOUTH, number, edition=1),
    ):
        with pytest.raises(NoSuchStep):
            act()
    assert draft_change_of(cast.drafter, YOUTH) == number + 1


@pytest.mark.parametrize("act", [send_back, reject])
@pytest.mark.parametrize("reason", ["", "  ", "理" * 2001])
def test_no_without_a_reason_is_no_word(cast: Cast, act: object, reason: str) -> None:
    number = proposed(cast)
    with pytest.raises(InvalidInput) as refused:
        act(cast.tax, YOUTH, number, round=1, reason=reason)  # type: ignore[operator]
    assert refused.value.fields.keys() == {"reason"}
    assert state_of(YOUTH, number) == "proposed"


def test_the_law_s_text_is_frozen_as_it_stood_when_the_last_owner_approved(cast: Cast) -> None:
    number = a_narrower_change(cast)
    _law("住宅法", text_zh="核准時的條文")
    approve(cast.tax, YOUTH, number, round=1)
    approve(cast.civil, YOUTH, number, round=1)
    _law("住宅法", text_zh="後來修正的條文")
    with reading() as session:
        texts = session.scalars(
            select(VersionLegalBasis.text_zh).where(VersionLegalBasis.version_id == version_of(YOUTH, number).id)
        ).all()
    assert texts == ["核准時的條文"]


def test_a_law_that_ended_since_the_proposal_is_approved_by_nobody(cast: Cast) -> None:
    number = proposed(cast)
    _law("住宅法", in_force_to=clock.today() - timedelta(days=1))
    with pytest.raises(Conflict) as refused:
        approve(cast.tax, YOUTH, number, round=1)
    assert refused.value.code == "legal_basis_ended"
    send_back(cast.tax, YOUTH, number, round=1, reason=REASON)
    assert state_of(YOUTH, number) == "draft"


def test_a_term_that_ran_out_on_the_way_is_approved_by_nobody(cast: Cast) -> None:
    code = a_draft(cast)
    propose(cast.drafter, code, 1, edition=0)
    with on_day(version_of(code, 1).valid_to + timedelta(days=1)):
        with pytest.raises(Conflict) as refused:
            approve(cast.civil, code, 1, round=1)
        assert refused.value.code == "term_is_over"
    approve(cast.civil, code, 1, round=1)
    assert state_of(code, 1) == "in_force"


def test_one_owner_alone_completes_what_uses_its_data_alone(cast: Cast) -> None:
    code = a_draft(cast, items=(a_content().items[0],))
    propose(cast.drafter, code, 1, edition=0)
    with pytest.raises(NotFound):
        approve(cast.tax, code, 1, round=1)
    approve(cast.civil, code, 1, round=1)
    assert state_of(code, 1) == "in_force"
    assert DraftField("registered_address", "masked", "查核是否設籍本市。") in says(code, 1).items[0].fields


def _law(law: str, **facts: object) -> None:
    with transaction() as session:
        session.execute(update(LegalBasis).where(LegalBasis.law_zh == law).values(**facts))
