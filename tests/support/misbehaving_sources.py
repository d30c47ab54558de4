"""A source that misbehaves in a house with real workers, and another one beside it that does not: who waits for whom.

The bad source's address is pointed at a server of the test, so that what it does costs the good one's server nothing.
"""

import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final

from sqlalchemy import select, update

from connectors.simulated import registers
from govern.catalogue.source import SourceVersion
from govern.core.database import reading, transaction
from govern.lookups.lookup import Lookup, Task
from tests.support import http_sources as http
from tests.support.house_processes import HouseProcesses
from tests.support.houses import Clerk, TestHouse, a_request
from tests.support.queues import until

BAD: Final = ("disability_certificate", "ntpc-civil.soap_gateway", "hh_person_city")
GOOD: Final = ("assistive_device_subsidy", "ntpc-social.soap_ws", "welfare_benefits")
OTHERS: Final = 3
DEADLINE_S: Final = 60.0  # nothing ends by it


@dataclass(slots=True)
class Neighbours:
    """The house, its clerk, and the server that the bad source is."""

    house: TestHouse
    clerk: Clerk
    bad: http.HttpSource
    asked: list[uuid.UUID] = field(default_factory=list)
    made: int = 0

    def looks_up(self, at: tuple[str, str, str]) -> uuid.UUID:
        """A look-up at one of the two, taken in."""
        self.made += 1
        keys = registers.example_keys(at[2])
        return self.house.submit(
            self.clerk,
            a_request(at[0], keys=(keys[self.made % len(keys)],), items=(at[2],), intent_key=str(uuid.uuid4())),
        )

    def misbehaves(self, behaviour: http.Behaviour, calls: int) -> None:
        """From now on the bad source does so, and this many look-ups wait for it; one of them at least is being asked."""
        self.bad.behaviour = behaviour
        before = len(self.bad.seen)
        self.asked += [self.looks_up(BAD) for _ in range(calls)]
        until(lambda: len(self.bad.seen) > before, "the bad source is asked")

    def states(self, lookups: Sequence[uuid.UUID]) -> list[str]:
        """Where these look-ups are now."""
        with reading() as session:
            found = dict(session.execute(select(Lookup.id, Lookup.state).where(Lookup.id.in_(lookups))).all())
        return [str(found[each]) for each in lookups]

    def running(self) -> int:
        """How many calls the bad source holds."""
        with reading() as session:
            return len(session.scalars(select(Task.id).where(Task.source == BAD[1], Task.state == "running")).all())

    def answered(self, lookup: uuid.UUID) -> float:
        """Seconds until a look-up is answered, from now."""
        began = time.monotonic()
        while self.states([lookup]) != ["answered"]:
            assert time.monotonic() - began < DEADLINE_S / 2, f"not answered: {self.states([lookup])}"
            Event().wait(0.002)
        return time.monotonic() - began

    def time_of_a_neighbour(self) -> float:
        """Seconds that a look-up at the good source takes, from its form to its answer."""
        began = time.monotonic()
        self.answered(self.looks_up(GOOD))
        return time.monotonic() - began

    def gives_up(self) -> None:
        """The bad source hangs up on everybody, and every look-up at it has an end."""
        self.bad.behaviour = http.hanging_up
        self.bad.hang_up()
        until(lambda: set(self.states(self.asked)) <= {"unknown", "failed", "answered"}, "all have an end", within_s=60)


@contextmanager
def neighbours(house: TestHouse) -> Iterator[Neighbours]:
    """A house whose one source is a server of the test."""
    clerk = house.a_clerk("ntpc-dist-banqiao", BAD[0], GOOD[0])
    with http.http_source(lambda exchange: (200, "text/xml", b"<a>" + b" " * 5_000 + b"</a>")) as server:
        with transaction() as session:
            session.execute(
                update(SourceVersion)
                .where(SourceVersion.source == BAD[1])
                .values(address=f"http://127.0.0.1:{server.port}/gateway", deadline_s=DEADLINE_S)
            )
        yield Neighbours(house, clerk, server)


def in_pairs(beside: Neighbours, behaviour: http.Behaviour, pairs: int) -> float:
    """How much longer a neighbour's look-up takes while the bad source misbehaves: the median of interleaved pairs."""
    alone, together = [], []
    for _ in range(pairs):
        alone.append(beside.time_of_a_neighbour())
        beside.misbehaves(behaviour, OTHERS)
        together.append(beside.time_of_a_neighbour())
        beside.gives_up()
    return statistics.median(together) / statistics.median(alone)


def peak_bytes(processes: HouseProcesses) -> int:
    """The most memory that any worker's child has had, as the system says."""
    peaks = [0]
    for worker in processes.started:
        for child in Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split():
            status = Path(f"/proc/{child}/status").read_text()
            peaks += [int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM:")]
    return max(peaks)
