"""A pinned WSDL made ready: zeep's client to write requests, the schema to hold replies against.

Loaded once a process and anew when the file changes. A WSDL may name files of its own folder and nothing else: nothing is
ever fetched, no DTD is read, no entity resolved, and zeep's own way to the network is closed.
"""

import logging
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import zeep
import zeep.exceptions
from lxml import etree
from zeep.transports import Transport

from connectors.errors import Misconfigured, SourceError

for _name in ("zeep", "requests", "urllib3"):  # at DEBUG they write envelopes and addresses
    logging.getLogger(_name).setLevel(logging.WARNING)

ENVELOPE_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
ENVELOPE_12: Final = "http://www.w3.org/2003/05/soap-envelope"
_XSD: Final = "http://www.w3.org/2001/XMLSchema"
_WSDL: Final = "http://schemas.xmlsoap.org/wsdl/"


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


@dataclass(frozen=True, slots=True, eq=False)
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
        return "text/xml" if self.envelope == ENVELOPE_11 else "application/soap+xml"


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


def parser() -> etree.XMLParser:
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
    document: Any = etree.parse(wsdl, parser())
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
    own, base = parser(), Path(wsdl).resolve().as_uri()
    own.resolvers.add(_Inline([etree.tostring(each) for each in schemas], base))
    whole = etree.fromstring(etree.tostring(imports), own, base_url=base)
    return etree.XMLSchema(whole), frozenset(declared)
