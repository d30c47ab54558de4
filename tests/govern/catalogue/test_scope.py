"""What an actor may see of the catalogue."""

import uuid

import pytest
from sqlalchemy import update

from govern.catalogue import scope
from govern.catalogue.agency import agencies_below
from govern.catalogue.case_item import CaseItemVersion
from govern.core.database import reading, transaction
from govern.core.errors import NotFound
from govern.rules.actor import Actor, Reach, Role
from tests.support.catalogue import another_city, load_files, row

# Besides what is in force: `subsidy` waits for a letter, and a second version of `allowance` is in work.
IN_WORK = {("allowance", 2), ("subsidy", 1)}


def other_city_with_work_in_hand(folder):
    load_files(folder / "a", another_city())
    files = another_city()
    row(files, "case_items", "case_items", "allowance")["valid_to"] = "2030-12-31"
    load_files(folder / "b", files)


pytestmark = [
    pytest.mark.usefixtures("database_address", "keys"),
    pytest.mark.begins_with.with_args(other_city_with_work_in_hand),
]


def an_actor(agency, *, above=False, operator=False):
    with reading() as session:
        agencies = agencies_below(session, agency) if above else frozenset()
    return Actor(
        uuid.uuid4(), "x", agency, frozenset({Role.CLERK}), reach=Reach(agencies=agencies, is_operator=operator)
    )


def seen(select_for, actor, *columns):
    with reading() as session:
        rows = session.scalars(select_for(actor, session)).all()
        return {
            tuple(getattr(one, name) for name in columns) if len(columns) > 1 else getattr(one, columns[0])
            for one in rows
        }


@pytest.mark.parametrize("state", ["proposed", "approved", "waiting_for_letter", "in_force", "retired", "rejected"])
def test_that_a_case_item_exists_is_everybody_s_from_its_proposal_on(state):
    with transaction() as session:
        session.execute(update(CaseItemVersion).where(CaseItemVersion.case_item == "subsidy").values(state=state))
    assert seen(scope.case_items_for, an_actor("tainan"), "code") == {"allowance", "subsidy"}


@pytest.mark.parametrize(
    ("agency", "above", "is_seen"),
    [
        ("tainan-social", False, True),  # the business agency
        ("tax", False, True),  # the owner of a data item that it uses
        ("tainan-civil", False, False),  # an owner of none
        ("tainan", False, False),  # above, without a role that reaches down
        ("tainan", True, True),  # above
    ],
)
def test_a_draft_is_found_by_owner_business_agency_and_those_above(agency, above, is_seen):
    with transaction() as session:
        session.execute(update(CaseItemVersion).where(CaseItemVersion.case_item == "subsidy").values(state="draft"))
    actor = an_actor(agency, above=above)
    assert ("subsidy" in seen(scope.case_items_for, actor, "code")) is is_seen
    assert (("subsidy", 1) in seen(scope.versions_for, actor, "case_item", "version")) is is_seen
    with reading() as session:
        if is_seen:
            assert scope.case_item_for(actor, session, "subsidy").code == "subsidy"
        else:
            with pytest.raises(NotFound):
                scope.case_item_for(actor, session, "subsidy")


@pytest.mark.parametrize(
    ("agency", "above", "in_work"),
    [
        ("tainan-social", False, IN_WORK),
        ("tax", False, IN_WORK),
        ("tainan-civil", False, {("allowance", 2)}),
        ("tainan", False, set()),
        ("tainan", True, IN_WORK),
    ],
)
def test_versions_in_work_are_found_by_whom_they_concern(agency, above, in_work):
    assert (
        seen(scope.versions_for, an_actor(agency, above=above), "case_item", "version") == {("allowance", 1)} | in_work
    )


def test_the_current_version_is_the_one_in_force_and_else_the_newest_within_reach():
    with reading() as session:
        assert scope.current_version_for(an_actor("tax"), session, "allowance").version == 1
        assert scope.current_version_for(an_actor("tax"), session, "subsidy").state == "waiting_for_letter"
        with pytest.raises(NotFound):
            scope.current_version_for(an_actor("tainan"), session, "subsidy")
        with pytest.raises(NotFound):
            scope.version_for(an_actor("tainan"), session, "allowance", 2)
        assert scope.version_for(an_actor("tax"), session, "allowance", 2).state == "proposed"


def test_agencies_and_data_items_are_everybody_s():
    actor = an_actor("tainan")
    assert len(seen(scope.agencies_for, actor, "code")) == 4
    assert len(seen(scope.data_items_for, actor, "code")) == 3
    with reading() as session:
        assert scope.agency_for(actor, session, "tax").code == "tax"
        assert len(scope.data_item_for(actor, session, "household").fields) == 3
        for one_for in (scope.agency_for, scope.data_item_for, scope.case_item_for, scope.source_for):
            with pytest.raises(NotFound):
                one_for(actor, session, "absent")


@pytest.mark.parametrize(
    ("agency", "given", "sources"),
    [
        ("tax", {}, {"tax.https"}),
        ("tainan-social", {}, set()),
        ("tainan", {}, set()),
        ("tainan", {"above": True}, {"tainan-civil.https"}),
        ("tainan-social", {"operator": True}, {"tax.https", "tainan-civil.https"}),
    ],
)
def test_sources_are_their_owner_s_those_above_and_the_operator_s(agency, given, sources):
    assert seen(scope.sources_for, an_actor(agency, **given), "code") == sources


def test_what_was_sent_back_stays_known_and_what_was_only_drafted_does_not():
    with transaction() as session:
        session.execute(
            update(CaseItemVersion).where(CaseItemVersion.case_item == "subsidy").values(state="draft", round=1)
        )
    assert "subsidy" in seen(scope.case_items_for, an_actor("tainan"), "code")
    assert ("subsidy", 1) not in seen(scope.versions_for, an_actor("tainan"), "case_item", "version")
    with transaction() as session:
        session.execute(update(CaseItemVersion).where(CaseItemVersion.case_item == "subsidy").values(round=0))
    assert "subsidy" not in seen(scope.case_items_for, an_actor("tainan"), "code")


@pytest.mark.parametrize(
    ("agency", "above", "is_seen"),
    [("tainan-social", False, True), ("tax", False, True), ("tainan", True, True), ("tainan", False, False)],
)
def test_approvals_and_letters_are_found_by_whom_the_version_concerns(agency, above, is_seen):
    actor = an_actor(agency, above=above)
    assert bool(seen(scope.approvals_for, actor, "owner")) is is_seen
    assert bool(seen(scope.letters_for, actor, "superior")) is is_seen
