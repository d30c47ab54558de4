"""HTTP servers that misbehave byte by byte, for tests of connectors; on loopback, one thread a connection."""

import contextlib
import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path


@dataclass
class Exchange:
    """One request that came in; `say` is what a well-behaved source would send as body, with its media type."""

    connection: socket.socket
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    say: Callable[["Exchange"], tuple[int, str, bytes]]
    stopped: threading.Event

    def right(self) -> bytes:
        """The whole of a proper reply."""
        status, media_type, body = self.say(self)
        return message(status, media_type, body)

    def body_of(self) -> tuple[str, bytes]:
        """Media type and body of a proper reply."""
        _, media_type, body = self.say(self)
        return media_type, body

    def send(self, data: bytes) -> None:
        """Write, ignoring that the client may have hung up."""
        with contextlib.suppress(OSError):
            self.connection.sendall(data)

    def trickle(self, data: bytes, every_s: float = 0.05) -> None:
        """Write a byte now and then until the client hangs up or the server stops."""
        for place in range(len(data)):
            try:
                self.connection.sendall(data[place : place + 1])
            except OSError:
                return
            if self.stopped.wait(every_s):
                return


def message(status: int, media_type: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """An HTTP/1.1 reply."""
    lines = [f"HTTP/1.1 {status} Because", f"Content-Length: {len(body) if length is None else length}", *headers]
    if media_type:
        lines.append(f"Content-Type: {media_type}")
    return "\r\n".join([*lines, "", ""]).encode() + body


Behaviour = Callable[[Exchange], None]


def rightly(exchange: Exchange) -> None:
    """What is expected."""
    exchange.send(exchange.right())


def silently(exchange: Exchange) -> None:
    """Nothing at all, the connection open."""
    exchange.stopped.wait(30)


def hanging_up(exchange: Exchange) -> None:
    """The connection closed without a word."""


def byte_by_byte(exchange: Exchange) -> None:
    """A proper reply, a byte each 50 ms."""
    exchange.trickle(exchange.right())


def endless_header(exchange: Exchange) -> None:
    """Header after header, without end."""
    exchange.send(b"HTTP/1.1 200 OK\r\n")
    exchange.trickle(b"X-More: again\r\n" * 10_000, every_s=0.0)


def endless_header_line(exchange: Exchange) -> None:
    """One header line that never ends."""
    exchange.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(200):
        exchange.send(b"x" * 1_000)


def continuing_for_ever(exchange: Exchange) -> None:
    """100 Continue again and again."""
    while not exchange.stopped.is_set():
        try:
            exchange.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
        except OSError:
            return


def cut_short(exchange: Exchange) -> None:
    """Half of the body that was announced."""
    media_type, body = exchange.body_of()
    exchange.send(message(200, media_type, body[: len(body) // 2], length=len(body)))


def cut_short_in_a_chunk(exchange: Exchange) -> None:
    """A chunked body that ends within a chunk."""
    media_type, body = exchange.body_of()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n"
    exchange.send(head.encode() + body[: len(body) // 2])


def well_formed_but_shorter(exchange: Exchange) -> None:
    """Half of the body, announced as if it were the whole."""
    media_type, body = exchange.body_of()
    exchange.send(message(200, media_type, body[: len(body) // 2]))


def announcing_200_mb(exchange: Exchange) -> None:
    """An announcement of 200 MB."""
    media_type, _ = exchange.body_of()
    exchange.send(message(200, media_type, b"<a>", length=200_000_000))
    exchange.stopped.wait(5)


def sending_200_mb(exchange: Exchange) -> None:
    """200 MB without an announcement."""
    media_type, body = exchange.body_of()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nConnection: close\r\n\r\n".encode()
    try:
        exchange.connection.sendall(head + body)
        for _ in range(200):
            exchange.connection.sendall(b" " * 1_000_000)
    except OSError:
        return


def gzip_bomb(exchange: Exchange) -> None:
    """100 MB of spaces in 100 kB."""
    media_type, _ = exchange.body_of()
    exchange.send(message(200, media_type, _bomb(), "Content-Encoding: gzip"))


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * 100_000_000, 1)


def packed(exchange: Exchange) -> None:
    """A proper reply, compressed."""
    status, media_type, body = exchange.say(exchange)
    exchange.send(message(status, media_type, gzip.compress(body), "Content-Encoding: gzip"))


def redirecting(exchange: Exchange) -> None:
    """A redirect to the same server."""
    exchange.send(message(307, "", b"", "Location: /elsewhere"))


def log_in_page(exchange: Exchange) -> None:
    """200 and a page in HTML."""
    exchange.send(message(200, "text/html", b"<!DOCTYPE html><html><body>Please log in</body></html>"))


def garbage(exchange: Exchange) -> None:
    """Bytes that are no HTTP."""
    exchange.send(bytes(range(256)) * 4)


def garbage_as_body(exchange: Exchange) -> None:
    """A proper header above bytes that mean nothing."""
    media_type, _ = exchange.body_of()
    exchange.send(message(200, media_type, bytes(range(256)) * 4))


def in_big5(exchange: Exchange) -> None:
    """The right words in an encoding that was not agreed."""
    media_type, body = exchange.body_of()
    exchange.send(message(200, media_type, body.decode().encode("big5")))


def failing_with_body(exchange: Exchange) -> None:
    """500 above an answer that looks right."""
    _, body = exchange.body_of()
    exchange.send(message(500, "text/plain", body))


def busy(exchange: Exchange) -> None:
    """503."""
    exchange.send(message(503, "text/plain", b"later"))


def rejecting(exchange: Exchange) -> None:
    """401."""
    exchange.send(message(401, "text/plain", b"who are you"))


def with_leftovers(exchange: Exchange) -> None:
    """A proper reply and then bytes that belong to nothing."""
    exchange.send(exchange.right() + exchange.right())


@dataclass
class HttpSource:
    """A running server: its port, what it was asked, and how it behaves next."""

    port: int
    behaviour: Behaviour = rightly
    seen: list[Exchange] = field(default_factory=list)
    connections: int = 0
    opened: list[socket.socket] = field(default_factory=list)

    def hang_up(self) -> None:
        """Every connection is closed, whatever was being said."""
        for connection in list(self.opened):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def http_source(
    say: Callable[[Exchange], tuple[int, str, bytes]], certificate: Path | None = None, *, is_old: bool = False
) -> Iterator[HttpSource]:
    """A server on a free port of loopback that answers with `say` in the way its `behaviour` does; TLS with a certificate.

    `is_old`: it speaks nothing newer than TLS 1.1. A behaviour that `goes_on` leaves the connection open for the next request.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    context: ssl.SSLContext | None = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if is_old:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    source, stopped = HttpSource(listener.getsockname()[1]), threading.Event()
    open_connections = source.opened

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as open_now:
            open_now.callback(lambda: connection.close())
            if context is not None:
                connection = context.wrap_socket(connection, server_side=True)
                open_connections.append(connection)
            while (exchange := _received(connection, say, stopped)) is not None:
                source.seen.append(exchange)
                source.behaviour(exchange)
                is_patient = source.behaviour in (rightly, packed, with_leftovers, redirecting, busy)
                if not is_patient and not getattr(source.behaviour, "goes_on", False):
                    break

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            source.connections += 1
            open_connections.append(connection)
            threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
            threads[-1].start()

    threads = [threading.Thread(target=accept, daemon=True)]
    threads[0].start()
    try:
        yield source
    finally:
        stopped.set()
        hang_up([listener, *open_connections], threads)
        listener.close()


def hang_up(sockets: list[socket.socket], threads: list[threading.Thread]) -> None:
    """Nothing is said or heard over these any more, and their threads have ended.

    Each closes its own: closed from here, its number could be another socket's by the time that a thread writes to it.
    """
    for each in sockets:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(each, socket.SHUT_RDWR)  # a TLS socket's own would go on in clear
    for thread in threads:
        thread.join(5)


def _received(
    connection: socket.socket, say: Callable[[Exchange], tuple[int, str, bytes]], stopped: threading.Event
) -> Exchange | None:
    """The next request on a connection, or none when it was closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        piece = connection.recv(65_536)
        if not piece:
            return None
        body += piece
    method, path, _ = first.split(" ")
    return Exchange(connection, method, path, headers, body, say, stopped)
