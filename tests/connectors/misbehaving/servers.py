"""Servers that misbehave before a word was understood, and HTTP's further misbehaviours; all of them talk of a person.

What stands here beside `tests/support/http_sources.py` is what a table of misbehaviours needs and a contract does not.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from tests.support.household import MARKS
from tests.support.http_sources import Exchange, hang_up, message

MARK = MARKS[0].encode()
Act = Callable[[socket.socket, threading.Event], None]


@contextlib.contextmanager
def raw_server(act: Act) -> Iterator[int]:
    """A port of loopback where `act` is what a connection meets."""
    listener, stopped = socket.create_server(("127.0.0.1", 0)), threading.Event()
    taken: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            act(connection, stopped)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                taken.append(listener.accept()[0])
                threads.append(threading.Thread(target=serve, args=(taken[-1],), daemon=True))
                threads[-1].start()

    threads.append(threading.Thread(target=accept, daemon=True))
    threads[0].start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        stopped.set()
        hang_up([listener, *taken], threads)
        listener.close()


@contextlib.contextmanager
def nobody() -> Iterator[int]:
    """A port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield int(free.getsockname()[1])


@contextlib.contextmanager
def dropping() -> Iterator[int]:
    """A port whose queue of connections is full: packets to it are dropped, as by a firewall."""
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                one.connect(full.getsockname())
        yield int(full.getsockname()[1])


def silent(connection: socket.socket, stopped: threading.Event) -> None:
    """Takes the connection and says nothing."""
    stopped.wait(30)


def closing(connection: socket.socket, stopped: threading.Event) -> None:
    """Takes the connection and closes it."""


def _trickling(beginning: bytes, goes_on: bytes, every_s: float) -> Act:
    def act(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(beginning)
        while not stopped.wait(every_s):
            connection.sendall(goes_on)

    return act


# A record of TLS that announces 16 KB of handshake and comes byte by byte; a greeting of SSH that never ends its line.
TRICKLING_TLS = _trickling(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03", b"\x00", 0.05)
TRICKLING_SSH = _trickling(b"SSH-2.0-", b"x", 0.05)
# What comes before SSH's greeting is a server's to say, line by line; an alert of TLS of no weight, again and again.
ENDLESS_SSH = _trickling(b"", MARK + b" is welcome\r\n" * 200, 0.0)
ENDLESS_TLS = _trickling(b"", b"\x15\x03\x03\x00\x02\x01\x5a" * 200, 0.0)
ANOTHER_PROTOCOL = _trickling(b"220 " + MARK + b" mail\r\n", b"220 no\r\n", 0.05)


def endless_trailer(exchange: Exchange) -> None:
    """A chunked body that is whole, and then header after header behind it."""
    media_type, body = exchange.body_of()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n"
    exchange.send(head.encode() + body + b"\r\n0\r\n")
    _for_ever(exchange, b"X-More: again\r\n" * 1000)


def endless_chunk_size(exchange: Exchange) -> None:
    """The size of a chunk, in ever more digits."""
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n")
    _for_ever(exchange, b"0" * 10_000)


def empty_chunks(exchange: Exchange) -> None:
    """A chunk of one byte, again and again: 200 MB on the wire would be 30 MB of body."""
    media_type, _ = exchange.body_of()
    exchange.send(f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    _for_ever(exchange, b"1\r\n \r\n" * 1000)


def negative_length(exchange: Exchange) -> None:
    """A length below nothing."""
    media_type, body = exchange.body_of()
    exchange.send(message(200, media_type, body, length=-1))


def two_lengths(exchange: Exchange) -> None:
    """Two lengths that differ, as request smuggling needs them."""
    media_type, body = exchange.body_of()
    exchange.send(message(200, media_type, body, f"Content-Length: {len(body) - 40}"))


def redirecting_to_http(exchange: Exchange) -> None:
    """Elsewhere, in clear, with the person in the address."""
    exchange.send(message(302, "", b"", f"Location: http://127.0.0.1:9/?id={MARKS[0]}"))


def log_in_page(exchange: Exchange) -> None:
    """A page to log in at, which knows who was asked about."""
    exchange.send(message(200, "text/html", b"<!DOCTYPE html><html><body>Log in, " + MARK + b"</body></html>"))


def failing(exchange: Exchange) -> None:
    """500, the person in the status line and the right answer below."""
    media_type, body = exchange.body_of()
    exchange.send(message(500, media_type, body).replace(b"Because", MARK, 1))


def one_answer_too_many(other: Callable[[], bytes]) -> Callable[[Exchange], None]:
    """The right answer, and behind it at once another one, about somebody else, for whoever asks next."""

    def act(exchange: Exchange) -> None:
        exchange.send(exchange.right() + other())

    act.goes_on = True  # type: ignore[attr-defined]
    return act


def _for_ever(exchange: Exchange, data: bytes) -> None:
    with contextlib.suppress(OSError):
        while not exchange.stopped.is_set():
            exchange.connection.sendall(data)
