"""The sample comes from a seed that nobody could choose: every wrong order of binding, freezing and telling is refused."""

import hashlib
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from audit.check.draw import recompute, waited
from audit.draw.account import draw_account
from audit.draw.close import close
from audit.draw.draw_sample import awaited, draw_due, draw_period, source_drawn
from audit.draw.number import commit_number, disclose_number, states_for
from audit.draw.period import ClosedMonth, Period, month_after, month_of, numbers_of
from audit.draw.plan import PublicDraw
from audit.draw.public_draw import enter_results
from audit.draw.sample import Sample
from audit.draw.seed import commitment
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, TryLater
from govern.rules.actor import Actor, Role
from govern.trail.entry import Entry
from tests.support.houses import TestHouse, a_request
from tests.support.months import (
    AGENCY,
    OWNER,
    a_plan,
    an_actor,
    bringing,
    close_now,
    commit,
    days_later,
    disclose,
    periods,
    the_number,
)

LINES = (Path(__file__).parents[3] / "docs" / "draw.md").read_text("utf-8").split("```python")[1].split("```")[0]
AUDITOR, HEAD = f"auditor@{AGENCY}", f"head@{OWNER}"


def auditor() -> Actor:
    return an_actor(AGENCY, Role.AUDITOR)


def head() -> Actor:
    return an_actor(OWNER, Role.HEAD)


def this_month() -> str:
    return month_of(clock.now())


def looked_up(house: TestHouse, count: int = 4, **plan: Any) -> None:
    """A plan, and so many look-ups of a clerk who has no right: denied at once, and units all the same."""
    a_plan(ratio="0.5", **plan)
    clerk = house.a_clerk(AGENCY)
    for _ in range(count):
        house.submit(clerk, a_request())


def the_period() -> Period:
    return next(each for each in periods(agency=AGENCY, owner=OWNER) if each.population)


def closed(house: TestHouse, count: int = 4) -> ClosedMonth:
    """Look-ups, both numbers committed to, and the month closed under a numbered freeze."""
    looked_up(house, count)
    commit(auditor(), this_month(), AUDITOR)
    commit(head(), this_month(), HEAD)
    made = close_now(house)
    bringing(house)()
    return made


def results_of(draw: uuid.UUID | None) -> list[int] | None:
    with reading() as session:
        return session.get_one(PublicDraw, draw).results


def test_two_numbers_draw_the_sample_that_everybody_draws_again(house: TestHouse) -> None:
    month = closed(house, 7).month
    disclose(head(), month, HEAD)
    disclose(auditor(), month, AUDITOR)
    bringing(house)()
    period = draw_period(the_period().id)
    assert (period.state, period.n, period.source_kind) == ("drawn", 4, "two_numbers")
    bringing(house)()
    with reading() as session:
        account = draw_account(session, period)
        samples = session.scalars(select(Sample).where(Sample.period == period.id).order_by(Sample.seq)).all()
        source = source_drawn(session, period)
        freeze = numbers_of(session, [period.freeze_entry])[period.freeze_entry]
        drawn = session.get_one(Entry, period.drawn_entry)
    again = recompute(account)
    assert list(again.ordinals) == [each.ordinal for each in samples]
    assert [each.seq for each in samples] == [1, 2, 3, 4]
    assert {each.state for each in samples} == {"drawn"}
    assert {each.agency for each in samples} == {AGENCY}
    waited(before=source.before, checkpoint_size=period.to_size, freeze=freeze, after=source.after)
    ordinals = b"".join(ordinal.to_bytes(8, "big") for ordinal in again.ordinals)
    assert hashlib.sha256(ordinals).hexdigest().encode() in drawn.details
    assert again.seed.hex().encode() in drawn.details
    room: dict[str, Any] = {}
    exec(LINES, room)  # noqa: S102 it is our own page that is tried
    assert room["redrawn"](account) == (again.seed.hex(), list(again.ordinals))


def test_without_two_commitments_the_named_public_draw_gives_the_seed(house: TestHouse) -> None:
    looked_up(house)
    commit(auditor(), this_month(), AUDITOR)  # one alone is none
    close_now(house)
    bringing(house)()
    period = the_period()
    with pytest.raises(TryLater) as waits:
        draw_period(period.id)
    assert "今彩539" in waits.value.wording.zh
    assert "Daily Cash 539 (今彩539), first on or after" in waits.value.wording.en
    assert period.public_draw is not None
    enter_results(auditor(), period.public_draw, [39, 3, 22, 17, 8])
    bringing(house)()
    drawn = draw_period(period.id)
    assert (drawn.source_kind, results_of(drawn.public_draw)) == ("public_draw", [3, 8, 17, 22, 39])
    with reading() as session:
        assert recompute(draw_account(session, drawn)).seed == drawn.seed


def test_a_number_that_is_kept_silent_for_seven_days_is_replaced_by_the_public_draw(house: TestHouse) -> None:
    month = closed(house).month
    disclose(auditor(), month, AUDITOR)
    bringing(house)()
    period = the_period()
    with pytest.raises(TryLater) as waits:
        draw_period(period.id)
    assert HEAD in waits.value.wording.zh
    assert AUDITOR not in waits.value.wording.zh
    with clock.clock_reads(days_later(7.01)):
        with pytest.raises(Conflict) as over:
            disclose(head(), month, HEAD)
        assert over.value.code == "disclosed_too_late"
        assert period.public_draw is not None
        enter_results(head(), period.public_draw, [1, 2, 3, 4, 5])
        bringing(house)()
        assert draw_period(period.id).source_kind == "public_draw"


def test_what_came_after_the_checkpoint_binds_nobody(house: TestHouse) -> None:
    looked_up(house)
    commit(auditor(), this_month(), AUDITOR)
    bringing(house)()
    at = clock.now()
    bring = bringing(house)
    looked_up_later = house.a_clerk(AGENCY)
    house.submit(looked_up_later, a_request())
    bring()  # the month's checkpoint
    commit(head(), this_month(), HEAD)  # before the closing, and yet too late
    made = close(at, bring=bring)
    bring()
    with pytest.raises(Conflict) as late:
        disclose(head(), made.month, HEAD)
    assert late.value.code == "committed_too_late"
    with reading() as session:
        waits = awaited(session, the_period(), clock.now())
    assert waits is not None
    assert "公開抽獎" in waits.zh


def test_nothing_is_told_before_the_freeze_has_its_number(house: TestHouse) -> None:
    looked_up(house)
    commit(auditor(), this_month(), AUDITOR)
    commit(head(), this_month(), HEAD)
    with pytest.raises(Conflict) as early:
        disclose(auditor(), this_month(), AUDITOR)
    assert early.value.code == "month_not_closed"
    with reading() as session:
        draw = session.scalars(select(PublicDraw.id)).first()
    assert draw is not None
    with pytest.raises(Conflict):
        enter_results(auditor(), draw, [1, 2, 3, 4, 5])
    made = close_now(house)
    with pytest.raises(TryLater):
        disclose(auditor(), made.month, AUDITOR)
    with pytest.raises(TryLater):
        enter_results(auditor(), the_period().public_draw or draw, [1, 2, 3, 4, 5])
    with pytest.raises(TryLater):
        draw_period(the_period().id)


def test_a_party_gives_one_number_a_month_and_a_person_that_of_one_party(house: TestHouse) -> None:
    month = this_month()
    commit(auditor(), month, AUDITOR)
    with pytest.raises(Conflict) as again:
        commit(auditor(), month, AUDITOR)
    assert again.value.code == "number_given"
    person = uuid.uuid4()
    commit(an_actor(OWNER, Role.HEAD, person=person), month, HEAD)
    with pytest.raises(Conflict) as both:
        commit_number(an_actor("tw-fia", Role.AUDITOR, person=person), month, bytes(32))
    assert both.value.code == "number_of_both"
    commit(auditor(), month_after(month), AUDITOR)


def test_only_auditors_and_heads_give_numbers_and_only_for_this_month_or_the_next(house: TestHouse) -> None:
    with pytest.raises(NotAllowed):
        commit_number(an_actor(AGENCY, Role.CLERK, Role.APPROVER), this_month(), bytes(32))
    for month in ("2020-01", month_after(month_after(this_month())), "2026-13", "soon"):
        with pytest.raises(InvalidInput):
            commit_number(auditor(), month, bytes(32))
    with pytest.raises(InvalidInput):
        commit_number(auditor(), this_month(), bytes(31))
    closed(house)
    with pytest.raises(Conflict) as late:
        commit_number(an_actor("tw-fia", Role.HEAD), this_month(), bytes(32))
    assert late.value.code == "month_closed"


def test_another_number_than_the_one_committed_to_is_refused_and_a_number_is_told_once(house: TestHouse) -> None:
    month = closed(house).month
    with pytest.raises(InvalidInput) as other:
        disclose_number(auditor(), month, the_number("somebody else"))
    assert set(other.value.fields) == {"number"}
    with pytest.raises(InvalidInput):
        disclose_number(auditor(), month, b"short")
    with pytest.raises(NotFound):
        disclose_number(an_actor("tw-fia", Role.HEAD), month, the_number("x"))
    disclose(auditor(), month, AUDITOR)
    with pytest.raises(Conflict) as again:
        disclose(auditor(), month, AUDITOR)
    assert again.value.code == "number_disclosed"
    with reading() as session:
        (state,) = states_for(auditor(), session, (month,))
        (heads,) = states_for(head(), session, (month,))
    assert (state.is_disclosed, state.may_disclose, heads.may_disclose) == (True, False, True)


@pytest.mark.parametrize("results", [[1, 2, 3, 4], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, -5], [1, 2, 3, 4, 2**53]])
def test_results_of_another_count_or_no_whole_numbers_are_refused(sqlite_house: TestHouse, results: list[int]) -> None:
    looked_up(sqlite_house)
    close_now(sqlite_house)
    bringing(sqlite_house)()
    draw = the_period().public_draw
    assert draw is not None
    with pytest.raises(InvalidInput):
        enter_results(auditor(), draw, results)


def test_results_are_entered_once_by_the_periods_auditor_or_the_owners_head(house: TestHouse) -> None:
    looked_up(house)
    close_now(house)
    bringing(house)()
    draw = the_period().public_draw
    assert draw is not None
    for stranger in (an_actor("tw-vac", Role.AUDITOR), an_actor("tw-vac", Role.HEAD), an_actor(AGENCY, Role.HEAD)):
        with pytest.raises(NotFound):
            enter_results(stranger, draw, [1, 2, 3, 4, 5])
    with pytest.raises(NotAllowed):
        enter_results(an_actor(OWNER, Role.APPROVER), draw, [1, 2, 3, 4, 5])
    with pytest.raises(NotFound):
        enter_results(auditor(), uuid.uuid4(), [1, 2, 3, 4, 5])
    enter_results(head(), draw, [1, 2, 3, 4, 5])
    with pytest.raises(Conflict) as again:
        enter_results(auditor(), draw, [5, 4, 3, 2, 1])
    assert again.value.code == "draw_entered_already"


def test_a_period_is_drawn_once_by_its_own_auditor_or_the_house(house: TestHouse) -> None:
    month = closed(house).month
    disclose(head(), month, HEAD)
    disclose(auditor(), month, AUDITOR)
    bringing(house)()
    period = the_period()
    with pytest.raises(NotAllowed):
        draw_period(period.id, by=an_actor(AGENCY, Role.HEAD))
    with pytest.raises(NotFound):
        draw_period(period.id, by=an_actor("tw-vac", Role.AUDITOR))
    with pytest.raises(NotFound):
        draw_period(uuid.uuid4())
    draw_period(period.id, by=auditor())
    with pytest.raises(Conflict) as again:
        draw_period(period.id, by=auditor())
    assert again.value.code == "drawn_already"
    with reading() as session:
        count = len(session.scalars(select(Sample.id).where(Sample.period == period.id)).all())
    assert count == period.population // 2


def test_the_daily_draw_takes_what_can_be_drawn_and_leaves_the_rest(house: TestHouse) -> None:
    month = closed(house).month
    assert draw_due() == (0, 1)
    disclose(head(), month, HEAD)
    disclose(auditor(), month, AUDITOR)
    assert draw_due() == (0, 1)  # told, and not numbered yet
    bringing(house)()
    assert draw_due() == (1, 0)
    assert draw_due() == (0, 0)


def test_an_empty_period_draws_nothing(house: TestHouse) -> None:
    a_plan()
    house.a_person("asks", AGENCY, Role.CLERK)
    house.a_person("audits", AGENCY, Role.AUDITOR)
    close_now(house)
    bringing(house)()
    (period,) = periods(agency=AGENCY)
    with pytest.raises(Conflict) as nothing:
        draw_period(period.id)
    assert nothing.value.code == "nothing_to_draw"


def test_a_commitment_is_of_its_party_and_its_month(house: TestHouse) -> None:
    month = this_month()
    number = the_number(HEAD)
    copied = commitment(HEAD, month, number)
    commit_number(auditor(), month, copied)  # another's, handed in as the own
    commit(head(), month, HEAD)
    looked_up(house)
    made = close_now(house)
    bringing(house)()
    disclose_number(head(), made.month, number)
    with pytest.raises(InvalidInput):
        disclose_number(auditor(), made.month, number)
