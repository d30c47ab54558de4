"""What one call outward may cost: time in all, bytes in all, addresses; and the sockets that obey it.

The sockets look at their call before every single read and write, so that a source that sends a byte now and then is cut off
at the deadline as well: the time-outs of sockets and of the common HTTP libraries are per read (SECURITY.md, trap 12).
"""

import socket
import ssl
import time
from typing import Any, Final

from connectors.addresses import LOOPBACK, AllowList
from connectors.errors import SourceError, TimedOut, TooMuch, Unreachable

_HEADER_BYTES: Final = 64 * 1024  # what headers and framing may take beside a body


class Call:
    """What one call outward may cost: time in all, bytes in all, addresses; and whether anything has left yet."""

    __slots__ = ("allowed", "deadline", "left", "max_bytes", "received")

    def __init__(self, deadline_s: float, max_bytes: int = 8_000_000, allowed: AllowList = LOOPBACK) -> None:
        self.deadline = now() + deadline_s
        self.max_bytes = max_bytes
        self.allowed = allowed
        self.left = False
        self.received = 0

    def remaining(self) -> float:
        """Seconds until the deadline, more than 0; after it `Unreachable` when nothing has left, else `TimedOut`."""
        rest = self.deadline - now()
        if rest <= 0:
            raise self.too_late()
        return rest

    def too_late(self) -> SourceError:
        """What a passed deadline means at this point of the call."""
        return TimedOut("deadline") if self.left else Unreachable("no_connection_in_time")

    def lost(self) -> SourceError:
        """What a connection that broke off means at this point of the call."""
        return TimedOut("connection_lost") if self.left else Unreachable("connection_closed")

    def took(self, count: int) -> None:
        """Count bytes that came in over the network; `TooMuch` when they pass the limit."""
        self.received += count
        if self.received > self.max_bytes + _HEADER_BYTES:
            raise TooMuch("bytes")

    def wait(self, seconds: float) -> None:
        """Sleep, but never past the deadline; raises as `remaining` does when it is reached."""
        time.sleep(min(seconds, self.remaining()))
        self.remaining()


def now() -> float:
    """The clock that deadlines are kept by, in seconds; it never goes back."""
    return time.monotonic()


class _Watched:
    """What both sockets do: ask the call for the time left before each read and write, and count what comes."""

    call: Call | None = None

    def _look(self) -> None:
        if self.call is not None:
            self.settimeout(self.call.remaining())  # type: ignore[attr-defined]

    def recv_into(self, *args: Any, **named: Any) -> int:
        self._look()
        count: int = super().recv_into(*args, **named)  # type: ignore[misc]
        if self.call is not None:
            self.call.took(count)
        return count

    def send(self, *args: Any, **named: Any) -> int:
        self._look()
        sent: int = super().send(*args, **named)  # type: ignore[misc]
        return sent


class Socket(_Watched, socket.socket):
    """A TCP socket under a call's limits."""

    def sendall(self, *args: Any, **named: Any) -> None:
        self._look()
        super().sendall(*args, **named)


class TlsSocket(_Watched, ssl.SSLSocket):
    """The same for TLS; a handshake or record that trickles in is bounded by the time left as a whole (OpenSSL's loop)."""
