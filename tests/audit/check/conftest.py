"""A good record, made once for all tests of the checker."""

from collections.abc import Iterator

import pytest

from audit.check.trust import Trust
from tests.support.pdf import SigningDesk, signing_desk
from tests.support.proven import a_proven_record, a_trust, signed


@pytest.fixture(scope="session")
def checking_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigningDesk]:
    """Keys, certificates and a time stamp service."""
    with signing_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture(scope="session")
def trust(checking_desk: SigningDesk) -> Trust:
    """The list that believes this desk and the log."""
    return a_trust(checking_desk.folder)


@pytest.fixture(scope="session")
def good(checking_desk: SigningDesk) -> bytes:
    """A good record: signed, stamped, proven."""
    return signed(checking_desk, a_proven_record())
