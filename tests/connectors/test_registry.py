"""Every kind has its connector, and the libraries behind them keep quiet."""

import logging

import pytest

from connectors.errors import Misconfigured
from connectors.kinds import SETTINGS
from connectors.registry import CONNECTORS, connector


def test_every_kind_has_its_connector() -> None:
    assert {kind: connector(kind) for kind in SETTINGS} == dict(CONNECTORS)


def test_an_unknown_kind_is_our_own_fault() -> None:
    with pytest.raises(Misconfigured) as caught:
        connector("pigeon")
    assert (caught.value.detail, caught.value.never_left) == ("kind_unknown", True)


@pytest.mark.parametrize(
    "name",
    ["zeep", "zeep.transports", "zeep.wsdl", "paramiko", "paramiko.transport", "paramiko.sftp", "requests", "urllib3"],
)
def test_libraries_that_write_messages_at_debug_are_pinned(name: str) -> None:
    assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING
