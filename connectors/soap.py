"""SOAP web services (zeep), client kept warm.

zeep reads the WSDL that lies pinned on our disk, once for each process, and writes the envelopes; the guard carries them.
zeep never sees a reply: of a reply of the wrong shape it would make an object full of `None` (tried: DEPENDENCIES, zeep), so
that a reply is parsed without DTD, entities or network, freed of elements that the schema does not know (counted), held
against the WSDL's own XSD, and only then read.
"""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import zeep
import zeep.exceptions
from lxml import etree
from zeep.transports import Transport

from connectors import guard
from connectors.call import Call
from connectors.errors import Misconfigured, Refused, SourceError, Unreadable
from connectors.exchange import Key, Query, Record, Reply, Source
from connectors.foreign import translated
from connectors.kinds import GatewaySettings, SoapSettings, parse

for _name in ("zeep", "requests", "urllib3"):  # at DEBUG they write envelopes and addresses
    logging.getLogger(_name).setLevel(logging.WARNING)

_XSD: Final = "http://www.w3.org/2001/XMLSchema"
_WSDL: Final = "http://schemas.xmlsoap.org/wsdl/"
_ENVELOPE_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_ENVELOPE_12: Final = "http://www.w3.org/2003/05/soap-envelope"
_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_ECHOES: Final = ("requestId", "keyKind", "key", "found")
# What WS-Security 1.1 calls a rejected token, and what gateways say instead.
_CREDENTIAL_FAULTS: Final = frozenset(
    {
        "FailedAuthentication",
        "InvalidSecurity",
        "InvalidSecurityToken",
        "UnsupportedSecurityToken",
        "FailedCheck",
        "MessageExpired",
    }
)

Dress = Callable[[Any], None]


class _DiskOnly(Transport):
    """zeep's way to files: the WSDL and what lies in its folder, nothing else and nothing from the network."""

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.folder = folder.resolve()

    def load(self, url: str) -> bytes:
        parts = urlsplit(str(url))
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme not in ("", "file") or not path.is_relative_to(self.folder):
            raise zeep.exceptions.TransportError("a WSDL may only name files of its own folder")  # type: ignore[no-untyped-call]
        return path.read_bytes()

    def _refuse(self, *_: object, **__: object) -> Any:
        raise zeep.exceptions.TransportError("messages go through the guard")  # type: ignore[no-untyped-call]

    get = post = post_xml = _refuse


@dataclass(frozen=True, slots=True)
class Service:
    """A pinned WSDL made ready: zeep's client to write requests, the XSD to hold replies against."""

    client: Any
    binding: Any
    envelope: str  # namespace of the SOAP version
    schema: etree.XMLSchema
    declared: frozenset[str]  # every element name of the schema in Clark notation

    @property
    def media_type(self) -> str:
        """What SOAP 1.1 and 1.2 call their messages."""
        return "text/xml" if self.envelope == _ENVELOPE_11 else "application/soap+xml"


def service(wsdl: str) -> Service:
    """The service that a WSDL file describes, loaded once a process and anew when the file changes."""
    failure: SourceError
    try:
        state = os.stat(wsdl)
        return _loaded(wsdl, state.st_mtime_ns, state.st_size)
    except SourceError as known:
        failure = known
    except OSError:
        failure = Misconfigured("file_missing", never_left=True)
    except Exception:  # whatever zeep and lxml find wrong with a file of ours
        failure = Misconfigured("file_unusable", never_left=True)
    raise failure


@lru_cache(maxsize=128)
def _loaded(wsdl: str, _changed_ns: int, _size: int) -> Service:
    settings = zeep.Settings(
        strict=True, forbid_dtd=True, forbid_external=True, forbid_entities=True, xml_huge_tree=False
    )
    transport = _DiskOnly(Path(wsdl).parent)
    client = zeep.Client(wsdl, transport=transport, settings=settings)  # type: ignore[no-untyped-call]
    binding = client.service._binding  # no public way to a binding's operations
    schema, declared = _schema(wsdl)
    return Service(client, binding, binding.nsmap["soap-env"], schema, declared)


def _parser() -> etree.XMLParser:
    """A parser that resolves nothing and recovers nothing; comments and instructions fall away."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


class _Inline(etree.Resolver):
    """Gives libxml2 the schemas that stand inside a WSDL, by number."""

    def __init__(self, schemas: list[bytes], base: str) -> None:
        super().__init__()
        self.schemas = schemas
        self.base = base

    def resolve(self, system_url: str, public_id: str, context: Any = None) -> Any:
        if not system_url.startswith("inline:"):
            return None
        return self.resolve_string(self.schemas[int(system_url.removeprefix("inline:"))], context, base_url=self.base)


def _schema(wsdl: str) -> tuple[etree.XMLSchema, frozenset[str]]:
    """One XSD out of all schemas of a WSDL, and the names of all elements it declares."""
    document: Any = etree.parse(wsdl, _parser())
    if document.docinfo.doctype:
        raise Misconfigured("file_unusable", never_left=True)
    schemas = document.getroot().findall(f"{{{_WSDL}}}types/{{{_XSD}}}schema")
    declared: set[str] = set()
    imports = etree.Element(f"{{{_XSD}}}schema", nsmap={"xs": _XSD})
    for number, each in enumerate(schemas):
        namespace = each.get("targetNamespace", "")
        etree.SubElement(imports, f"{{{_XSD}}}import", namespace=namespace, schemaLocation=f"inline:{number}")
        for element in each.iter(f"{{{_XSD}}}element"):
            declared |= {f"{{{namespace}}}{element.get('name')}", str(element.get("name"))}
    parser, base = _parser(), Path(wsdl).resolve().as_uri()
    parser.resolvers.add(_Inline([etree.tostring(each) for each in schemas], base))
    whole = etree.fromstring(etree.tostring(imports), parser, base_url=base)
    return etree.XMLSchema(whole), frozenset(declared)


class SoapConnector:
    """SOAP 1.1 and 1.2, document/literal, one operation for each data item."""

    def ask(self, source: Source, query: Query, call: Call) -> Reply:
        """What the source answers, one exchange for each key; a `SourceError` discards the whole."""
        settings = parse(source.kind, source.settings)
        assert isinstance(settings, SoapSettings)
        return exchange(source, query, call, settings)

    def probe(self, source: Source, call: Call) -> None:
        """Return when the WSDL can be used and the address takes a connection; no message is sent."""
        settings = parse(source.kind, source.settings)
        assert isinstance(settings, SoapSettings | GatewaySettings)
        service(settings.wsdl)
        guard.reach(call, source.address, authority=settings.authority)


def exchange(
    source: Source, query: Query, call: Call, settings: SoapSettings | GatewaySettings, dress: Dress | None = None
) -> Reply:
    """Ask for each key; `dress` adds to an envelope what a gateway wants to see."""
    ready = service(settings.wsdl)
    records: list[Record] = []
    request_id, beyond = query.request_id, 0
    for key in query.keys:
        body = _envelope(ready, query, key, dress)
        reply = guard.send(
            call, "POST", source.address, body=body, headers=_headers(ready, query), authority=settings.authority
        )
        request_id, record, extra = _read(ready, query, reply)
        records.append(record)
        beyond += extra
        if request_id != query.request_id:
            break  # the rest would be asked of a source that answers somebody else's question
    return Reply(request_id, tuple(records), beyond=beyond, received_bytes=call.received)


def _headers(ready: Service, query: Query) -> dict[str, str]:
    operation = ready.binding.get(query.item.code)
    action = operation.soapaction or ""
    if ready.envelope == _ENVELOPE_11:
        return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
    return {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}


def _envelope(ready: Service, query: Query, key: Key, dress: Dress | None) -> bytes:
    """The request as zeep writes it after the WSDL; `Misconfigured` when the WSDL cannot carry the question."""
    failure: SourceError
    try:
        asked: dict[str, Any] = {"requestId": query.request_id, "keyKind": key.kind, "key": key.value}
        if query.narrowing:
            asked["narrowing"] = [{"name": name, "value": value} for name, value in query.narrowing.items()]
        envelope = ready.client.create_message(ready.client.service, query.item.code, **asked)
        if dress is not None:
            dress(envelope)
        return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
    except ValueError:
        failure = Misconfigured("operation_missing", never_left=True)
    except (zeep.exceptions.Error, TypeError) as wrong:
        failure = translated(wrong, left=False)
    raise failure


def _read(ready: Service, query: Query, reply: guard.HttpReply) -> tuple[str, Record, int]:
    """Request id, record and number of unknown values of a reply, after all checks of its form."""
    if reply.status != 500 or reply.media_type != ready.media_type:
        guard.expect(reply, (ready.media_type,))
    content = _content(ready, reply.body)
    if content.tag == f"{{{ready.envelope}}}Fault":
        raise Refused(_fault(content))
    if reply.status != 200:
        raise Refused("server_error")
    if content.tag != str(ready.binding.get(query.item.code).output.body.qname):
        raise Unreadable("schema")
    beyond = _without_unknown(content, ready.declared)
    if not ready.schema.validate(content):
        etree.clear_error_log()  # its lines repeat what stood in the reply
        raise Unreadable("schema")
    return *_record(content), beyond


def _content(ready: Service, body: bytes) -> Any:
    """The one element in the envelope's body."""
    try:
        envelope: Any = etree.fromstring(body, _parser())
    except etree.XMLSyntaxError:
        etree.clear_error_log()
        raise Unreadable("not_xml") from None
    if envelope.getroottree().docinfo.doctype:
        raise Unreadable("doctype")
    holder = envelope.find(f"{{{ready.envelope}}}Body")
    if envelope.tag != f"{{{ready.envelope}}}Envelope" or holder is None or len(holder) != 1:
        raise Unreadable("schema")
    return holder[0]


def _fault(content: Any) -> str:
    """The detail of `Refused` for a fault: only its code is looked at, and only codes that are known."""
    code = content.findtext("faultcode") or content.findtext(
        f"{{{_ENVELOPE_12}}}Code/{{{_ENVELOPE_12}}}Subcode/{{{_ENVELOPE_12}}}Value"
    )
    name = (code or "").strip().rpartition(":")[2]
    return "credentials" if name in _CREDENTIAL_FAULTS else "fault"


def _without_unknown(content: Any, declared: frozenset[str]) -> int:
    """Take out of header and rows what the schema does not declare; the number of values taken out."""
    count = 0
    for part in content:
        if part.tag not in declared:
            count += max(1, len(part))
            content.remove(part)
            continue
        for value in [each for each in part if each.tag not in declared]:
            part.remove(value)
            count += 1
    return count


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


def _record(content: Any) -> tuple[str, Record]:
    """Request id and record of a validated response element."""
    said: dict[str, str] = {}
    header: Mapping[str, str] = {}
    groups: dict[str, list[Mapping[str, str]]] = {}
    for part in content:
        name = _local(part)
        if name in _ECHOES:
            said[name] = (part.text or "").strip() if name != "key" else part.text or ""
        elif name == "header":
            header = _values(part)
        else:
            groups.setdefault(name, []).append(_values(part))
    if set(said) != set(_ECHOES):
        raise Unreadable("schema")
    key = Key(said["keyKind"], said["key"])
    rows = {name: tuple(each) for name, each in groups.items()}
    return said["requestId"], Record(key, said["found"] in ("true", "1"), header, rows)


def _values(part: Any) -> Mapping[str, str]:
    """The values of a header or row; an empty or nil element says nothing."""
    values: dict[str, str] = {}
    for element in part:
        if len(element) or _local(element) in values:
            raise Unreadable("shape")
        if element.text and element.get(_NIL) not in ("true", "1"):
            values[_local(element)] = element.text
    return values
