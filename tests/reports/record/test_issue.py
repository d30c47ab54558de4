"""Issued records: on the shelf and in the trail together or not at all; made by a worker; waiting for the time stamp."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from govern.core.database import reading
from govern.core.errors import NotFound
from govern.queue.work import Work
from govern.trail.entry import Entry
from reports.record import issue, shelf
from reports.record.content import LookupRecord
from reports.record.shelf import IssuedRecord
from reports.record.sign import NotStamped
from tests.support.houses import Clerk, TestHouse, a_request
from tests.support.pdf import attachment_of, run, time_stamp_service


@dataclass(frozen=True)
class Answered:
    """A house with one look-up that was answered, and its clerk."""

    house: TestHouse
    clerk: Clerk
    lookup: uuid.UUID


@pytest.fixture
def answered(house: TestHouse) -> Answered:
    """A look-up that was answered."""
    clerk = house.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    lookup = house.submit(clerk, a_request())
    house.run_due()
    return Answered(house, clerk, lookup)


@pytest.fixture(scope="module")
def stamps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A time stamp service."""
    with time_stamp_service(tmp_path_factory.mktemp("stamps")) as address:
        yield address


def count_of(lookup: uuid.UUID) -> tuple[int, int]:
    """How many records lie on the shelf, and how many entries say so."""
    with reading() as session:
        records = select(func.count()).select_from(IssuedRecord).where(IssuedRecord.lookup == lookup)
        entries = select(func.count()).where(Entry.lookup == lookup, Entry.kind == "record_issued")
        return session.execute(records).scalar_one(), session.execute(entries).scalar_one()


def work_of(lookup: uuid.UUID) -> list[Work]:
    """The rows of work that will make a record of a look-up."""
    with reading() as session:
        return list(session.scalars(select(Work).where(Work.kind == issue.WORK, Work.target_id == lookup)))


def test_an_issued_record_lies_on_the_shelf_and_its_entry_names_number_and_hash(
    answered: Answered, stamps: str, tmp_path: Path
) -> None:
    made = issue.issue(answered.lookup, settings=answered.house.settings, time_stamp_url=stamps)
    with reading() as session:
        kept = shelf.by_number(session, made.number)
        assert kept is not None
        assert kept.pdf == made.pdf
        entry = session.scalars(
            select(Entry).where(Entry.kind == "record_issued", Entry.lookup == answered.lookup)
        ).one()
        assert entry.about_id == made.number
        assert json.loads(entry.details)["pdf_sha256"] == hashlib.sha256(made.pdf).hexdigest()
        found = shelf.by_pdf_sha256(session, hashlib.sha256(made.pdf).digest())
        assert found is not None
        assert found.id == kept.id
        assert shelf.by_pdf_sha256(session, b"\0" * 32) is None
    told = run("pdfsig", "-nocert", pdf=made.pdf, folder=tmp_path)
    assert "Signature is Valid." in told
    record = LookupRecord.from_json(attachment_of(made.pdf, tmp_path))
    assert record.number == made.number
    assert record.check_address.endswith(f"/check#{made.number}")
    assert answered.house.verified().ok


def test_a_second_record_has_another_number_and_tells_of_the_first(
    answered: Answered, stamps: str, tmp_path: Path
) -> None:
    first = issue.issue(answered.lookup, settings=answered.house.settings, time_stamp_url=stamps)
    second = issue.issue(answered.lookup, settings=answered.house.settings, time_stamp_url=stamps)
    assert first.number != second.number
    with reading() as session:
        newest = shelf.newest_of(session, answered.lookup)
    assert newest is not None
    assert newest.number == second.number
    record = LookupRecord.from_json(attachment_of(second.pdf, tmp_path))
    assert record.course[-1].zh == f"核發稽核紀錄 {first.number}"


def test_without_a_time_stamp_nothing_is_issued(answered: Answered) -> None:
    with pytest.raises(NotStamped):
        issue.issue(answered.lookup, settings=answered.house.settings, time_stamp_url="http://127.0.0.1:9/")
    assert count_of(answered.lookup) == (0, 0)


def test_a_look_up_that_is_not_there_gets_no_record(answered: Answered, stamps: str) -> None:
    with pytest.raises(NotFound):
        issue.issue(uuid.uuid4(), settings=answered.house.settings, time_stamp_url=stamps)


def test_a_worker_makes_the_record_that_was_asked_for_once(answered: Answered, stamps: str) -> None:
    settings = answered.house.settings.model_copy(update={"time_stamp_url": stamps})
    issue.ask_for(answered.clerk.actor, answered.lookup)
    issue.ask_for(answered.clerk.actor, answered.lookup)
    works = work_of(answered.lookup)
    assert len(works) == 1
    issue.run(works[0].id, settings)
    assert work_of(answered.lookup) == []
    assert count_of(answered.lookup) == (1, 1)
    issue.run(works[0].id, settings)
    assert count_of(answered.lookup) == (1, 1)


def test_while_no_time_stamp_can_be_had_the_work_waits_and_is_done_later(answered: Answered, stamps: str) -> None:
    away = answered.house.settings.model_copy(update={"time_stamp_url": "http://127.0.0.1:9/"})
    issue.ask_for(answered.clerk.actor, answered.lookup)
    work = work_of(answered.lookup)[0]
    issue.run(work.id, away)
    waiting = work_of(answered.lookup)[0]
    assert (waiting.state, waiting.tries) == ("due", 1)
    assert waiting.due_at > work.due_at
    assert count_of(answered.lookup) == (0, 0)


def test_nobody_can_ask_for_the_record_of_a_foreign_look_up(answered: Answered) -> None:
    stranger = answered.house.a_clerk("ntpc-dist-xindian", "disability_certificate")
    with pytest.raises(NotFound):
        issue.ask_for(stranger.actor, answered.lookup)
    with pytest.raises(NotFound):
        issue.ask_for(stranger.actor, uuid.uuid4())
    assert work_of(answered.lookup) == []


def test_a_record_that_cannot_be_printed_ends_its_work_and_leaves_nothing(house: TestHouse, stamps: str) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    lookup = house.submit(clerk, a_request(case_number="字\U00011d60第1號"))
    issue.ask_for(clerk.actor, lookup)
    issue.run(work_of(lookup)[0].id, house.settings.model_copy(update={"time_stamp_url": stamps}))
    assert work_of(lookup) == []
    assert count_of(lookup) == (0, 0)
