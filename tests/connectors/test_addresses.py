"""The allow-list of addresses."""

import pytest

from connectors.addresses import LOOPBACK, AllowList, parse
from connectors.errors import Misconfigured


def _allowed(listed: AllowList, scheme: str, host: str, address: str, port: int) -> bool:
    try:
        listed.check_name(scheme, host, port)
        listed.check_address(scheme, host, address, port)
    except Misconfigured:
        return False
    return True


def test_an_empty_list_allows_loopback_alone() -> None:
    assert parse("") is LOOPBACK
    assert parse(" , ") is LOOPBACK
    assert _allowed(LOOPBACK, "http", "127.0.0.1", "127.0.0.1", 8080)
    assert _allowed(LOOPBACK, "sftp", "::1", "::1", 22)
    assert _allowed(LOOPBACK, "https", "localhost", "127.0.0.1", 443)
    assert not _allowed(LOOPBACK, "https", "10.0.0.1", "10.0.0.1", 443)
    assert not _allowed(LOOPBACK, "https", "data.gov.example", "203.0.113.5", 443)


def test_a_named_host_may_stand_for_an_ordinary_address() -> None:
    listed = parse("data.gov.example")
    assert _allowed(listed, "https", "Data.gov.example", "203.0.113.5", 443)
    assert not _allowed(listed, "https", "evil.example", "203.0.113.5", 443)
    assert not _allowed(listed, "https", "127.0.0.1", "127.0.0.1", 443)


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "169.254.169.254", "::1", "fe80::1", "0.0.0.0", "::ffff:169.254.169.254", "224.0.0.1"],  # noqa: S104 - nothing is bound
)
def test_a_name_that_stands_for_a_special_address_is_refused(inside: str) -> None:
    assert not _allowed(parse("data.gov.example"), "https", "data.gov.example", inside, 443)


def test_a_network_covers_literal_addresses_and_names_within_it() -> None:
    listed = parse("10.3.0.0/16")
    assert _allowed(listed, "https", "10.3.9.9", "10.3.9.9", 443)
    assert _allowed(listed, "https", "inner.example", "10.3.9.9", 443)
    assert not _allowed(listed, "https", "inner.example", "10.4.0.1", 443)


def test_scheme_and_port_bind_where_they_are_stated() -> None:
    listed = parse("https://api.example:8443, sftp://192.0.2.7:22")
    assert _allowed(listed, "https", "api.example", "203.0.113.5", 8443)
    assert not _allowed(listed, "https", "api.example", "203.0.113.5", 443)
    assert not _allowed(listed, "sftp", "api.example", "203.0.113.5", 8443)
    assert _allowed(listed, "sftp", "192.0.2.7", "192.0.2.7", 22)


def test_plain_http_outside_loopback_must_be_named() -> None:
    assert not _allowed(parse("10.3.0.0/16"), "http", "10.3.0.1", "10.3.0.1", 80)
    assert _allowed(parse("http://10.3.0.1"), "http", "10.3.0.1", "10.3.0.1", 80)


@pytest.mark.parametrize(
    "wrong", ["ftp://a.example", "a.example:0", "a.example:x", "a b.example", "user@a.example", "a.example/path", "*"]
)
def test_an_entry_that_cannot_be_used_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match="cannot be used"):
        parse(f"b.example,{wrong}")
