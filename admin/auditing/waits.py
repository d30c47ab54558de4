"""What waits in the audit for whoever opens the home page: verdicts, sign-offs, findings, numbers of the draw."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.auditing.words import month_name
from admin.frame.doors import Waiting, once
from audit.draw.number import states_for
from audit.draw.period import ClosedMonth, Period, end_of, month_at_hand
from audit.review.counts import waits_for
from audit.review.scope import periods_for
from govern.core import clock
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role

LATELY_CLOSED = 2  # months whose numbers may still have to be disclosed


def waits(actor: Actor, session: Session) -> Sequence[Waiting]:
    """One line for each thing that waits, with the one click that leads to it."""
    due = once("audit", lambda: waits_for(actor, session))
    found: list[Waiting] = []
    if due.to_judge:
        found.append(
            Waiting(
                Wording("樣本查核", "Samples"),
                Wording(
                    f"{due.to_judge:,}筆等您判定" + (f"，{due.with_clerk:,}筆等承辦人" if due.with_clerk else ""),
                    f"{due.to_judge:,} to judge" + (f", {due.with_clerk:,} with clerks" if due.with_clerk else ""),
                ),
                Wording("繼續查核", "Go on"),
                "sample.queue",
            )
        )
    if due.periods_to_sign:
        found.append(
            Waiting(
                Wording("稽核期別核章", "Sign-off"),
                Wording(f"{due.periods_to_sign}期等您核章", f"{due.periods_to_sign} to sign off"),
                Wording("檢視", "Open"),
                "periods.index_view",
                {"tab": "to_sign"},
            )
        )
    if due.findings_to_mend:
        found.append(
            Waiting(
                Wording("缺失改善", "Findings to mend"),
                Wording(f"{due.findings_to_mend}件由您改善", f"{due.findings_to_mend} are yours to mend"),
                Wording("檢視", "Open"),
                "findings.index_view",
                due_on=due.finding_due_on,
            )
        )
    if due.findings_to_close:
        found.append(
            Waiting(
                Wording("缺失結案", "Findings to close"),
                Wording(f"{due.findings_to_close}件等您確認", f"{due.findings_to_close} await your word"),
                Wording("檢視", "Open"),
                "findings.index_view",
                {"tab": "to_close"},
            )
        )
    return [*found, *_numbers(actor, session), *_to_draw(actor, session)]


def counts(actor: Actor, session: Session) -> Mapping[str, int]:
    """The same in figures, for the doors in the bar; numbers of the draw wait on the home page alone."""
    if not actor.holds(Role.CLERK, Role.SUPERVISOR, Role.AUDITOR, Role.HEAD):
        return {}
    due = once("audit", lambda: waits_for(actor, session))
    return {
        "sample.queue": due.to_judge,
        "periods.index_view": due.periods_to_sign,
        "findings.index_view": due.findings_to_mend + due.findings_to_close,
        "questions.index_view": due.questions,
    }


def _numbers(actor: Actor, session: Session) -> list[Waiting]:
    """Numbers that the actor may still commit to for the month at hand, or has to disclose."""
    if not actor.holds(Role.AUDITOR, Role.HEAD):
        return []
    here = month_at_hand(session, clock.now())
    closed = session.scalars(select(ClosedMonth.month).order_by(ClosedMonth.month.desc()).limit(LATELY_CLOSED)).all()
    lines: dict[str, Waiting] = {}
    for state in states_for(actor, session, (here, *closed)):
        month = month_name(state.month)
        if state.may_disclose and state.until is not None:
            last = state.until.astimezone(clock.TAIPEI).date()
            says = Wording("母體已凍結，請揭露您的亂數", "The population is frozen: disclose your number")
            act = Wording("揭露", "Disclose")
        elif state.may_commit and state.month == here:
            last = end_of(here).astimezone(clock.TAIPEI).date()
            says = Wording("凍結前請承諾亂數", "Commit to your number before the freeze")
            act = Wording("承諾", "Commit")
        else:
            continue
        title = Wording(f"{month.zh}抽樣亂數", f"Number for {month.en}")
        lines[state.month] = Waiting(title, says, act, "number.show", due_on=last)
    return list(lines.values())


def _to_draw(actor: Actor, session: Session) -> list[Waiting]:
    """Periods of the own agency that are frozen: each needs its seed, or the press of a button."""
    if not actor.holds(Role.AUDITOR):
        return []
    frozen = session.scalars(
        periods_for(actor, session)
        .where(Period.agency == actor.agency, Period.state == "frozen")
        .order_by(Period.id)
        .limit(3)
    ).all()
    return [
        Waiting(
            Wording(f"{month_name(period.month).zh}抽樣", f"Draw of {month_name(period.month).en}"),
            Wording(f"母體{period.population:,}筆已凍結", f"{period.population:,} units are frozen"),
            Wording("檢視", "Open"),
            "period.show",
            {"identity": str(period.id)},
        )
        for period in frozen
    ]
