"""The sequencer: gapless numbers, one turn a transaction, checkpoints that only grow, copies outside."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from audit.log import copies, sequence
from audit.log.checkpoint import read_checkpoint
from audit.log.sequence import TrailContradicts, checkpoint_once, sequence_once
from audit.log.store import Segment, StoredCheckpoint, Tile, newest_checkpoint, unpack_leaves
from audit.log.tiles import MissingHash
from audit.log.tree import leaf_hash, root
from govern.core import clock
from govern.core.database import reading, transaction
from govern.trail.entry import Entry, EntryNumber, EntrySetAside, EntryWaiting, Trail
from tests.support.logs import ORIGIN, House, attacker


def count(table: type) -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_entries_get_gapless_numbers_in_the_order_of_time(house: House) -> None:
    written = house.write(5)
    assert house.number() == 5
    with reading() as session:
        numbers = session.execute(select(EntryNumber.number, EntryNumber.entry_id).order_by(EntryNumber.number)).all()
    assert [tuple(row) for row in numbers] == list(enumerate(written))
    assert count(EntryWaiting) == 0


def test_the_tree_is_the_one_over_the_leaves_of_the_entries(house: House) -> None:
    house.grow(1, 3, 300, 2)
    with reading() as session:
        entries = session.scalars(
            select(Entry).join(EntryNumber, EntryNumber.entry_id == Entry.id).order_by(EntryNumber.number)
        ).all()
        leaves = [entry.leaf() for entry in entries]
        segments = session.scalars(select(Segment).order_by(Segment.first_number)).all()
        newest = newest_checkpoint(session)
        assert newest is not None
        assert (newest.size, newest.root) == (306, root([leaf_hash(leaf) for leaf in leaves]))
    assert [segment.first_number for segment in segments] == [0, 1, 4, 304]
    assert [leaf for segment in segments for leaf in unpack_leaves(segment.leaves)] == leaves


def test_a_turn_without_work_writes_nothing(house: House) -> None:
    house.grow(2)
    with reading() as session:
        before = session.get_one(Trail, 1).numbered_at
    assert sequence_once(house.mac_of) == 0
    with reading() as session:
        assert session.get_one(Trail, 1).numbered_at == before


def test_a_batch_is_limited_and_the_rest_follows(house: House) -> None:
    house.write(5)
    assert [sequence_once(house.mac_of, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert house.verdict().ok


def test_while_one_holds_the_lease_another_does_nothing(house: House) -> None:
    house.write(2)
    assert sequence_once(house.mac_of, limit=1, holder="one") == 1
    assert sequence_once(house.mac_of, holder="two") == 0
    assert sequence_once(house.mac_of, holder="one") == 1


def test_a_lease_that_ran_out_is_taken_over_and_the_fence_rises(house: House) -> None:
    house.write(2)
    sequence_once(house.mac_of, limit=1, holder="one")
    with transaction() as session:
        trail = session.get_one(Trail, 1)
        fence, trail.lease_until = trail.fence, clock.database_now(session) - timedelta(seconds=1)
    assert sequence_once(house.mac_of, holder="two") == 1
    with reading() as session:
        assert (session.get_one(Trail, 1).fence, session.get_one(Trail, 1).leased_by) == (fence + 1, "two")


def test_a_lease_given_up_is_free_at_once(house: House) -> None:
    house.write(2)
    sequence_once(house.mac_of, limit=1, holder="one")
    sequence.give_up_lease("two")
    assert sequence_once(house.mac_of, holder="two") == 0
    sequence.give_up_lease("one")
    assert sequence_once(house.mac_of, holder="two") == 1


def test_sequencers_and_writers_at_once_leave_no_gap_and_lose_nothing(house: House) -> None:
    failures: list[BaseException] = []

    def guarded(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as wrong:
            failures.append(wrong)

    def number_for_a_while(name: str) -> None:
        for _ in range(30):
            sequence_once(house.mac_of, holder=name)

    acts: list[Callable[[], object]] = [lambda: house.write(25) for _ in range(3)]
    acts += [lambda name=name: number_for_a_while(name) for name in ("one", "one", "two")]  # type: ignore[misc]
    threads = [threading.Thread(target=guarded, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    sequence.give_up_lease("one")
    sequence.give_up_lease("two")
    house.number()
    house.sign()
    verdict = house.verdict()
    assert (verdict.ok, verdict.size) == (True, 75)


@pytest.mark.parametrize("spoil", ["mac", "agency", "mac_key"])
def test_an_entry_whose_mac_is_not_the_keys_is_set_aside_and_the_others_go_on(house: House, spoil: str) -> None:
    first, second, third = house.write(3)
    with attacker() as connection:
        value = {"mac": bytes(32), "agency": "tpe-social", "mac_key": 2}[spoil]
        connection.execute(update(Entry).where(Entry.id == second).values({spoil: value}))
    assert house.number() == 3
    with reading() as session:
        assert list(session.scalars(select(EntryNumber.entry_id).order_by(EntryNumber.number))) == [first, third]
        aside = session.get_one(EntrySetAside, second)
        assert aside.why == "bad_mac"
    assert count(EntryWaiting) == 0


def test_a_waiting_entry_that_is_gone_is_set_aside(house: House) -> None:
    first, second = house.write(2)
    with attacker() as connection:
        connection.execute(delete(Entry).where(Entry.id == first))
    house.number()
    with reading() as session:
        assert session.get_one(EntrySetAside, first).why == "missing"
        assert list(session.scalars(select(EntryNumber.entry_id))) == [second]


def test_nothing_is_built_on_an_edge_that_contradicts_the_size(house: House) -> None:
    house.grow(3)
    house.write(1)
    with attacker() as connection:
        connection.execute(update(Tile).where(Tile.level == 0).values(hashes=bytes(64)))
    with pytest.raises(MissingHash):
        sequence_once(house.mac_of)
    assert (count(EntryNumber), count(EntryWaiting)) == (3, 1)


def test_a_checkpoint_is_signed_at_the_first_entry_then_by_number_or_by_time(house: House) -> None:
    signing = replace(house.signing, every_s=60.0, every_entries=3)

    def after(entries: int, seconds: float) -> int:
        house.write(entries)
        house.number()
        moment = clock.now() + timedelta(seconds=seconds)
        with clock.clock_reads(lambda: moment):
            return checkpoint_once(signing)

    assert checkpoint_once(signing) == 0
    assert after(1, 0) == 1
    assert after(2, 0) == 1
    assert after(1, 0) == 4
    assert after(1, 59) == 4
    assert after(0, 61) == 5
    assert after(0, 3600) == 5


def test_asking_signs_at_once_and_a_second_time_nothing_happens(house: House) -> None:
    house.write(2)
    house.number()
    assert checkpoint_once(house.signing, asked=True) == 2
    assert checkpoint_once(house.signing, asked=True) == 2
    assert count(StoredCheckpoint) == 1


def test_a_checkpoint_and_its_copy_are_the_same_signed_note(house: House) -> None:
    house.grow(2, 3)
    kept = dict(copies.copies_in(house.signing.copies))
    with reading() as session:
        stored = {each.size: each.note for each in session.scalars(select(StoredCheckpoint))}
        newest = newest_checkpoint(session)
    assert kept == stored
    assert sorted(kept) == [2, 5]
    assert newest is not None
    signed = read_checkpoint(kept[5], origin=ORIGIN, trusted=[house.signing.signer.key()])
    assert (signed.size, signed.root) == (5, newest.root)


def test_a_copy_missed_by_a_crash_is_kept_at_the_next_turn(house: House) -> None:
    house.grow(2)
    for path in house.signing.copies.iterdir():
        path.unlink()
    checkpoint_once(house.signing)
    assert dict(copies.copies_in(house.signing.copies)).keys() == {2}


def test_a_copy_is_never_replaced(tmp_path: Path) -> None:
    copies.keep_copy(tmp_path / "kept", 7, "note\n")
    copies.keep_copy(tmp_path / "kept", 7, "note\n")
    with pytest.raises(copies.CopyDiffers):
        copies.keep_copy(tmp_path / "kept", 7, "another\n")
    copies.keep_copy(tmp_path / "kept", 5, "earlier\n")
    assert copies.newest_copy(tmp_path / "kept") == 7
    assert [size for size, _ in copies.copies_in(tmp_path / "kept")] == [5, 7]


def test_a_tree_that_does_not_grow_from_the_last_checkpoint_is_not_signed(house: House) -> None:
    house.grow(3)
    house.write(1)
    house.number()
    with attacker() as connection:
        connection.execute(update(Tile).where(Tile.level == 0).values(hashes=bytes(128)))
    with pytest.raises(TrailContradicts):
        house.sign()
    assert count(StoredCheckpoint) == 1


def test_a_database_restored_from_before_a_kept_checkpoint_is_not_signed_on(house: House) -> None:
    house.grow(3)
    copies.keep_copy(house.signing.copies, 9, "a checkpoint that the database does not know\n")
    house.write(1)
    house.number()
    with pytest.raises(TrailContradicts):
        house.sign()


def test_bringing_up_to_date_numbers_and_signs_all_that_waits(house: House) -> None:
    assert sequence.bring_up_to_date(house.mac_of, house.signing) == 0
    house.write(4)
    assert sequence.bring_up_to_date(house.mac_of, house.signing) == 4


def test_a_trail_that_contradicts_itself_is_left_for_verify_to_name(house: House) -> None:
    house.grow(3)
    house.write(1)
    with attacker() as connection:
        connection.execute(update(Tile).where(Tile.level == 0).values(hashes=bytes(64)))
    assert sequence.bring_up_to_date(house.mac_of, house.signing) == 3
    assert not house.verdict().ok


def test_a_sequencer_keeps_on_until_it_is_stopped(house: House) -> None:
    stop = threading.Event()
    signing = replace(house.signing, every_entries=1)
    thread = threading.Thread(
        target=sequence.keep_sequencing, args=(house.mac_of, signing, stop), kwargs={"every_s": 0.01}
    )
    thread.start()
    house.write(3)
    poll = threading.Event()
    for _ in range(2000):
        if copies.newest_copy(house.signing.copies) == 3:
            break
        poll.wait(0.01)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert copies.newest_copy(house.signing.copies) == 3
    with reading() as session:
        assert session.get_one(Trail, 1).leased_by is None
