"""The connectors against the simulated agencies: every data item answers whole, every fault ends in its error."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors import sandbox
from connectors.errors import SourceError
from connectors.probe import probe
from connectors.simulated import faults
from connectors.simulated.items import items
from tests.connectors.contract import refusal
from tests.support.simulated_sources import Agencies, agencies

# One data item for each kind of connector.
ONE_OF_EACH = {
    "soap_ws": "veteran_care",
    "soap_gateway": "nhi_current",
    "https": "company_register",
    "sftp": "nhi_medical_visits",
    "batch_file": "veteran_care_upload",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agencies]:
    """The agencies, once for all tests of this file."""
    with agencies(tmp_path_factory.mktemp("data") / "simulated") as started:
        yield started


@pytest.fixture
def town(running: Agencies) -> Iterator[Agencies]:
    """The agencies, behaving again after each test."""
    yield running
    faults.clear(running.folder)


@pytest.mark.parametrize("item", items())
def test_every_data_item_answers_with_all_its_fields(town: Agencies, item: str) -> None:
    missing = {each.code for each in items()[item].spec.fields}
    for place in range(8):  # a field may be absent for one subject: ask about others
        try:
            question = town.question(item, place)
        except IndexError:
            break
        reply = sandbox.ask(town.source(item), question)
        assert reply.beyond == 0
        (record,) = reply.records
        assert record.found
        missing -= set(record.header) | {name for rows in record.groups.values() for row in rows for name in row}
        if not missing:
            break
    assert not missing


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_every_source_is_alive_to_a_probe(town: Agencies, kind: str) -> None:
    assert probe(town.source(ONE_OF_EACH[kind])).is_alive


@pytest.mark.parametrize("kind", ONE_OF_EACH)
@pytest.mark.parametrize(
    ("fault", "options", "codes"),
    [
        ("hang", {}, {"timed_out"}),
        ("byte_by_byte", {"seconds": 0.05}, {"timed_out", "unreadable"}),
        ("dead", {}, {"timed_out"}),
        ("cut_short", {}, {"unreadable"}),
        ("garbage", {}, {"unreadable"}),
        ("wrong_encoding", {}, {"unreadable"}),
        ("too_much", {"bytes": 20_000_000}, {"too_much"}),
        ("another_person", {}, {"unreadable"}),
        ("error", {}, {"refused", "timed_out"}),
    ],
)
def test_every_fault_ends_in_its_error(
    town: Agencies, kind: str, fault: str, options: dict[str, float], codes: set[str]
) -> None:
    if (kind, fault) == ("batch_file", "byte_by_byte"):
        return  # an answer by ticket comes whole; see test_batch_file for bytes that trickle
    item = ONE_OF_EACH[kind]
    source = town.source(item)
    if "timed_out" in codes:
        source = replace(source, deadline_s=1.5)
    faults.set(town.folder, source.owner, item, fault, **options)
    error = refusal(source, town.question(item))
    assert error.code in codes, error
    assert error.detail not in ("unexpected", "unspecified")


@pytest.mark.parametrize("kind", ["soap_ws", "soap_gateway", "https"])
@pytest.mark.parametrize(("fault", "detail"), [("redirect", "redirect"), ("wrong_request_id", "request_id_differs")])
def test_a_redirect_and_the_answer_to_another_question_are_refused(
    town: Agencies, kind: str, fault: str, detail: str
) -> None:
    item = ONE_OF_EACH[kind]
    faults.set(town.folder, town.source(item).owner, item, fault)
    assert refusal(town.source(item), town.question(item)).detail == detail


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_more_fields_than_the_data_item_has_are_counted(town: Agencies, kind: str) -> None:
    item = ONE_OF_EACH[kind]
    faults.set(town.folder, town.source(item).owner, item, "extra_fields", count=3)
    assert sandbox.ask(town.source(item), town.question(item)).beyond >= 3


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_nobody_found_is_an_answer(town: Agencies, kind: str) -> None:
    item = ONE_OF_EACH[kind]
    faults.set(town.folder, town.source(item).owner, item, "nothing")
    (record,) = sandbox.ask(town.source(item), town.question(item)).records
    assert (record.found, dict(record.header)) == (False, {})


@pytest.mark.parametrize("kind", ["soap_gateway", "https", "batch_file"])
def test_wrong_credentials_are_refused(town: Agencies, kind: str) -> None:
    item = ONE_OF_EACH[kind]
    source = town.source(item)
    wrong = replace(source, credentials={**source.credentials, "password": "something-else"})
    with pytest.raises(SourceError) as caught:
        sandbox.ask(wrong, town.question(item))
    assert (caught.value.code, caught.value.detail) == ("refused", "credentials")


def test_a_source_that_is_busy_says_so(town: Agencies) -> None:
    item = ONE_OF_EACH["https"]
    faults.set(town.folder, town.source(item).owner, "*", "limit", calls=0)
    error = refusal(town.source(item), town.question(item))
    assert (error.code, error.detail, error.can_retry) == ("refused", "busy", True)
