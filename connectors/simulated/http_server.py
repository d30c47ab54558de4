"""HTTP/1.1 as the simulated agencies speak it: threads, warm connections, and every way in which an answer can go wrong.

What an agency says is an application's matter (`soap_server`, `https_server`): a function from request to response. How the
bytes travel, or fail to, is decided here.
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from connectors.simulated import agency, faults
from connectors.simulated.faults import Fault

LOOPBACK: Final = "127.0.0.1"
_LARGEST_REQUEST: Final = 20_000_000
_CHUNK: Final = 65_536
_IDLE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, its body read whole."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One response; `item` names the data item it is about, for which a fault may be told."""

    status: int
    media_type: str
    body: bytes
    item: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Application:
    """What answers: its folder, the responses that it makes, and how it says "busy" and "error"."""

    folder: Path
    answer: Callable[[HttpRequest], HttpResponse]
    busy: HttpResponse
    error: HttpResponse


def owner_of(path: str) -> str:
    """The agency that a path belongs to: the second part of `/ws/<owner>`, `/api/<owner>/<item>` and the like."""
    parts = path.split("/")
    return parts[2] if len(parts) > 2 else ""


def serve(application: Application, listening: socket.socket, tls: ssl.SSLContext | None = None) -> None:
    """Answer on a listening socket until the process ends."""
    server = _Server((LOOPBACK, 0), _Exchange, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.application = application
    server.tls = tls
    server.serve_forever(poll_interval=5.0)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    application: Application
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in its thread."""
        # The handshake belongs to the connection's thread: a client that stalls in it holds up nobody else.
        if self.tls is not None:
            request.settimeout(_IDLE_S)
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except OSError:  # ssl.SSLError among them: the client did not trust us, or went away
                return
        super().finish_request(request, client_address)
        if self.tls is not None:
            with contextlib.suppress(OSError):
                request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is the client's matter; nothing about it is printed."""


class _Exchange(BaseHTTPRequestHandler):
    """One connection: requests in, responses or what is left of them out."""

    protocol_version = "HTTP/1.1"
    server_version = "SimulatedAgency"
    sys_version = ""
    timeout = _IDLE_S
    wbufsize = -1  # headers and body leave in one write
    disable_nagle_algorithm = True

    server: "_Server"

    def do_GET(self) -> None:
        """Answer."""
        self._answer()

    def do_POST(self) -> None:
        """Answer."""
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """A request line may name what was asked: the journal alone keeps account."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LARGEST_REQUEST:
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = HttpRequest(self.command, self.path, headers, self.rfile.read(length))
        owner = owner_of(self.path)
        with agency.one_call(self.server.application.folder, owner) as fits:
            if not fits:
                self._send(self.server.application.busy)
                return
            response = self.server.application.answer(request)
            fault = faults.find(self.server.application.folder, owner, response.item) if response.item else None
            self._send_wrongly(response, fault) if fault else self._send(response)

    def _send(self, response: HttpResponse, *, length: int | None = None) -> None:
        self._head(response, len(response.body) if length is None else length)
        self.wfile.write(response.body)
        self.wfile.flush()

    def _head(self, response: HttpResponse, length: int) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.media_type)
        self.send_header("Content-Length", str(length))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_wrongly(self, response: HttpResponse, fault: Fault) -> None:
        match fault.name:
            case "slow":
                time.sleep(fault.amount("seconds", 1.0))
                self._send(response)
            case "hang":
                self._hold(response, fault)
                self.close_connection = True
            case "dead":
                self.close_connection = True
            case "cut_short":
                cut = HttpResponse(response.status, response.media_type, response.body[: len(response.body) // 2])
                self._send(cut, length=len(response.body))
                self.close_connection = True
            case "byte_by_byte":
                self._drip(response, fault.amount("seconds", 0.2))
            case "error":
                self._send(self.server.application.error)
            case "too_much" if "rows" not in fault.options:
                self._flood(response, int(fault.amount("bytes", 20_000_000)))
            case _:
                self._send(spoilt(response, fault))

    def _hold(self, response: HttpResponse, fault: Fault) -> None:
        until = time.monotonic() + fault.amount("seconds", 120.0)
        while (
            time.monotonic() < until
            and faults.find(self.server.application.folder, owner_of(self.path), response.item) == fault
        ):
            time.sleep(0.05)

    def _drip(self, response: HttpResponse, seconds: float) -> None:
        self._head(response, len(response.body))
        for place in range(len(response.body)):
            self.wfile.write(response.body[place : place + 1])
            self.wfile.flush()
            time.sleep(seconds)

    def _flood(self, response: HttpResponse, size: int) -> None:
        self._head(response, max(size, len(response.body)))
        self.wfile.write(response.body)
        left = size - len(response.body)
        while left > 0:
            self.wfile.write(b" " * min(left, _CHUNK))
            left -= _CHUNK
        self.wfile.flush()
        self.close_connection = True


def spoilt(response: HttpResponse, fault: Fault) -> HttpResponse:
    """The response with the faults that lie in its bytes alone; others leave it as it is."""
    match fault.name:
        case "garbage":
            return HttpResponse(200, response.media_type, b"\x00\xff\xfe<<<" + b"\x9c" * 200)
        case "wrong_encoding":
            text = response.body.decode("utf-8").encode("big5", "replace")
            return HttpResponse(response.status, response.media_type, text, headers=response.headers)
        case "redirect":
            location = fault.text("location", "http://127.0.0.1:9/elsewhere")
            return HttpResponse(302, response.media_type, b"", headers={"Location": location})
    return response
