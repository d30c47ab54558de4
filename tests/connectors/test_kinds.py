"""What a source's row must say, by kind."""

from dataclasses import fields

import pytest

from connectors.errors import Misconfigured
from connectors.kinds import CREDENTIALS, SCHEMES, SETTINGS, HttpsSettings, parse, problems
from connectors.registry import CONNECTORS, connector

GOOD: dict[str, tuple[str, dict[str, object]]] = {
    "soap_ws": ("http://127.0.0.1:1/ws/a", {"wsdl": "a.wsdl"}),
    "soap_gateway": ("http://127.0.0.1:1/g/a", {"wsdl": "a.wsdl", "requesting_agency": "A", "service_code": "S"}),
    "https": ("https://127.0.0.1:1/api/a", {"authority": "ca.pem"}),
    "sftp": ("sftp://127.0.0.1:1/a", {"host_key": "host.pub"}),
    "batch_file": ("https://127.0.0.1:1/batch/a", {"authority": "ca.pem", "poll_s": 2}),
}


def test_every_kind_has_settings_schemes_credentials_and_a_connector() -> None:
    assert set(SETTINGS) == set(SCHEMES) == set(CREDENTIALS) == set(CONNECTORS) == set(GOOD)


@pytest.mark.parametrize("kind", GOOD)
def test_a_proper_row_has_no_problem(kind: str) -> None:
    address, settings = GOOD[kind]
    assert problems(kind, address, settings) == []
    assert isinstance(parse(kind, settings), SETTINGS[kind])


def test_all_problems_are_said_at_once() -> None:
    assert problems("https", "http://127.0.0.1/", {"colour": "red", "mapping": 5}) == [
        ("address", "address"),
        ("colour", "setting_unknown"),
        ("authority", "setting_missing"),
        ("mapping", "setting_value"),
    ]
    assert problems("carrier_pigeon", "", {}) == [("kind", "kind_unknown")]


@pytest.mark.parametrize("address", ["sftp://", "sftp://h:99999/", "ftp://h/", "h/a", "", "sftp://h:0/"])
def test_an_address_must_have_a_host_and_the_kinds_scheme(address: str) -> None:
    assert ("address", "address") in problems("sftp", address, {"host_key": "a"})


def test_soap_over_tls_needs_its_authority() -> None:
    assert problems("soap_ws", "https://h/ws", {"wsdl": "a.wsdl"}) == [("authority", "setting_missing")]


def test_settings_of_the_wrong_kind_are_refused_when_parsed() -> None:
    assert parse("https", {"authority": "ca.pem"}) == HttpsSettings(authority="ca.pem")
    with pytest.raises(Misconfigured) as caught:
        parse("https", {"authority": ""})
    assert (caught.value.detail, caught.value.never_left) == ("setting_value", True)
    with pytest.raises(Misconfigured):
        parse("carrier_pigeon", {})
    with pytest.raises(Misconfigured):
        connector("carrier_pigeon")


def test_every_setting_says_in_both_languages_what_it_is() -> None:
    for kind in SETTINGS.values():
        for each in fields(kind):
            assert each.metadata["zh"]
            assert each.metadata["en"]
