"""The sequencer: number what was committed, grow the tree, sign checkpoints.

Entries are written by many at once, each in the transaction of its deed. One sequencer gives them their gapless numbers
afterwards, so that nobody waits for anybody (SECURITY.md, trap 6). One turn is one transaction:

1. lock the row of `trail`, and go away if another sequencer holds the lease
2. take waiting entries, oldest first
3. set aside each whose MAC is not the key's: it never gets a number, and `verify` names it
4. give the others the next numbers, and write their leaves as one segment
5. grow the tiles, refusing to build on an edge that contradicts the size
6. strike them off the waiting line and move the size

Signing is a transaction of its own: the root comes out of the tiles as they lie in the database, read again, and must
grow from the checkpoint before it. The note is then also written to a folder outside the database.
"""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from audit.log import copies, tiles, tree
from audit.log.checkpoint import Checkpoint, sign_checkpoint
from audit.log.note import NoteSigner
from audit.log.rows import MacOf, Row, waiting_rows
from audit.log.store import Segment, StoredCheckpoint, newest_checkpoint, pack_leaves, tile_reader, write_tiles
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import TryLater
from govern.core.wording import Wording
from govern.trail.entry import EntryNumber, EntrySetAside, EntryWaiting, Trail

BATCH: Final = 2000
LEASE: Final = timedelta(seconds=5)
TRAIL_ROW: Final = 1
_STRUCK_AT_ONCE: Final = 500

NOT_NUMBERED: Final = Wording(
    "仍有軌跡紀錄等待編號，請稍後再試。", "Some entries still wait for their number; please try again shortly."
)

diagnostics: Final = logging.getLogger(__name__)


class TrailContradicts(RuntimeError):
    """What is stored of the tree is not what was signed before. Nothing is signed until people have looked into it."""


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs checkpoints, how often, and where their copies are kept. The signer's name is the log's origin."""

    signer: NoteSigner
    copies: Path
    every_s: float = 60.0
    every_entries: int = 100


def this_process() -> str:
    """The name under which this process holds the lease."""
    return f"{socket.gethostname()}:{os.getpid()}"


def sequence_once(mac_of: MacOf, *, limit: int = BATCH, holder: str | None = None) -> int:
    """Waiting entries, at most `limit`, have numbers and stand in the tree. Returns how many left the waiting line.

    0 also when another sequencer holds the lease: it does the work. Raises `MissingHash` when the tiles contradict the
    size, and then changes nothing. May be called by any number of processes at any time.
    """
    with reading() as session:  # most turns find nothing: they must not write
        if not unnumbered(session):
            return 0
    with transaction() as session:
        trail = _locked_trail(session)  # step 1
        if not _takes_lease(session, trail, holder or this_process()):
            return 0
        waiting = waiting_rows(session, limit)  # step 2
        taken: list[tuple[UUID, bytes]] = []
        for identity, row in waiting:  # step 3
            if row is not None and row.leaf is not None and row.mac_is_right(mac_of):
                taken.append((identity, row.leaf))
            else:
                _set_aside(session, identity, row)
        if taken:
            _number(session, trail, taken)  # steps 4 and 5
        ids = [identity for identity, _ in waiting]  # step 6
        for at in range(0, len(ids), _STRUCK_AT_ONCE):
            session.execute(delete(EntryWaiting).where(EntryWaiting.entry_id.in_(ids[at : at + _STRUCK_AT_ONCE])))
        trail.numbered_at = clock.now()
        return len(waiting)


def checkpoint_once(signing: Signing, *, asked: bool = False) -> int:
    """A checkpoint over all that is numbered is signed and its copy kept, when one is due or `asked` for.

    Due is one 60 seconds or 100 entries after the last (settings), never without a new entry. Returns the size of the
    newest checkpoint, 0 before the first. Raises `TrailContradicts` instead of signing a tree that does not grow from
    the last checkpoint, in the database or kept outside it.
    """
    with reading() as session:
        newest, trail = newest_checkpoint(session), session.get(Trail, TRAIL_ROW)
        is_due = trail is not None and _is_due(newest, trail.size, signing, asked)
    if is_due:
        with transaction() as session:
            trail, newest = _locked_trail(session), newest_checkpoint(session)
            if _is_due(newest, trail.size, signing, asked):  # another may have signed meanwhile
                newest = _sign(session, signing, newest, trail.size)
    _keep_copies(signing.copies)
    return newest.size if newest is not None else 0


def bring_up_to_date(mac_of: MacOf, signing: Signing, *, patience_s: float = 10.0) -> int:
    """Everything that waited is numbered and under a signed checkpoint: what a record, a freeze or a verification asks.

    Returns the size of the newest checkpoint. While another sequencer holds the lease, it is waited for, `patience_s` at
    most (its lease runs out by itself); `TryLater` when even then something waits. A trail that contradicts itself is
    neither numbered nor signed any further: that is a diagnostic here, `verify` says what is wrong with it, and `prove`
    hands out nothing that does not hold.
    """
    pause = threading.Event()
    until = time.monotonic() + patience_s
    try:
        while True:
            while sequence_once(mac_of):
                pass
            with reading() as session:
                if not unnumbered(session):
                    return checkpoint_once(signing, asked=True)
            if time.monotonic() > until:
                raise TryLater(NOT_NUMBERED)
            pause.wait(0.05)
    except (TrailContradicts, tiles.MissingHash, copies.CopyDiffers) as wrong:
        diagnostics.error("the trail contradicts itself: %s", wrong)
    except SQLAlchemyError as wrong:
        if not database_answers():
            raise
        diagnostics.error("the trail's tables cannot be read: %s", type(wrong).__name__)
    return copies.newest_copy(signing.copies)


def keep_sequencing(mac_of: MacOf, signing: Signing, stop: threading.Event, *, every_s: float = 1.0) -> None:
    """Number each second and sign when due, until `stop` is set. What goes wrong is a diagnostic, and tried again."""
    while not stop.is_set():
        try:
            while sequence_once(mac_of) >= BATCH and not stop.is_set():
                pass
            checkpoint_once(signing)
        except Exception as wrong:  # a sequencer that dies stops all look-ups after ten seconds
            diagnostics.error("sequencer: %s", type(wrong).__name__)
        stop.wait(every_s)
    give_up_lease()


def give_up_lease(holder: str | None = None) -> None:
    """The lease is free again, if it was ours: the next sequencer need not wait for its end."""
    with transaction() as session:
        trail = session.get(Trail, TRAIL_ROW, with_for_update=True)
        if trail is not None and trail.leased_by == (holder or this_process()):
            trail.leased_by = trail.lease_until = None


def database_answers() -> bool:
    """Whether the database is there at all: then it is a table that somebody has changed."""
    try:
        with reading() as session:
            session.execute(select(1)).scalar_one()
    except SQLAlchemyError:
        return False
    return True


def unnumbered(session: Session) -> bool:
    """Whether any entry waits for a number."""
    return session.execute(select(EntryWaiting.entry_id).limit(1)).first() is not None


def _locked_trail(session: Session) -> Trail:
    """The one row of the trail, locked until the transaction ends: by it and the primary keys numbers are gapless."""
    trail = session.get(Trail, TRAIL_ROW, with_for_update=True, populate_existing=True)
    if trail is None:
        first = Trail(id=TRAIL_ROW, size=0, numbered_at=None, fence=0, leased_by=None, lease_until=None)
        with contextlib.suppress(IntegrityError), session.begin_nested():  # another may be making it just now
            session.add(first)
        trail = session.get_one(Trail, TRAIL_ROW, with_for_update=True, populate_existing=True)
    return trail


def _takes_lease(session: Session, trail: Trail, holder: str) -> bool:
    """Whether the lease is ours now, by the database's clock. The fence counts how often it changed hands."""
    now = clock.database_now(session)
    if trail.leased_by != holder:
        if trail.lease_until is not None and trail.lease_until > now:
            return False
        trail.leased_by, trail.fence = holder, trail.fence + 1
    trail.lease_until = now + LEASE
    return True


def _set_aside(session: Session, identity: UUID, row: Row | None) -> None:
    why = "missing" if row is None else "unreadable" if row.leaf is None else "bad_mac"
    if session.get(EntrySetAside, identity) is None:
        session.add(EntrySetAside(entry_id=identity, why=why, at=clock.now()))
    diagnostics.error("entry %s set aside: %s", identity, why)


def _number(session: Session, trail: Trail, taken: Sequence[tuple[UUID, bytes]]) -> None:
    first = trail.size
    session.execute(
        insert(EntryNumber),
        [{"number": number, "entry_id": identity} for number, (identity, _) in enumerate(taken, first)],
    )
    leaves = [leaf for _, leaf in taken]
    session.execute(insert(Segment), [{"first_number": first, "leaves": pack_leaves(leaves)}])
    hashes = [tree.leaf_hash(leaf) for leaf in leaves]
    write_tiles(session, tiles.grow(first, hashes, tile_reader(session)))
    trail.size = first + len(taken)


def _is_due(newest: StoredCheckpoint | None, size: int, signing: Signing, asked: bool) -> bool:
    if newest is None:
        return size > 0
    grown = size - newest.size
    if grown <= 0:
        return False
    return asked or grown >= signing.every_entries or clock.now() - newest.at >= timedelta(seconds=signing.every_s)


def _sign(session: Session, signing: Signing, before: StoredCheckpoint | None, size: int) -> StoredCheckpoint:
    kept = copies.newest_copy(signing.copies)
    if kept > (before.size if before else 0):
        raise TrailContradicts(f"a checkpoint at {kept} was signed before, and the database does not know it")
    read = tiles.node_reader(tile_reader(session))
    try:
        root = tree.root_of(size, read)
        grows = before is None or tree.root_of(before.size, read) == before.root
    except tiles.MissingHash as missing:
        raise TrailContradicts(str(missing)) from missing
    if not grows:
        raise TrailContradicts(f"the tree does not grow from the checkpoint at {before.size if before else 0}")
    note = sign_checkpoint(Checkpoint(signing.signer.name, size, root), signing.signer)
    signed = StoredCheckpoint(size=size, root=root, at=clock.now(), note=note)
    session.add(signed)
    session.flush()
    return signed


def _keep_copies(folder: Path) -> None:
    """Every stored checkpoint newer than the newest copy has its copy: after the commit, and again after a crash."""
    kept = copies.newest_copy(folder)
    with reading() as session:
        missing = session.execute(
            select(StoredCheckpoint.size, StoredCheckpoint.note)
            .where(StoredCheckpoint.size > kept)
            .order_by(StoredCheckpoint.size)
        ).all()
    for size, note in missing:
        copies.keep_copy(folder, size, note)
