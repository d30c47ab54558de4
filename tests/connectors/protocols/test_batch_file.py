"""Files exchanged whole: the contract, and what tickets and trailers mean."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors import sandbox
from tests.connectors.contract import Contract
from tests.connectors.http_rig import OF_HTTP, HttpRig, Wording, http_rig
from tests.support.household import REQUEST, SUBJECT, Answer, as_csv, question
from tests.support.http_sources import Exchange, hanging_up, rightly


def _taken(request_id: str = REQUEST, ticket: str = "t-1") -> tuple[int, str, bytes]:
    return 202, "application/json", json.dumps({"request_id": request_id, "ticket": ticket}).encode()


def _then(body: bytes, status: int = 200) -> Wording:
    """Take the upload, then answer the look with this."""
    return lambda exchange: (
        _taken() if exchange.method == "POST" else (status, f"text/csv\r\nX-Request-Id: {REQUEST}", body)
    )


def _wording(rig: HttpRig) -> Wording:
    def say(exchange: Exchange) -> tuple[int, str, bytes]:
        if exchange.method == "POST":
            return _taken(rig.answer.request_id)
        return _then(as_csv(rig.answer))(exchange)

    return say


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[HttpRig]:
    """A source that takes files."""
    with http_rig(
        "batch_file",
        tmp_path,
        "/batch/test-owner",
        {"poll_s": 0.1},
        {"username": "govern", "password": "token-of-the-test"},
        _wording,
    ) as running:
        yield running


class TestBatchFile(Contract):
    """The contract."""

    offers = OF_HTTP | {"other_request", "distrusted"}


def test_the_file_is_uploaded_whole_and_the_answer_asked_for_by_ticket(rig: HttpRig) -> None:
    sandbox.ask(rig.source, question())
    upload, look = rig.server.seen
    assert upload.path == "/batch/test-owner/household"
    assert upload.body.decode() == f"seq,key\r\n1,{SUBJECT}\r\n#END,1\r\n"
    assert (look.method, look.path) == ("GET", "/batch/test-owner/household/t-1")
    assert look.headers["x-request-id"] == REQUEST


def test_a_portion_of_keys_comes_back_in_the_order_asked(rig: HttpRig) -> None:
    keys = [SUBJECT, "B900000028", "C900000035"]
    rig.answers(replace(Answer(), keys=question(keys).keys))
    reply = sandbox.ask(rig.source, question(keys))
    assert [each.key.value for each in reply.records] == keys
    assert len({str(dict(each.header)) for each in reply.records}) == 1


def test_a_source_that_works_for_a_while_is_asked_again(rig: HttpRig) -> None:
    looks = []

    def say(exchange: Exchange) -> tuple[int, str, bytes]:
        if exchange.method == "GET":
            looks.append(exchange.path)
        return (202, "", b"") if exchange.method == "GET" and len(looks) < 4 else _wording(rig)(exchange)

    rig.override = say
    assert sandbox.ask(rig.source, question()).records[0].found
    assert len(looks) == 4


def test_a_look_that_breaks_off_is_repeated_and_the_upload_is_not(rig: HttpRig) -> None:
    broken: list[str] = []

    def behave(exchange: Exchange) -> None:
        if exchange.method == "GET" and not broken:
            broken.append(exchange.path)
            rig.server.behaviour = rightly
            hanging_up(exchange)
            exchange.connection.close()
        else:
            rightly(exchange)

    rig.server.behaviour = behave
    assert sandbox.ask(rig.source, question()).records[0].found
    assert rig.seen() == 1
