"""HTTPS sources: the contract, and what is JSON's own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import sandbox
from connectors.errors import TooMuch
from connectors.protocols.https import object_of
from tests.connectors.contract import Contract, refusal, value_of
from tests.connectors.http_rig import OF_HTTP, HttpRig, http_rig
from tests.support.household import REQUEST, SUBJECT, Answer, as_json, question
from tests.support.http_sources import Exchange


def _said(body: bytes) -> tuple[int, str, bytes]:
    return 200, "application/json", body


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[HttpRig]:
    """An HTTPS source."""
    with http_rig(
        "https",
        tmp_path,
        "/api/test-owner",
        {},
        {"username": "govern", "password": "token-of-the-test"},
        lambda rig: lambda exchange: _said(as_json(rig.answer)),
    ) as running:
        yield running


class TestHttps(Contract):
    """The contract."""

    offers = OF_HTTP | {"other_request", "distrusted"}


def test_the_question_goes_where_and_as_the_wire_says(rig: HttpRig) -> None:
    sandbox.ask(rig.source, question(narrowing={"birth_year": "75"}))
    seen = rig.server.seen[0]
    assert (seen.method, seen.path) == ("POST", "/api/test-owner/household")
    assert seen.headers["authorization"] == "Bearer token-of-the-test"
    assert "cookie" not in seen.headers
    assert json.loads(seen.body) == {
        "request_id": REQUEST,
        "key": {"kind": "national_id", "value": SUBJECT},
        "narrowing": {"birth_year": "75"},
    }
    assert SUBJECT not in seen.path


def test_many_questions_share_one_connection(rig: HttpRig) -> None:
    for _ in range(5):
        sandbox.ask(rig.source, question())
    assert rig.server.connections == 1


def test_numbers_and_truth_values_become_text_and_null_says_nothing(rig: HttpRig) -> None:
    def say(exchange: Exchange) -> tuple[int, str, bytes]:
        said = json.loads(as_json(Answer()))
        said["members"] = [{"member_name": "甄試探", "member_savings": 12345678901234567, "member_birth_date": None}]
        return _said(json.dumps(said).encode())

    rig.override = say
    reply = sandbox.ask(rig.source, question())
    assert dict(reply.records[0].groups["members"][0]) == {
        "member_name": "甄試探",
        "member_savings": "12345678901234567",
    }


def test_a_list_under_an_unknown_name_is_counted_and_under_a_known_one_refused(rig: HttpRig) -> None:
    def say(name: str) -> tuple[int, str, bytes]:
        said = json.loads(as_json(Answer()))
        said["header"][name] = ["a", "b"]
        return _said(json.dumps(said).encode())

    rig.override = lambda exchange: say("portrait")
    assert sandbox.ask(rig.source, question()).beyond == 1
    rig.override = lambda exchange: say("address")
    assert refusal(rig.source, question()).detail == "field_type"


def test_each_key_of_a_question_is_asked_by_itself(rig: HttpRig) -> None:
    def say(exchange: Exchange) -> tuple[int, str, bytes]:
        asked = json.loads(exchange.body)["key"]["value"]
        return _said(as_json(Answer().about(asked)))

    rig.override = say
    reply = sandbox.ask(rig.source, question([SUBJECT, "B900000028"]))
    assert [each.key.value for each in reply.records] == [SUBJECT, "B900000028"]
    assert len(value_of(reply)) == 2


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)])
def test_a_certificate_out_of_its_time_stops_before_anything_is_sent(tmp_path: Path, days: tuple[int, int]) -> None:
    from tests.support.certificates import an_authority
    from tests.support.http_sources import http_source

    authority = an_authority()
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    certificate = authority.issue_to(tmp_path / "server.pem", days_from=days[0], days_to=days[1])
    with http_source(lambda exchange: _said(b""), certificate) as server:
        _refused_certificate(tmp_path, server.port)
        assert server.seen == []


def test_a_certificate_for_another_name_stops_before_anything_is_sent(tmp_path: Path) -> None:
    from tests.support.certificates import an_authority
    from tests.support.http_sources import http_source

    authority = an_authority()
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    certificate = authority.issue_to(tmp_path / "server.pem", host="data.gov.example")
    with http_source(lambda exchange: _said(b""), certificate) as server:
        _refused_certificate(tmp_path, server.port)
        assert server.seen == []


def _refused_certificate(folder: Path, port: int) -> None:
    from connectors.exchange import Source

    source = Source(
        "test-owner.https", "https", "test-owner", f"https://127.0.0.1:{port}/api", 1.0,
        {"authority": str(folder / "ca.pem")}, {"password": "token"},
    )  # fmt: skip
    error = refusal(source, question())
    assert (error.code, error.detail, error.never_left) == ("misconfigured", "certificate", True)


def test_lists_in_lists_without_end_are_too_much() -> None:
    with pytest.raises(TooMuch) as caught:
        object_of(b'{"header":' + b"[" * 200_000)
    assert caught.value.detail == "memory"


def test_a_number_of_a_million_digits_costs_nothing() -> None:
    assert len(str(object_of(b'{"n":' + b"9" * 1_000_000 + b"}")["n"])) == 1_000_000
