"""Freeze: one pass over a month puts each unit into every population that it belongs to.

A unit belongs to the plan of each owner asked or denied, and there to the period of whoever audits: the agency that looked
up, its first-level agency (itself, if it has none), the owner. Where two of these are one agency, it is one period. A
period's units are written as they come, and its Merkle tree grows tile by tile (`audit.log.tiles`), so that later the proof
of a drawn unit reads a handful of tiles. In memory stay, for each period, the unfinished tile of each level. Together with
the reading a unit takes about an eighth of a millisecond of processor time: 11.26 million of them half an hour.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from audit.draw.period import PeriodTile, PeriodUnit
from audit.draw.plan import AuditPlan
from audit.draw.units import Population, unit_leaf
from audit.draw.units_of_month import UnitOfMonth
from audit.log import tiles, tree
from govern.catalogue.agency import Agency
from govern.core.database import Base
from govern.core.ids import new_id

ROWS_AT_ONCE: Final = 2000
_UNITS: Final[Table] = Base.metadata.tables[PeriodUnit.__tablename__]  # written by the table: no mapper for each row
_TILES: Final[Table] = Base.metadata.tables[PeriodTile.__tablename__]


@dataclass(frozen=True, slots=True)
class Coverage:
    """A plan with the data items that it covers when the month closes."""

    plan: AuditPlan
    items: frozenset[str]


@dataclass(frozen=True, slots=True)
class Forest:
    """Who stands under whom, as far as it decides who audits."""

    parents: Mapping[str, str | None]
    levels: Mapping[str, str]

    @classmethod
    def read(cls, session: Session) -> "Forest":
        """The agencies as they are now."""
        rows = session.execute(select(Agency.code, Agency.parent, Agency.level)).all()
        return cls({row.code: row.parent for row in rows}, {row.code: row.level for row in rows})

    def first_level(self, agency: str) -> str:
        """The first-level agency that this one is or stands under; itself where there is none (DESIGN.md, Catalogue)."""
        at: str | None = agency
        while at is not None and self.levels.get(at) != "first":
            at = self.parents.get(at)
        return at or agency

    def auditors_of(self, plan: AuditPlan, agency: str) -> frozenset[str]:
        """Which agencies audit the look-ups of this one under a plan."""
        found = set()
        if plan.by_agency:
            found.add(agency)
        if plan.by_first_level:
            found.add(self.first_level(agency))
        if plan.by_owner:
            found.add(plan.owner)
        return frozenset(found)


@dataclass(slots=True)
class Growing:
    """A period's population while it grows: how many units, whose they are, and the right edge of its tree."""

    plan: AuditPlan
    agency: str
    id: uuid.UUID = field(default_factory=new_id)
    size: int = 0
    by_agency: Counter[str] = field(default_factory=Counter)
    _leaves: list[bytes] = field(default_factory=list)
    _edges: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def take(self, unit: UnitOfMonth) -> list[tuple[int, int, bytes]]:
        """One more unit at the end. Returns the tiles that are full by it, as (level, index, hashes)."""
        self._leaves.append(tree.leaf_hash(unit_leaf(unit.unit)))
        self.size += 1
        self.by_agency[unit.agency] += 1
        return self._grow() if len(self._leaves) == tiles.WIDTH else []

    def end(self) -> tuple[Population, list[tuple[int, int, bytes]]]:
        """Size and root, and the tiles that stay unfinished."""
        full = self._grow() if self._leaves else []
        edges = dict(self._edges)
        edges.update({(level, index): hashes for level, index, hashes in full})
        root = tree.root_of(self.size, tiles.node_reader(lambda level, index: edges[level, index]))
        return Population(self.size, root), [(level, index, hashes) for (level, index), hashes in edges.items()]

    @property
    def busiest_other(self) -> str | None:
        """The agency with most units, other than the auditing one: of equals the first by its code."""
        others = [(-count, agency) for agency, count in self.by_agency.items() if agency != self.agency]
        return min(others)[1] if others else None

    def _grow(self) -> list[tuple[int, int, bytes]]:
        """The gathered leaves stand in the tiles; those that are full are let go of."""
        before = self.size - len(self._leaves)
        changed = tiles.grow(before, self._leaves, lambda level, index: self._edges[level, index])
        self._leaves = []
        full = []
        for (level, index), hashes in changed.items():
            if len(hashes) == tiles.WIDTH * tree.HASH_BYTES:
                self._edges.pop((level, index), None)
                full.append((level, index, hashes))
            else:
                self._edges[level, index] = hashes
        return full


@dataclass(slots=True)
class Populations:
    """All populations of a month while the pass goes over it."""

    session: Session
    forest: Forest
    coverages: Sequence[Coverage]
    begin: Callable[[Growing], None]  # a period's row must stand before its units
    growing: dict[tuple[uuid.UUID, str], Growing] = field(default_factory=dict)
    units: int = 0
    _belongs: dict[tuple[str, frozenset[str]], tuple[Growing, ...]] = field(default_factory=dict)
    _rows: list[dict[str, object]] = field(default_factory=list)
    _tiles: list[dict[str, object]] = field(default_factory=list)

    def take_all(self, units: Iterable[UnitOfMonth]) -> None:
        """Each unit is written into every population that it belongs to."""
        for unit in units:
            self.units += 1
            for period in self._where(unit):
                self._rows.append(
                    {
                        "period": period.id,
                        "ordinal": period.size,
                        "number": unit.unit.number,
                        "subject_ordinal": unit.unit.subject_ordinal,
                        "lookup": unit.lookup,
                    }
                )
                self._keep_tiles(period, period.take(unit))
            if len(self._rows) >= ROWS_AT_ONCE:
                self._write()
        self._write()

    def end(self, period: Growing) -> Population:
        """A population's size and root; its last tiles are written."""
        population, rest = period.end()
        self._keep_tiles(period, rest)
        self._write()
        return population

    def also(self, plan: AuditPlan, agency: str) -> None:
        """A period that there is even if no unit came."""
        self._of(plan, agency)

    def _where(self, unit: UnitOfMonth) -> tuple[Growing, ...]:
        key = (unit.agency, unit.items)
        found = self._belongs.get(key)
        if found is None:
            found = self._belongs[key] = tuple(
                self._of(coverage.plan, agency)
                for coverage in self.coverages
                if coverage.items & unit.items
                for agency in sorted(self.forest.auditors_of(coverage.plan, unit.agency))
            )
        return found

    def _of(self, plan: AuditPlan, agency: str) -> Growing:
        found = self.growing.get((plan.id, agency))
        if found is None:
            found = self.growing[plan.id, agency] = Growing(plan, agency)
            self.begin(found)
        return found

    def _keep_tiles(self, period: Growing, some: Iterable[tuple[int, int, bytes]]) -> None:
        self._tiles += [
            {"period": period.id, "level": level, "index": index, "hashes": hashes} for level, index, hashes in some
        ]

    def _write(self) -> None:
        _write_rows(self.session, _UNITS, self._rows)
        _write_rows(self.session, _TILES, self._tiles)
        self._rows, self._tiles = [], []


def _write_rows(session: Session, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """The rows stand in the table, within the transaction; PostgreSQL takes them as one stream, and not one by one."""
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), list(rows))
        return
    quoted = connection.dialect.identifier_preparer
    columns = ", ".join(quoted.quote(name) for name in rows[0])
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {quoted.format_table(table)} ({columns}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(tuple(row.values()))
