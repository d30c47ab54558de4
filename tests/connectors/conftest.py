"""The contract's tests are made for the behaviours that a kind of source can show."""

import pytest

from tests.connectors.contract import MANNERS, MISBEHAVIOURS, Contract


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each behaviour that the subclass of `Contract` offers."""
    if metafunc.cls is None or not issubclass(metafunc.cls, Contract):
        return
    for name, known in (("misbehaviour", MISBEHAVIOURS), ("manner", MANNERS)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, [each for each in known if each in metafunc.cls.offers])
