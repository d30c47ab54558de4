"""The limits of one call."""

import gc
import logging
import multiprocessing
import resource
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from connectors import sandbox
from connectors.addresses import parse
from connectors.errors import Misconfigured, SourceError, TooMuch
from connectors.exchange import Source
from connectors.sandbox import Limits, memory_limit
from tests.connectors.http_rig import http_rig
from tests.support.household import Answer, as_json, question

SOURCE = Source("a.https", "https", "a", "https://127.0.0.1:1/api", 1.0, {"authority": "absent.pem"}, {"password": "x"})


def test_a_mapping_of_the_source_is_applied_before_the_reply_is_verified(tmp_path: Path) -> None:
    said = as_json(Answer()).replace(b'"household_no"', '"戶號"'.encode()).replace(b'"family"', b'"1"')
    mapping = {"household": {"戶號": "household_no", "kind": {"field": "kind", "values": {"1": "family"}}}}
    with http_rig(
        "https", tmp_path, "/api", {"mapping": mapping}, {"password": "x"},
        lambda rig: lambda exchange: (200, "application/json", said),
    ) as rig:  # fmt: skip
        reply = sandbox.ask(rig.source, question())
    assert dict(reply.records[0].header) == dict(Answer().header)
    assert reply.beyond == 0


def test_addresses_beyond_loopback_need_the_installations_word() -> None:
    away = replace(SOURCE, address="https://192.0.2.1/api")
    with pytest.raises(Misconfigured) as caught:
        sandbox.ask(away, question())
    assert caught.value.detail == "address_not_allowed"
    with pytest.raises(SourceError) as also:
        sandbox.ask(SOURCE, question(), Limits(allowed=parse("data.gov.example")))
    assert also.value.detail == "address_not_allowed"


def test_an_unknown_kind_and_a_wrong_mapping_are_our_own_fault() -> None:
    for wrong in (
        replace(SOURCE, kind="pigeon"),
        replace(SOURCE, settings={**SOURCE.settings, "mapping": {"household": 1}}),
    ):
        with pytest.raises(Misconfigured) as caught:
            sandbox.ask(wrong, question())
        assert caught.value.never_left


def test_memory_beyond_the_limit_is_refused_and_the_limit_put_back() -> None:
    gc.collect()
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with pytest.raises(MemoryError), memory_limit(20_000_000):
        bytearray(200_000_000)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert len(bytearray(200_000_000)) == 200_000_000


def failure_of(source: Source, limits: Limits) -> tuple[type[SourceError], str, bool]:
    """What asking raised in this process: its class, its detail, and whether it stands alone."""
    with pytest.raises(SourceError) as caught:
        sandbox.ask(source, question(), limits)
    return type(caught.value), caught.value.detail, caught.value.__context__ is None


def test_a_reply_that_needs_more_memory_than_a_call_may_take_is_too_much(tmp_path: Path) -> None:
    """Asked in a process of its own, as in a worker's child: what a long test run has freed would be memory to use up."""
    body = b'{"rows":[' + b"{}," * 600_000 + b"{}]}"
    with (
        http_rig(
            "https",
            tmp_path,
            "/api",
            {},
            {"password": "x"},
            lambda rig: lambda exchange: (200, "application/json", body),
        ) as rig,
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as child,
    ):
        assert child.submit(failure_of, rig.source, Limits(memory_bytes=8_000_000)).result() == (
            TooMuch,
            "memory",
            True,
        )


def test_an_exception_that_nobody_expected_is_named_in_the_log_by_class_and_place_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Odd(dict[str, str]):
        def get(self, key: str, default: object = None) -> str:
            raise KeyError("A900000018")

    with caplog.at_level(logging.DEBUG), pytest.raises(SourceError) as caught:
        sandbox.ask(replace(SOURCE, credentials=Odd(password="x")), question())
    assert caught.value.detail == "unexpected"
    assert [record.getMessage() for record in caplog.records] != []
    assert "A900000018" not in caplog.text
    assert "KeyError in a https call: test_sandbox.py:" in caplog.text
