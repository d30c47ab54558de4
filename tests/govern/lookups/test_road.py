"""The road of one look-up, step by step, on both databases and real sources."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.simulated import faults, registers
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import EvidenceUnavailable, InvalidInput, NotFound
from govern.keys.subject import SealedValue
from govern.lookups import answer as answers
from govern.lookups import destroy, intent, show
from govern.lookups.intent import write_intent
from govern.lookups.lookup import Answer, Lookup, SubjectKey, Task
from govern.lookups.request import GroundInput
from govern.lookups.run import carry_out
from govern.people import grant
from govern.people.session_life import log_out
from govern.queue.work import Work
from govern.rules.decision import Permit
from govern.rules.denial import Deny
from govern.trail.entry import Entry
from tests.support.houses import TestHouse, a_request

CERTIFICATE = "disability_certificate"
SOURCE_OWNER = "ntpc-civil"


def test_a_disability_certificate_shows_exactly_three_fields_and_its_trail_says_so(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    lookup = house.submit(clerk, a_request(CERTIFICATE))
    assert house.lookup(lookup).state == "waiting"
    house.run_due()
    assert [task.failure for task in house.tasks(lookup)] == [None]
    shown = show.show(clerk.actor, clerk.keys, lookup, house.settings)
    [answer] = shown.answers
    assert list(answer.subjects[0]["header"]) == ["name", "birth_date", "registered_address"]
    assert shown.evidence is not None
    assert house.lookup(lookup).state == "answered"
    assert house.kinds(lookup) == ["asked", "about_to_ask", "answered", "shown"]
    assert house.verified().ok


def test_the_last_outcome_of_a_lookup_is_the_one_entry_that_says_it_ends_it(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    lookup = house.submit(clerk, a_request(CERTIFICATE))
    house.run_due()
    with reading() as session:
        ending = session.scalars(select(Entry).where(Entry.lookup == lookup, Entry.ends_lookup)).all()
    assert [entry.kind for entry in ending] == ["answered"]
    assert house.lookup(lookup).ending_entry == ending[0].id


def test_the_same_form_posted_twice_is_one_lookup(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    request = a_request(CERTIFICATE)
    assert house.submit(clerk, request) == house.submit(clerk, request)
    assert house.run_due() == 1


def test_without_consent_the_lookup_is_denied_and_nothing_is_asked(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    lookup = house.submit(clerk, a_request(CERTIFICATE, ground=GroundInput(None)))
    assert house.lookup(lookup).state == "denied"
    assert house.run_due() == 0
    assert house.kinds(lookup) == ["asked", "denied"]
    assert [task.deny_rule for task in house.tasks(lookup)] == ["consent_missing"]


def test_a_right_that_ends_between_submit_and_run_stops_the_call(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao")
    right = house.a_right(clerk.person, "ntpc-dist-banqiao", CERTIFICATE)
    lookup = house.submit(clerk, a_request(CERTIFICATE))
    grant.end_right(right)
    house.run_due()
    assert house.kinds(lookup) == ["asked", "denied"]
    assert house.tasks(lookup)[0].deny_rule == "right_ended"


def test_one_subject_whose_ground_is_gone_stops_the_whole_task_wherever_it_stands(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    lookup = house.submit(clerk, a_request(CERTIFICATE))
    with reading() as session:
        task = session.scalars(select(Task).where(Task.lookup == lookup)).one()
        known = intent.known_now(session, session.get_one(Lookup, lookup), task)
        [(ground, index)] = intent.grounds_of(session, task)
        good, gone = (ground, index), (replace(ground, has_document=False), index)
        assert isinstance(intent.decide_now(known, task, [good, good]), Permit)
        for subjects in ([gone, good], [good, gone], [good, gone, good]):
            assert isinstance(intent.decide_now(known, task, subjects), Deny), subjects


def test_a_right_that_ends_before_the_answer_is_opened_shows_nothing_and_destroys_it(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao")
    right = house.a_right(clerk.person, "ntpc-dist-banqiao", CERTIFICATE)
    lookup = house.submit(clerk, a_request(CERTIFICATE))
    house.run_due()
    grant.end_right(right)
    shown = show.show(clerk.actor, clerk.keys, lookup, house.settings)
    assert shown.answers == ()
    assert shown.evidence is None
    _run_destroy(house)
    assert house.kinds(lookup)[-2:] == ["denied", "destroyed"]


def test_a_source_that_may_not_be_asked_again_and_gives_no_reply_ends_as_unknown(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    faults.set(house.simulated(), SOURCE_OWNER, "hh_person_city", "dead")
    lookup = house.submit(clerk, a_request(CERTIFICATE))
    house.run_due()
    assert house.lookup(lookup).state == "unknown"
    assert house.kinds(lookup) == ["asked", "about_to_ask", "unknown"]
    assert house.run_due() == 0


def test_an_answer_about_another_person_is_never_shown(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    faults.set(house.simulated(), SOURCE_OWNER, "hh_person_city", "another_person")
    lookup = house.submit(clerk, a_request(CERTIFICATE))
    house.run_due()
    assert house.lookup(lookup).state == "failed"
    assert show.show(clerk.actor, clerk.keys, lookup, house.settings).answers == ()


def test_when_entries_are_not_numbered_in_time_nothing_is_submitted(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    late = clock.now() + timedelta(seconds=house.settings.unnumbered_limit_s + 1)
    with clock.clock_reads(lambda: late), pytest.raises(EvidenceUnavailable):
        house.submit(clerk, a_request(CERTIFICATE))


def test_a_task_whose_askers_session_has_ended_is_not_asked(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    lookup = house.submit(clerk, a_request(CERTIFICATE))
    log_out(clerk.actor, on_session_end=lambda session, hashed: None)
    house.run_due()
    assert house.lookup(lookup).state == "expired"
    assert house.kinds(lookup) == ["asked", "expired"]


def test_logging_out_destroys_every_answer(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    lookup = house.submit(clerk, a_request(CERTIFICATE))
    house.run_due()
    log_out(clerk.actor, on_session_end=_ends)
    _run_destroy(house)
    with reading() as session:
        [answer] = session.scalars(select(Answer)).all()
        entry = session.scalars(select(Entry).where(Entry.kind == "destroyed")).one()
    assert (answer.state, entry.cause) == ("destroyed", "session_ended")
    assert answers.store().masked(answer.id) is None
    assert house.lookup(lookup).state == "answered"


@pytest.mark.parametrize("destroyed_first", [True, False])
def test_an_answer_that_comes_after_the_log_out_is_destroyed_at_once(house: TestHouse, destroyed_first: bool) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    lookup = house.submit(clerk, a_request(CERTIFICATE))
    with reading() as session:
        work_id = session.scalars(select(Work.id).where(Work.kind == "task")).one()
    intent = write_intent(work_id, house.settings)
    assert intent is not None
    log_out(clerk.actor, on_session_end=destroy.when_session_ends)
    if destroyed_first:
        _run_destroy(house)
    carry_out(intent, house.settings)
    _run_destroy(house)
    assert answers.store().masked(intent.evidence.entry_id) is None
    assert house.kinds(lookup)[-1] == "destroyed"
    with reading() as session:
        assert session.get_one(Answer, intent.evidence.entry_id).state == "destroyed"
        assert session.scalars(select(Work)).all() == []


def test_another_clerks_lookup_is_not_found(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    other = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    lookup = house.submit(clerk, a_request(CERTIFICATE))
    house.run_due()
    with pytest.raises(NotFound):
        show.show(other.actor, other.keys, lookup, house.settings)
    with pytest.raises(NotFound):
        show.show(other.actor, other.keys, uuid.uuid4(), house.settings)


def test_an_identifier_is_stored_sealed_and_in_one_form(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    _, number = registers.example_keys("hh_person_city")[0]
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in number)
    first = house.submit(clerk, a_request(CERTIFICATE))
    second = house.submit(clerk, a_request(CERTIFICATE, keys=(("national_id", wide),)))
    with reading() as session:
        keys = session.scalars(select(SubjectKey).where(SubjectKey.lookup.in_([first, second]))).all()
        indexes = {session.get_one(SealedValue, key.sealed_value).keyed_index for key in keys}
    assert len(indexes) == 1


def test_what_was_typed_wrong_is_said_field_by_field_and_nothing_is_written(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    with pytest.raises(InvalidInput) as wrong:
        house.submit(clerk, a_request(CERTIFICATE, keys=(("national_id", "A123456788"),)))
    assert set(wrong.value.fields) == {"subject_1_national_id"}
    assert "A123456788" not in wrong.value.fields["subject_1_national_id"].zh
    assert house.run_due() == 0


def _ends(session: Session, hashed: bytes) -> None:
    destroy.when_session_ends(session, hashed)


def _run_destroy(house: TestHouse) -> None:
    with reading() as session:
        due = session.scalars(select(Work.id).where(Work.kind == "destroy", Work.due_at <= clock.now())).all()
    assert due
    for work_id in due:
        destroy.run(work_id, house.settings)
