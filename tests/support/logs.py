"""A log for tests: entries written as the house writes them, a sequencer in hand, and an attacker with the database."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, create_engine, delete, insert, select, text, update
from sqlalchemy.orm import Session

from audit.log import sequence
from audit.log.note import NoteSigner
from audit.log.rows import MacOf, macs_of
from audit.log.sequence import Signing
from audit.log.store import Segment, StoredCheckpoint, Tile
from audit.log.verify import Verdict, verify
from govern.core import clock
from govern.core.database import Base, reading, transaction, writer
from govern.keys import ring, subject
from govern.trail.append import append
from govern.trail.entry import Entry, EntryNumber, Trail
from govern.trail.kinds.system import SetUp

ORIGIN = "govern.example/log"


@dataclass(frozen=True)
class House:
    """The parts of a house that a log needs: keys, a signing key, a folder for copies."""

    mac_of: MacOf
    signing: Signing

    def write(self, count: int = 1, *, sealed: bool = False) -> list[uuid.UUID]:
        """So many entries waiting for their numbers, ten to a transaction; `sealed` ones with a text of their own."""
        written: list[uuid.UUID] = []
        while len(written) < count:
            with transaction() as session:
                for at in range(len(written), min(count, len(written) + 10)):
                    event = SetUp(log_origin=f"{ORIGIN}/{at}", is_demonstration=True)
                    text = _a_text(session, at) if sealed else None
                    written.append(append(session, event, text=text).entry_id)
        return written

    def number(self) -> int:
        """Number everything that waits; how many entries that were."""
        done = 0
        while taken := sequence.sequence_once(self.mac_of):
            done += taken
        return done

    def sign(self) -> int:
        """A checkpoint over all that is numbered; its size."""
        return sequence.checkpoint_once(self.signing, asked=True)

    def grow(self, *counts: int, sealed: bool = False) -> list[uuid.UUID]:
        """Entries written, numbered and signed, in as many steps as there are counts; their ids by number."""
        for count in counts:
            self.write(count, sealed=sealed)
            self.number()
            self.sign()
        with reading() as session:
            return list(session.scalars(select(EntryNumber.entry_id).order_by(EntryNumber.number)))

    def verdict(self, from_number: int = 0, *, with_copies: bool = True, since: str | None = None) -> Verdict:
        """What a verification says now; without copies, what it could say if none were kept."""
        signing = self.signing if with_copies else replace(self.signing, copies=self.signing.copies / "none")
        return verify(self.mac_of, signing, since=[since] if since is not None else [], from_number=from_number)


def _a_text(session: Session, at: int) -> subject.SealedValue:
    key = subject.data_key(ring.bound(), session, agency="ntpc-urban", retention_years=5, at=clock.now())
    sealed = subject.seal(key, "reason", f"reason {at}")
    session.add(sealed)
    session.flush()
    return sealed


@contextmanager
def undone() -> Iterator[None]:
    """Whatever an attacker does within the block is undone after it: the tables are as they were."""
    tables = [table for table in Base.metadata.sorted_tables if table.name in _LOG_TABLES]
    with attacker() as connection:
        kept = {table: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}
    yield
    with attacker() as connection:
        for table, rows in kept.items():
            connection.execute(delete(table))
            if rows:
                connection.execute(insert(table), rows)


_LOG_TABLES = (
    "entry", "entry_number", "entry_waiting", "entry_set_aside", "entry_sealed_value", "sealed_value", "trail",
    "segment", "tile", "checkpoint",
)  # fmt: skip


def cut(connection: Connection, size: int, ids: list[uuid.UUID]) -> None:
    """The tail gone from every table, as one would who knows them all; checkpoints beyond the size too."""
    connection.execute(delete(EntryNumber).where(EntryNumber.number >= size))
    connection.execute(delete(Entry).where(Entry.id.in_(ids[size:])))
    connection.execute(delete(StoredCheckpoint).where(StoredCheckpoint.size > size))
    connection.execute(delete(Segment).where(Segment.first_number >= size))
    hashes = connection.execute(select(Tile.hashes).where(Tile.level == 0, Tile.index == 0)).scalar_one()
    connection.execute(update(Tile).where(Tile.level == 0).values(hashes=hashes[: size * 32]))
    connection.execute(update(Trail).values(size=size))


def a_house(folder: Path) -> House:
    """A house with keys of its own in a folder; the database must be bound already."""
    ring.make_keys(folder / "keys")
    keys = ring.bind(folder / "keys")
    signer = NoteSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    return House(macs_of(keys), Signing(signer, folder / "checkpoints"))


@contextmanager
def attacker() -> Iterator[Connection]:
    """Somebody who may write anything to the database: no trigger, no foreign key holds them; what they do stays."""
    engine = create_engine(writer().url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET session_replication_role = replica"))
            else:
                triggers = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
                for name in list(triggers):
                    connection.execute(text(f'DROP TRIGGER "{name}"'))
            yield connection
    finally:
        engine.dispose()


def found(house: House, *, since: str | None = None, with_copies: bool = True) -> tuple[int | None, uuid.UUID | None]:
    """The number and id of the first bad entry; there must be one."""
    verdict = house.verdict(since=since, with_copies=with_copies)
    assert verdict.first_bad is not None
    assert not verdict.ok
    return verdict.first_bad.number, verdict.first_bad.entry_id
