"""SOAP agencies: document/literal SOAP 1.1 on `/ws/<owner>`, and behind a gateway with log-in on `/gateway/<owner>`.

The gateway demands a WS-Security UsernameToken with a digest (UsernameToken Profile 1.1 §3.1: Base64(SHA-1(nonce + created +
password))), takes each nonce once and no token older than five minutes, and wants to see who asks for which service.
"""

import base64
import binascii
import hashlib
import hmac
import socket
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from lxml import etree

from connectors.simulated import accounts, agency, http_server, registers
from connectors.simulated.agency import Question, Reply
from connectors.simulated.answers.name_search import NarrowingRequired
from connectors.simulated.http_server import Application, HttpRequest, HttpResponse
from connectors.simulated.items import Item, items
from connectors.simulated.wsdl import namespace, path_of

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SECURITY: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
UTILITY: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DIGEST: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
GATEWAY: Final = "urn:govern:gateway"
_MEDIA: Final = "text/xml; charset=utf-8"
_FRESH: Final = timedelta(minutes=5)
_NONCES: Final = 100_000


class Rejected(Exception):
    """A request that gets a fault: code and text of it, both fixed."""

    def __init__(self, code: str, text: str, status: int = 500) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.status = status


def serve(folder: Path, listening: socket.socket) -> None:
    """Answer on a listening socket until the process ends."""
    http_server.serve(application(folder), listening)


def application(folder: Path) -> Application:
    """The SOAP agencies of a folder."""
    gateway = Gateway(accounts.read(folder))
    return Application(
        folder,
        lambda request: _answer(folder, gateway, request),
        busy=_fault(Rejected("soap:Server.Busy", "busy", 503)),
        error=_fault(Rejected("soap:Server", "error")),
    )


def _answer(folder: Path, gateway: "Gateway", request: HttpRequest) -> HttpResponse:
    try:
        envelope = _parsed(request)
        item, content = _asked(request.path, envelope)
        if item.kind == "soap_gateway":
            gateway.check(f"{item.owner}.{item.kind}", envelope)
        question = _question(item, content)
        return HttpResponse(200, _MEDIA, _written(item, agency.reply(folder, question)), item.code)
    except Rejected as no:
        return _fault(no)
    except NarrowingRequired:
        return _fault(Rejected("soap:Client", "narrowing_required"))


def _parsed(request: HttpRequest) -> Any:
    if request.method != "POST":
        raise Rejected("soap:Client", "post_required", 405)
    parser: Any = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        envelope: Any = etree.fromstring(request.body, parser)
    except etree.XMLSyntaxError:
        raise Rejected("soap:Client", "not_xml") from None
    if envelope.tag != f"{{{ENVELOPE}}}Envelope" or envelope.getroottree().docinfo.doctype:
        raise Rejected("soap:VersionMismatch", "envelope")
    return envelope


def _asked(path: str, envelope: Any) -> tuple[Item, Any]:
    """The data item and the request element in the body."""
    body = envelope.find(f"{{{ENVELOPE}}}Body")
    content = body[0] if body is not None and len(body) == 1 else None
    if content is None:
        raise Rejected("soap:Client", "body")
    name = etree.QName(content)
    item = items().get(name.localname.removesuffix("Request"))
    if (
        item is None
        or path != path_of(item)
        or name.namespace != namespace(item.owner)
        or item.code not in registers.REGISTERS
    ):
        raise Rejected("soap:Client", "operation")
    return item, content


def _question(item: Item, content: Any) -> Question:
    own = f"{{{namespace(item.owner)}}}"
    texts = {name: content.findtext(f"{own}{name}") or "" for name in ("requestId", "keyKind", "key")}
    if not all(texts.values()) or texts["keyKind"] not in item.key_kinds:
        raise Rejected("soap:Client", "question")
    narrowing = {
        each.findtext(f"{own}name", ""): each.findtext(f"{own}value", "") for each in content.findall(f"{own}narrowing")
    }
    return Question(item.owner, item.code, texts["requestId"], texts["keyKind"], texts["key"], narrowing)


def _written(item: Item, reply: Reply) -> bytes:
    own = namespace(item.owner)
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
    content = etree.SubElement(body, f"{{{own}}}{item.code}Response", nsmap={"t": own})
    said = {"requestId": reply.request_id, "keyKind": reply.kind, "key": reply.value}
    _children(content, own, said | {"found": "false" if reply.answer is None else "true"})
    if reply.answer is not None:
        if reply.answer.header:
            _children(etree.SubElement(content, f"{{{own}}}header"), own, reply.answer.header)
        for row in reply.answer.rows:
            _children(etree.SubElement(content, f"{{{own}}}{item.group}"), own, row)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def _children(parent: Any, own: str, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        etree.SubElement(parent, f"{{{own}}}{name}").text = value


def _fault(no: Rejected) -> HttpResponse:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE, "wsse": SECURITY})
    fault = etree.SubElement(etree.SubElement(envelope, f"{{{ENVELOPE}}}Body"), f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode").text = no.code
    etree.SubElement(fault, "faultstring").text = no.text
    return HttpResponse(no.status, _MEDIA, etree.tostring(envelope, xml_declaration=True, encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class _Token:
    username: str
    digest: str
    nonce: bytes
    created: str


class Gateway:
    """The gateway's door: who may pass, and which nonces it has seen."""

    def __init__(self, known: Mapping[str, accounts.Account]) -> None:
        self._known = known
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, source: str, envelope: Any) -> None:
        """Return when a token is the source's account's, fresh and unused; else `Rejected` with a fault of WS-Security."""
        header = envelope.find(f"{{{ENVELOPE}}}Header")
        if header is None:
            raise Rejected("wsse:InvalidSecurity", "header")
        token = _token(header)
        account = self._known.get(source)
        if account is None or token.username != account.username:
            raise Rejected("wsse:FailedAuthentication", "credentials")
        wanted = hashlib.sha1(token.nonce + token.created.encode() + account.password.encode()).digest()  # noqa: S324 - the profile's digest
        if not hmac.compare_digest(base64.b64encode(wanted).decode(), token.digest):
            raise Rejected("wsse:FailedAuthentication", "credentials")
        self._check_fresh(token)
        asks = header.find(f"{{{GATEWAY}}}gatewayHeader")
        told = {} if asks is None else {etree.QName(each).localname: each.text or "" for each in asks}
        if (
            not told.get("requestingAgency")
            or not told.get("requestId")
            or told.get("serviceCode") != account.service_code
        ):
            raise Rejected("soap:Client", "gateway_header")

    def _check_fresh(self, token: _Token) -> None:
        try:
            created = datetime.fromisoformat(token.created.replace("Z", "+00:00"))
        except ValueError:
            raise Rejected("wsse:InvalidSecurity", "created") from None
        if created.tzinfo is None or abs(datetime.now(UTC) - created) > _FRESH:
            raise Rejected("wsse:MessageExpired", "created")
        with self._lock:
            if token.nonce in self._seen:
                raise Rejected("wsse:FailedAuthentication", "nonce")
            self._seen[token.nonce] = None
            while len(self._seen) > _NONCES:
                self._seen.popitem(last=False)


def _token(header: Any) -> _Token:
    path = f"{{{SECURITY}}}Security/{{{SECURITY}}}UsernameToken"
    found = header.find(path)
    if found is None:
        raise Rejected("wsse:InvalidSecurity", "token")
    password = found.find(f"{{{SECURITY}}}Password")
    if password is None or password.get("Type") != DIGEST:
        raise Rejected("wsse:InvalidSecurityToken", "digest_required")
    try:
        nonce = base64.b64decode(found.findtext(f"{{{SECURITY}}}Nonce") or "", validate=True)
    except (binascii.Error, ValueError):
        raise Rejected("wsse:InvalidSecurityToken", "nonce") from None
    created = found.findtext(f"{{{UTILITY}}}Created") or ""
    if not nonce or not created:
        raise Rejected("wsse:InvalidSecurityToken", "nonce")
    return _Token(found.findtext(f"{{{SECURITY}}}Username") or "", password.text or "", nonce, created)
