"""Agencies, data items and sources are kept by those they belong to; each change is an entry, and no stale one is taken."""

import json
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select

from govern.catalogue.agency import Agency, agencies_below
from govern.catalogue.case_item import VersionField
from govern.catalogue.data_item import DataItem
from govern.catalogue.maintain import change_agency, change_data_item, close_source
from govern.catalogue.maintain.shown import ChangedMeanwhile, print_of
from govern.catalogue.source import Source
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.keys.subject import open_value
from govern.rules.actor import Actor, Reach, Role
from govern.trail.entry import Entry, EntrySealedValue
from tests.support.catalogue import the_other_city

pytestmark = [pytest.mark.usefixtures("database_address", "keys"), pytest.mark.begins_with.with_args(the_other_city)]
WHY = "系統改版，暫停介接"


def an_actor(agency, *roles):
    with reading() as session:
        above = agencies_below(session, agency) if {Role.HEAD, Role.SUPERVISOR} & set(roles) else frozenset()
    reach = Reach(agencies=above, is_operator=Role.OPERATOR in roles)
    return Actor(uuid.uuid4(), "x", agency, frozenset(roles), reach=reach)


def entries(kind):
    with reading() as session:
        return list(session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id)))


def said(entry):
    return json.loads(entry.details)


def shown(of, code):
    with reading() as session:
        return of.shown(session, code)


def seen(of, code):
    return print_of(shown(of, code))


# Agencies


def rename(actor, code="tainan-social", *, seen_as=None, **given):
    change_agency.change_agency(actor, code, given or {"name_en": "Welfare"}, seen=seen_as or seen(change_agency, code))


def agency(code):
    with reading() as session:
        return session.get_one(Agency, code)


@pytest.mark.parametrize(
    "who", [("tainan-social", Role.HEAD), ("tainan-social", Role.SUPERVISOR), ("tainan", Role.HEAD)]
)
def test_an_agency_s_names_are_kept_by_its_head_or_supervisor_or_those_above(who):
    before = seen(change_agency, "tainan-social")
    rename(an_actor(*who), name_en="Welfare", short_zh=" 社會局 ", note="")
    assert (agency("tainan-social").name_en, agency("tainan-social").short_zh) == ("Welfare", "社會局")
    [entry] = entries("agency_changed")
    assert (entry.about_id, said(entry)["before"], said(entry)["act"]) == ("tainan-social", before, "changed")
    assert said(entry)["after"] == seen(change_agency, "tainan-social")


@pytest.mark.parametrize(
    "who",
    [
        ("tainan-civil", Role.HEAD),
        ("tainan-social", Role.CLERK),
        ("tainan-social", Role.DRAFTER),
        ("tainan-social", Role.AUDITOR),
        ("tainan", Role.OPERATOR),
    ],
)
def test_nobody_else_keeps_an_agency_s_names(who):
    with pytest.raises(NotAllowed):
        rename(an_actor(*who))
    assert entries("agency_changed") == []


def test_the_tree_is_an_operator_s_and_has_no_circle():
    operator = an_actor("tainan", Role.OPERATOR)
    with pytest.raises(NotAllowed):
        rename(an_actor("tainan-social", Role.HEAD), parent="tainan-civil")
    for code, parent in (("tainan", "tainan-social"), ("tainan", "tainan"), ("tax", "nowhere")):
        with pytest.raises(InvalidInput) as refused:
            rename(operator, code, parent=parent)
        assert list(refused.value.fields) == ["parent"]
    rename(operator, "tainan-social", parent="tainan-civil", level="second")
    with reading() as session:
        assert "tainan-social" in agencies_below(session, "tainan-civil")


def test_an_agency_that_owns_data_items_stays_a_data_owner():
    operator = an_actor("tainan", Role.OPERATOR)
    with pytest.raises(InvalidInput) as refused:
        rename(operator, "tax", is_data_owner=False)
    assert "1個" in refused.value.fields["is_data_owner"].zh
    rename(operator, "tainan-social", is_data_owner=True)
    assert agency("tainan-social").is_data_owner


def test_an_operator_adds_an_agency_once():
    operator = an_actor("tainan", Role.OPERATOR)
    given = {"name_zh": "虛構市文化局", "name_en": "Culture", "level": "first", "parent": "tainan"}
    assert change_agency.add_agency(operator, "tainan-culture", given) == "tainan-culture"
    assert said(entries("agency_changed")[0])["act"] == "added"
    with pytest.raises(Conflict):
        change_agency.add_agency(operator, "tainan-culture", given)
    with pytest.raises(InvalidInput) as refused:
        change_agency.add_agency(operator, "Tainan", {"name_zh": " ", "level": "galactic"})
    assert set(refused.value.fields) == {"code", "name_zh", "name_en", "level"}
    with pytest.raises(NotAllowed):
        change_agency.add_agency(an_actor("tainan", Role.HEAD), "tainan-sports", given)


def test_what_was_changed_meanwhile_is_not_written_over():
    head, before = an_actor("tainan-social", Role.HEAD), seen(change_agency, "tainan-social")
    rename(head, name_en="Welfare")
    with pytest.raises(ChangedMeanwhile) as refused:
        rename(head, seen_as=before, name_en="Social affairs")
    assert refused.value.status == 409
    assert agency("tainan-social").name_en == "Welfare"
    rename(head, name_en="Social affairs")
    assert agency("tainan-social").name_en == "Social affairs"


def test_saving_what_is_there_writes_nothing():
    rename(an_actor("tainan-social", Role.HEAD), name_en=agency("tainan-social").name_en)
    assert entries("agency_changed") == []


# Data items


def item(code="household"):
    with reading() as session:
        return session.get_one(DataItem, code)


def now(code="household"):
    return change_data_item.content_of(item(code))


def change(actor, content, code="household", seen_as=None):
    change_data_item.change_data_item(actor, code, content, seen=seen_as or seen(change_data_item, code))


def field_of(content, code, **given):
    return replace(content, fields=content.fields | {code: replace(content.fields[code], **given)})


def test_an_approver_of_the_owner_keeps_a_data_item_and_its_fields():
    content = field_of(replace(now(), is_kinship_like=True, row_limit=20), "name", sensitivity="high", mask="none")
    before = seen(change_data_item, "household")
    change(an_actor("tainan-civil", Role.APPROVER), content)
    assert (item().is_kinship_like, item().row_limit, item().version) == (True, 20, 2)
    assert {one.code: (one.sensitivity, one.mask) for one in item().fields}["name"] == ("high", "none")
    [entry] = entries("data_item_changed")
    assert (entry.about_id, entry.data_item, entry.owner) == ("household", "household", "tainan-civil")
    assert (said(entry)["before"], said(entry)["after"]) == (before, seen(change_data_item, "household"))


def test_a_new_default_mask_does_not_touch_a_version_in_force():
    def frozen():
        with reading() as session:
            rows = session.scalars(select(VersionField).where(VersionField.item == "household"))
            return {(row.version_id, row.field): (row.mask, row.appearance) for row in rows}

    before = frozen()
    change(an_actor("tainan-civil", Role.APPROVER), field_of(now(), "member_name", mask="none"))
    assert frozen() == before
    assert {mask for mask, _ in before.values()} == {"surname_only", "none"}


@pytest.mark.parametrize(
    "who",
    [("tax", Role.APPROVER), ("tainan", Role.APPROVER), ("tainan-civil", Role.DRAFTER), ("tainan-civil", Role.HEAD),
     ("tainan-civil", Role.OPERATOR)],
)  # fmt: skip
def test_nobody_else_keeps_a_data_item(who):
    with pytest.raises(NotAllowed):
        change(an_actor(*who), replace(now(), row_limit=20))
    assert entries("data_item_changed") == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"name_zh": " "}, "name_zh"),
        ({"name_en": "x" * 201}, "name_en"),
        ({"row_limit": 0}, "row_limit"),
        ({"row_limit": None}, "row_limit"),
        ({"note_zh": "一\x00二"}, "note_zh"),
    ],
)
def test_what_cannot_be_used_is_named(wrong, named):
    with pytest.raises(InvalidInput) as refused:
        change(an_actor("tainan-civil", Role.APPROVER), replace(now(), **wrong))
    assert list(refused.value.fields) == [named]


@pytest.mark.parametrize(
    ("field", "wrong", "named"),
    [
        ("name", {"mask": "invisible"}, "mask"),
        ("name", {"mask": "amount_band"}, "mask"),
        ("name", {"sensitivity": "extreme"}, "sensitivity"),
        ("kind", {"name_zh": ""}, "name_zh"),
    ],
)
def test_a_field_s_fault_is_named_with_its_field(field, wrong, named):
    with pytest.raises(InvalidInput) as refused:
        change(an_actor("tainan-civil", Role.APPROVER), field_of(now(), field, **wrong))
    assert list(refused.value.fields) == [f"fields.{field}.{named}"]


def test_a_data_item_that_somebody_changed_is_not_written_over():
    actor, before = an_actor("tainan-civil", Role.APPROVER), seen(change_data_item, "household")
    change(actor, replace(now(), row_limit=20))
    with pytest.raises(ChangedMeanwhile):
        change(actor, replace(now(), row_limit=30), seen_as=before)
    assert (item().row_limit, item().version) == (20, 2)
    with pytest.raises(NotFound):
        change(actor, now(), "nothing", seen_as=before)


# Sources


def state(code="tax.https"):
    with reading() as session:
        return session.get_one(Source, code).state


def turn(act, actor, code="tax.https", reason=WHY, seen_as=None):
    act(actor, code, reason=reason, seen=seen_as or seen(close_source, code))


def test_an_approver_of_the_owner_closes_and_opens_a_source_with_a_reason_that_is_sealed(keys):
    approver = an_actor("tax", Role.APPROVER)
    turn(close_source.close_source, approver)
    assert state() == "closed"
    [entry] = entries("source_changed")
    assert (said(entry)["act"], entry.owner, entry.person) == ("closed", "tax", approver.person_id)
    assert "改版".encode() not in entry.leaf()
    with reading() as session:
        sealed = session.scalars(
            select(EntrySealedValue.sealed_value_id).where(EntrySealedValue.entry_id == entry.id)
        ).one()
        assert open_value(keys, session, sealed) == WHY
    with pytest.raises(Conflict):
        turn(close_source.close_source, approver)
    turn(close_source.open_source, approver)
    assert state() == "open"
    assert [said(entry)["act"] for entry in entries("source_changed")] == ["closed", "opened"]


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (("tainan-civil", Role.APPROVER), NotFound),
        (("tax", Role.HEAD), NotAllowed),
        (("tax", Role.DRAFTER), NotAllowed),
        (("tainan", Role.OPERATOR), NotAllowed),
        (("tainan", Role.OPERATOR, Role.APPROVER), NotAllowed),  # sees every source, and approves for another owner
    ],
)
def test_nobody_else_closes_a_source(who, refusal):
    with pytest.raises(refusal):
        turn(close_source.close_source, an_actor(*who))
    assert state() == "open"


def test_a_closing_needs_its_reason_and_the_source_as_it_was_seen():
    approver, before = an_actor("tax", Role.APPROVER), seen(close_source, "tax.https")
    with pytest.raises(InvalidInput) as refused:
        turn(close_source.close_source, approver, reason="  短 ")
    assert list(refused.value.fields) == ["reason"]
    with transaction() as session:
        session.get_one(Source, "tax.https").max_at_once = 9
    with pytest.raises(ChangedMeanwhile):
        turn(close_source.close_source, approver, seen_as=before)
    assert state() == "open"
