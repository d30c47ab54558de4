"""One invented data item for tests of connectors: its specification, a question, and its right answer in every wire form."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape

from connectors.exchange import FieldSpec, ItemSpec, Key, Query, Shape

OWNER = "test-owner"
NAMESPACE = f"urn:govern:agency:{OWNER}"
SUBJECT = "A900000018"
REQUEST = "01900000-0000-7000-8000-00000000c0de"
# Values that occur nowhere else, so that a search for them in errors and logs finds a leak.
MARKS = (SUBJECT, "測試路秘密段九十九號", "甄試探", "1944-04-04", "77665544")

ITEM = ItemSpec(
    code="household",
    shape=Shape.GROUPED,
    fields=(
        FieldSpec("household_no", "string"),
        FieldSpec("kind", "code", values=("family", "single")),
        FieldSpec("address", "address"),
        FieldSpec("national_id", "national_id"),
        FieldSpec("member_name", "name", "members"),
        FieldSpec("member_birth_date", "date", "members"),
        FieldSpec("member_savings", "money", "members"),
    ),
    row_limit=50,
)


@dataclass(frozen=True)
class Answer:
    """What a test's source says; the defaults are the right answer to `question()`."""

    request_id: str = REQUEST
    keys: tuple[Key, ...] = (Key("national_id", SUBJECT),)
    found: bool = True
    header: Mapping[str, str] = field(
        default_factory=lambda: {"household_no": "F7766001", "kind": "family", "address": MARKS[1]}
    )
    members: tuple[Mapping[str, str], ...] = (
        {"member_name": MARKS[2], "member_birth_date": MARKS[3], "member_savings": MARKS[4]},
        {"member_name": "甄試驗", "member_birth_date": "1970-01-31", "member_savings": "0"},
    )

    def nobody(self) -> "Answer":
        """The answer that nobody of this key is known."""
        return replace(self, found=False, header={}, members=())

    def with_extra(self) -> "Answer":
        """The answer with a field in the header and one in each member that the data item does not have."""
        members = tuple({**member, "member_shoe_size": "42"} for member in self.members)
        return replace(self, header={**self.header, "blood_type": "AB"}, members=members)

    def about(self, value: str) -> "Answer":
        """The same answer about another key."""
        return replace(self, keys=tuple(Key(key.kind, value) for key in self.keys))


def question(keys: Sequence[str] = (SUBJECT,), narrowing: Mapping[str, str] | None = None) -> Query:
    """The question that `Answer()` answers."""
    return Query(REQUEST, ITEM, tuple(Key("national_id", value) for value in keys), narrowing=narrowing or {})


def as_json(answer: Answer) -> bytes:
    """The body of an HTTPS source's reply."""
    key = answer.keys[0]
    said = {
        "request_id": answer.request_id,
        "key": {"kind": key.kind, "value": key.value},
        "found": answer.found,
        "header": dict(answer.header),
        "rows": [],
        "members": [dict(member) for member in answer.members],
    }
    return json.dumps(said, ensure_ascii=False).encode()


def as_csv(answer: Answer) -> bytes:
    """The answer file of an SFTP or file-exchanging source."""
    names = list(dict.fromkeys([*answer.header, *(name for member in answer.members for name in member)]))
    names = names or [each.code for each in ITEM.fields]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["seq", "key", "found", *names])
    count = 0
    for place, key in enumerate(answer.keys, 1):
        for member in answer.members or ({},):
            values = {**answer.header, **member}
            writer.writerow([place, key.value, str(answer.found).lower(), *(values.get(name, "") for name in names)])
            count += 1
    writer.writerow(["#END", count])
    return out.getvalue().encode()


def as_soap(answer: Answer, namespace: str = NAMESPACE) -> bytes:
    """The envelope of a SOAP source's reply."""

    def element(name: str, values: Mapping[str, str]) -> str:
        inside = "".join(f"<a:{each}>{escape(value)}</a:{each}>" for each, value in values.items())
        return f"<a:{name}>{inside}</a:{name}>"

    key = answer.keys[0]
    header = element("header", answer.header) if answer.header else ""
    members = "".join(element("members", member) for member in answer.members)
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="{namespace}"><s:Body>'
        f"<a:householdResponse><a:requestId>{answer.request_id}</a:requestId><a:keyKind>{key.kind}</a:keyKind>"
        f"<a:key>{key.value}</a:key><a:found>{str(answer.found).lower()}</a:found>{header}{members}"
        "</a:householdResponse></s:Body></s:Envelope>"
    ).encode()


def wsdl(address: str = "http://127.0.0.1/ignored") -> str:
    """The WSDL of a source with this one data item."""

    def elements(group: str) -> str:
        return "".join(
            f'<xs:element name="{each.code}" type="xs:string" minOccurs="0"/>'
            for each in ITEM.fields
            if each.group == group
        )

    return f"""<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="{NAMESPACE}" targetNamespace="{NAMESPACE}">
  <wsdl:types>
    <xs:schema targetNamespace="{NAMESPACE}" elementFormDefault="qualified">
      <xs:element name="householdRequest"><xs:complexType><xs:sequence>
        <xs:element name="requestId" type="xs:string"/><xs:element name="keyKind" type="xs:string"/>
        <xs:element name="key" type="xs:string"/>
        <xs:element name="narrowing" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
          <xs:element name="name" type="xs:string"/><xs:element name="value" type="xs:string"/>
        </xs:sequence></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="householdResponse"><xs:complexType><xs:sequence>
        <xs:element name="requestId" type="xs:string"/><xs:element name="keyKind" type="xs:string"/>
        <xs:element name="key" type="xs:string"/><xs:element name="found" type="xs:boolean"/>
        <xs:element name="header" minOccurs="0"><xs:complexType><xs:sequence>{elements("")}
        </xs:sequence></xs:complexType></xs:element>
        <xs:element name="members" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>{elements("members")}
        </xs:sequence></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
    </xs:schema>
  </wsdl:types>
  <wsdl:message name="ask"><wsdl:part name="parameters" element="tns:householdRequest"/></wsdl:message>
  <wsdl:message name="say"><wsdl:part name="parameters" element="tns:householdResponse"/></wsdl:message>
  <wsdl:portType name="Port"><wsdl:operation name="household">
    <wsdl:input message="tns:ask"/><wsdl:output message="tns:say"/>
  </wsdl:operation></wsdl:portType>
  <wsdl:binding name="Binding" type="tns:Port">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="household"><soap:operation soapAction="urn:household"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>
    </wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="Service"><wsdl:port name="Port" binding="tns:Binding">
    <soap:address location="{address}"/>
  </wsdl:port></wsdl:service>
</wsdl:definitions>
"""
