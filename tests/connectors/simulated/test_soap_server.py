"""SOAP agencies answer as their WSDL says, and the gateway lets nobody in without proper credentials."""

import base64
import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import zeep
from lxml import etree
from zeep.wsse.username import UsernameToken

from connectors.simulated import faults, journal, registers
from connectors.simulated.items import items, owners
from connectors.simulated.soap_server import DIGEST, SECURITY, UTILITY
from tests.connectors.simulated.conftest import Town

SOAP_OWNERS = owners("soap_ws", "soap_gateway")
SOURCE = "ntpc-civil.soap_gateway"
Poster = Callable[..., requests.Response]


def proxy(town: Town, owner: str) -> Any:
    """A client of another hand that knows the owner's WSDL alone."""
    account = town.credentials.get(f"{owner}.soap_gateway")
    token = UsernameToken(account["username"], account["password"], use_digest=True) if account else None
    client = zeep.Client(str(town.folder / "wsdl" / f"{owner}.wsdl"), wsse=token)
    kind = "gateway" if account else "ws"
    return client.create_service(
        f"{{urn:govern:agency:{owner}}}RegistersSoap", f"http://127.0.0.1:{town.ports['soap']}/{kind}/{owner}"
    )


def gateway_header(owner: str, **changes: str) -> Any:
    told = {"requestingAgency": "ntpc", "serviceCode": f"GSP-{owner.upper()}", "requestId": "r"} | changes
    header = etree.Element("{urn:govern:gateway}gatewayHeader")
    for name, text in told.items():
        etree.SubElement(header, f"{{urn:govern:gateway}}{name}").text = text
    return header


@pytest.mark.parametrize("owner", SOAP_OWNERS)
def test_a_foreign_client_reads_every_data_item_of_an_owner_with_the_wsdl_alone(town: Town, owner: str) -> None:
    service = proxy(town, owner)
    for item in (item for item in items().values() if item.owner == owner and item.kind.startswith("soap")):
        kind, value = registers.example_keys(item.code)[0]
        narrowing = [
            {"name": name, "value": text} for name, text in registers.example_narrowing(item.code, value).items()
        ]
        reply = service[item.code](
            requestId="r1", keyKind=kind, key=value, narrowing=narrowing, _soapheaders=[gateway_header(owner)]
        )
        known = registers.answer(item.code, kind, value, registers.example_narrowing(item.code, value))
        assert known is not None
        assert (reply.requestId, reply.keyKind, reply.key, reply.found) == ("r1", kind, value, True)
        assert len(reply[item.group] if item.group else []) == len(known.rows)
        filled = {name for name in dir(reply.header) if reply.header[name] is not None} if reply.header else set()
        assert {name for name, text in known.header.items() if text} <= filled


def test_who_is_not_found_is_said_so(town: Town) -> None:
    reply = proxy(town, "ntpc-social").low_income_roll(requestId="r2", keyKind="national_id", key="F100000006")
    assert reply.found is False
    assert reply.header is None


@pytest.fixture
def post(town: Town) -> Poster:
    """Post an envelope to the gateway, its token made by hand and changed by the test."""
    account = town.credentials[SOURCE]

    def send(
        *,
        username: str = account["username"],
        password: str = account["password"],
        nonce: bytes | None = None,
        created: datetime | None = None,
        service_code: str = "GSP-NTPC-CIVIL",
        with_token: bool = True,
        operation: str = "hh_person_city",
    ) -> requests.Response:
        nonce = nonce or os.urandom(16)
        moment = (created or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = hashlib.sha1(nonce + moment.encode() + password.encode()).digest()  # noqa: S324 - the profile's digest
        digest = base64.b64encode(made).decode()
        token = (
            f'<w:Security xmlns:w="{SECURITY}"><w:UsernameToken><w:Username>{username}</w:Username>'
            f'<w:Password Type="{DIGEST}">{digest}</w:Password><w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce>'
            f'<u:Created xmlns:u="{UTILITY}">{moment}</u:Created></w:UsernameToken></w:Security>'
        )
        header = etree.tostring(gateway_header("ntpc-civil", serviceCode=service_code)).decode()
        number = registers.example_keys("hh_person_city")[0][1]
        body = (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
            f"<s:Header>{token if with_token else ''}{header}</s:Header><s:Body>"
            f'<t:{operation}Request xmlns:t="urn:govern:agency:ntpc-civil"><t:requestId>r3</t:requestId>'
            f"<t:keyKind>national_id</t:keyKind><t:key>{number}</t:key></t:{operation}Request></s:Body></s:Envelope>"
        )
        address = f"http://127.0.0.1:{town.ports['soap']}/gateway/ntpc-civil"
        return requests.post(address, data=body.encode(), headers={"Content-Type": "text/xml"}, timeout=10)

    return send


def fault_of(response: requests.Response) -> str:
    return str(etree.fromstring(response.content).findtext(".//faultcode"))


def test_the_gateway_answers_who_shows_the_right_token(post: Poster) -> None:
    response = post()
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/xml")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"password": "wrong"}, "wsse:FailedAuthentication"),
        ({"username": "somebody"}, "wsse:FailedAuthentication"),
        ({"with_token": False}, "wsse:InvalidSecurity"),
        ({"created": datetime.now(UTC) - timedelta(minutes=20)}, "wsse:MessageExpired"),
        ({"service_code": "GSP-TW-MOI"}, "soap:Client"),
        ({"operation": "tax_income_city"}, "soap:Client"),
    ],
)
def test_the_gateway_refuses_with_a_fault(post: Poster, change: dict[str, Any], fault: str) -> None:
    response = post(**change)
    assert response.status_code == 500
    assert fault_of(response) == fault


def test_the_gateway_takes_a_nonce_once(post: Poster) -> None:
    nonce, created = os.urandom(16), datetime.now(UTC)
    assert post(nonce=nonce, created=created).status_code == 200
    assert fault_of(post(nonce=nonce, created=created)) == "wsse:FailedAuthentication"


def test_a_refused_request_is_not_in_the_journal_and_an_answered_one_is(town: Town, post: Poster) -> None:
    before = len(journal.read(town.folder, "ntpc-civil"))
    post(password="wrong")
    post()
    after = journal.read(town.folder, "ntpc-civil")
    assert len(after) == before + 1
    kind, value = registers.example_keys("hh_person_city")[0]
    assert after[-1]["request_id"] == "r3"
    assert after[-1]["key_digest"] == journal.digest(town.folder, kind, value)


def test_no_name_and_no_number_stands_in_any_file_of_the_agencies(town: Town, post: Poster) -> None:
    post()
    person = next(person for person in registers.persons() if person.lives)
    for path in (path for path in town.folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert person.national_id.encode() not in content, path.name
        assert person.name.encode() not in content, path.name


@pytest.mark.parametrize("attack", [b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", b"<a", b"", b"\x00\xff"])
def test_what_is_no_envelope_gets_a_fault(town: Town, attack: bytes) -> None:
    response = requests.post(f"http://127.0.0.1:{town.ports['soap']}/ws/ntpc-land", data=attack, timeout=10)
    assert response.status_code == 500
    assert fault_of(response) in ("soap:Client", "soap:VersionMismatch")


def test_a_name_search_without_narrowing_is_refused(town: Town) -> None:
    name = registers.example_keys("hh_name_search_city")[0][1]
    with pytest.raises(zeep.exceptions.Fault, match="narrowing_required"):
        proxy(town, "ntpc-civil").hh_name_search_city(
            requestId="r", keyKind="name", key=name, _soapheaders=[gateway_header("ntpc-civil")]
        )


def test_an_extra_field_comes_when_told(town: Town) -> None:
    kind, value = registers.example_keys("land_price")[0]
    faults.set(town.folder, "ntpc-land", "land_price", "extra_fields", count=2)
    with pytest.raises(zeep.exceptions.XMLParseError):
        proxy(town, "ntpc-land").land_price(requestId="r", keyKind=kind, key=value)
