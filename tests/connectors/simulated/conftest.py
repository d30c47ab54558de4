"""The simulated agencies in processes of their own, behaving well at the start of each test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.simulated import faults, serve


@dataclass(frozen=True)
class Town:
    """Running agencies: their folder, ports and credentials."""

    folder: Path
    ports: Mapping[str, int]
    credentials: Mapping[str, Mapping[str, str]]


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("simulated")
    credentials = serve.prepare(folder)
    running = serve.start(folder)
    yield Town(folder, running.addresses, credentials)
    running.stop()


@pytest.fixture
def town(_running: Town) -> Iterator[Town]:
    """Agencies without faults."""
    faults.clear(_running.folder)
    yield _running
    faults.clear(_running.folder)
