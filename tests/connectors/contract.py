"""The contract of every kind of source: what each connector must do with a right answer, and what it is asked to do rightly.

A kind's test file subclasses `Contract` and gives a `Rig`: a running source of that kind whose next manners can be named.
Manners that a kind cannot have are left out of `offers`; tests are made for what is offered (`conftest.py`). What must become
of each misbehaviour of each kind is a table of its own, `misbehaving/table.py`.
"""

import logging
import socket
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from connectors import sandbox
from connectors.errors import SourceError
from connectors.exchange import Query, Reply, Source
from connectors.probe import probe
from tests.support.household import MARKS, REQUEST, Answer, question

DEADLINE_S = 1.0
OTHER = "B900000028"
MANNERS = ("packed", "with_leftovers", "growing_at_first", "vanishing_at_first", "undeletable")


class Rig(Protocol):
    """A source of one kind for the contract: how it is reached and how it can be told to behave."""

    source: Source

    def behave(self, name: str) -> None:
        """From now on the source behaves so."""

    def answers(self, answer: Answer) -> None:
        """From now on the source says this."""

    def seen(self) -> int:
        """How many questions have come in."""

    def distrusted(self) -> Source:
        """The same source with another authority or host key pinned."""


def refusal(source: Source, query: Query) -> SourceError:
    """The error that asking ends in; fails when there is none, when it comes too late or when it shows a value."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[assignment, method-assign]
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    started = time.monotonic()
    try:
        with pytest.raises(SourceError) as caught:
            sandbox.ask(source, query)
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    assert time.monotonic() - started < source.deadline_s + 2
    error = caught.value
    shown = [repr(error), str(error), repr(error.args), repr(vars(error))]
    shown += traceback.format_exception(error)
    shown += [record.getMessage() + (record.exc_text or "") for record in records]
    assert not [mark for mark in MARKS if any(mark in text for text in shown)], error
    assert error.__cause__ is None
    assert error.__context__ is None
    return error


def value_of(reply: Reply) -> tuple[object, ...]:
    """What a reply says, comparable."""
    return tuple(
        (each.key, each.found, dict(each.header), {k: list(v) for k, v in each.groups.items()})
        for each in reply.records
    )


RIGHT = ((question().keys[0], True, dict(Answer().header), {"members": [dict(each) for each in Answer().members]}),)


class Contract:
    """Tests that hold for every kind; a subclass has a fixture `rig` and says which behaviours its source can show."""

    offers: frozenset[str]

    def test_a_right_answer_comes_whole(self, rig: Rig) -> None:
        reply = sandbox.ask(rig.source, question())
        assert value_of(reply) == RIGHT
        assert reply.request_id == REQUEST
        assert reply.beyond == 0
        assert reply.received_bytes > 0

    def test_a_second_question_uses_the_warm_connection_and_gets_its_own_answer(self, rig: Rig) -> None:
        sandbox.ask(rig.source, question())
        rig.answers(Answer().nobody())
        reply = sandbox.ask(rig.source, question())
        assert [each.found for each in reply.records] == [False]
        assert rig.seen() == 2

    def test_fields_that_the_data_item_lacks_are_dropped_and_counted(self, rig: Rig) -> None:
        rig.answers(Answer().with_extra())
        reply = sandbox.ask(rig.source, question())
        assert value_of(reply) == RIGHT
        assert reply.beyond >= 3

    def test_nobody_found_is_an_answer(self, rig: Rig) -> None:
        rig.answers(Answer().nobody())
        reply = sandbox.ask(rig.source, question())
        assert [(each.found, dict(each.header)) for each in reply.records] == [(False, {})]

    def test_an_answer_about_another_person_is_refused(self, rig: Rig) -> None:
        rig.answers(Answer().about(OTHER))
        error = refusal(rig.source, question())
        assert (error.code, error.detail) == ("unreadable", "other_key")

    def test_an_answer_to_another_question_is_refused(self, rig: Rig) -> None:
        if "other_request" not in self.offers:
            return  # the request id is the answer file's name: another one is never looked at
        rig.answers(replace(Answer(), request_id="01900000-0000-7000-8000-000000000bad"))
        error = refusal(rig.source, question())
        assert (error.code, error.detail) == ("unreadable", "request_id_differs")

    def test_a_code_that_nobody_knows_is_refused(self, rig: Rig) -> None:
        rig.answers(replace(Answer(), header={"household_no": "F7766001", "kind": "palace"}))
        assert refusal(rig.source, question()).code == "unreadable"

    def test_a_value_of_another_type_is_refused(self, rig: Rig) -> None:
        rig.answers(replace(Answer(), members=({"member_name": "甄試探", "member_savings": "plenty"},)))
        assert refusal(rig.source, question()).code == "unreadable"

    def test_too_many_rows_are_refused(self, rig: Rig) -> None:
        rig.answers(replace(Answer(), members=({"member_name": "甄試探"},) * 51))
        error = refusal(rig.source, question())
        assert (error.code, error.detail) == ("too_much", "rows")

    def test_a_source_with_harmless_manners_is_understood_twice(self, rig: Rig, manner: str) -> None:
        rig.behave(manner)
        for _ in range(2):
            assert value_of(sandbox.ask(rig.source, question())) == RIGHT

    def test_nobody_listening_means_that_nothing_has_left(self, rig: Rig) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            error = refusal(elsewhere(rig.source, free.getsockname()[1]), question())
        assert (error.code, error.detail, error.never_left) == ("unreachable", "connection_refused", True)

    def test_a_server_that_takes_connections_and_says_nothing_ends_at_the_deadline(self, rig: Rig) -> None:
        with silent_server() as port:
            error = refusal(hurried(elsewhere(rig.source, port)), question())
        assert error.code in ("timed_out", "unreachable")
        assert error.never_left == (error.code == "unreachable")

    def test_another_certificate_or_host_key_stops_before_anything_is_sent(self, rig: Rig) -> None:
        if "distrusted" not in self.offers:
            return  # plain http on loopback has no certificate; over TLS see test_soap
        error = refusal(rig.distrusted(), question())
        assert (error.code, error.never_left) == ("misconfigured", True)
        assert error.detail in ("certificate", "host_key")
        assert rig.seen() == 0

    def test_an_address_outside_the_list_is_never_reached(self, rig: Rig) -> None:
        before = rig.seen()
        error = refusal(replace(rig.source, address=rig.source.address.replace("127.0.0.1", "192.0.2.7")), question())
        assert (error.code, error.detail, error.never_left) == ("misconfigured", "address_not_allowed", True)
        assert rig.seen() == before

    def test_settings_that_make_no_sense_stop_before_anything_is_sent(self, rig: Rig) -> None:
        error = refusal(replace(rig.source, settings={**rig.source.settings, "colour": "red"}), question())
        assert (error.code, error.never_left) == ("misconfigured", True)
        error = refusal(replace(rig.source, settings={}), question())
        assert (error.code, error.detail, error.never_left) == ("misconfigured", "setting_missing", True)

    def test_a_probe_finds_a_source_alive_without_a_question(self, rig: Rig) -> None:
        found = probe(rig.source)
        assert (found.is_alive, found.code) == (True, "")
        assert rig.seen() == 0

    def test_a_probe_finds_a_dead_source_dead(self, rig: Rig) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            found = probe(elsewhere(rig.source, free.getsockname()[1]))
        assert (found.is_alive, found.code, found.detail) == (False, "unreachable", "connection_refused")

    def test_descriptors_and_threads_do_not_grow(self, rig: Rig) -> None:
        sandbox.ask(rig.source, question())
        refusal(rig.source, question([OTHER]))
        settled = (descriptors(), threading.active_count())
        for _ in range(20):
            sandbox.ask(rig.source, question())
        for _ in range(5):
            refusal(rig.source, question([OTHER]))
        # Threads of closed connections end by themselves, on both sides: wait for them with a bound.
        until = time.monotonic() + 5
        while (
            descriptors() > settled[0] + 3 or threading.active_count() > settled[1] + 1
        ) and time.monotonic() < until:
            threading.Event().wait(0.05)
        assert descriptors() <= settled[0] + 3
        assert threading.active_count() <= settled[1] + 1


def hurried(source: Source) -> Source:
    """The same source with a short deadline, for behaviours that only the deadline ends."""
    return replace(source, deadline_s=DEADLINE_S)


def descriptors() -> int:
    """How many files and sockets this process holds open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def elsewhere(source: Source, port: int) -> Source:
    """The same source at another port of loopback."""
    scheme, _, rest = source.address.partition("://")
    path = rest.partition("/")[2]
    return replace(source, address=f"{scheme}://127.0.0.1:{port}/{path}")


class silent_server:
    """A listener that takes connections and never says a word."""

    def __enter__(self) -> int:
        self.listener = socket.create_server(("127.0.0.1", 0))
        return int(self.listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self.listener.close()
