"""Proofs for entries and between checkpoints, as a stranger would check them."""

import uuid

import pytest
from sqlalchemy import select, update

from audit.log import prove, tree
from audit.log.checkpoint import read_checkpoint
from audit.log.store import StoredCheckpoint
from govern.core.database import reading
from govern.core.errors import EvidenceUnavailable, TryLater
from govern.trail.entry import Entry
from tests.support.logs import ORIGIN, House, attacker


def test_each_entry_is_proven_to_stand_where_its_number_says(house: House) -> None:
    ids = house.grow(2, 300, 5)
    with reading() as session:
        proven = prove.prove(session, [ids[306], ids[0], ids[255], ids[0]])
    assert [entry.number for entry in proven.entries] == [0, 255, 306]
    signed = read_checkpoint(proven.note, origin=ORIGIN, trusted=[house.signing.signer.key()])
    assert (signed.size, signed.root) == (proven.size, proven.root) == (307, proven.root)
    for entry in proven.entries:
        assert tree.verify_inclusion(tree.leaf_hash(entry.leaf), entry.number, signed.size, entry.proof, signed.root)


def test_an_older_checkpoint_can_be_proven_against_while_the_log_grows(house: House) -> None:
    ids = house.grow(3, 4, 500)
    with reading() as session:
        older = session.get_one(StoredCheckpoint, 7)
        proven = prove.prove(session, [ids[6]], at=older)
        assert proven.size == 7
        assert tree.verify_inclusion(tree.leaf_hash(proven.entries[0].leaf), 6, 7, proven.entries[0].proof, older.root)
        with pytest.raises(TryLater):
            prove.prove(session, [ids[7]], at=older)


def test_what_is_not_yet_numbered_or_signed_is_to_be_tried_later(house: House) -> None:
    (waiting,) = house.write(1)
    with reading() as session, pytest.raises(TryLater):
        prove.prove(session, [waiting])
    house.grow(1)
    (waiting,) = house.write(1)
    with reading() as session, pytest.raises(TryLater):
        prove.prove(session, [waiting])
    house.number()
    with reading() as session, pytest.raises(TryLater):
        prove.prove(session, [waiting])
    house.sign()
    with reading() as session:
        assert prove.prove(session, [waiting]).entries[0].number == 2


def test_an_unknown_entry_is_never_proven(house: House) -> None:
    house.grow(1)
    with reading() as session, pytest.raises(TryLater):
        prove.prove(session, [uuid.uuid4()])


def test_a_proof_of_an_altered_entry_is_not_handed_out(house: House) -> None:
    ids = house.grow(5)
    with attacker() as connection:
        connection.execute(update(Entry).where(Entry.id == ids[2]).values(agency="tpe-social"))
    with reading() as session:
        prove.prove(session, [ids[1]])
        with pytest.raises(EvidenceUnavailable):
            prove.prove(session, [ids[1], ids[2]])


def test_every_checkpoint_is_shown_to_grow_from_every_earlier_one(house: House) -> None:
    house.grow(1, 2, 255, 300)
    with reading() as session:
        checkpoints = session.scalars(select(StoredCheckpoint).order_by(StoredCheckpoint.size)).all()
        for at, old in enumerate(checkpoints):
            for new in checkpoints[at:]:
                proof = prove.consistency(session, old.size, new.size)
                assert tree.verify_consistency(old.size, new.size, old.root, new.root, proof)


def test_a_proof_is_short_however_far_the_number(house: House) -> None:
    house.grow(600)
    with reading() as session:
        assert len(prove.inclusion(session, 599, 600)) <= 10
        with pytest.raises(ValueError):
            prove.inclusion(session, 600, 600)
