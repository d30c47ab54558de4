"""A WSDL for each owner that speaks SOAP, made from the catalogue: one operation a data item, every field with its type.

Document/literal with the schema inline, so that one file is all that a client pins. Fields are optional and in the catalogue's
order. A register's dates may be incomplete and its texts empty: the types say so.
"""

from pathlib import Path
from typing import Any, Final

from lxml import etree

from connectors.exchange import FieldSpec, Shape
from connectors.simulated.items import Item, of_owner, owners

SOAP_KINDS: Final = ("soap_ws", "soap_gateway")
_WSDL: Final = "http://schemas.xmlsoap.org/wsdl/"
_SOAP: Final = "http://schemas.xmlsoap.org/wsdl/soap/"
_XSD: Final = "http://www.w3.org/2001/XMLSchema"
_HTTP: Final = "http://schemas.xmlsoap.org/soap/http"
_TEXT: Final = "模擬機關，資料全屬虛構。Simulated agency; all data are invented."

# Simple types by field type: base and pattern.
_TYPES: Final = {
    "string": ("string", ""),
    "text": ("string", ""),
    "name": ("string", ""),
    "address": ("string", ""),
    "national_id": ("string", "[A-Z][A-D0-9][0-9]{8}|[0-9]{8}"),  # a firm may stand where an owner stands
    "company_no": ("string", "[0-9]{8}"),
    "land_no": ("string", "[0-9]{4}-[0-9]{4}"),
    "building_no": ("string", "[0-9]{5}-[0-9]{3}"),
    "plate_no": ("string", "[0-9A-Z]{2,4}-[0-9A-Z]{2,4}"),
    "date": ("string", "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?|不詳|民國前[0-9]{1,2}年"),
    "datetime": ("dateTime", ""),
    "year": ("string", "[0-9]{1,3}"),
    "year_month": ("string", "[0-9]{4}-[0-9]{2}"),
    "integer": ("integer", ""),
    "decimal": ("decimal", ""),
    "money": ("integer", ""),
    "boolean": ("boolean", ""),
    "file": ("base64Binary", ""),
}


def namespace(owner: str) -> str:
    """The namespace of an owner's messages."""
    return f"urn:govern:agency:{owner}"


def path_of(item: Item) -> str:
    """Where on the server a data item is asked."""
    return f"/{'ws' if item.kind == 'soap_ws' else 'gateway'}/{item.owner}"


def write(folder: Path) -> None:
    """Write `wsdl/<owner>.wsdl` for each owner that speaks SOAP; an unchanged file is not touched."""
    (folder / "wsdl").mkdir(parents=True, exist_ok=True)
    for owner in owners(*SOAP_KINDS):
        target = folder / "wsdl" / f"{owner}.wsdl"
        text = document(owner)
        if not target.exists() or target.read_bytes() != text:
            target.write_bytes(text)


def document(owner: str) -> bytes:
    """The WSDL of an owner."""
    own = namespace(owner)
    root = etree.Element(f"{{{_WSDL}}}definitions", nsmap={"wsdl": _WSDL, "soap": _SOAP, "xs": _XSD, "t": own})
    root.set("name", owner)
    root.set("targetNamespace", own)
    _add(root, "documentation").text = _TEXT
    asked = of_owner(owner, *SOAP_KINDS)
    _add(root, "types").append(_schema(own, asked))
    for item in asked:
        for direction in ("Request", "Response"):
            message = _add(root, "message", name=f"{item.code}{direction}")
            _add(message, "part", name="body", element=f"t:{item.code}{direction}")
    port_type = _add(root, "portType", name="Registers")
    binding = _add(root, "binding", name="RegistersSoap", type="t:Registers")
    etree.SubElement(binding, f"{{{_SOAP}}}binding", style="document", transport=_HTTP)
    for item in asked:
        operation = _add(port_type, "operation", name=item.code)
        _add(operation, "documentation").text = f"{item.name_zh}（虛構）"
        _add(operation, "input", message=f"t:{item.code}Request")
        _add(operation, "output", message=f"t:{item.code}Response")
        bound = _add(binding, "operation", name=item.code)
        etree.SubElement(bound, f"{{{_SOAP}}}operation", soapAction=f"{own}:{item.code}", style="document")
        for direction in ("input", "output"):
            etree.SubElement(_add(bound, direction), f"{{{_SOAP}}}body", use="literal")
    port = _add(_add(root, "service", name="Agency"), "port", name="Registers", binding="t:RegistersSoap")
    etree.SubElement(port, f"{{{_SOAP}}}address", location=f"http://127.0.0.1{path_of(asked[0])}")
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _add(parent: Any, tag: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{_WSDL}}}{tag}", attributes)


def _xsd(parent: Any, tag: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{_XSD}}}{tag}", attributes)


def _schema(own: str, asked: tuple[Item, ...]) -> Any:
    schema = etree.Element(f"{{{_XSD}}}schema", nsmap={"xs": _XSD, "t": own})
    schema.set("targetNamespace", own)
    schema.set("elementFormDefault", "qualified")
    _simple_types(schema)
    narrowing = _sequence(_xsd(schema, "complexType", name="Narrowing"))
    for name in ("name", "value"):
        _xsd(narrowing, "element", name=name, type="xs:string")
    for item in asked:
        _request(schema, item)
        _response(schema, item)
    return schema


def _simple_types(schema: Any) -> None:
    for name, (kind, pattern) in _TYPES.items():
        restriction = _xsd(_xsd(schema, "simpleType", name=f"{name}Type"), "restriction", base=f"xs:{kind}")
        if pattern:
            _xsd(restriction, "pattern", value=pattern)


def _sequence(complex_type: Any) -> Any:
    return _xsd(complex_type, "sequence")


def _request(schema: Any, item: Item) -> None:
    parts = _sequence(_xsd(_xsd(schema, "element", name=f"{item.code}Request"), "complexType"))
    for name in ("requestId", "keyKind", "key"):
        _xsd(parts, "element", name=name, type="xs:string")
    _xsd(parts, "element", name="narrowing", type="t:Narrowing", minOccurs="0", maxOccurs="unbounded")


def _response(schema: Any, item: Item) -> None:
    parts = _sequence(_xsd(_xsd(schema, "element", name=f"{item.code}Response"), "complexType"))
    for name in ("requestId", "keyKind", "key"):
        _xsd(parts, "element", name=name, type="xs:string")
    _xsd(parts, "element", name="found", type="xs:boolean")
    _record(parts, "header", [field for field in item.spec.fields if not field.group], many=False)
    if item.spec.shape is not Shape.SINGLE:
        _record(parts, item.group, [field for field in item.spec.fields if field.group], many=True)


def _record(parts: Any, name: str, fields: list[FieldSpec], *, many: bool) -> None:
    element = _xsd(parts, "element", name=name, minOccurs="0", maxOccurs="unbounded" if many else "1")
    children = _sequence(_xsd(element, "complexType"))
    for field in fields:
        child = _xsd(children, "element", name=field.code, minOccurs="0")
        if field.type != "code":
            child.set("type", f"t:{field.type}Type")
            continue
        restriction = _xsd(_xsd(child, "simpleType"), "restriction", base="xs:string")
        for value in field.values:
            _xsd(restriction, "enumeration", value=value)
