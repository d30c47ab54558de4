"""The one door outward: limits, headers, connections."""

import socket
import subprocess
import sys
import threading
import time

import pytest

from connectors import guard
from connectors.addresses import parse
from connectors.call import Call
from connectors.errors import Misconfigured, SourceError, TimedOut, TooMuch, Unreachable, Unreadable
from tests.support import http_sources as http


def _say(exchange: http.Exchange) -> tuple[int, str, bytes]:
    return 200, "text/plain", b"hello"


def test_a_request_comes_back_whole() -> None:
    with http.http_source(_say) as source:
        reply = guard.send(Call(2), "GET", f"http://127.0.0.1:{source.port}/a")
    assert (reply.status, reply.media_type, reply.body) == (200, "text/plain", b"hello")
    assert source.seen[0].headers["accept-encoding"] == "gzip"


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with http.http_source(_say) as source:
        assert guard.send(Call(2), "GET", f"http://127.0.0.1:{source.port}/a").body == b"hello"


def test_time_is_counted_over_the_whole_call() -> None:
    with http.http_source(_say) as source:
        source.behaviour = http.byte_by_byte
        call, started = Call(0.4), time.monotonic()
        with pytest.raises(TimedOut) as caught:
            guard.send(call, "GET", f"http://127.0.0.1:{source.port}/a")
        assert time.monotonic() - started < 0.8
        assert (caught.value.detail, caught.value.never_left) == ("deadline", False)


def test_a_call_without_time_left_connects_nowhere() -> None:
    with http.http_source(_say) as source:
        with pytest.raises(Unreachable):
            guard.send(Call(-1), "GET", f"http://127.0.0.1:{source.port}/a")
        assert source.seen == []


@pytest.mark.parametrize(
    ("behaviour", "detail"),
    [(http.announcing_200_mb, "bytes"), (http.sending_200_mb, "bytes"), (http.gzip_bomb, "decompressed_bytes")],
)
def test_bytes_are_counted_as_they_come_and_as_they_unpack(behaviour: http.Behaviour, detail: str) -> None:
    with http.http_source(_say) as source:
        source.behaviour = behaviour
        call = Call(30, max_bytes=1_000_000)
        with pytest.raises(TooMuch) as caught:
            guard.send(call, "GET", f"http://127.0.0.1:{source.port}/a")
        assert caught.value.detail == detail
        assert call.received < 1_400_000


def test_a_reply_in_another_compression_is_refused() -> None:
    def zstd(exchange: http.Exchange) -> None:
        exchange.send(http.message(200, "text/plain", b"hello", "Content-Encoding: zstd"))

    with http.http_source(_say) as source:
        source.behaviour = zstd
        with pytest.raises(Unreadable) as caught:
            guard.send(Call(2), "GET", f"http://127.0.0.1:{source.port}/a")
        assert caught.value.detail == "compression"


def test_a_connection_that_was_closed_while_idle_is_not_used_again() -> None:
    def once(exchange: http.Exchange) -> None:
        exchange.send(exchange.right())

    with http.http_source(_say) as source:
        source.behaviour = once  # the server hangs up after it
        for _ in range(3):
            assert guard.send(Call(2), "GET", f"http://127.0.0.1:{source.port}/a").body == b"hello"
            until = time.monotonic() + 2
            while guard.warm() and time.monotonic() < until:
                threading.Event().wait(0.01)
        assert source.connections == 3


def test_a_child_of_a_fork_starts_without_its_parents_connections() -> None:
    code = (
        "import os, sys\n"
        "from connectors import guard\n"
        "from connectors.call import Call\n"
        "guard.send(Call(5), 'GET', sys.argv[1])\n"
        "assert guard.warm() == 1\n"
        "child = os.fork()\n"
        "if child == 0: os._exit(guard.warm())\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    with http.http_source(_say) as source:
        done = subprocess.run([sys.executable, "-c", code, f"http://127.0.0.1:{source.port}/"], check=False, timeout=30)
    assert done.returncode == 0


def test_addresses_are_checked_before_a_packet_is_sent() -> None:
    with pytest.raises(Misconfigured) as caught:
        guard.send(Call(2), "GET", "http://192.0.2.1/")
    assert (caught.value.detail, caught.value.never_left) == ("address_not_allowed", True)
    with pytest.raises(Misconfigured):
        guard.send(Call(2, allowed=parse("data.gov.example")), "GET", "http://127.0.0.1:1/")


def test_an_allowed_name_that_stands_for_an_address_of_this_machine_is_not_followed() -> None:
    with http.http_source(_say) as source:
        with pytest.raises(Misconfigured) as caught:
            guard.send(Call(2, allowed=parse("http://localhost")), "GET", f"http://localhost:{source.port}/")
        assert (caught.value.detail, caught.value.never_left) == ("address_not_allowed", True)
        assert source.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "ftp://127.0.0.1/",
        "http://user:pass@127.0.0.1/",
        "http://127.0.0.1/?q=A900000018",
        "http:///a",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/\u4e00",
    ],
)
def test_an_address_with_more_than_scheme_host_port_and_path_is_refused(address: str) -> None:
    with pytest.raises(SourceError) as caught:
        guard.send(Call(2), "GET", address)
    assert (caught.value.code, caught.value.detail) == ("misconfigured", "address")


def test_a_header_that_would_forge_another_is_refused() -> None:
    with http.http_source(_say) as source:
        with pytest.raises(SourceError):
            guard.send(
                Call(2), "GET", f"http://127.0.0.1:{source.port}/a", headers={"X-Request-Id": "a\r\nX-Forged: b"}
            )
        assert not [each for each in source.seen if "x-forged" in each.headers]


def test_a_name_that_nobody_knows_is_unreachable() -> None:
    with pytest.raises(Unreachable) as caught:
        guard.send(Call(2, allowed=parse("http://nobody.invalid")), "GET", "http://nobody.invalid/")
    assert caught.value.never_left


def test_reaching_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        guard.reach(Call(2), f"http://127.0.0.1:{listener.getsockname()[1]}/")
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(10) == b""


def test_the_guard_alone_loads_none_of_the_heavy_libraries() -> None:
    code = "import sys, connectors.guard; sys.exit(len({'zeep', 'paramiko', 'requests', 'lxml'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
