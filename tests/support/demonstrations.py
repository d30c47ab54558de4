"""`flask house demo` in a process of its own, whole, with a second round in which everything goes wrong before it ends.

`python -m tests.support.demonstrations TOLD HEARD [COUNT]` is the very command that `make demo` runs; only between its report
and its end does it stay a while: the agencies misbehave, workers and both Valkey servers are killed, and COUNT more persons
are looked up meanwhile. Then every answer ends: by its time, by log-out, and with the killed server. It says after each step
what it did, as a line of JSON into the pipe TOLD, and goes on when a line comes out of HEARD. `watching.py` is the other end.
"""

import contextlib
import json
import os
import signal
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import IO, Any, Final

import flask.cli
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select

from admin.commands import house
from admin.commands.services import Services
from admin.demo import demonstration, people, play
from admin.demo.examples import Example, all_examples
from admin.demo.people import SignedOnPlayer
from connectors.simulated import faults, registers
from connectors.simulated.items import items
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import GovernError
from govern.core.settings import Settings
from govern.lookups import destroy
from govern.lookups.lookup import Answer, Lookup
from govern.people.session import LogInSession
from govern.people.session_life import log_out
from govern.queue import embedded
from govern.trail.entry import Entry

FAULTS: Final = (
    "garbage", "another_person", "error", "extra_fields", "cut_short", "wrong_request_id", "wrong_encoding",
    "nothing", "dead", "redirect", "slow",
)  # fmt: skip
SHORT_LIFE_S: Final = 25  # of an answer in the round with faults; those of the demonstration live a quarter of an hour
ITEM: Final = "hh_person_migration_city"  # what every second of the further persons is looked up in
ITEM_WITH_FAULT: Final = "hh_person_city"


@dataclass(slots=True)
class Stay:
    """What the process does beyond the command: knows its services and players, and speaks with whoever watches."""

    told: IO[str]
    heard: IO[str]
    count: int
    services: Services | None = None
    players: dict[str, SignedOnPlayer] = field(default_factory=dict)
    server_killed_at: datetime | None = None

    def step(self, **said: Any) -> None:
        """Say what was done, and wait for the word to go on."""
        print(json.dumps(said), file=self.told, flush=True)
        self.heard.readline()

    def demonstrate(self, settings: Settings) -> tuple[bool, dict[str, str]]:
        """The whole demonstration, and then what it stays for."""
        verdict, passwords = demonstration.demonstrate(settings)
        begun_with = _alive()
        with_faults = self._go_wrong(settings)
        self.step(alive=_alive(), alive_before=begun_with, **with_faults)
        self._end_answers(settings)
        self.step(**self._ends())
        return verdict, passwords

    @property
    def clerks(self) -> dict[str, SignedOnPlayer]:
        """Those who look up, by their agency."""
        return {clerk.actor.agency: clerk for clerk in play.clerks_of(self.players)}

    def _go_wrong(self, settings: Settings) -> dict[str, Any]:
        """Every third data item has a fault; a worker and the queue's server are killed while all this is asked."""
        settings = settings.model_copy(update={"answer_life_s": SHORT_LIFE_S})
        os.environ["GOVERN_ANSWER_LIFE_S"] = str(SHORT_LIFE_S)
        self._kill_workers()
        place, told = settings.folder / "simulated", {}
        examples = all_examples()
        chosen = [example for example in examples if example.name.startswith("item:")][::3]
        chosen += [example for example in examples if len(example.rows) == 1]
        for number, example in enumerate(chosen):
            item = items()[example.items[0]]
            told[example.name] = FAULTS[number % len(FAULTS)]
            faults.set(place, item.owner, item.code, told[example.name], seconds=2.0)
        whole = next(example for example in examples if example.name == play.REVEALS)
        asked = [self._ask(settings, each) for each in (whole, *chosen)]
        kills = ["worker"]
        for number, each in enumerate(self._further_persons(examples)):
            asked.append(self._ask(settings, each))
            if number % 50 == 25:
                self._kill_workers()
        kills.append(self._kill_server(settings, "queue"))
        _wait(lambda: play._ended([one.lookup_id for one in asked]) == len(asked), 240)
        faults.clear(place)
        states: dict[str, Counter[str]] = {}
        for one in asked:
            with contextlib.suppress(GovernError):  # its answer may be over by now
                play._look(settings, self.clerks[one.example.agency], one)
            with reading() as session:
                state = session.get_one(Lookup, one.lookup_id).state
            states.setdefault(told.get(one.example.name, "none"), Counter())[state] += 1
        return {"with_faults": states, "kills": kills, "asked": len(asked)}

    def _ask(self, settings: Settings, example: Example) -> play.Played:
        return play.Played(example, play._submit(settings, self.clerks[example.agency], example))

    def _further_persons(self, examples: Sequence[Example]) -> Iterator[Example]:
        """One look-up each about so many of the town's people, of whom the demonstration has asked few."""
        patterns = [example for example in examples if example.name in (f"item:{ITEM}", f"item:{ITEM_WITH_FAULT}")]
        for number, person in enumerate(registers.persons()[-self.count :] if self.count else ()):
            pattern = patterns[number % len(patterns)]
            yield replace(pattern, name=f"further:{person.ordinal}", keys={"national_id": person.national_id})

    def _kill_workers(self) -> None:
        """SIGKILL, children and all, and started again."""
        assert self.services is not None
        for service in self.services.running:
            if service.name.startswith("worker"):
                service.process.kill()
                service.process.wait()
                service.process = self.services._spawn(service.name, service.command)

    def _kill_server(self, settings: Settings, name: str) -> str:
        """SIGKILL; the keeper starts it again."""
        address = {"queue": embedded.queue_address, "answers": embedded.answers_address}[name](settings.folder)
        with Redis.from_url(address, socket_timeout=5) as client:
            killed = int(client.info("server")["process_id"])
        os.kill(killed, signal.SIGKILL)

        def is_back() -> bool:
            try:
                with Redis.from_url(address, socket_timeout=5) as client:
                    return int(client.info("server")["process_id"]) != killed
            except (RedisError, OSError):
                return False

        _wait(is_back, 60)
        return f"valkey {name}"

    def _end_answers(self, settings: Settings) -> None:
        """By their time; by log-out of the clerk who has most; by the death of the server that holds the others."""
        soon = clock.now() + timedelta(seconds=2 * SHORT_LIFE_S)
        _wait(lambda: _alive(soon) == 0, 4 * SHORT_LIFE_S + 60)
        clerks = self.clerks
        busiest = clerks.pop("ntpc-dist-banqiao")
        held = _alive()
        log_out(busiest.actor, on_session_end=destroy.when_session_ends)
        _wait(lambda: _alive() < held, 60)
        self.server_killed_at = clock.now()
        self._kill_server(settings, "answers")
        _wait(lambda: _alive() == 0, 120)
        for clerk in clerks.values():
            log_out(clerk.actor, on_session_end=destroy.when_session_ends)

    def _ends(self) -> dict[str, Any]:
        """How long after an answer's end its destruction was written down, at the worst, by cause; and what is left."""
        late: dict[str, float] = {}
        counted: Counter[str] = Counter()
        with reading() as session:
            ended = {row.id_hash: row.ended_at for row in session.scalars(select(LogInSession))}
            put = {row.id: row for row in session.scalars(select(Answer).where(Answer.put_at.is_not(None)))}
            for entry in session.scalars(select(Entry).where(Entry.kind == "destroyed")):
                answer, cause = put.get(uuid.UUID(json.loads(entry.details)["answer"])), entry.cause
                if answer is None or cause is None:
                    continue  # nothing came, and there was nothing to destroy
                due = {"time": answer.ends_at, "session_ended": ended.get(answer.session_hash)}.get(cause)
                due = due or self.server_killed_at
                assert due is not None
                late[cause] = max(late.get(cause, 0.0), (entry.at - due).total_seconds())
                counted[cause] += 1
        return {"late_s": late, "destroyed": counted, "put": len(put), "alive": _alive()}


def main(told: int, heard: int, count: int = 0) -> None:
    """`flask house demo`, with a stay between its report and its end."""
    with open(told, "w") as to, open(heard) as of:
        stay = Stay(to, of, count)
        vars(house).update(demonstrate=stay.demonstrate, Services=_noted(stay))
        signs_on = people.sign_on_as

        def sign_on_as(settings: Settings, passwords: Mapping[str, str], account: str) -> SignedOnPlayer:
            stay.players[account] = signs_on(settings, passwords, account)
            return stay.players[account]

        vars(people).update(sign_on_as=sign_on_as)
        sys.argv[:] = ["flask", "--app", "wsgi", "house", "demo"]
        flask.cli.main()


def _noted(stay: Stay) -> Callable[[Settings], Services]:
    """Services as the command makes them, known to the stay."""

    def made(settings: Settings) -> Services:
        stay.services = Services(settings)
        return stay.services

    return made


def _wait(is_so: Callable[[], bool], within_s: float) -> None:
    until, pause = time.monotonic() + within_s, threading.Event()
    while not is_so() and time.monotonic() < until:
        pause.wait(0.2)


def _alive(ends_before: datetime | None = None) -> int:
    asked = select(func.count()).select_from(Answer).where(Answer.state == "alive")
    if ends_before is not None:
        asked = asked.where(Answer.ends_at < ends_before)
    with reading() as session:
        return session.scalar(asked) or 0


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
