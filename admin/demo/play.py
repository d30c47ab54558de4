"""Play the examples: sign on, submit, watch the queue, open the answers, reveal one field, make the records.

Everything goes through the use cases that the console calls, and through the real queue, workers and sources.
"""

import sys
import threading
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from admin.demo.examples import BEGUN, CROWD, Example
from admin.demo.people import SignedOnPlayer
from connectors.simulated import registers
from govern.core import clock
from govern.core.database import reading
from govern.core.settings import Settings
from govern.lookups import reveal, show
from govern.lookups.lookup import Lookup, Task
from govern.lookups.request import FileInput, GroundInput, KeyInput, LookupRequest, SubjectInput
from govern.lookups.submit import submit
from reports.record import issue, shelf

PATIENCE_S: Final = 240.0
CROWDS: Final = 3  # how often a crowd is tried that fell due before the last of it was submitted
CROWD_IN_S: Final = 3.0  # beyond what submitting takes: crowd and urgent one fall due together, when all stand there
OVERTAKING: Final = "child_protection"
CROWD_ITEM: Final = "disability_certificate"
REVEALS: Final = "low_income_household"
EXPECTED: Final[Mapping[str, tuple[str, str | None]]] = {
    "denied_agency": ("denied", "agency_not_authorised"),
    "denied_right": ("denied", "right_ended"),
    "denied_pending": ("denied", "case_item_pending_letter"),
    "denied_consent": ("denied", "consent_missing"),
}


@dataclass(slots=True)
class Played:
    """One example and what became of it."""

    example: Example
    lookup_id: uuid.UUID
    record: str | None = None
    is_as_expected: bool = True


def play(
    settings: Settings,
    examples: Sequence[Example],
    players: Mapping[str, SignedOnPlayer],
    *,
    crowd_of: int = CROWD,
    recorded: Collection[str] | None = None,
) -> list[Played]:
    """All examples, submitted together, waited for, shown, and each with its signed record.

    Where time is short, fewer wait in the crowd, and only the examples named in `recorded` get a record.
    """
    by_agency = {clerk.actor.agency: clerk for clerk in clerks_of(players)}
    began = time.monotonic()
    played = [
        Played(example, _submit(settings, by_agency[example.agency], example, _due(example)))
        for example in examples
        if example.name != OVERTAKING
    ]
    each_s = (time.monotonic() - began) / len(played)
    urgent = next(example for example in examples if example.name == OVERTAKING)
    crowd, all_due = _waiting_crowd(settings, by_agency, examples, crowd_of, each_s)
    played.append(Played(urgent, _submit(settings, by_agency[urgent.agency], urgent, all_due)))
    watch("查調 look-ups", lambda: _ended([one.lookup_id for one in played]), len(played))
    _say_overtaken(played, crowd)
    for one in played:
        _look(settings, by_agency[one.example.agency], one)
    wanted = [one for one in played if recorded is None or one.example.name in recorded]
    _make_records(settings, by_agency, wanted)
    for one in played:
        one.is_as_expected = _is_as_expected(one) and (one.record is not None or one not in wanted)
        if not one.is_as_expected:
            print(f"  ! {one.example.name}", file=sys.stderr)
    return played


def clerks_of(players: Mapping[str, SignedOnPlayer]) -> list[SignedOnPlayer]:
    """Those who look up."""
    return [player for account, player in players.items() if account.startswith("clerk")]


def _submit(settings: Settings, clerk: SignedOnPlayer, example: Example, due_at: datetime | None = None) -> uuid.UUID:
    kind = "consent" if example.consent else "statutory_duty"
    if example.with_ground:
        ground = GroundInput(kind, "板社同字第115004127號", clock.today())
    else:
        ground = GroundInput(None)
    keys = tuple(KeyInput(name, value) for name, value in example.keys.items())
    request = LookupRequest(
        case_item=example.case_item,
        case_number=f"示範字第{uuid.uuid4().int % 10**10:010d}號",
        subjects=() if example.rows else (SubjectInput(keys, ground, example.narrowing),),
        file=FileInput(tuple(enumerate(example.rows, start=2)), ground) if example.rows else None,
        reason="示範案件，人物均為虛構",
        items=example.items,
        key_kinds=example.key_kinds,
        due_at=due_at,
    )
    return submit(clerk.actor, request, settings).lookup_id


def _due(example: Example) -> datetime | None:
    return clock.now() + timedelta(seconds=example.due_in_s) if example.due_in_s else None


def _waiting_crowd(
    settings: Settings,
    clerks: Mapping[str, SignedOnPlayer],
    examples: Sequence[Example],
    crowd_of: int,
    each_s: float,
) -> tuple[list[uuid.UUID], datetime]:
    """The crowd, all of it submitted before it falls due, and when that is; a slower machine is given longer."""
    wait_s = CROWD_IN_S + 2 * each_s * crowd_of
    for _ in range(CROWDS):
        all_due = clock.now() + timedelta(seconds=wait_s)
        crowd = _crowd(settings, clerks, examples, crowd_of, all_due)
        if clock.now() + timedelta(seconds=CROWD_IN_S / 2) < all_due:
            break
        wait_s *= 3
    return crowd, all_due


def _crowd(
    settings: Settings,
    clerks: Mapping[str, SignedOnPlayer],
    examples: Sequence[Example],
    crowd_of: int,
    due_at: datetime,
) -> list[uuid.UUID]:
    """So many normal look-ups, all due at one moment, that stand in the queue when the immediate one comes."""
    example = next(each for each in examples if each.name == CROWD_ITEM)
    persons = [value for _, value in registers.example_keys(example.items[0])]
    found = []
    for number in range(crowd_of):
        slots = {slot: getattr(example, slot) for slot in Example.__slots__}
        about = Example(**{**slots, "keys": {"national_id": persons[number % len(persons)]}})
        found.append(_submit(settings, clerks[example.agency], about, due_at))
    return found


def _ended(lookups: Sequence[uuid.UUID]) -> int:
    with reading() as session:
        return session.execute(
            select(func.count()).select_from(Lookup).where(Lookup.id.in_(lookups), Lookup.ended_at.is_not(None))
        ).scalar_one()


def watch(what: str, count: Callable[[], int], whole: int) -> None:
    """A line that says how far it is, until all is done."""
    pause, until, before = threading.Event(), time.monotonic() + PATIENCE_S, -1
    while True:
        done = count()
        if done != before:
            end = "\n" if done >= whole or not sys.stdout.isatty() else ""
            print(f"\r{what}: {done} / {whole}", end=end, flush=True)
            before = done
        if done >= whole or time.monotonic() > until:
            return
        pause.wait(0.25)


def _say_overtaken(played: Sequence[Played], crowd: Sequence[uuid.UUID]) -> None:
    urgent = next(one for one in played if one.example.name == OVERTAKING)
    with reading() as session:
        began_at = session.execute(
            select(func.min(Task.started_at)).where(Task.lookup == urgent.lookup_id)
        ).scalar_one()
        behind = session.execute(
            select(func.count(Task.lookup.distinct())).where(
                Task.lookup.in_(crowd), or_(Task.started_at.is_(None), Task.started_at > began_at)
            )
        ).scalar_one()
    print(f"兒少保護超越了{behind}件等候中的一般查調 (child protection overtook {behind} waiting look-ups)")
    urgent.is_as_expected = behind >= len(crowd) - BEGUN


def _look(settings: Settings, clerk: SignedOnPlayer, one: Played) -> None:
    """Open the answers once, as the clerk does; of one example reveal a field, with a reason."""
    shown = show.show(clerk.actor, clerk.keys, one.lookup_id, settings)
    if one.example.name != REVEALS:
        return
    for answer in shown.answers:
        for place in sorted(answer.revealable)[:1]:
            reveal.reveal(
                clerk.actor, clerk.keys, one.lookup_id, answer.answer_id, place, "與申請書核對是否同一人", settings
            )
            return


def _make_records(settings: Settings, clerks: Mapping[str, SignedOnPlayer], played: Sequence[Played]) -> None:
    """A record for each look-up, made by the workers; copies lie beside the report."""
    for one in played:
        issue.ask_for(clerks[one.example.agency].actor, one.lookup_id)
    wanted = [one.lookup_id for one in played]
    watch("稽核紀錄 records", lambda: _issued(wanted), len(played))
    place = settings.folder / "demo" / "records"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with reading() as session:
        for one in played:
            record = shelf.newest_of(session, one.lookup_id)
            if record is not None:
                path = place / f"{one.example.name.replace(':', '-')}.pdf"
                path.write_bytes(record.pdf)
                one.record = str(path.relative_to(settings.folder))
    print(f"簽章紀錄 signed records: {place}")


def _issued(lookups: Sequence[uuid.UUID]) -> int:
    with reading() as session:
        return session.execute(
            select(func.count(shelf.IssuedRecord.lookup.distinct())).where(shelf.IssuedRecord.lookup.in_(lookups))
        ).scalar_one()


def _is_as_expected(one: Played) -> bool:
    """Whether an example came out as the issue of the demonstration says: answered, or denied by its own rule."""
    state, rule = EXPECTED.get(one.example.name, ("answered", None))
    with reading() as session:
        lookup = session.get_one(Lookup, one.lookup_id)
        from_rule = _first_rule(session, lookup.id) if rule else None
    return one.is_as_expected and lookup.state == state and from_rule == rule


def _first_rule(session: Session, lookup_id: uuid.UUID) -> str | None:
    return session.execute(
        select(Task.deny_rule).where(Task.lookup == lookup_id).order_by(Task.seq).limit(1)
    ).scalar_one_or_none()
