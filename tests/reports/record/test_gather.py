"""A look-up's content from the database: what was done, by name, with proofs that hold, and never a value."""

import base64
import json
import uuid

import pytest
from sqlalchemy import select

from admin.frame.opening import signing
from audit.log import tree
from audit.log.checkpoint import read_checkpoint
from audit.log.rows import macs_of
from audit.log.sequence import bring_up_to_date
from audit.review.answer import answer
from audit.review.ask import ask_clerk
from audit.review.judge import judge
from connectors.simulated import registers
from govern.catalogue.case_item import CaseItemVersion, VersionAgency, VersionDataItem, VersionField
from govern.catalogue.data_item import DataItem
from govern.core.database import reading
from govern.core.errors import NotFound, TryLater
from govern.keys import ring
from govern.lookups import reveal, show
from govern.lookups.request import GroundInput
from reports.record.content import LookupRecord
from reports.record.gather import Frame, gather
from tests.support.audits import an_audit, in_days
from tests.support.houses import Clerk, TestHouse, a_request


def frame(house: TestHouse) -> Frame:
    """What a record says of itself."""
    return Frame(
        "1151124-AAAA-AA", "2026-11-24T06:46:58.000000Z", "簽章者", house.settings.log_origin, "http://x/", True
    )


def gathered(house: TestHouse, lookup: uuid.UUID) -> LookupRecord:
    """The content of a look-up at a checkpoint of this moment."""
    bring_up_to_date(macs_of(ring.bound()), signing(house.settings))
    with reading() as session:
        return gather(session, lookup, frame(house))


def test_a_look_up_that_was_answered_says_who_what_and_which_fields(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    lookup = house.submit(clerk, a_request(case_number="測試字第７號"))
    house.run_due()
    record = gathered(house, lookup)
    assert record.case_number == "測試字第７號"
    assert (record.who.account, record.who.agency.zh, record.who.invented) == (
        clerk.actor.account,
        "新北市板橋區公所",
        True,
    )
    assert record.case_item.code == "disability_certificate"
    assert record.rule.code == "all_conditions_hold"
    assert record.state.code == "answered"
    assert [basis.zh for basis in record.legal_bases]
    task = record.tasks[0]
    assert [field.code for field in (*task.clear, *task.masked, *task.revealable)] == [
        "name",
        "birth_date",
        "registered_address",
    ]
    assert task.not_fetched == 15
    assert record.subjects[0].ground.document == "測同字第1號"
    assert record.right_ends_on is not None
    assert [entry.kind for entry in record.entries] == ["asked", "about_to_ask", "answered"]


def test_every_entry_is_proven_by_the_note_of_the_log(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    lookup = house.submit(clerk, a_request())
    house.run_due()
    record = gathered(house, lookup)
    key = signing(house.settings).signer.key()
    checkpoint = read_checkpoint(record.checkpoint.note, origin=house.settings.log_origin, trusted=[key])
    assert (checkpoint.size, base64.b64encode(checkpoint.root).decode()) == (
        record.checkpoint.size,
        record.checkpoint.root,
    )
    for entry in record.entries:
        leaf, proof = base64.b64decode(entry.leaf), [base64.b64decode(step) for step in entry.proof]
        assert tree.verify_inclusion(tree.leaf_hash(leaf), entry.number, checkpoint.size, proof, checkpoint.root)


def test_the_record_is_the_same_after_its_json(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    lookup = house.submit(clerk, a_request())
    record = gathered(house, lookup)
    assert LookupRecord.from_json(record.to_json()) == record


def test_no_value_of_the_answer_nor_of_the_key_stands_in_the_record(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    kind, value = registers.example_keys("hh_person_city")[0]
    lookup = house.submit(clerk, a_request(keys=((kind, value),)))
    house.run_due()
    shown = show.show(clerk.actor, clerk.keys, lookup, house.settings)
    values = {text for subject in shown.answers[0].subjects for text in subject["header"].values() if len(text) > 1}
    assert values
    raw = gathered(house, lookup).to_json().decode()
    everything = raw + "".join(
        base64.b64decode(entry["leaf"]).decode("utf-8", "replace") for entry in json.loads(raw)["entries"]
    )
    assert [one for one in (value, *values) if one in everything] == []
    assert f"{value[:6]}****" in raw


def test_a_reveal_is_named_by_its_field_with_its_reason(house: TestHouse) -> None:
    clerk, item = _with_a_revealable_field(house)
    lookup = house.submit(clerk, a_request(item))
    house.run_due()
    shown = show.show(clerk.actor, clerk.keys, lookup, house.settings)
    answer, place = next((one, place) for one in shown.answers for place in sorted(one.revealable))
    value = reveal.reveal(clerk.actor, clerk.keys, lookup, answer.answer_id, place, "與申請書核對", house.settings)
    record = gathered(house, lookup)
    assert len(record.reveals) == 1
    assert record.reveals[0].reason == "與申請書核對"
    assert record.reveals[0].field.code == value.field_code
    assert record.reveals[0].entry in {entry.number for entry in record.entries if entry.kind == "revealed"}
    assert value.value not in record.to_json().decode()


def test_a_denied_look_up_says_the_rule_in_both_languages_with_names(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    lookup = house.submit(clerk, a_request(ground=GroundInput("statutory_duty", "某字第1號", None)))
    record = gathered(house, lookup)
    assert record.state.code == "denied"
    assert record.rule.code == "consent_missing"
    assert record.tasks[0].denied == record.rule
    assert "同意" in record.rule.zh
    assert "consent" in record.rule.en
    assert record.tasks[0].clear == ()


def test_a_denial_names_the_case_item_and_not_its_code(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao")
    record = gathered(house, house.submit(clerk, a_request()))
    assert record.rule.code == "right_missing"
    assert "身心障礙證明" in record.rule.zh
    assert "disability_certificate" not in record.rule.zh


def test_where_nothing_came_no_field_is_named(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    lookup = house.submit(clerk, a_request())
    record = gathered(house, lookup)
    with reading() as session:
        fields = len(session.scalars(select(DataItem).where(DataItem.code == "hh_person_city")).one().fields)
    assert record.tasks[0].state.code == "waiting"
    assert (record.tasks[0].clear, record.tasks[0].masked, record.tasks[0].not_fetched) == ((), (), fields)
    assert record.ended_at is None


def test_a_look_up_without_a_checkpoint_waits(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    bring_up_to_date(macs_of(ring.bound()), signing(house.settings))
    lookup = house.submit(clerk, a_request())
    with reading() as session, pytest.raises(TryLater):
        gather(session, lookup, frame(house))


def test_an_entry_that_came_after_the_checkpoint_belongs_to_the_next_record(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    lookup = house.submit(clerk, a_request())
    bring_up_to_date(macs_of(ring.bound()), signing(house.settings))
    house.run_due()
    with reading() as session:
        record = gather(session, lookup, frame(house))
    assert [entry.kind for entry in record.entries] == ["asked"]


def test_a_look_up_that_is_not_there_is_not_found(house: TestHouse) -> None:
    with reading() as session, pytest.raises(NotFound):
        gather(session, uuid.uuid4(), frame(house))


def _with_a_revealable_field(house: TestHouse) -> tuple[Clerk, str]:
    """A clerk, and a case item of the catalogue that has a revealable field."""
    with reading() as session:
        found = session.execute(
            select(CaseItemVersion.case_item, VersionAgency.agency)
            .join(VersionField, VersionField.version_id == CaseItemVersion.id)
            .join(VersionAgency, VersionAgency.version_id == CaseItemVersion.id)
            .join(VersionDataItem, VersionDataItem.version_id == CaseItemVersion.id)
            .where(VersionField.appearance == "revealable", CaseItemVersion.state == "in_force")
            .where(VersionDataItem.item.like("hh_%"))
            .limit(1)
        ).first()
    assert found is not None  # 兒少保護 among others
    return house.a_clerk(found[1], found[0]), found[0]


def test_what_an_audit_says_of_a_look_up_is_not_in_its_record(house: TestHouse) -> None:
    """Who looked up may have the record, and sees no verdict before the period is signed off."""
    audit = an_audit(house)
    ask_clerk(audit.auditor, audit.samples[0], "請補文件", due_on=in_days(1))
    answer(audit.clerk.actor, audit.samples[0], "如附")
    judge(audit.auditor, audit.samples[0], "no_document", "沒有同意書")
    record = gathered(house, audit.lookups[0])
    assert [entry.kind for entry in record.entries] == ["asked"]
    assert len(record.course) == 1
