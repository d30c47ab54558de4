"""A month's audit, played: plans and numbers before it, the close, two draws, answers, verdicts, sign-offs, the records."""

import json
import secrets
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from admin.demo.people import SignedOnPlayer
from admin.demo.play import watch
from admin.frame.opening import signing
from audit.draw import close, draw_sample, number, plan, public_draw
from audit.draw.period import Period, month_of
from audit.draw.plan import PublicDraw
from audit.draw.sample import Sample
from audit.draw.seed import NUMBER_BYTES, commitment
from audit.log.rows import macs_of
from audit.log.sequence import bring_up_to_date, give_up_lease
from audit.review import answer, ask, finding, judge, sign_off
from govern.core import clock
from govern.core.database import reading
from govern.core.settings import Settings
from govern.keys import ring
from reports.record import shelf
from reports.record.period.issue import ask_for_period

AUDITING: Final = "ntpc-civil"
LEFT_OPEN: Final = "ntpc-social"  # whose period waits for the auditor in the console
RESULTS: Final = (3, 8, 17, 22, 39)
QUESTION: Final = "請提供本案同意書（或公文）影本，並說明為何需查調此人。"
NOT_FOUND: Final = "本案同意書尚未尋獲，可能未歸檔。"
ANSWER: Final = "檢附同意書影本，係當事人臨櫃申辦本案時簽署。"
DOCUMENT: Final = answer.HandedIn(
    "同意書（虛構）.pdf", b"%PDF-1.4\n% invented for the demonstration\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(slots=True)
class Month:
    """What was begun before the look-ups and is ended after them."""

    label: str
    plans: dict[str, uuid.UUID] = field(default_factory=dict)
    numbers: dict[str, bytes] = field(default_factory=dict, repr=False)


def begin(players: Mapping[str, SignedOnPlayer]) -> Month:
    """Two owners have their plans; auditor and the tax owner's head have each committed to a number for the month."""
    month = Month(month_of(clock.now()))
    month.plans["tw-fia"] = plan.make_plan(
        players["approver.tw-fia"].actor,
        name_zh="財稅資料例行稽核",
        name_en="Monthly audit of tax data",
        by_agency=False,
        by_first_level=True,
        ratio="0.1",
        floor=3,
    )
    month.plans["ntpc-civil"] = plan.make_plan(
        players["head"].actor,
        name_zh="戶政資料例行稽核",
        name_en="Monthly audit of household data",
        by_agency=False,
        by_first_level=True,
        ratio="0.03",
        floor=8,
    )
    month.plans[LEFT_OPEN] = plan.make_plan(
        None,
        owner=LEFT_OPEN,
        name_zh="社會福利資料例行稽核",
        name_en="Monthly audit of welfare data",
        by_agency=False,
        by_first_level=True,
        ratio="0.5",
        floor=3,
    )
    for account, party in (("auditor", "auditor@ntpc-civil"), ("head.tw-fia", "head@tw-fia")):
        month.numbers[account] = secrets.token_bytes(NUMBER_BYTES)
        committed = commitment(party, month.label, month.numbers[account])
        number.commit_number(players[account].actor, month.label, committed)
    return month


def finish(settings: Settings, players: Mapping[str, SignedOnPlayer], month: Month) -> list[dict[str, Any]]:
    """The month is closed, its two periods at the auditing agency are drawn, judged, signed off and recorded: their report."""
    _bring_log(settings)
    closed = close.close(clock.now(), bring=lambda: _bring_log(settings))
    _bring_log(settings)
    for account in month.numbers:
        number.disclose_number(players[account].actor, closed.month, month.numbers[account])
    with reading() as session:
        named = session.scalars(select(PublicDraw).where(PublicDraw.month == closed.month)).all()
        periods = session.scalars(
            select(Period)
            .where(Period.agency == AUDITING, Period.month == closed.month, Period.owner != LEFT_OPEN)
            .order_by(Period.owner)
        ).all()
    for drawn in named:
        public_draw.enter_results(players["auditor"].actor, drawn.id, RESULTS)
    _bring_log(settings)
    for period in periods:
        draw_sample.draw_period(period.id, now=clock.now())
        _judge_all(settings, players, period.id)
        for level in ("auditor", "head"):
            sign_off.sign_off(players[level].actor, period.id, round=1)
        ask_for_period(players["auditor"].actor, period.id)
    wanted = [period.id for period in periods]
    watch("稽核期別紀錄 records of the month", lambda: _issued(wanted), len(wanted))
    return [_reported(settings, period_id) for period_id in wanted]


def leave_one_open(settings: Settings, players: Mapping[str, SignedOnPlayer], month: Month) -> None:
    """The third period is drawn, and the clerk of its first sample is asked: the rest is for whoever opens the console."""
    with reading() as session:
        period = session.scalars(
            select(Period.id).where(Period.plan == month.plans[LEFT_OPEN], Period.agency == AUDITING)
        ).one()
    draw_sample.draw_period(period, now=clock.now())
    with reading() as session:
        first = session.scalars(select(Sample.id).where(Sample.period == period, Sample.seq == 1)).one()
    ask.ask_clerk(players["auditor"].actor, first, QUESTION, due_on=ask.usual_due_on(settings))


def _judge_all(settings: Settings, players: Mapping[str, SignedOnPlayer], period_id: uuid.UUID) -> None:
    """Each sample: the clerk is asked and answers, the auditor judges; one lacks its document, and that is mended."""
    auditor = players["auditor"].actor
    by_person = {player.actor.person_id: player.actor for player in players.values()}
    with reading() as session:
        samples = session.scalars(select(Sample).where(Sample.period == period_id).order_by(Sample.seq)).all()
    for sample in samples:
        clerk, has_document = by_person[sample.clerk], sample.seq != 2
        ask.ask_clerk(auditor, sample.id, QUESTION, due_on=ask.usual_due_on(settings))
        answer.answer(clerk, sample.id, ANSWER if has_document else NOT_FOUND, (DOCUMENT,) if has_document else ())
        if has_document:
            judge.judge(auditor, sample.id, "proper", "")
            continue
        judge.judge(auditor, sample.id, "no_document", "承辦人無法提出同意書。")
        found = finding.open_finding(
            auditor,
            sample.id,
            what="同意書未歸檔，請補正並檢討歸檔程序。",
            person=sample.clerk,
            due_on=clock.today() + timedelta(days=14),
        )
        finding.answer_finding(clerk, found, "已洽當事人補簽並歸檔，往後受理當日即掃描。")
        finding.close_finding(auditor, found, "補正完成。")


def _bring_log(settings: Settings) -> None:
    """What was written so far is numbered and under a signed checkpoint."""
    bring_up_to_date(macs_of(ring.bound()), signing(settings))
    give_up_lease()


def _issued(periods: Sequence[uuid.UUID]) -> int:
    with reading() as session:
        return sum(1 for period in periods if shelf.newest_of_period(session, period) is not None)


def _reported(settings: Settings, period_id: uuid.UUID) -> dict[str, Any]:
    """What the report says of a period, and a copy of its record, checked as a stranger would."""
    with reading() as session:
        period, record = session.get_one(Period, period_id), shelf.newest_of_period(session, period_id)
        verdicts = session.execute(
            select(Sample.verdict, func.count()).where(Sample.period == period_id).group_by(Sample.verdict)
        )
        told = {
            "period": str(period.id),
            "agency": period.agency,
            "owner": period.owner,
            "plan": str(period.plan),
            "population": period.population,
            "sample": period.n,
            "verdicts": {str(verdict): count for verdict, count in verdicts},
        }
        pdf = None if record is None else record.pdf
    if pdf is None:
        return {**told, "record": None, "checked": False}
    place = settings.folder / "demo" / "records"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / f"period-{told['agency']}-{told['owner']}.pdf"
    path.write_bytes(pdf)
    return {**told, "record": str(path.relative_to(settings.folder)), "checked": _is_valid(path, settings)}


def _is_valid(path: Path, settings: Settings) -> bool:
    """What the stranger's checker says, in a process of its own, with the trust list handed to it."""
    trust = settings.folder / "trust.json"
    checked = subprocess.run(
        [sys.executable, "-m", "audit.check", str(path), "--trust", str(trust), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    return checked.returncode == 0 and bool(json.loads(checked.stdout)["valid"])
