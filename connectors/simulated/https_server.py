"""HTTPS agencies: JSON on `/api/<owner>/<item>`, files on `/batch/<owner>/<item>`, both with a bearer token over TLS.

A file is taken with a ticket, worked on for a moment and fetched by asking for the ticket until it is there. Files lie in
memory alone.
"""

import hmac
import json
import secrets
import socket
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from connectors.simulated import accounts, agency, faults, files, http_server, registers
from connectors.simulated.agency import Question, Reply
from connectors.simulated.answers.name_search import NarrowingRequired
from connectors.simulated.http_server import Application, HttpRequest, HttpResponse
from connectors.simulated.items import Item, items

_JSON: Final = "application/json"
_CSV: Final = "text/csv; charset=utf-8"
_WORK_S: Final = 0.15  # how long a file is worked on, so that an asker sees "not yet" at least once
_TICKETS: Final = 200
_UPLOAD_FAULTS: Final = ("slow", "hang", "dead", "error", "redirect")  # the others spoil the file, not its upload


def serve(folder: Path, listening: socket.socket) -> None:
    """Answer on a listening socket until the process ends."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.load_cert_chain(folder / accounts.SERVER_CERTIFICATE)
    http_server.serve(application(folder), listening, tls)


def application(folder: Path) -> Application:
    """The HTTPS agencies of a folder."""
    agencies = _Agencies(folder, accounts.read(folder))
    return Application(folder, agencies.answer, busy=_no(429, "busy"), error=_no(500, "error"))


class Rejected(Exception):
    """A request that is refused: HTTP status and a fixed word."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word


@dataclass(frozen=True, slots=True)
class _Ticket:
    item: str
    request_id: str
    ready_at: float
    content: bytes | None


class _Agencies:
    """The agencies of one server, with the files that they work on."""

    def __init__(self, folder: Path, known: Mapping[str, accounts.Account]) -> None:
        self._folder = folder
        self._known = known
        self._tickets: OrderedDict[str, _Ticket] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to one request."""
        try:
            parts = request.path.strip("/").split("/")
            if len(parts) < 3 or parts[0] not in ("api", "batch"):
                raise Rejected(404, "unknown")
            kind = "https" if parts[0] == "api" else "batch_file"
            self._check_token(f"{parts[1]}.{kind}", request)
            item = _item(kind, parts[1], parts[2])
            if kind == "https":
                return self._asked(item, request)
            return self._taken(item, request) if len(parts) == 3 else self._fetched(item, parts[3])
        except Rejected as no:
            return _no(no.status, no.word)
        except NarrowingRequired:
            return _no(400, "narrowing_required")

    def _check_token(self, source: str, request: HttpRequest) -> None:
        account = self._known.get(source)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if account is None:
            raise Rejected(404, "unknown")
        if scheme != "Bearer" or not hmac.compare_digest(token.encode(), account.password.encode()):
            raise Rejected(401, "credentials")

    def _asked(self, item: Item, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            raise Rejected(405, "post_required")
        said = agency.reply(self._folder, _question(item, request.body))
        return HttpResponse(200, _JSON, _written(item, said), item.code)

    def _taken(self, item: Item, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            raise Rejected(405, "post_required")
        request_id = request.headers.get("x-request-id", "")
        if not request_id:
            raise Rejected(400, "request_id")
        try:
            asked = files.read(request.body, item.code)
        except files.NoFile:
            raise Rejected(400, "file") from None
        content = files.answer(self._folder, item, request_id, asked)
        ticket = secrets.token_urlsafe(12)
        with self._lock:
            self._tickets[ticket] = _Ticket(item.code, request_id, time.monotonic() + _WORK_S, content)
            while len(self._tickets) > _TICKETS:
                self._tickets.popitem(last=False)
        body = json.dumps({"request_id": request_id, "ticket": ticket}).encode()
        fault = faults.find(self._folder, item.owner, item.code)
        return HttpResponse(202, _JSON, body, item.code if fault and fault.name in _UPLOAD_FAULTS else "")

    def _fetched(self, item: Item, name: str) -> HttpResponse:
        ticket = self._tickets.get(name)
        if ticket is None or ticket.item != item.code:
            raise Rejected(404, "ticket")
        if ticket.content is None or time.monotonic() < ticket.ready_at:
            return HttpResponse(202, _JSON, json.dumps({"request_id": ticket.request_id, "state": "working"}).encode())
        fault = faults.find(self._folder, item.owner, item.code)
        answered = agency.ANOTHER_REQUEST if fault and fault.name == "wrong_request_id" else ticket.request_id
        return HttpResponse(200, _CSV, ticket.content, headers={"X-Request-Id": answered})


def _item(kind: str, owner: str, code: str) -> Item:
    item = items().get(code)
    if item is None or item.owner != owner or item.kind != kind or code not in registers.REGISTERS:
        raise Rejected(404, "unknown")
    return item


def _question(item: Item, body: bytes) -> Question:
    try:
        asked: Any = json.loads(body)
        key, narrowing = asked["key"], asked.get("narrowing") or {}
        texts = (asked["request_id"], key["kind"], key["value"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Rejected(400, "question") from None
    if not all(isinstance(text, str) and text for text in texts) or not isinstance(narrowing, dict):
        raise Rejected(400, "question")
    if texts[1] not in item.key_kinds:
        raise Rejected(400, "key_kind")
    return Question(item.owner, item.code, *texts, narrowing={str(name): str(text) for name, text in narrowing.items()})


def _written(item: Item, said: Reply) -> bytes:
    told: dict[str, Any] = {
        "request_id": said.request_id,
        "key": {"kind": said.kind, "value": said.value},
        "found": said.answer is not None,
        "header": dict(said.answer.header) if said.answer else {},
    }
    for group in ("rows", "members"):
        told[group] = [dict(row) for row in said.answer.rows] if said.answer and group == item.group else []
    return json.dumps(told, ensure_ascii=False).encode()


def _no(status: int, word: str) -> HttpResponse:
    return HttpResponse(status, _JSON, json.dumps({"error": word}).encode())
