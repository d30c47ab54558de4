"""Verify the whole log: what `flask log verify` does.

Nothing that the program itself believes is believed here. In one snapshot of the database:

1. every leaf in the segments hashes to what the tiles say           (verify_tree.leaves_fit)
2. the tiles' tree has the root of every checkpoint ever signed,
   in the database and kept outside it                               (verify_tree.tree_grows)
3. every entry is, byte for byte, the leaf under its number, with
   the MAC of a key outside the database and its sealed values       (verify_rows.first_bad_row)
4. no number lies beyond the size                                    (verify_rows.number_beyond)
5. no entry is without a number and without a place in the line      (verify_rows.first_stray)

The verdict names the first bad entry. A wrong root says only that something between two checkpoints is not what was
signed; when the rows tell which, that one is named, else the first number that no good checkpoint covers.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from audit.log.checkpoint import Checkpoint
from audit.log.copies import copies_in
from audit.log.rows import MacOf, number_holder
from audit.log.sequence import TRAIL_ROW, Signing, database_answers
from audit.log.since import Held, hold, read_saved
from audit.log.store import Segment, segments_from, unpack_leaves
from audit.log.tiles import WIDTH, MissingHash
from audit.log.verify_rows import BadEntry, first_bad_row, first_stray, id_in, number_beyond
from audit.log.verify_tree import Finding, Grown, leaves_fit, tree_grows
from govern.core.database import reading
from govern.trail.entry import Trail


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found: the size and root that were verified, and the first bad entry, if any."""

    size: int
    root: bytes  # nothing where a hash of the tree is missing
    first_bad: BadEntry | None
    since: tuple[Held, ...] = ()  # checkpoints that were saved, held against it, the smallest first

    @property
    def ok(self) -> bool:
        """Whether the log is whole and unaltered, as far as this can be known without a witness."""
        return self.first_bad is None

    def to_json(self) -> dict[str, Any]:
        """Size, root (in hexadecimal), ok and first_bad, as the command prints them; with it what was saved, if it was."""
        bad, saved = self.first_bad, {"since": [each.to_json() for each in self.since]} if self.since else {}
        return {
            "size": self.size,
            "root": self.root.hex(),
            "ok": self.ok,
            "first_bad": None
            if bad is None
            else {"number": bad.number, "id": None if bad.entry_id is None else str(bad.entry_id)},
        } | saved


def verify(mac_of: MacOf, signing: Signing, *, since: Sequence[str] = (), from_number: int = 0) -> Verdict:
    """A verdict over all of the log, or over the numbers from `from_number` on, then believing the tiles before them.

    Reads only. `signing` says whose checkpoints count and where the copies outside the database are kept; `since` are
    those that somebody saved earlier, believed before any copy (`InvalidInput` when one is none of this log's). What
    changes meanwhile is not seen: the copies are read first, then one snapshot of the database.
    """
    kept = dict(copies_in(signing.copies))
    saved = {read_saved(note, signing): note for note in since}
    kept.update((checkpoint.size, note) for checkpoint, note in saved.items())
    try:
        with reading() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            found = _verdict(session, mac_of, signing, kept, from_number)
            return _held(session, found, sorted(saved, key=lambda each: each.size))
    except SQLAlchemyError:
        if not database_answers():
            raise
        return Verdict(0, b"", BadEntry(None, None, "table_changed"))


def _verdict(session: Session, mac_of: MacOf, signing: Signing, kept: Mapping[int, str], from_number: int) -> Verdict:
    trail = session.get(Trail, TRAIL_ROW)
    size = trail.size if trail is not None else 0
    first = min(from_number, size) // WIDTH * WIDTH
    leaf_finding = leaves_fit(session, _segment_start(session, first), size)
    grown = _grown(session, first, size, kept, signing)
    until = leaf_finding.number if leaf_finding is not None else size
    row = first_bad_row(session, mac_of, first, until)
    bad = _first(session, row, leaf_finding, grown.finding)
    return Verdict(size, grown.root or b"", bad or number_beyond(session, size) or first_stray(session))


def _held(session: Session, found: Verdict, saved: Sequence[Checkpoint]) -> Verdict:
    """The verdict with what the saved checkpoints say.

    Where one is contradicted, whoever did it had the log's key, and could make every checkpoint inside the house fit: from
    the last saved one that still agrees, nothing is vouched for, and the first number after it is named.
    """
    held = tuple(hold(session, each, found.size, found.root) for each in saved)
    bad = found.first_bad
    if any(each.is_rewritten for each in held):
        vouched = max((each.size for each in held if each.consistent), default=0)
        if bad is None or bad.number is None or bad.number > vouched:
            bad = _named(session, Finding(vouched, "root_differs_from_saved_checkpoint"))
    return replace(found, since=held, first_bad=bad)


def _grown(session: Session, first: int, size: int, kept: Mapping[int, str], signing: Signing) -> Grown:
    origin, trusted = signing.signer.name, [signing.signer.key()]
    try:
        return tree_grows(session, first, size, copies=kept, origin=origin, trusted=trusted)
    except MissingHash:
        return Grown(None, Finding(first, "tile_missing"))


def _segment_start(session: Session, number: int) -> int:
    start = session.execute(select(func.max(Segment.first_number)).where(Segment.first_number <= number)).scalar_one()
    return 0 if start is None else int(start)


def _first(session: Session, row: BadEntry | None, leaf: Finding | None, root: Finding | None) -> BadEntry | None:
    """The first of what the three walks found, by number; an exact place before a stretch that holds it."""
    exact = row
    if leaf is not None and (exact is None or exact.number is None or leaf.number < exact.number):
        exact = _named(session, leaf)
    if root is None:
        return exact
    if exact is not None and exact.number is not None and exact.number < (root.before or root.number + 1):
        return exact
    return _named(session, root)


def _named(session: Session, finding: Finding) -> BadEntry:
    """A finding with the id of the entry under its number, from the numbers or from the segment."""
    identity = number_holder(session, finding.number) or _id_in_segment(session, finding.number)
    return BadEntry(finding.number, identity, finding.why)


def _id_in_segment(session: Session, number: int) -> uuid.UUID | None:
    for first_number, packed in segments_from(session, number):
        try:
            leaves = unpack_leaves(packed)
        except ValueError:
            return None
        at = number - first_number
        return id_in(leaves[at]) if 0 <= at < len(leaves) else None
    return None
