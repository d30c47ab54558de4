"""A drawn period with everybody around it."""

import pytest

from tests.support.audits import Audit, an_audit
from tests.support.houses import TestHouse


@pytest.fixture
def audit(house: TestHouse) -> Audit:
    """One look-up of one clerk, drawn and not judged, on both databases."""
    return an_audit(house)
