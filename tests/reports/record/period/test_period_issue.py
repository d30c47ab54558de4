"""A period's record: after the sign-off, by who is in scope, whole with its proofs; on the shelf and in the trail together."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audit.check.draw import recompute, waited
from audit.check.log import proven_entries
from audit.check.record import check_record
from audit.check.trust import read_trust
from audit.draw.period import Period
from audit.review.sign_off import content_sha256
from govern.core.database import reading
from govern.core.errors import Conflict, NotFound
from govern.queue.work import Work
from govern.rules.actor import Role
from govern.trail.entry import Entry
from reports.record import shelf
from reports.record.period import issue as period_issue
from reports.record.period.content import PeriodRecord
from reports.record.period.figures import figures_of
from reports.record.shelf import IssuedRecord
from reports.record.sign import NotStamped
from tests.support.houses import TestHouse, invented_number
from tests.support.months import a_plan
from tests.support.pdf import attachment_of, run, text_of, time_stamp_service
from tests.support.signed_periods import SignedPeriod, a_drawn_period, found_wrong, reopened


@pytest.fixture(scope="module")
def stamps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A time stamp service."""
    with time_stamp_service(tmp_path_factory.mktemp("stamps")) as address:
        yield address


@pytest.fixture
def signed(house: TestHouse) -> SignedPeriod:
    """Three samples, the second without its document and with a finding, signed off by two levels."""
    made = a_drawn_period(house)
    made.judge(("proper", "no_document", "proper"))
    found_wrong(made, made.samples[1])
    made.sign()
    return made


def work_of(period: uuid.UUID) -> list[Work]:
    """The rows of work that will make a record of a period."""
    with reading() as session:
        return list(session.scalars(select(Work).where(Work.kind == period_issue.WORK, Work.target_id == period)))


def records_of(period: uuid.UUID) -> int:
    """How many records of a period lie on the shelf."""
    with reading() as session:
        return session.execute(
            select(func.count()).select_from(IssuedRecord).where(IssuedRecord.period == period)
        ).scalar_one()


def issued(made: SignedPeriod, stamps: str, folder: Path) -> tuple[IssuedRecord, PeriodRecord]:
    """A new record, and its data as a reader takes it out of the PDF."""
    record = period_issue.issue_period(made.period, settings=made.house.settings, time_stamp_url=stamps)
    return record, PeriodRecord.from_json(attachment_of(record.pdf, folder))


def test_the_record_says_what_was_drawn_judged_and_signed_and_each_entry_is_proven(
    signed: SignedPeriod, stamps: str, tmp_path: Path
) -> None:
    made, record = issued(signed, stamps, tmp_path)
    assert [one.verdict for one in record.samples] == ["proper", "no_document", "proper"]
    assert list(recompute(record.draw).ordinals) == [one["ordinal"] for one in record.draw["units"]]
    assert [one["number"] for one in record.draw["units"]] == [one.number for one in record.samples]
    assert record.drawn is not None
    waited(
        before=record.drawn.before,
        checkpoint_size=record.frozen.to_size,
        freeze=record.frozen.entry,
        after=record.drawn.after,
    )
    data = json.loads(record.to_json())
    for entry in data["entries"]:
        entry["proof"] = [data["hashes"][place] for place in entry["proof"]]
    by_number = {
        one.number: one for one in proven_entries(data, read_trust(signed.house.settings.folder / "trust.json"))
    }
    kinds = {number: one.columns["kind"] for number, one in by_number.items()}
    for sample in record.samples:
        assert kinds[sample.asked_entry] == "asked"
        assert by_number[sample.number].columns["ends_lookup"]
        assert by_number[sample.judged_entry].details["verdict"] == sample.verdict
        assert str(by_number[sample.judged_entry].columns["person"]) == sample.judged_by
        assert [task.data_item for task in sample.tasks] == ["hh_person_city"]
        assert sample.tasks[0].clear or sample.tasks[0].masked
        assert sample.subject[0].masked.count("*") == 4
    told = sorted(set(kinds.values()))
    assert set(told) >= {"frozen", "month_closed", "number_committed", "number_disclosed", "drawn", "signed_off"}
    assert [(one.level, kinds[one.entry]) for one in record.sign_offs] == [(1, "signed_off"), (2, "signed_off")]
    assert [kinds[one.opened_entry] for one in record.findings] == ["finding_opened"]
    with reading() as session:
        content = content_sha256(session, session.get_one(Period, signed.period)).hex()
    assert {one.content_sha256 for one in record.sign_offs} == {content}
    assert record.figures == figures_of(record.figures.population, record.samples, record.findings)
    assert made.period == signed.period
    assert made.lookup is None


def test_no_free_text_and_no_subject_in_clear_is_in_the_file(signed: SignedPeriod, stamps: str, tmp_path: Path) -> None:
    made, record = issued(signed, stamps, tmp_path)
    whole = record.to_json().decode() + text_of(made.pdf, tmp_path)
    for secret in ("承辦人未提出同意書", "未附同意書", "W100000"):
        assert secret not in whole
    assert record.samples[1].note_commitment is not None
    assert record.samples[0].note_commitment is None
    assert record.findings[0].what_commitment is not None


def test_the_shelf_and_the_trail_name_the_record_and_it_is_signed(
    signed: SignedPeriod, stamps: str, tmp_path: Path
) -> None:
    made, record = issued(signed, stamps, tmp_path)
    with reading() as session:
        kept = shelf.newest_of_period(session, signed.period)
        assert kept is not None
        assert (kept.number, kept.pdf) == (made.number, made.pdf)
        entry = session.scalars(select(Entry).where(Entry.kind == "record_issued", Entry.about_id == made.number)).one()
        details = json.loads(entry.details)
        assert details["period"] == str(signed.period)
        assert details["pdf_sha256"] == hashlib.sha256(made.pdf).hexdigest()
    assert "Signature is Valid." in run("pdfsig", "-nocert", pdf=made.pdf, folder=tmp_path)
    assert record.number == made.number
    assert record.check_address.endswith(f"/check#{made.number}")
    assert signed.house.verified().ok


def test_before_the_sign_off_a_record_is_refused_with_a_sentence(house: TestHouse, stamps: str) -> None:
    made = a_drawn_period(house, lookups=1)
    for _ in ("drawn", "judged"):
        with pytest.raises(Conflict) as refused:
            period_issue.ask_for_period(made.auditor, made.period)
        assert refused.value.code == "not_signed"
        assert "核章後" in refused.value.wording.zh
        with pytest.raises(Conflict):
            period_issue.issue_period(made.period, settings=house.settings, time_stamp_url=stamps)
        made.judge(("proper",))
    assert records_of(made.period) == 0
    assert work_of(made.period) == []


def test_auditor_head_and_owner_may_ask_and_nobody_else(signed: SignedPeriod) -> None:
    house = signed.house
    stranger = house.signed_on(
        "stranger", house.a_person("stranger", "ntpc-dist-sanchong", Role.AUDITOR, number=invented_number(8200))
    ).actor
    for actor, period in (
        (stranger, signed.period),
        (signed.clerk.actor, signed.period),
        (signed.auditor, uuid.uuid4()),
    ):
        with pytest.raises(NotFound):
            period_issue.ask_for_period(actor, period)
    assert work_of(signed.period) == []
    for actor in (signed.auditor, signed.head, signed.owner):
        period_issue.ask_for_period(actor, signed.period)
    assert len(work_of(signed.period)) == 1
    with reading() as session:
        told = shelf.progress_of(session, signed.period)
        assert told is not None
        assert told.stage == "waiting"


def test_a_worker_makes_it_once_and_its_progress_ends_with_it(signed: SignedPeriod, stamps: str) -> None:
    settings = signed.house.settings.model_copy(update={"time_stamp_url": stamps})
    period_issue.ask_for_period(signed.auditor, signed.period)
    work = work_of(signed.period)[0]
    period_issue.run(work.id, settings)
    period_issue.run(work.id, settings)
    assert records_of(signed.period) == 1
    assert work_of(signed.period) == []
    with reading() as session:
        assert shelf.progress_of(session, signed.period) is None


def test_while_no_time_stamp_can_be_had_the_work_waits(signed: SignedPeriod) -> None:
    away = signed.house.settings.model_copy(update={"time_stamp_url": "http://127.0.0.1:9/"})
    with pytest.raises(NotStamped):
        period_issue.issue_period(signed.period, settings=signed.house.settings, time_stamp_url="http://127.0.0.1:9/")
    period_issue.ask_for_period(signed.auditor, signed.period)
    period_issue.run(work_of(signed.period)[0].id, away)
    assert (work_of(signed.period)[0].state, work_of(signed.period)[0].tries) == ("due", 1)
    assert records_of(signed.period) == 0
    with reading() as session:
        told = shelf.progress_of(session, signed.period)
        assert told is not None
        assert told.stage == "waiting"


def test_a_re_opened_period_tells_both_rounds_and_the_verdict_before(
    signed: SignedPeriod, stamps: str, tmp_path: Path
) -> None:
    reopened(signed, [signed.samples[0]])
    with pytest.raises(Conflict):
        period_issue.issue_period(signed.period, settings=signed.house.settings, time_stamp_url=stamps)
    signed.judge_again(signed.samples[0], "excessive")
    signed.sign()
    _, record = issued(signed, stamps, tmp_path)
    assert [(one.round, one.level, one.voided_at is None) for one in record.sign_offs] == [
        (1, 1, False),
        (1, 2, False),
        (2, 1, True),
        (2, 2, True),
    ]
    assert [one.samples for one in record.reopenings] == [(1,)]
    first = record.samples[0]
    assert (first.verdict, first.judged_round, [one.verdict for one in first.former_verdicts]) == (
        "excessive",
        2,
        ["proper"],
    )


def test_a_period_with_nothing_to_draw_has_a_record_without_samples(
    house: TestHouse, stamps: str, tmp_path: Path
) -> None:
    a_plan(owner="ntpc-land", by_agency=False, by_owner=True)
    house.a_person("land", "ntpc-land", Role.AUDITOR, number=invented_number(8300))  # nobody looks anything up there
    made = a_drawn_period(house, lookups=1)
    with reading() as session:
        empty = session.scalars(select(Period).where(Period.state == "nothing_to_draw")).first()
    assert empty is not None
    record = period_issue.issue_period(empty.id, settings=made.house.settings, time_stamp_url=stamps)
    data = PeriodRecord.from_json(attachment_of(record.pdf, tmp_path))
    assert (data.samples, data.drawn, data.sign_offs, data.draw["seed"]) == ((), None, (), None)
    assert recompute(data.draw).ordinals == ()
    assert "母體為空" in text_of(record.pdf, tmp_path)


def test_the_stranger_s_checker_believes_it(signed: SignedPeriod, tmp_path: Path) -> None:
    made, record = issued(
        signed, "", tmp_path
    )  # stamped by the demonstration's own service, which its trust list names
    verdict = check_record(made.pdf, read_trust(signed.house.settings.folder / "trust.json"))
    assert [(one.claim, one.code, one.detail) for one in verdict.findings if not one.holds] == []
    assert verdict.valid
    assert verdict.number == record.number
