"""The house's own background processes for a test's house: real workers and a real keeper, which can be killed."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from govern.core.settings import Settings
from tests.support import prepared
from tests.support.prepared import Prepared
from tests.support.queues import is_running, until


@dataclass(slots=True)
class HouseProcesses:
    """Starts `admin.processes` with a house's settings, and ends whatever is left."""

    settings: Settings
    started: list[Prepared] = field(default_factory=list)

    def start(self, name: str) -> Prepared:
        """A worker or a keeper; it writes its diagnostics into the data folder."""
        with (self.settings.folder / f"{name}-{len(self.started)}.log").open("wb") as diagnostics:
            process = prepared.start("admin.processes", [name], _environment(self.settings), diagnostics)
        self.started.append(process)
        return process

    def kill(self, worker: Prepared, target: str) -> None:
        """SIGKILL to a worker's prepared child, to the worker itself (its parent), or to both; they are gone then."""
        children = [int(pid) for pid in _children(worker.pid)]
        assert children, "the worker has a child that asks"
        if target in ("child", "both"):
            for child in children:
                os.kill(child, signal.SIGKILL)
        if target in ("parent", "both"):
            worker.kill()
            worker.wait()
        for child in children:
            until(lambda child=child: not is_running(child), "the child is gone")

    def said(self) -> str:
        """All diagnostics so far: for the message of a test that fails."""
        return "".join(path.read_text() for path in sorted(self.settings.folder.glob("*.log")))[-3000:]


def _environment(settings: Settings) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("GOVERN_")}
    chosen = {
        "DATA_DIR": settings.folder,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "ANSWERS_URL": settings.answers_url,
        "LEASE_S": settings.lease_s,
        "WORKERS": settings.workers,
        "UNNUMBERED_LIMIT_S": settings.unnumbered_limit_s,
        "SOURCE_DEADLINE_S": settings.source_deadline_s,
        "RECONCILE_EVERY_S": 0.5,
    }
    return own | {f"GOVERN_{name}": str(value) for name, value in chosen.items()}


def _children(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []


@contextmanager
def processes_of(settings: Settings) -> Iterator[HouseProcesses]:
    """Nothing that was started is left at the end."""
    made = HouseProcesses(settings)
    try:
        yield made
    finally:
        for process in made.started:
            if process.poll() is None:
                for child in _children(process.pid):
                    os.kill(int(child), signal.SIGKILL)
                process.kill()
            process.wait()
