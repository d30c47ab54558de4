"""When the seed is there: draw and write the sample.

The seed comes from two numbers where both were committed to before the checkpoint and both disclosed within seven days
after the freeze; else from the public draw that was named before the checkpoint and entered after the freeze. Which of the
two it is follows from the log alone: nobody chooses. What is missing is said in a sentence, and the same may be tried again.
"""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from audit.draw import seed as seeds
from audit.draw.draw import draw, sample_size
from audit.draw.named import draw_name
from audit.draw.number import DISCLOSED_WITHIN, SeedNumber, party_of
from audit.draw.period import Period, PeriodUnit, numbers_of
from audit.draw.plan import PublicDraw
from audit.draw.sample import Sample
from audit.log import note as notes
from audit.log.checkpoint import Checkpoint, parse_text
from audit.log.store import StoredCheckpoint
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, EvidenceUnavailable, GovernError, NotAllowed, NotFound, TryLater
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.lookups.lookup import Lookup
from govern.rules.actor import Actor, Role
from govern.rules.lives import NEW, PERIOD, SAMPLE, step
from govern.trail.append import append
from govern.trail.kinds import review

KEYS_AT_ONCE: Final = 500

NOTHING: Final = Wording("本期沒有可抽查的查調，不必抽樣。", "This period has no look-ups; there is nothing to draw.")
IS_DRAWN: Final = Wording("本期已經抽樣，樣本不會改變。", "This period has been drawn; its sample stays as it is.")
FREEZE_WAITS: Final = Wording(
    "母體凍結的紀錄仍在編號，請稍後再試。",
    "The freeze still waits for its number in the log; please try again shortly.",
)
NUMBERS_AWAITED: Final = Wording(
    "等候 {parties} 揭露亂數，至 {until} 為止；逾期改以公開抽獎抽樣。",
    "Waiting until {until} for the number of {parties}; after that the public draw takes its place.",
)
RESULTS_AWAITED: Final = Wording(
    "等候登錄公開抽獎結果：{name}。", "Waiting for the results of the public draw to be entered: {name}."
)
TOLD_WAITS: Final = Wording(
    "亂數或開獎結果的紀錄仍在編號，請稍後再試。",
    "What the seed is made of still waits for its number in the log; please try again shortly.",
)
NO_SOURCE: Final = Wording(
    "凍結前既無雙方亂數的承諾，也未指定公開抽獎，本期無法抽樣。",
    "Neither two numbers nor a public draw were bound before the freeze: this period cannot be drawn.",
)


@dataclass(frozen=True, slots=True)
class Source:
    """What a period's seed is made of, with the numbers of the entries that bound it and of those that told it."""

    made_of: seeds.PublicDraw | seeds.TwoNumbers
    before: tuple[int, ...]
    after: tuple[int, ...]
    entries: tuple[uuid.UUID, ...]  # those that bound it, then those that told it

    @property
    def kind(self) -> str:
        """`public_draw` or `two_numbers`."""
        return str(self.made_of.as_json()["kind"])


def draw_period(period_id: uuid.UUID, *, now: datetime | None = None, by: Actor | None = None) -> Period:
    """The period's sample is drawn and written; the period as it is then.

    Raises `NotFound` for a period that is not there or whose agency the actor does not audit, `Conflict` when it is drawn
    or has nothing to draw, `TryLater` with a sentence that says what is awaited.
    """
    if by is not None and not by.holds(Role.AUDITOR):
        raise NotAllowed
    with transaction() as session:
        period = session.get(Period, period_id, with_for_update=True)
        if period is None or (by is not None and by.agency != period.agency):
            raise NotFound
        source = source_of(session, period, now or clock.now())
        frozen = frozen_checkpoint(session, period)
        freeze = numbers_of(session, [period.freeze_entry])[period.freeze_entry]
        seeds.must_have_waited(frozen, before=source.before, freeze=freeze, after=source.after)
        period.seed = seeds.seed(frozen, period.id, source.made_of)
        period.source_kind = source.kind
        period.n = sample_size(period.population, ratio=Decimal(period.ratio), floor=period.floor)
        ordinals = draw(period.seed, period.population, period.n).ordinals
        _write(session, period, ordinals)
        period.state = step(PERIOD, period.state, "draw").next_state
        period.drawn_at = clock.now()
        kind = review.Drawn(
            about_id=str(period.id),
            owner=period.owner,
            seed=period.seed,
            n=period.n,
            source_kind=period.source_kind,
            ordinals_sha256=hash_of(ordinals),
        )
        period.drawn_entry = append(session, kind, by=by, role=None if by is None else Role.AUDITOR).entry_id
        return period


def draw_due(*, now: datetime | None = None) -> tuple[int, int]:
    """Every frozen period whose seed is there is drawn; how many were, and how many still wait."""
    with reading() as session:
        frozen = list(session.scalars(select(Period.id).where(Period.state == "frozen").order_by(Period.id)))
    drawn = 0
    for period in frozen:
        try:
            draw_period(period, now=now)
        except (TryLater, Conflict):  # what is awaited, `flask audit status` says
            continue
        drawn += 1
    return drawn, len(frozen) - drawn


def awaited(session: Session, period: Period, now: datetime) -> Wording | None:
    """What the draw of a frozen period waits for, in a sentence; nothing: it can be drawn, or was, or need not be."""
    if period.state != "frozen":
        return None
    try:
        source_of(session, period, now)
    except GovernError as waits:
        return waits.wording
    return None


def source_of(session: Session, period: Period, now: datetime) -> Source:
    """What the period's seed is made of, as the log decides it by now. Raises `Conflict` or `TryLater` (what is awaited)."""
    if period.state == "nothing_to_draw":
        raise Conflict(NOTHING, code="nothing_to_draw")
    if period.state != "frozen":
        raise Conflict(IS_DRAWN, code="drawn_already")
    if not numbers_of(session, [period.freeze_entry]):
        raise TryLater(FREEZE_WAITS)
    given = given_numbers(session, period)
    if len(given) == 2:
        last = period.frozen_at + DISCLOSED_WITHIN
        told = [each for each in given if each.disclosed_at is not None and each.disclosed_at <= last]
        if len(told) == 2:
            return _two_numbers(session, period)
        if now <= last:
            parties = "、".join(each.party for each in given if each not in told)
            until = last.astimezone(clock.TAIPEI).strftime("%Y-%m-%d %H:%M")
            raise TryLater(NUMBERS_AWAITED.fill(parties=parties, until=until), code="numbers_awaited")
    return _public_draw(session, period)


def source_drawn(session: Session, period: Period) -> Source:
    """What the seed of a drawn period was made of."""
    return _two_numbers(session, period) if period.source_kind == "two_numbers" else _public_draw(session, period)


def given_numbers(session: Session, period: Period) -> list[SeedNumber]:
    """The numbers of the period's two parties that were committed to before its checkpoint."""
    parties = [party_of(Role.AUDITOR, period.agency), period.other_party]
    rows = [session.get(SeedNumber, (party, period.month)) for party in parties if party is not None]
    given = [row for row in rows if row is not None]
    numbers = numbers_of(session, [row.committed_entry for row in given])
    return [row for row in given if numbers.get(row.committed_entry, period.to_size) < period.to_size]


def _two_numbers(session: Session, period: Period) -> Source:
    given = given_numbers(session, period)
    bound = [row.committed_entry for row in given]
    told = [row.disclosed_entry for row in given if row.disclosed_entry is not None]
    numbers = _all_numbered(session, [*bound, *told])
    one, other = (
        seeds.DisclosedNumber(row.party, row.month, row.commitment, row.number)
        for row in given
        if row.number is not None
    )
    return Source(
        seeds.TwoNumbers(one, other),
        tuple(numbers[entry] for entry in bound),
        tuple(numbers[entry] for entry in told),
        (*bound, *told),
    )


def _public_draw(session: Session, period: Period) -> Source:
    named = None if period.public_draw is None else session.get(PublicDraw, period.public_draw)
    if named is None:
        raise Conflict(NO_SOURCE, code="no_source")
    if named.results is None or named.entered_entry is None:
        name = draw_name(named.name)
        raise TryLater(
            Wording(RESULTS_AWAITED.fill(name=name.zh).zh, RESULTS_AWAITED.fill(name=name.en).en),
            code="results_awaited",
        )
    numbers = _all_numbered(session, [named.named_entry, named.entered_entry])
    return Source(
        seeds.PublicDraw(named.name, named.count, tuple(named.results)),
        (numbers[named.named_entry],),
        (numbers[named.entered_entry],),
        (named.named_entry, named.entered_entry),
    )


def _all_numbered(session: Session, entries: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    numbers = numbers_of(session, entries)
    if len(numbers) < len(set(entries)):
        raise TryLater(TOLD_WAITS)
    return numbers


def frozen_checkpoint(session: Session, period: Period) -> Checkpoint:
    """The checkpoint at which the period was frozen. `EvidenceUnavailable` when it is not there as it was signed."""
    stored = session.get(StoredCheckpoint, period.to_size)
    if stored is None:
        raise EvidenceUnavailable
    frozen = parse_text(notes.parse(stored.note).text)
    if (frozen.size, frozen.root) != (stored.size, stored.root):
        raise EvidenceUnavailable
    return frozen


def units_at(session: Session, period_id: uuid.UUID, ordinals: Sequence[int]) -> Iterator[Any]:
    """The units at these ordinals of a population, in no particular order: some hundred keys at a time, never a scan."""
    columns = (PeriodUnit.ordinal, PeriodUnit.number, PeriodUnit.subject_ordinal, PeriodUnit.lookup)
    for at in range(0, len(ordinals), KEYS_AT_ONCE):
        some = ordinals[at : at + KEYS_AT_ONCE]
        yield from session.execute(select(*columns).where(PeriodUnit.period == period_id, PeriodUnit.ordinal.in_(some)))


def hash_of(ordinals: Sequence[int]) -> bytes:
    """SHA-256 over the ordinals in the order of the draw, each in eight bytes, as *drawn* states it."""
    return hashlib.sha256(b"".join(ordinal.to_bytes(8, "big") for ordinal in ordinals)).digest()


def _write(session: Session, period: Period, ordinals: Sequence[int]) -> None:
    """A row for each drawn unit, in the order of the draw. A unit that is not there means a population that was changed."""
    state = step(SAMPLE, NEW, "draw").next_state
    for first in range(0, len(ordinals), KEYS_AT_ONCE):
        some = ordinals[first : first + KEYS_AT_ONCE]
        units = {unit.ordinal: unit for unit in units_at(session, period.id, some)}
        if len(units) != len(some):
            raise EvidenceUnavailable
        asked = select(Lookup.id, Lookup.person, Lookup.agency).where(Lookup.id.in_({u.lookup for u in units.values()}))
        who = {row.id: row for row in session.execute(asked)}
        rows = [
            {
                "id": new_id(),
                "period": period.id,
                "seq": seq,
                "ordinal": ordinal,
                "number": units[ordinal].number,
                "subject_ordinal": units[ordinal].subject_ordinal,
                "lookup": units[ordinal].lookup,
                "clerk": who[units[ordinal].lookup].person,
                "agency": who[units[ordinal].lookup].agency,
                "state": state,
                "is_late": False,
                "note_edition": 0,
                "round": 1,
            }
            for seq, ordinal in enumerate(some, start=first + 1)
        ]
        session.execute(insert(Sample), rows)
