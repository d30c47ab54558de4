"""SOAP web services (zeep), client kept warm.

zeep reads the WSDL that lies pinned on our disk, once for each process, and writes the envelopes; the guard carries them.
zeep never sees a reply: of a reply of the wrong shape it would make an object full of `None` (tried: DEPENDENCIES, zeep), so
that a reply is parsed without DTD, entities or network, freed of elements that the schema does not know (counted), held
against the WSDL's own XSD, and only then read.
"""

import copy
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import zeep.exceptions
from lxml import etree

from connectors import guard
from connectors.call import Call
from connectors.errors import Misconfigured, Refused, SourceError, Unreadable
from connectors.exchange import Key, Query, Record, Reply, Source
from connectors.foreign import translated
from connectors.kinds import GatewaySettings, SoapSettings, parse
from connectors.protocols.wsdl import ENVELOPE_11, ENVELOPE_12, Service, parser, service

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
    if ready.envelope == ENVELOPE_11:
        return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
    return {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}


def _envelope(ready: Service, query: Query, key: Key, dress: Dress | None) -> bytes:
    """The request as the WSDL wants it; `Misconfigured` when the WSDL cannot carry the question."""
    envelope = copy.deepcopy(_pattern(ready, query.item.code))
    asked = envelope.find(f"{{{ready.envelope}}}Body")[0]
    said = {"requestId": query.request_id, "keyKind": key.kind, "key": key.value}
    narrowing = None
    for part in asked:
        name = _local(part)
        if name == "narrowing":
            narrowing = part
        else:
            part.text = said.pop(name, None)
    if narrowing is not None:
        for each, value in query.narrowing.items():
            one = copy.deepcopy(narrowing)
            for part in one:
                part.text = {"name": each, "value": value}.get(_local(part))
            narrowing.addprevious(one)
        asked.remove(narrowing)
    elif query.narrowing:
        raise Misconfigured("question", never_left=True)
    if said:
        raise Misconfigured("question", never_left=True)
    if dress is not None:
        dress(envelope)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


@lru_cache(maxsize=512)
def _pattern(ready: Service, operation: str) -> Any:
    """An envelope as zeep writes it after the WSDL, its values empty; to be copied, since zeep takes 0.1 ms for each."""
    failure: SourceError
    values: dict[str, Any] = {"requestId": "", "keyKind": "", "key": ""}
    for more in ({"narrowing": [{"name": "", "value": ""}]}, {}):
        try:
            return ready.client.create_message(ready.client.service, operation, **values, **more)
        except TypeError:  # the operation takes no narrowing, or is of another make
            failure = Misconfigured("question", never_left=True)
        except ValueError:
            failure = Misconfigured("operation_missing", never_left=True)
        except zeep.exceptions.Error as wrong:
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
        envelope: Any = etree.fromstring(body, parser())
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
        f"{{{ENVELOPE_12}}}Code/{{{ENVELOPE_12}}}Subcode/{{{ENVELOPE_12}}}Value"
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
    return str(element.tag).rpartition("}")[2]


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
