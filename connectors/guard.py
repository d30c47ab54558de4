"""The one door outward: address allow-list, no redirects, size and total-time limits.

Everything that this house says to the outside goes through `connect()` or `send()` with a `Call`. HTTP is spoken with the
standard library's `http.client` over a socket that obeys the call: an HTTP library's own time-outs are per read and its
own conveniences are what is not wanted here. Nothing is read from the environment (proxies, .netrc), no cookie is kept,
no redirect followed, no second attempt made.
"""

import http.client
import os
import select
import socket
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from connectors.call import Call, Socket, TlsSocket, now
from connectors.errors import Misconfigured, Refused, SourceError, TooMuch, Unreachable, Unreadable
from connectors.foreign import translated

_CHUNK: Final = 64 * 1024
_IDLE_S: Final = 4.0  # an idle connection older than this is not trusted: servers close theirs after 5 s and more
_KEPT: Final = 8  # idle connections kept for one address
_PORTS: Final = {"http": 80, "https": 443, "sftp": 22}


@lru_cache(maxsize=64)
def _tls_context(authority: str, changed_ns: int) -> ssl.SSLContext:
    """A client context that trusts the pinned authority alone; `changed_ns` makes a new file a new context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TlsSocket
    context.load_verify_locations(cafile=authority)
    return context


def tls(authority: str) -> ssl.SSLContext:
    """The context for an authority file, kept warm; `Misconfigured` when the file is absent or no certificate."""
    failure: SourceError
    try:
        return _tls_context(authority, os.stat(authority).st_mtime_ns)
    except (ssl.SSLError, ValueError):
        failure = Misconfigured("file_unusable", never_left=True)
    except OSError:
        failure = Misconfigured("file_missing", never_left=True)
    raise failure


def split(address: str, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of an address with one of these schemes and no user, query or fragment; else `Misconfigured`."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Misconfigured("address", never_left=True) from None
    proper = parts.scheme in schemes and parts.hostname and port != 0 and address.isascii() and address.isprintable()
    if not proper or parts.username is not None or parts.query or parts.fragment or " " in address:
        raise Misconfigured("address", never_left=True)
    return parts


def connect(call: Call, parts: SplitResult) -> Socket:
    """An open TCP connection to an allowed address; its reads and writes are bounded once its `call` is set.

    Every address that the name stands for is checked before a packet is sent to it; `Unreachable` when none takes the
    connection, `Misconfigured` when the address is not allowed.
    """
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    call.allowed.check_name(parts.scheme, host, port)
    failure: SourceError = Unreachable("name_unknown")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise failure from None
    for family, kind, protocol, _, where in found[:4]:
        call.allowed.check_address(parts.scheme, host, str(where[0]), port)
        opened = Socket(family, kind, protocol)
        try:
            opened.settimeout(call.remaining())
            opened.connect(where)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as wrong:
            opened.close()
            failure = translated(wrong, left=call.left)
        except BaseException:
            opened.close()
            raise
        else:
            return opened
    raise failure


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What came over HTTP: status, media type without parameters, headers in lower case, and the whole body."""

    status: int
    media_type: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class _Connection(http.client.HTTPConnection):
    """An HTTP connection over a guarded socket, kept open between calls."""

    def __init__(self, parts: SplitResult, authority: str) -> None:
        super().__init__(parts.hostname or "", parts.port or _PORTS[parts.scheme])
        self.parts = parts
        self.authority = authority
        self.idle_since = 0.0
        self.call: Call | None = None
        self.held: list[bytes] = []

    def connect(self) -> None:
        assert self.call is not None
        opened = connect(self.call, self.parts)
        if self.parts.scheme == "http":
            opened.call = self.call
            self.sock = opened
            return
        try:
            opened.settimeout(self.call.remaining())
            secured = tls(self.authority).wrap_socket(opened, server_hostname=self.parts.hostname)
        except BaseException:
            opened.close()
            raise
        assert isinstance(secured, TlsSocket)
        secured.call = self.call
        self.sock = secured

    def send(self, data: Any) -> None:
        """Hold back what `request` writes: headers and body leave together, as one packet and one record of TLS."""
        self.held.append(bytes(data))

    def ask(self, call: Call, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Write the request; once its first byte is about to go, it may have reached the source."""
        try:
            self.request(method, path, body=body or None, headers=dict(headers))
        except ValueError:  # a header with a line break in it
            raise Misconfigured("question", never_left=True) from None
        call.left = True
        self.sock.sendall(b"".join(self.held))
        self.held.clear()

    def is_fresh(self) -> bool:
        """Whether the open connection may carry another request: not idle for long, not closed, nothing left over in it."""
        if self.sock is None or now() - self.idle_since > _IDLE_S:
            return False
        if isinstance(self.sock, TlsSocket) and self.sock.pending():  # unpacked already, so that select does not see it
            return False
        return not select.select([self.sock], [], [], 0)[0]

    def begin(self, call: Call) -> None:
        """From here on the socket obeys this call."""
        self.call = call
        if self.sock is None:
            self.connect()
        elif isinstance(self.sock, Socket | TlsSocket):
            self.sock.call = call


_idle: dict[tuple[str, str, str], list[_Connection]] = {}


def _after_fork() -> None:
    _idle.clear()  # a child that used its parent's connection would read the parent's answer


os.register_at_fork(after_in_child=_after_fork)


def _taken(where: tuple[str, str, str]) -> _Connection | None:
    """An open connection to this address that nobody else uses, or none."""
    kept = _idle.get(where, [])
    while kept:
        try:
            connection = kept.pop()
        except IndexError:  # another thread was faster
            return None
        if connection.is_fresh():
            return connection
        connection.close()
    return None


def _keep(where: tuple[str, str, str], connection: _Connection) -> None:
    """Leave an open connection for the next call to this address."""
    kept = _idle.setdefault(where, [])
    if len(kept) >= _KEPT:
        connection.close()
        return
    connection.call = None
    connection.idle_since = now()
    kept.append(connection)


def warm() -> int:
    """How many open connections lie ready for the next call of this process."""
    return sum(connection.is_fresh() for kept in list(_idle.values()) for connection in list(kept))


def send(
    call: Call,
    method: str,
    address: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    authority: str = "",
) -> HttpReply:
    """Send one HTTP request and return the whole reply, whatever its status; a `SourceError` for everything else.

    `authority` is the file of the pinned authority, demanded for https. Redirects are not followed but returned.
    `call.left` is set just before the request is written, after connection and TLS are up.
    """
    parts = split(address, ("https", "http"))
    where = (parts.scheme, parts.netloc, authority)
    connection = _taken(where) or _Connection(parts, authority)
    failure: SourceError | None = None
    try:
        connection.begin(call)
        connection.ask(call, method, parts.path or "/", body, {"Accept-Encoding": "gzip", **(headers or {})})
        response = connection.getresponse()
        reply = _received(call, response)
        stays = response.isclosed() and not response.will_close
    except SourceError as known:
        failure, stays = known, False
    except (OSError, http.client.HTTPException, ValueError, zlib.error) as wrong:
        failure, stays = translated(wrong, left=call.left), False
    except BaseException:
        connection.close()
        raise
    if stays:
        _keep(where, connection)
    else:
        connection.close()
    if failure is not None:
        raise failure
    return reply


def _received(call: Call, response: http.client.HTTPResponse) -> HttpReply:
    """The whole body, bounded while it comes and while it is unpacked, and checked against the announced length."""
    if response.length is not None and response.length > call.max_bytes:
        raise TooMuch("bytes")
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip"):
        raise Unreadable("compression")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if packing.endswith("gzip") else None
    pieces, total = [], 0
    while chunk := response.read(_CHUNK):
        if unpack is not None:
            chunk = unpack.decompress(chunk, call.max_bytes - total + 1)
        total += len(chunk)
        if total > call.max_bytes:
            raise TooMuch("bytes" if unpack is None else "decompressed_bytes")
        pieces.append(chunk)
    if response.length:  # http.client takes an early end as a good one when it is read in pieces
        raise Unreadable("cut_short")
    if unpack is not None and not unpack.eof:
        raise Unreadable("cut_short")
    if unpack is not None and unpack.unused_data:
        raise Unreadable("compression")
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return HttpReply(response.status, media_type, {k.lower(): v for k, v in response.headers.items()}, b"".join(pieces))


def reach(call: Call, address: str, *, authority: str = "") -> None:
    """Return when a new connection to the address comes about, for https with a certificate of the authority; say nothing."""
    connection = _Connection(split(address, ("https", "http")), authority)
    failure: SourceError | None = None
    try:
        connection.begin(call)
    except SourceError as known:
        failure = known
    except (OSError, ValueError) as wrong:
        failure = translated(wrong, left=False)
    finally:
        connection.close()
    if failure is not None:
        raise failure


def expect(reply: HttpReply, media_types: tuple[str, ...], statuses: tuple[int, ...] = (200,)) -> HttpReply:
    """The reply when its status and media type are among those expected; else the error that its status stands for."""
    status = reply.status
    if status in statuses:
        if reply.media_type not in media_types:
            raise Unreadable("media_type")
        return reply
    if 300 <= status < 400:
        raise Unreadable("redirect")
    if status in (401, 403):
        raise Refused("credentials")
    if status in (404, 405, 410):
        raise Misconfigured("address_not_known_there")
    if status in (429, 503):
        raise Refused("busy")
    if 400 <= status < 500:
        raise Refused("client_error")
    if 500 <= status < 600:
        raise Refused("server_error")
    raise Unreadable("status")
