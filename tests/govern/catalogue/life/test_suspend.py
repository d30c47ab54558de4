"""A case item is stopped by an owner for its own data, by business agency or platform for the whole; who set it lifts it."""

import pytest
from sqlalchemy import select

from govern.catalogue.case_item import Suspension
from govern.catalogue.life.suspend import resume, stops_for, suspend
from govern.core.database import reading
from govern.core.errors import Conflict, GovernError, InvalidInput, NotAllowed, NotFound
from govern.rules.actor import Actor, Role
from tests.support.drafts import BUSINESS, CIVIL, TAX, YOUTH, Cast, entries_of, proposed, the_cast
from tests.support.houses import TestHouse, a_request

REASON = "查核期間暫停，當事人陳大文申訴。"


@pytest.fixture
def cast(house: TestHouse) -> Cast:
    return the_cast(house)


@pytest.fixture
def operator(house: TestHouse) -> Actor:
    return house.an_actor("ntpc-rdec", Role.OPERATOR)


def outcome(house: TestHouse, clerk: object, number: int) -> dict[str, tuple[str, str | None]]:
    """What became of a look-up of all that 青年住宅 lists: data item to state and rule."""
    lookup = house.submit(clerk, a_request(YOUTH, case_number=f"測試字第115000001{number}號"))  # type: ignore[arg-type]
    house.run_due()
    return {task.item: (task.state, task.deny_rule) for task in house.tasks(lookup)}


def test_an_owner_s_stop_denies_its_own_data_items_and_no_other(house: TestHouse, cast: Cast) -> None:
    clerk = house.a_clerk(BUSINESS, YOUTH)
    suspend(cast.tax, YOUTH, part="owner", reason=REASON)
    stopped = outcome(house, clerk, 1)
    assert stopped["hh_household_city"] == ("answered", None)
    assert stopped["tax_income_national"] == ("denied", "suspended_by_owner")
    assert stopped["tax_property_national"] == ("denied", "suspended_by_owner")
    resume(cast.tax, YOUTH, part="owner", reason="查無異常。")
    assert {state for state, _rule in outcome(house, clerk, 2).values()} == {"answered"}


def test_a_stop_between_submit_and_run_stops_the_call(house: TestHouse, cast: Cast) -> None:
    clerk = house.a_clerk(BUSINESS, YOUTH)
    lookup = house.submit(clerk, a_request(YOUTH))
    suspend(cast.tax, YOUTH, part="owner", reason=REASON)
    house.run_due()
    assert {task.item: task.state for task in house.tasks(lookup)} == {
        "hh_household_city": "answered",
        "tax_income_national": "denied",
        "tax_property_national": "denied",
    }


def test_the_business_agency_and_the_platform_stop_the_whole(house: TestHouse, cast: Cast, operator: Actor) -> None:
    clerk = house.a_clerk(BUSINESS, YOUTH)
    suspend(cast.drafter, YOUTH, part="business_agency", reason=REASON)
    assert set(outcome(house, clerk, 1).values()) == {("denied", "suspended_by_business_agency")}
    suspend(operator, YOUTH, part="platform", reason=REASON)
    resume(cast.drafter, YOUTH, part="business_agency", reason="查畢。")
    assert set(outcome(house, clerk, 2).values()) == {("denied", "suspended_by_platform")}
    resume(operator, YOUTH, part="platform", reason="查畢。")
    assert {state for state, _rule in outcome(house, clerk, 3).values()} == {"answered"}


def test_each_stop_is_lifted_only_by_who_set_it(house: TestHouse, cast: Cast, operator: Actor) -> None:
    for setter, part in ((cast.civil, "owner"), (cast.drafter, "business_agency"), (operator, "platform")):
        suspend(setter, YOUTH, part=part, reason=REASON)
    with pytest.raises(Conflict) as refused:
        resume(cast.tax, YOUTH, part="owner", reason="代為恢復")  # another owner: it has set none
    assert refused.value.code == "is_open"
    for other, part in (
        (cast.drafter, "owner"),
        (cast.civil, "business_agency"),
        (operator, "business_agency"),
        (cast.drafter, "platform"),
        (house.an_actor(CIVIL, Role.HEAD), "owner"),
        (house.an_actor("ntpc-social", Role.DRAFTER), "business_agency"),
        (house.an_actor("ntpc-land", Role.APPROVER), "owner"),
    ):
        with pytest.raises(NotAllowed):
            resume(other, YOUTH, part=part, reason="代為恢復")
    with reading() as session:
        assert len(session.scalars(select(Suspension).where(Suspension.to_at.is_(None))).all()) == 3
    colleague = house.an_actor(CIVIL, Role.APPROVER)
    resume(colleague, YOUTH, part="owner", reason="查畢。")  # a part lifts it, not the person who set it
    resume(house.an_actor("ntpc", Role.OPERATOR), YOUTH, part="platform", reason="查畢。")  # the platform is one
    resume(cast.drafter, YOUTH, part="business_agency", reason="查畢。")
    with reading() as session:
        assert stops_for(cast.civil, session, YOUTH) == []


def test_who_may_not_stop_a_case_item(house: TestHouse, cast: Cast, operator: Actor) -> None:
    tries = [(house.an_actor(TAX, role), "owner") for role in Role if role is not Role.APPROVER]
    tries += [(house.an_actor(BUSINESS, role), "business_agency") for role in Role if role is not Role.DRAFTER]
    tries += [(house.an_actor("ntpc-rdec", role), "platform") for role in Role if role is not Role.OPERATOR]
    tries += [(house.an_actor("ntpc-land", Role.APPROVER), "owner"), (cast.drafter, "owner"), (operator, "owner")]
    tries += [(house.an_actor("ntpc-social", Role.DRAFTER), "business_agency")]
    for actor, part in tries:
        with pytest.raises(NotAllowed):
            suspend(actor, YOUTH, part=part, reason=REASON)
    with pytest.raises(InvalidInput):
        suspend(operator, YOUTH, part="anybody", reason=REASON)
    with pytest.raises(NotFound):
        suspend(operator, "nothing_of_the_kind", part="platform", reason=REASON)
    assert entries_of(YOUTH) == []


def test_a_second_press_and_a_missing_reason_are_sentences(cast: Cast) -> None:
    for act in (suspend, resume):
        with pytest.raises(InvalidInput) as unexplained:
            act(cast.tax, YOUTH, part="owner", reason="  ")
        assert unexplained.value.fields.keys() == {"reason"}
    suspend(cast.tax, YOUTH, part="owner", reason=REASON)
    with pytest.raises(Conflict) as refused:
        suspend(cast.tax, YOUTH, part="owner", reason=REASON)
    assert refused.value.code == "is_suspended"
    suspend(cast.civil, YOUTH, part="owner", reason=REASON)  # each owner has its own
    assert [entry.kind for entry in entries_of(YOUTH)] == ["suspended", "suspended"]


def test_stops_and_their_lifting_are_entries_with_a_sealed_reason(cast: Cast) -> None:
    suspend(cast.tax, YOUTH, part="owner", reason=REASON)
    resume(cast.tax, YOUTH, part="owner", reason=REASON)
    for entry, kind in zip(entries_of(YOUTH), ("suspended", "resumed"), strict=True):
        assert (entry.kind, entry.owner, entry.role, entry.person) == (kind, TAX, "approver", cast.tax.person_id)
        assert entry.text_commitment is not None
        assert "陳大文".encode() not in entry.leaf()


def test_who_stopped_it_and_why_is_seen_by_all_it_touches(house: TestHouse, cast: Cast, operator: Actor) -> None:
    suspend(cast.tax, YOUTH, part="owner", reason=REASON)
    touched = (
        cast.drafter,
        cast.civil,
        cast.tax,
        operator,
        house.an_actor(BUSINESS, Role.CLERK),  # looks up under it
        house.an_actor("tw-mof", Role.HEAD),  # above an owner
        house.an_actor("ntpc", Role.HEAD),  # above the business agency
    )
    strangers = (house.an_actor("ntpc-library", Role.CLERK), house.an_actor("ntpc", Role.CLERK))
    with reading() as session:
        for actor in touched:
            [stop] = stops_for(actor, session, YOUTH)
            assert (stop.part, stop.agency, stop.set_by, stop.reason) == ("owner", TAX, cast.tax.person_id, REASON)
        for actor in strangers:
            [stop] = stops_for(actor, session, YOUTH)
            assert (stop.agency, stop.reason) == (TAX, None)


def test_an_owner_of_a_proposed_version_may_stop_it_and_of_a_draft_not(house: TestHouse, cast: Cast) -> None:
    land = house.an_actor("ntpc-land", Role.APPROVER)
    with pytest.raises(GovernError):
        suspend(land, YOUTH, part="owner", reason=REASON)
    proposed(cast)
    suspend(cast.tax, YOUTH, part="owner", reason=REASON)
    assert [entry.kind for entry in entries_of(YOUTH)][-1] == "suspended"
