"""SECURITY.md, D1: no doctored record is believed, nothing raises, and each refusal says why in words."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from audit.check.claim import Verdict
from audit.check.record import check_record
from audit.check.trust import Trust
from reports.record import render
from reports.record.content import LookupRecord
from reports.record.period.content import PeriodRecord
from reports.record.period.render import render_period
from tests.support.pdf import SigningDesk, signing_desk
from tests.support.proven import a_proven_record
from tests.support.proven_period import a_proven_period
from tests.support.tampering import VARIANTS, Bench

Record = LookupRecord | PeriodRecord


def printed(record: Record) -> bytes:
    """A record's pages, unsigned."""
    return render_period(record) if isinstance(record, PeriodRecord) else render.render(record)


def a_record(sort: str) -> Record:
    """A good record of a sort."""
    return a_proven_period() if sort == "period" else a_proven_record()


@pytest.fixture(scope="module")
def another_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigningDesk]:
    """Keys and authorities that the trust list does not know."""
    with signing_desk(tmp_path_factory.mktemp("another")) as made:
        yield made


@pytest.fixture(scope="module")
def benches(checking_desk: SigningDesk, another_house: SigningDesk) -> dict[str, Bench]:
    """A bench for each sort of record."""
    found = {}
    for sort in ("lookup", "period"):
        record = a_record(sort)
        unsigned = printed(record)
        other = printed(dataclasses.replace(record, number="1151124-BBBB-BB"))
        found[sort] = Bench(
            checking_desk.sign(unsigned), checking_desk.sign(other), unsigned, checking_desk, another_house
        )
    return found


def must_be_refused_in_words(verdict: Verdict) -> None:
    """Not valid, with a reason in both languages for each claim that fails."""
    assert not verdict.valid
    said = verdict.to_json()
    assert said["valid"] is False
    assert said["about"] is None
    reasons: Any = said["reasons"]
    assert reasons
    assert all(each["zh"] and each["en"] for each in reasons)


@pytest.mark.parametrize("sort", ["lookup", "period"])
def test_the_good_ones_are_valid(benches: dict[str, Bench], trust: Trust, sort: str) -> None:
    for good in (benches[sort].good, benches[sort].other):
        verdict = check_record(good, trust)
        assert [each for each in verdict.findings if each.holds is False] == []
        assert verdict.valid


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("sort", ["lookup", "period"])
def test_a_doctored_record_is_not_valid(benches: dict[str, Bench], trust: Trust, sort: str, name: str) -> None:
    doctored = VARIANTS[name](benches[sort])
    assert doctored != benches[sort].good
    must_be_refused_in_words(check_record(doctored, trust))


# The data changed behind the page, and the page before the data.

Spoil = Callable[[dict[str, Any]], object]
DATA: dict[str, dict[str, Spoil]] = {
    "lookup": {
        "the number": lambda d: d.update(number="1151124-AAAA-AA"),
        "the case number": lambda d: d.update(case_number="社助字第1號"),
        "the clerk": lambda d: d["who"].update(name="王大文", account="wang.dawen"),
        "the purpose": lambda d: d["case_item"].update(purpose_zh="其他目的"),
        "a field": lambda d: d["tasks"][0]["clear"].pop(),
        "a reveal": lambda d: d["reveals"].pop(),
        "the reason of a reveal": lambda d: d["reveals"][0].update(reason="另一個理由"),
    },
    "period": {
        "the number": lambda d: d.update(number="1151201-AAAA-AA"),
        "a verdict": lambda d: d["samples"][2].update(verdict="proper"),
        "a verdict and its figures": lambda d: (
            d["samples"][2].update(verdict="proper"), d["figures"]["verdicts"][0].update(count=4),
            d["figures"]["verdicts"][2].update(count=0),
        ),
        "a figure": lambda d: d["figures"]["verdicts"][2].update(count=0),
        "a sample": lambda d: d["samples"].pop(),
        "a finding": lambda d: (d["findings"].pop(), d["figures"].update(findings=0, findings_closed=0)),
        "who signed": lambda d: d["sign_offs"][1].update(person=d["people"][0]["id"]),
        "the seed": lambda d: d["draw"].update(seed="00" * 32),
        "the population": lambda d: d["frozen"].update(population=39),
        "the clerk": lambda d: d["people"][0].update(name="王大文"),
    },
}  # fmt: skip
SPOILED = [(sort, name) for sort, each in DATA.items() for name in each]


def with_data(record: Record, spoil: Spoil) -> bytes:
    """The record's own page with other data behind it, and that data's hash on the page, as a forger would print it."""
    data = json.loads(record.to_json())
    spoil(data)
    other = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    sort: Any = type(record)

    def to_json(self: Record) -> bytes:
        return other

    forged = type("Forged", (sort,), {"to_json": to_json})
    return printed(forged(**{each.name: getattr(record, each.name) for each in dataclasses.fields(record)}))


@pytest.mark.parametrize(("sort", "name"), SPOILED)
def test_data_changed_behind_the_page_is_found_whoever_signed(
    checking_desk: SigningDesk, another_house: SigningDesk, trust: Trust, sort: str, name: str
) -> None:
    pages = with_data(a_record(sort), DATA[sort][name])
    must_be_refused_in_words(check_record(checking_desk.sign(pages), trust))  # by an insider, with the trusted key
    must_be_refused_in_words(check_record(another_house.sign(pages), trust))  # by a stranger


def consistent_lie(record: PeriodRecord) -> PeriodRecord:
    """An insider's: the verdict changed on page, data and figures alike."""
    samples = tuple(dataclasses.replace(each, verdict="proper") for each in record.samples)
    split = tuple(dataclasses.replace(each, proper=each.samples, others=0) for each in record.figures.by_agency)
    counts = tuple(
        dataclasses.replace(each, count=len(samples) if each.code == "proper" else 0)
        for each in record.figures.verdicts
    )
    items = tuple(dataclasses.replace(each, proper=each.samples, others=0) for each in record.figures.by_case_item)
    figures = dataclasses.replace(record.figures, verdicts=counts, by_agency=split, by_case_item=items)
    return dataclasses.replace(record, samples=samples, figures=figures)


def test_a_verdict_changed_everywhere_is_found_by_the_log_and_the_sign_off(
    checking_desk: SigningDesk, trust: Trust
) -> None:
    verdict = check_record(checking_desk.sign(render_period(consistent_lie(a_proven_period()))), trust)
    must_be_refused_in_words(verdict)
    found = {each.claim: each.code for each in verdict.findings if each.holds is False}
    assert found == {"in_log": "verdict_is_another", "signed_off": "signed_off_content_is_another"}


def test_a_record_of_another_agencys_certificate_is_found(checking_desk: SigningDesk, trust: Trust) -> None:
    for sort in ("lookup", "period"):
        record = dataclasses.replace(a_record(sort), signed_by="另一個機關的稽核紀錄")
        verdict = check_record(checking_desk.sign(printed(record)), trust)
        must_be_refused_in_words(verdict)
        assert verdict.findings[0].code == "signer_is_another"


def test_that_many_variants_were_refused(capsys: pytest.CaptureFixture[str]) -> None:
    count = 2 * len(VARIANTS) + 2 * len(SPOILED) + 3
    with capsys.disabled():
        print(f"\n  D1: {count} doctored records ({len(VARIANTS)} variants of two sorts, {len(SPOILED)} of their data)")
    assert len(VARIANTS) >= 40
