"""SOAP through the gateway: the contract, and the headers that a gateway wants."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from connectors import sandbox
from tests.connectors.contract import Contract, refusal
from tests.connectors.http_rig import OF_HTTP, HttpRig, http_rig
from tests.support.household import OWNER, REQUEST, as_soap, question, wsdl


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[HttpRig]:
    """A source behind a gateway."""
    (tmp_path / "owner.wsdl").write_text(wsdl(), "utf-8")
    with http_rig(
        "soap_gateway",
        tmp_path,
        f"/gateway/{OWNER}",
        {"wsdl": str(tmp_path / "owner.wsdl"), "requesting_agency": "382000000A", "service_code": "S-001"},
        {"username": "govern", "password": "密碼 of the gateway"},
        lambda rig: lambda exchange: (200, "text/xml; charset=utf-8", as_soap(rig.answer)),
        tls=False,
    ) as running:
        yield running


class TestGateway(Contract):
    """The contract."""

    offers = OF_HTTP | {"other_request"}


def test_the_password_travels_as_a_digest_with_a_nonce_used_once(rig: HttpRig) -> None:
    nonces = set()
    for _ in range(2):
        sandbox.ask(rig.source, question())
        body = rig.server.seen[-1].body
        token = etree.fromstring(body).find(".//{*}UsernameToken")
        assert token is not None
        said = {etree.QName(each).localname: each.text or "" for each in token}
        nonce = base64.b64decode(said["Nonce"])
        expected = hashlib.sha1(nonce + said["Created"].encode() + "密碼 of the gateway".encode()).digest()  # noqa: S324 - the profile's
        assert said["Username"] == "govern"
        assert base64.b64decode(said["Password"]) == expected
        assert "密碼".encode() not in body
        nonces.add(nonce)
    assert len(nonces) == 2


def test_the_gateway_sees_who_asks_for_which_service_and_under_which_number(rig: HttpRig) -> None:
    sandbox.ask(rig.source, question())
    header = etree.fromstring(rig.server.seen[0].body).find(".//{urn:govern:gateway}gatewayHeader")
    assert header is not None
    assert [each.text for each in header] == ["382000000A", "S-001", REQUEST]


def test_without_credentials_nothing_is_sent(rig: HttpRig) -> None:
    error = refusal(replace(rig.source, credentials={"username": "govern"}), question())
    assert (error.code, error.detail, error.never_left) == ("misconfigured", "credentials_missing", True)
    assert rig.seen() == 0
