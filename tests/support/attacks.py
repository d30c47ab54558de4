"""What somebody who may write to the database does to one entry of the trail (SECURITY.md, T1 to T3), and then with the keys.

An attack is made on the entry under a number and leaves all else as it was. `written_anew` makes everything in the house fit
it: MACs, leaves, tree and checkpoints, with the house's own keys, and the copies outside the database if asked.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from audit.log import tree
from audit.log.checkpoint import Checkpoint, sign_checkpoint
from audit.log.copies import copies_in, keep_copy
from audit.log.rows import MacOf
from audit.log.sequence import Signing
from audit.log.store import Segment, StoredCheckpoint, Tile, pack_leaves, unpack_leaves
from audit.log.tiles import grow
from govern.core import clock
from govern.trail.entry import Entry, EntryNumber, EntrySealedValue, EntryWaiting, Trail

Ids = Sequence[uuid.UUID]
Attack = Callable[[Connection, Ids, int], object]
NEW: Final = uuid.UUID("0197a000-0000-7000-8000-00000000000f")


def copy_of(connection: Connection, identity: uuid.UUID, **changes: Any) -> None:
    """A second row of an entry, changed in this."""
    values = dict(connection.execute(select(Entry.__table__).where(Entry.id == identity)).mappings().one())
    connection.execute(insert(Entry.__table__), [values | changes])
    beside = select(EntrySealedValue.sealed_value_id).where(EntrySealedValue.entry_id == identity)
    for sealed in connection.execute(beside).scalars().all():
        connection.execute(insert(EntrySealedValue), [{"entry_id": changes["id"], "sealed_value_id": sealed}])


def renumber(connection: Connection, first: int, step: int) -> None:
    """All numbers from `first` on move by one."""
    query = select(EntryNumber.number).where(EntryNumber.number >= first).order_by(EntryNumber.number * -step)
    for number in connection.execute(query).scalars().all():
        connection.execute(update(EntryNumber).where(EntryNumber.number == number).values(number=number + step))


def swap(connection: Connection, one: int, other: int) -> None:
    """Two entries have each other's number."""
    for number, to in ((one, -1), (other, one), (-1, other)):
        connection.execute(update(EntryNumber).where(EntryNumber.number == number).values(number=to))


def delete_one(connection: Connection, ids: Ids, at: int) -> None:
    """Entry and number are gone."""
    connection.execute(delete(EntryNumber).where(EntryNumber.entry_id == ids[at]))
    connection.execute(delete(Entry).where(Entry.id == ids[at]))


def delete_and_renumber(connection: Connection, ids: Ids, at: int) -> None:
    """The gap is closed as well."""
    delete_one(connection, ids, at)
    renumber(connection, at + 1, -1)
    connection.execute(update(Trail).values(size=len(ids) - 1))


def insert_under_its_number(connection: Connection, ids: Ids, at: int) -> None:
    """An entry more, and all behind it move on."""
    copy_of(connection, ids[at], id=NEW)
    renumber(connection, at, 1)
    connection.execute(insert(EntryNumber), [{"number": at, "entry_id": NEW}])
    connection.execute(update(Trail).values(size=len(ids) + 1))


def duplicate_at_the_end(connection: Connection, ids: Ids, at: int) -> None:
    """The entry again, as the newest."""
    copy_of(connection, ids[at], id=NEW)
    connection.execute(insert(EntryNumber), [{"number": len(ids), "entry_id": NEW}])


def _edit(**values: Any) -> Attack:
    return lambda connection, ids, at: connection.execute(update(Entry).where(Entry.id == ids[at]).values(**values))


def _edit_the_time(connection: Connection, ids: Ids, at: int) -> None:
    connection.execute(update(Entry).where(Entry.id == ids[at]).values(at=clock.now() - timedelta(days=1)))


def _edit_with_leaf_and_tile(connection: Connection, ids: Ids, at: int) -> None:
    """The row, its leaf in the segment and its hash in the tile changed together; the root is another then."""
    connection.execute(update(Entry).where(Entry.id == ids[at]).values(agency="tpe-social"))
    leaf = _entry(connection, ids[at]).leaf()
    _put_leaf(connection, at, leaf)
    tile = (Tile.level == 0, Tile.index == at // 256)
    hashes, place = connection.execute(select(Tile.hashes).where(*tile)).scalar_one(), at % 256 * 32
    spoiled = hashes[:place] + tree.leaf_hash(leaf) + hashes[place + 32 :]
    connection.execute(update(Tile).where(*tile).values(hashes=spoiled))


def _put_leaf(connection: Connection, at: int, leaf: bytes) -> None:
    found = select(Segment).where(Segment.first_number <= at).order_by(Segment.first_number.desc())
    first, packed = connection.execute(found).first() or (0, b"")
    leaves = unpack_leaves(packed)
    leaves[at - first] = leaf
    connection.execute(update(Segment).where(Segment.first_number == first).values(leaves=pack_leaves(leaves)))


def _entry(connection: Connection, identity: uuid.UUID) -> Entry:
    return Entry(**connection.execute(select(Entry.__table__).where(Entry.id == identity)).mappings().one())


ATTACKS: Final[Mapping[str, Attack]] = {
    "edit the agency": _edit(agency="tpe-social"),
    "change the user": _edit(person=uuid.UUID("0197a000-0000-7000-8000-000000000001")),
    "change the time": _edit_the_time,
    "null a column": _edit(about_kind=None, details=b"{}"),
    "change the kind": _edit(kind="denied"),
    "change the MAC": _edit(mac=bytes(32)),
    "change the MAC's key": _edit(mac_key=2),
    "change the id": lambda connection, ids, at: connection.execute(
        update(Entry).where(Entry.id == ids[at]).values(id=NEW)
    ),
    "delete": delete_one,
    "delete the row alone": lambda connection, ids, at: connection.execute(delete(Entry).where(Entry.id == ids[at])),
    "delete the number alone": lambda connection, ids, at: connection.execute(
        delete(EntryNumber).where(EntryNumber.entry_id == ids[at])
    ),
    "delete and renumber": delete_and_renumber,
    "insert under its number": insert_under_its_number,
    "swap with a later one": lambda connection, ids, at: swap(connection, at, len(ids) - 1),
    "swap with the next": lambda connection, ids, at: swap(connection, at, at + 1),
    "edit row, leaf and tile": _edit_with_leaf_and_tile,
}
# What then stands under the number, where that is another entry than the one that was attacked.
_NAMES_ANOTHER: Final[Mapping[str, Callable[[Ids, int], uuid.UUID]]] = {
    "insert under its number": lambda ids, at: NEW,
    "swap with a later one": lambda ids, at: ids[-1],
    "swap with the next": lambda ids, at: ids[at + 1],
    "delete and renumber": lambda ids, at: ids[at + 1],
}
# Those that leave another history behind when all else is made to fit.
WITH_THE_KEYS: Final = (
    "edit the agency", "change the user", "change the time", "null a column", "change the kind",
    "delete and renumber", "insert under its number", "swap with a later one", "swap with the next",
)  # fmt: skip


def edit_with_mac_and_leaf(connection: Connection, ids: Ids, at: int, mac_of: MacOf) -> None:
    """With the key of the MACs: the row, its MAC and its leaf in the segment fit each other, and the tree is as it was."""
    connection.execute(update(Entry).where(Entry.id == ids[at]).values(agency="tpe-social"))
    leaf = _entry(connection, ids[at]).leaf()
    connection.execute(update(Entry).where(Entry.id == ids[at]).values(mac=mac_of(1, leaf)))
    _put_leaf(connection, at, leaf)


def first_bad(name: str, ids: Ids, at: int) -> tuple[int, uuid.UUID]:
    """What a verifier must name after this attack by somebody without keys."""
    return at, _NAMES_ANOTHER.get(name, lambda ids, at: ids[at])(ids, at)


def written_anew(connection: Connection, mac_of: MacOf, signing: Signing, sizes: Sequence[int]) -> None:
    """Everything in the database fits the entries as they are numbered now, under the house's own keys.

    Checkpoints are signed again at the sizes at which there were some, as far as the trail still reaches.
    """
    rows = connection.execute(
        select(Entry.__table__).join(EntryNumber, EntryNumber.entry_id == Entry.id).order_by(EntryNumber.number)
    ).mappings()
    leaves = []
    for values in list(rows):
        leaf = Entry(**values).leaf()
        leaves.append(leaf)
        mac = mac_of(1, leaf)
        connection.execute(update(Entry).where(Entry.id == values["id"]).values(mac=mac, mac_key=1))
    for table in (Segment, Tile, StoredCheckpoint, EntryWaiting):
        connection.execute(delete(table))
    hashes = [tree.leaf_hash(leaf) for leaf in leaves]
    connection.execute(insert(Segment), [{"first_number": 0, "leaves": pack_leaves(leaves)}])
    grown = grow(0, hashes, _no_tile)
    connection.execute(
        insert(Tile), [{"level": level, "index": at, "hashes": made} for (level, at), made in grown.items()]
    )
    for size in (size for size in {*sizes, len(leaves)} if size <= len(leaves)):
        root = tree.root(hashes[:size])
        note = sign_checkpoint(Checkpoint(signing.signer.name, size, root), signing.signer)
        connection.execute(insert(StoredCheckpoint), [{"size": size, "root": root, "at": clock.now(), "note": note}])
    connection.execute(update(Trail).values(size=len(leaves)))


def _no_tile(level: int, index: int) -> bytes:
    raise KeyError((level, index))


@contextmanager
def copies_too(folder: Path, connection_of: Callable[[], Sequence[tuple[int, str]]]) -> Iterator[None]:
    """Within the block the copies outside the database are those that the database would give, as for root of the machine."""
    kept = list(copies_in(folder))
    shutil.rmtree(folder)
    for size, note in connection_of():
        keep_copy(folder, size, note)
    yield
    shutil.rmtree(folder)
    for size, note in kept:
        keep_copy(folder, size, note)
