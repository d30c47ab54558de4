"""A probe tells alive from dead without raising."""

from dataclasses import replace

from connectors.exchange import Source
from connectors.probe import probe

SOURCE = Source("a.https", "https", "a", "https://127.0.0.1:1/api", 1.0, {"authority": "absent.pem"})


def test_what_is_set_up_wrongly_is_said_and_not_raised() -> None:
    found = probe(replace(SOURCE, kind="pigeon"))
    assert (found.is_alive, found.code, found.detail) == (False, "misconfigured", "kind_unknown")


def test_a_port_that_nobody_listens_at_is_unreachable() -> None:
    found = probe(SOURCE)
    assert (found.is_alive, found.code) == (False, "unreachable")
    assert found.duration_ms >= 0
