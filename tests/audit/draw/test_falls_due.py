"""The month closes and periods are drawn by themselves: planned once by the timetable, run by any worker, again if need be."""

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from admin.jobs import jobs
from audit.draw import falls_due
from audit.draw.period import ClosedMonth, month_before, month_of
from audit.draw.plan import PublicDraw
from govern.core import clock
from govern.core.database import reading, transaction
from govern.queue.timetable import PlanOccurrence, plan_due
from govern.queue.work import Work, plan_work
from govern.rules.actor import Role
from tests.support.houses import TestHouse, a_request
from tests.support.months import AGENCY, OWNER, a_plan, an_actor, close_now, commit, disclose, periods


def a_work(kind: str) -> uuid.UUID:
    with transaction() as session:
        work = plan_work(
            session, kind=kind, target_id=uuid.uuid4(), queue="scheduled", due_at=clock.database_now(session)
        )
        session.flush()
        return work.id


def works() -> list[Work]:
    with reading() as session:
        return list(session.scalars(select(Work).where(Work.kind.in_((falls_due.CLOSE, falls_due.DRAW)))))


def test_the_timetable_plans_the_closing_once_and_the_draw_once_a_day(house: TestHouse) -> None:
    with transaction() as session:
        assert plan_due(session, falls_due.TIMETABLE) == []  # never seen before: it starts with the next due time
        for plan in falls_due.TIMETABLE:
            row = session.scalars(select(PlanOccurrence).where(PlanOccurrence.plan == plan.name)).one()
            session.delete(row)
            session.add(PlanOccurrence(plan=plan.name, due_at=row.due_at - timedelta(days=31), work=None))
    with transaction() as session:
        planned = plan_due(session, falls_due.TIMETABLE)
        assert [work.kind for work in planned] == [falls_due.CLOSE, falls_due.DRAW]
        assert all(work.queue == jobs(house.settings)[work.kind].queue for work in planned)
    with transaction() as session:
        assert plan_due(session, falls_due.TIMETABLE) == []


def test_the_closing_falls_due_just_after_the_month_in_taipei() -> None:
    (close, _) = falls_due.TIMETABLE
    assert close.latest(datetime(2026, 12, 15, tzinfo=UTC)) == datetime(2026, 11, 30, 16, 1, tzinfo=UTC)


def test_a_worker_closes_the_month_that_is_over_and_a_second_run_leaves_it(house: TestHouse) -> None:
    run = jobs(house.settings)[falls_due.CLOSE].run
    run(a_work(falls_due.CLOSE))
    with reading() as session:
        assert list(session.scalars(select(ClosedMonth.month))) == [month_before(month_of(clock.now()))]
    run(a_work(falls_due.CLOSE))
    assert works() == []
    with reading() as session:
        assert len(list(session.scalars(select(ClosedMonth.month)))) == 1


def test_where_only_the_keeper_signs_the_closing_waits_for_its_checkpoint(house: TestHouse) -> None:
    apart = house.settings.model_copy(update={"database_url_sequencer": "postgresql://sequencer@elsewhere/govern"})
    assert falls_due.bring_of(apart) is None
    work = a_work(falls_due.CLOSE)
    before = clock.now()
    # nothing was signed yet: the closing wrote the entry that makes the keeper's checkpoint come, and waits for it
    falls_due.close_month(work, apart)
    (waiting,) = works()
    assert waiting.state == "due"
    assert waiting.due_at > before
    with reading() as session:
        assert session.scalars(select(ClosedMonth)).first() is None


def test_the_daily_draw_draws_what_is_ready_and_names_missing_public_draws(house: TestHouse) -> None:
    month = month_of(clock.now())
    a_plan()
    commit(an_actor(AGENCY, Role.AUDITOR), month, f"auditor@{AGENCY}")
    commit(an_actor(OWNER, Role.HEAD), month, f"head@{OWNER}")
    house.submit(house.a_clerk(AGENCY), a_request())
    closed = close_now(house)
    house.verified()
    disclose(an_actor(AGENCY, Role.AUDITOR), closed.month, f"auditor@{AGENCY}")
    disclose(an_actor(OWNER, Role.HEAD), closed.month, f"head@{OWNER}")
    house.verified()
    jobs(house.settings)[falls_due.DRAW].run(a_work(falls_due.DRAW))
    assert [each.state for each in periods() if each.population] == ["drawn"]
    assert works() == []
    with reading() as session:
        assert len(set(session.scalars(select(PublicDraw.month)))) == 2
