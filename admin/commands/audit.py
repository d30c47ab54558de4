"""flask audit close, draw, status, record, plan: a month is closed, its samples are drawn, and how far each period is."""

import json
import threading
import time
import uuid
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.commands.refusal import speaks, stop
from admin.commands.services import time_stamps
from admin.frame.opening import open_house
from audit.draw import plan as plans
from audit.draw.close import AlreadyClosed
from audit.draw.close import close as close_month
from audit.draw.draw_sample import awaited, draw_period
from audit.draw.falls_due import bring_of
from audit.draw.period import ClosedMonth, Period
from audit.draw.plan import AuditPlan
from audit.draw.sample import Sample
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import Conflict, TryLater
from govern.core.settings import Settings, load_settings
from govern.core.wording import Wording
from reports.record.period.issue import issue_period

audit = AppGroup("audit", help="The monthly audit: close, draw, see how far it is.")
plan = AppGroup("plan", help="Audit plans of the data owners.")
audit.add_command(plan)

WAITS_S: Final = 20.0  # beyond the longest time between two checkpoints, where only the keeper signs

NO_TIME: Final = Wording("時間須寫成 2026-12-01T00:00:00+08:00。", "A time is written 2026-12-01T00:00:00+08:00.")
NO_MONTH: Final = Wording("月份須寫成 2026-11。", "A month is written 2026-11.")
NO_PERIOD: Final = Wording("沒有這個稽核期別。", "There is no such period.")
SEVERAL: Final = Wording(
    "有多個期別符合，請用編號指定：{ids}。", "Several periods are meant; name one by its id: {ids}."
)
NO_PLAN: Final = Wording("沒有這項稽核計畫。", "There is no such audit plan.")


@audit.command("close")
@click.option("--month", help="The month to close, as 2026-11; else the last one that is over.")
@click.option(
    "--at", "at", help="A time instead (ISO 8601; without a zone it is Taipei's): the first checkpoint after it."
)
@speaks
def close(month: str | None, at: str | None) -> None:
    """Close a month at the first checkpoint signed at or after its end, and freeze its populations."""
    instant = None if at is None else _instant(at)
    if month is not None:
        _must_be_a_month(month)
    settings = load_settings()
    open_house(settings)
    try:
        closed = _close(settings, instant, month)
    except AlreadyClosed as settled:
        print(f"{settled.wording.zh}\n{settled.wording.en}")
        return
    with reading() as session:
        found = session.scalars(select(Period).where(Period.month == closed.month).order_by(Period.id)).all()
        print(f"{closed.month}: {closed.from_size} .. {closed.to_size}, periods {len(found)}")
        for period in found:
            print(f"{period.id} {period.month}/{period.agency}/{period.owner} {period.population} {period.state}")


@audit.command("draw")
@click.argument("period")
@speaks
def draw(period: str) -> None:
    """Draw a period's sample, once the seed is there; else say what is awaited (exit 1)."""
    settings = load_settings()
    open_house(settings)
    with reading() as session:
        identity = _period(session, period).id
    bring = bring_of(settings)
    if bring is not None:
        bring()
    try:
        drawn = draw_period(identity)
    except Conflict as settled:
        if settled.code not in ("drawn_already", "nothing_to_draw"):
            raise
        print(f"{settled.wording.zh}\n{settled.wording.en}")
        return
    print(f"{drawn.id} {drawn.n} of {drawn.population}, {drawn.source_kind}")


@audit.command("status")
@click.argument("period", required=False)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@speaks
def status(period: str | None, as_json: bool) -> None:
    """How far a period is, or all periods; what a draw waits for."""
    open_house(load_settings())
    with reading() as session:
        found = (
            [_period(session, period)]
            if period is not None
            else session.scalars(select(Period).order_by(Period.month, Period.owner, Period.agency, Period.id)).all()
        )
        rows = [_told(session, each) for each in found]
    if as_json:
        print(json.dumps({"periods": rows}, ensure_ascii=False))
        return
    for row in rows:
        verdicts = " ".join(f"{verdict} {count}" for verdict, count in row["verdicts"].items())
        print(
            f"{row['period']} {row['month']}/{row['agency']}/{row['owner']} {row['state']} "
            f"{row['sample'] or 0}/{row['population']} {verdicts}".rstrip()
        )
        if row["awaits"] is not None:
            print(f"    {row['awaits']['zh']}\n    {row['awaits']['en']}")


@audit.command("record")
@click.argument("period")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where the PDF goes.")
@speaks
def record(period: str, out: Path) -> None:
    """Write the signed PDF record of a period that is signed off."""
    if not out.parent.is_dir():
        stop(Wording(f"沒有 {out.parent} 這個資料夾。", f"There is no folder {out.parent}."), 2)
    settings = load_settings()
    open_house(settings)
    with reading() as session:
        identity = _period(session, period).id
    with time_stamps(settings) as address:
        made = issue_period(identity, settings=settings, time_stamp_url=address)
    out.write_bytes(made.pdf)
    print(out)


@plan.command("list")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@speaks
def list_plans(as_json: bool) -> None:
    """All audit plans, ended ones too."""
    open_house(load_settings())
    with reading() as session:
        rows = [_told_plan(each) for each in session.scalars(select(AuditPlan).order_by(AuditPlan.owner, AuditPlan.id))]
    if as_json:
        print(json.dumps({"plans": rows}, ensure_ascii=False))
        return
    for row in rows:
        print(f"{row['plan']} {row['owner']} {row['ratio']} {row['name_zh']}" + (" (ended)" if row["ended_at"] else ""))


@plan.command("make")
@click.argument("owner")
@click.option("--name-zh", default="例行稽核", show_default=True, help="The plan's name in Chinese.")
@click.option("--name-en", default="Monthly audit", show_default=True, help="The plan's name in English.")
@click.option("--by-agency", is_flag=True, help="The agency that looked up audits; so it is where nothing is chosen.")
@click.option("--by-first-level", is_flag=True, help="Its first-level agency audits.")
@click.option("--by-owner", is_flag=True, help="The data owner audits.")
@click.option("--item", "items", multiple=True, help="A data item covered; none: all.")
@click.option("--kinship", is_flag=True, help="For data items marked as kinship-like.")
@click.option("--ratio", help="A decimal from 0 to 1; else the trade's.")
@click.option("--floor", type=int, default=1, show_default=True, help="At least so many.")
@speaks
def make(  # one option of the command each
    owner: str,
    name_zh: str,
    name_en: str,
    by_agency: bool,
    by_first_level: bool,
    by_owner: bool,
    items: tuple[str, ...],
    kinship: bool,
    ratio: str | None,
    floor: int,
) -> None:
    """Make a plan for a data owner, as the house itself; print its id."""
    open_house(load_settings())
    made = plans.make_plan(
        None,
        owner=owner,
        name_zh=name_zh,
        name_en=name_en,
        by_agency=by_agency or not (by_first_level or by_owner),
        by_first_level=by_first_level,
        by_owner=by_owner,
        items=items or None,
        is_kinship=kinship,
        ratio=ratio,
        floor=floor,
    )
    print(made)


@plan.command("end")
@click.argument("plan_id")
@click.option("--reason", required=True, help="Why it ends; it is sealed.")
@speaks
def end(plan_id: str, reason: str) -> None:
    """End a plan, as the house itself: no month that ends from now on is audited under it."""
    identity = _id(plan_id)
    if identity is None:
        stop(NO_PLAN, 2)
    open_house(load_settings())
    plans.end_plan(None, identity, reason)
    print(identity)


def _close(settings: Settings, at: datetime | None, month: str | None) -> ClosedMonth:
    """Closed here; where the keeper alone signs, its next checkpoint is waited for."""
    bring = bring_of(settings)
    pause, until = threading.Event(), time.monotonic() + settings.checkpoint_every_s + WAITS_S
    while True:
        try:
            return close_month(at, month=month, bring=bring)
        except TryLater:
            if bring is not None or time.monotonic() > until:
                raise
        pause.wait(1.0)


def _told(session: Session, period: Period) -> dict[str, Any]:
    """A period as `status` shows it."""
    counted = session.execute(
        select(Sample.verdict, func.count()).where(Sample.period == period.id).group_by(Sample.verdict)
    )
    verdicts = Counter({verdict: count for verdict, count in counted if verdict is not None})
    waits = awaited(session, period, clock.now())
    return {
        "period": str(period.id),
        "month": period.month,
        "agency": period.agency,
        "owner": period.owner,
        "plan": str(period.plan),
        "population": period.population,
        "sample": period.n,
        "state": period.state,
        "verdicts": dict(sorted(verdicts.items())),
        "round": period.round,
        "from_size": period.from_size,
        "to_size": period.to_size,
        "source": period.source_kind,
        "awaits": None if waits is None else {"zh": waits.zh, "en": waits.en},
    }


def _told_plan(each: AuditPlan) -> dict[str, Any]:
    return {
        "plan": str(each.id),
        "owner": each.owner,
        "name_zh": each.name_zh,
        "name_en": each.name_en,
        "ratio": each.ratio,
        "floor": each.floor,
        "is_kinship": each.is_kinship,
        "covers_all": each.covers_all,
        "ended_at": None if each.to_at is None else each.to_at.isoformat(),
    }


def _period(session: Session, named: str) -> Period:
    """The period of an id, or of `month/agency/owner` where that means one alone; else the command ends."""
    identity = _id(named)
    if identity is not None:
        found = [period for period in [session.get(Period, identity)] if period is not None]
    elif named.count("/") == 2:
        month, agency, owner = named.split("/")
        query = select(Period).where(Period.month == month, Period.agency == agency, Period.owner == owner)
        found = list(session.scalars(query.order_by(Period.id)))
    else:
        found = []
    if not found:
        stop(NO_PERIOD, 2)
    if len(found) > 1:
        stop(SEVERAL.fill(ids=", ".join(str(each.id) for each in found)), 2)
    return found[0]


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        stop(NO_TIME, 2)
    return at if at.tzinfo is not None else at.replace(tzinfo=clock.TAIPEI)


def _must_be_a_month(text: str) -> None:
    try:
        datetime.strptime(text, "%Y-%m")  # noqa: DTZ007 only its form is looked at
    except ValueError:
        stop(NO_MONTH, 2)
    if len(text) != 7:
        stop(NO_MONTH, 2)
