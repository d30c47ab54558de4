"""A drawn period with everybody around it, each in front of a browser."""

from collections.abc import Callable

import pytest
from flask import Flask

from admin.app import create_app
from admin.frame.parts import Parts
from govern.keys import ring
from tests.support.audits import Audit, an_audit
from tests.support.console import Browser
from tests.support.houses import PASSWORD, TestHouse

As = Callable[[str], Browser]


@pytest.fixture
def audit(sqlite_house: TestHouse) -> Audit:
    """Three look-ups of one clerk, drawn and not judged."""
    return an_audit(sqlite_house, lookups=3)


@pytest.fixture
def console(audit: Audit) -> Flask:
    """The console in front of the audit."""
    return create_app(parts=Parts(settings=audit.house.settings, ring=ring.bound()))


@pytest.fixture
def as_(console: Flask) -> As:
    """A browser in which an account is signed in."""

    def signed_in(account: str) -> Browser:
        browser = Browser(console)
        assert browser.log_in(account, PASSWORD).status_code == 303
        return browser

    return signed_in
