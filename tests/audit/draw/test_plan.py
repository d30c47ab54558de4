"""A plan is made and ended by its owner's approver or head, and demands no less than the law does."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from audit.draw.period import month_of
from audit.draw.plan import AuditPlan, PublicDraw, end_plan, items_of, make_plan
from audit.draw.public_draw import name_draws
from govern.catalogue.data_item import DataItem
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, GovernError, InvalidInput, NotAllowed, NotFound
from govern.rules.actor import Role
from govern.trail.entry import Entry
from tests.support.houses import TestHouse
from tests.support.months import OWNER, a_plan, an_actor, close_now, periods

NAMES = {"name_zh": "例行稽核", "name_en": "Monthly audit"}


def entries(kind: str) -> list[Entry]:
    with reading() as session:
        return list(session.scalars(select(Entry).where(Entry.kind == kind)))


@pytest.mark.parametrize("role", [Role.APPROVER, Role.HEAD])
def test_the_owners_approver_or_head_makes_a_plan_and_ends_it(house: TestHouse, role: Role) -> None:
    actor = an_actor(OWNER, role)
    plan = make_plan(actor, **NAMES, by_owner=True)
    with reading() as session:
        row = session.get_one(AuditPlan, plan)
        assert (row.owner, row.ratio, row.floor, row.covers_all, row.to_at) == (OWNER, "0.01", 1, True, None)
        assert len(items_of(session, row)) == len(
            list(session.scalars(select(DataItem.code).where(DataItem.owner == OWNER)))
        )
    (made,) = entries("plan_made")
    assert (made.about_id, made.owner, made.person, made.role) == (str(plan), OWNER, actor.person_id, role)
    assert len(entries("draw_named")) == 1
    end_plan(actor, plan, "改由每季查核")
    (ended,) = entries("plan_ended")
    assert ended.text_commitment is not None
    assert "改由".encode() not in ended.details
    with pytest.raises(Conflict):
        end_plan(actor, plan, "again")


def test_an_ended_plan_audits_no_month_that_ends_later(house: TestHouse) -> None:
    plan = a_plan()
    house.a_person("asks", OWNER, Role.CLERK)
    house.a_person("audits", OWNER, Role.AUDITOR)
    end_plan(an_actor(OWNER, Role.HEAD), plan, "不再需要")
    close_now(house)
    assert periods() == []


def test_nobody_else_makes_or_ends_a_plan(house: TestHouse) -> None:
    plan = a_plan()
    for role in (Role.AUDITOR, Role.CLERK, Role.OPERATOR, Role.DRAFTER, Role.SUPERVISOR):
        with pytest.raises(NotAllowed):
            make_plan(an_actor(OWNER, role), **NAMES)
        with pytest.raises(NotAllowed):
            end_plan(an_actor(OWNER, role), plan, "x")
    with pytest.raises(NotFound):
        end_plan(an_actor("tw-fia", Role.HEAD), plan, "x")
    with pytest.raises(NotFound):
        end_plan(an_actor(OWNER, Role.HEAD), uuid.uuid4(), "x")
    with pytest.raises(NotFound):
        make_plan(an_actor("ntpc-dist-banqiao", Role.HEAD), **NAMES)  # which owns no data
    with pytest.raises(InvalidInput):
        end_plan(an_actor(OWNER, Role.HEAD), plan, "  ")


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"name_zh": " "}, "name_zh"),
        ({"name_en": "x" * 241}, "name_en"),
        ({"by_agency": False}, "by_agency"),
        ({"ratio": "1.5"}, "ratio"),
        ({"ratio": "1e-2"}, "ratio"),
        ({"ratio": "-0.1"}, "ratio"),
        ({"floor": 0}, "floor"),
        ({"is_kinship": True, "ratio": "0.69"}, "ratio"),
        ({"items": []}, "items"),
        ({"items": ["tax_income_national"]}, "items"),
        ({"items": ["no_such_item"]}, "items"),
        ({"items": ["hh_person_city"], "is_kinship": True}, "items"),
        ({"public_draw_name": ""}, "public_draw_name"),
        ({"public_draw_count": 0}, "public_draw_count"),
        ({"public_draw_day": 8}, "public_draw_day"),
        ({"public_draw_day": 29}, "public_draw_day"),
    ],
)
def test_what_no_plan_can_say_is_refused_by_its_field(
    sqlite_house: TestHouse, what: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        make_plan(an_actor(OWNER, Role.APPROVER), **{**NAMES, **what})
    assert set(wrong.value.fields) == {field}
    assert entries("plan_made") == []


def test_a_marked_item_belongs_to_no_ordinary_plan_by_name(house: TestHouse) -> None:
    with transaction() as session:
        session.get_one(DataItem, "hh_person_city").is_kinship_like = True
    with pytest.raises(GovernError) as wrong:
        a_plan(items=["hh_person_city"])
    assert wrong.value.code == "invalid_input"
    kinship = a_plan(items=["hh_person_city"], is_kinship=True)
    with reading() as session:
        assert session.get_one(AuditPlan, kinship).ratio == "0.7"


def test_plans_with_the_same_draw_share_it_and_another_count_is_another_draw(house: TestHouse) -> None:
    a_plan()
    a_plan(owner="tw-fia")
    a_plan(public_draw_count=3)
    a_plan(public_draw_name="大樂透")
    with transaction() as session:
        assert name_draws(session, month_of(clock.now()), clock.now()) == []
    with reading() as session:
        draws = list(session.scalars(select(PublicDraw)))
    assert len(draws) == len(entries("draw_named")) == 3
    assert len({draw.name for draw in draws}) == 3
