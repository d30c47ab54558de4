"""The contract's tests are made for the manners that a kind of source can have."""

import pytest

from tests.connectors.contract import MANNERS, Contract


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each of the manners that the subclass of `Contract` offers."""
    if metafunc.cls is None or not issubclass(metafunc.cls, Contract):
        return
    if "manner" in metafunc.fixturenames:
        metafunc.parametrize("manner", [each for each in MANNERS if each in metafunc.cls.offers])
