"""An entry is written with the deed or not at all, and evidence is an entry that was committed."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import EvidenceUnavailable
from govern.keys.ring import Ring
from govern.trail.append import append, evidence, refuse_when_unnumbered
from govern.trail.entry import Entry, EntryWaiting
from govern.trail.kinds.kind import FILLED_BY_APPEND, KINDS
from govern.trail.kinds.system import RecordIssued, SetUp
from govern.trail.leaf import COLUMNS

EVENT = SetUp(log_origin="test/log", is_demonstration=True)


def test_an_entry_lives_and_dies_with_its_transaction(database_address: str, keys: Ring) -> None:
    def fail() -> None:
        with transaction() as session:
            append(session, EVENT)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    with reading() as session:
        assert session.scalars(select(Entry)).all() == []
        assert session.scalars(select(EntryWaiting)).all() == []


def test_evidence_is_only_to_be_had_of_a_committed_entry(database_address: str, keys: Ring) -> None:
    with transaction() as session:
        appended = append(session, EVENT)
        with pytest.raises(RuntimeError):
            evidence(session, appended)
    assert evidence(session, appended).entry_id == appended.entry_id


def test_an_entry_waits_for_its_number_and_carries_a_mac_under_a_key_outside_the_database(
    database_address: str, keys: Ring
) -> None:
    with transaction() as session:
        appended = append(session, EVENT)
    with reading() as session:
        entry = session.get_one(Entry, appended.entry_id)
        assert keys.mac_is_right(entry.leaf(), entry.mac)
        assert session.get(EntryWaiting, entry.id) is not None


def test_an_old_unnumbered_entry_stops_everything(database_address: str, keys: Ring) -> None:
    with transaction() as session:
        append(session, EVENT)
    later = clock.now() + timedelta(seconds=11)
    with reading() as session:
        refuse_when_unnumbered(session, 10)
        with clock.clock_reads(lambda: later), pytest.raises(EvidenceUnavailable):
            refuse_when_unnumbered(session, 10)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_has_a_sentence_in_both_languages_and_its_columns_are_columns(name: str) -> None:
    kind = KINDS[name]
    assert kind.wording.zh
    assert kind.wording.en
    assert kind.__doc__
    assert kind.version >= 1
    assert set(COLUMNS) > FILLED_BY_APPEND


def test_a_kind_fills_its_columns_and_puts_the_rest_into_details() -> None:
    event = RecordIssued(lookup=uuid.UUID(int=1), about_id="R-1", pdf_sha256=b"\x01" * 32, checkpoint_size=7)
    assert event.columns()["about_kind"] == "record"
    assert event.details() == {"pdf_sha256": "01" * 32, "checkpoint_size": 7}
