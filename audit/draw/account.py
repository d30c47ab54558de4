"""The account of a draw, as a record carries it (docs/draw.md): whoever holds it draws the same sample again.

The proofs of the drawn units read the tiles of the population's tree that lie on their way to the root, never all units;
they are made some hundred at a time, so that a sample of seven in ten does not hold its whole tree in memory.
"""

import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.draw.draw_sample import frozen_checkpoint, source_drawn, units_at
from audit.draw.period import Period, PeriodTile
from audit.draw.sample import Sample
from audit.draw.units import Population, ProvenUnit, Unit, verify
from audit.log import tiles, tree
from govern.core.errors import Conflict, EvidenceUnavailable
from govern.core.wording import Wording
from govern.lookups.lookup import Subject

PROVEN_AT_ONCE: Final = 200

NOT_DRAWN: Final = Wording("本期尚未抽樣。", "This period has not been drawn yet.")


def draw_account(session: Session, period: Period) -> dict[str, Any]:
    """The account of a drawn period, or of an empty one, whose seed and source are null and which has no units.

    Raises `Conflict` before the draw, `EvidenceUnavailable` when a unit is not the one that was frozen.
    """
    population = Population(period.population, period.root)
    if population.size and period.seed is None:
        raise Conflict(NOT_DRAWN, code="not_drawn")
    ordinals = list(session.scalars(select(Sample.ordinal).where(Sample.period == period.id).order_by(Sample.seq)))
    proven = prove_units(session, period.id, population, ordinals)
    return {
        "period": str(period.id),
        "checkpoint": frozen_checkpoint(session, period).text(),
        "population": {"size": population.size, "root": population.root.hex()},
        "plan": {"ratio": period.ratio, "floor": period.floor},
        "source": None if period.seed is None else source_drawn(session, period).made_of.as_json(),
        "seed": None if period.seed is None else period.seed.hex(),
        "units": [proven[ordinal].as_json() for ordinal in ordinals],
    }


def prove_units(
    session: Session, period_id: uuid.UUID, population: Population, ordinals: Sequence[int]
) -> dict[int, ProvenUnit]:
    """The units at these ordinals with their proofs, each held against the frozen root before it is handed out."""
    found: dict[int, ProvenUnit] = {}
    in_order = sorted(ordinals)
    for at in range(0, len(in_order), PROVEN_AT_ONCE):
        some = in_order[at : at + PROVEN_AT_ONCE]
        read = tiles.node_reader(_tile_reader(session, period_id, some))
        units = _units(session, period_id, some)
        for ordinal in some:
            try:
                proof = tree.inclusion_proof(ordinal, population.size, read)
            except tiles.MissingHash:
                raise EvidenceUnavailable from None
            proven = ProvenUnit(ordinal, units[ordinal], tuple(proof))
            if not verify(proven, population):
                raise EvidenceUnavailable
            found[ordinal] = proven
    return found


def _units(session: Session, period_id: uuid.UUID, ordinals: Sequence[int]) -> dict[int, Unit]:
    rows = list(units_at(session, period_id, ordinals))
    lookups = {row.lookup for row in rows}
    wanted = {row.subject_ordinal for row in rows}
    query = select(Subject.lookup, Subject.ordinal, Subject.commitment)
    commitments = {
        (subject.lookup, subject.ordinal): subject.commitment
        for subject in session.execute(query.where(Subject.lookup.in_(lookups), Subject.ordinal.in_(wanted)))
    }
    try:
        return {
            row.ordinal: Unit(row.number, row.subject_ordinal, commitments[row.lookup, row.subject_ordinal])
            for row in rows
        }
    except KeyError:
        raise EvidenceUnavailable from None


def _tile_reader(session: Session, period_id: uuid.UUID, ordinals: Sequence[int]) -> tiles.TileReader:
    """A reader of the population's tiles; those of the lowest level that these ordinals need come in one go."""
    lowest = {ordinal // tiles.WIDTH for ordinal in ordinals}
    query = select(PeriodTile.index, PeriodTile.hashes).where(PeriodTile.period == period_id, PeriodTile.level == 0)
    held: dict[int, bytes] = {}
    for index, hashes in session.execute(query.where(PeriodTile.index.in_(lowest))):
        held[index] = hashes

    def read(level: int, index: int) -> bytes:
        if level == 0 and index in held:
            return held[index]
        tile = session.get(PeriodTile, (period_id, level, index))
        if tile is None:
            raise KeyError((level, index))
        return tile.hashes

    return read
