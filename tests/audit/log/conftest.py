"""A house with a log, on each database."""

from pathlib import Path

import pytest

from tests.support.logs import House, a_house


@pytest.fixture
def house(database_address: str, tmp_path: Path) -> House:
    """Keys, a signing key and an empty log."""
    return a_house(tmp_path)
