"""A demonstration to look into while it runs: played in a process of its own, watched from outside, step by step.

`python -m tests.support.demonstrations` plays the worked examples through real services in `GOVERN_DATA_DIR`, then a
second round in which the agencies misbehave, then lets every answer end: by log-out and by its time. It says after each
step what it did, as a line of JSON, and goes on when told. `Watched` is the other end: it starts that process and keeps
whatever it lays down anywhere, however shortly.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select

from admin.commands.services import Services
from admin.demo import case_item, month, people, play, report
from admin.demo.examples import Example, all_examples
from admin.demo.people import SignedOnPlayer
from admin.set_up import set_up
from connectors.simulated import faults
from connectors.simulated.items import items
from govern.core.database import reading
from govern.core.settings import Settings, load_settings
from govern.lookups import destroy
from govern.lookups.lookup import Answer, Lookup
from govern.people.session import LogInSession
from govern.people.session_life import log_out
from govern.queue import embedded
from govern.trail.entry import Entry
from tests.support.canary_scanner import family, process_contents, valkey_contents

ROOT: Final = Path(__file__).parent.parent.parent
CROWD: Final = 12
RECORDED: Final = ("low_income_household", "veteran_care_batch", "item:hh_file_match_city", "denied_agency")
FAULTS: Final = (
    "garbage", "another_person", "error", "extra_fields", "cut_short", "wrong_request_id", "wrong_encoding",
    "nothing", "dead", "redirect",
)  # fmt: skip
ANSWER_LIFE_S: Final = 40
LOOK_EVERY_S: Final = 0.4


def main() -> None:
    """The whole road once, in steps. Everything but the steps' lines goes to standard error."""
    settings = load_settings()
    set_up(settings)
    services = Services(settings)
    services.start(web=False)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            examples = all_examples()
            passwords = people.make(examples)
            players = {account: people.sign_on_as(settings, passwords, account) for account in passwords}
            case_item.play(players)
            begun = month.begin(players)
            played = play.play(settings, examples, players, crowd_of=CROWD, recorded=RECORDED)
            periods = month.finish(settings, players, begun)
            report.write(settings, played, periods=periods)
            unexpected = [one.example.name for one in played if not one.is_as_expected]
            clerks = play.clerks_of(players)
            states = _play_with_faults(settings, clerks, examples)
        _step(
            unexpected=unexpected,
            lookups=len(played),
            periods=[period["checked"] for period in periods],
            with_faults=states,
            alive=_alive(),
        )
        _ask_once_more(settings, clerks, examples)
        for clerk in clerks:
            log_out(clerk.actor, on_session_end=destroy.when_session_ends)
        _wait(lambda: _alive() == 0, ANSWER_LIFE_S + 60)
        _step(**_ends())
    finally:
        services.stop()


def _step(**told: Any) -> None:
    print(json.dumps(told), flush=True)
    sys.stdin.readline()


def _wait(is_so: Any, within_s: float) -> None:
    until, pause = time.monotonic() + within_s, threading.Event()
    while not is_so() and time.monotonic() < until:
        pause.wait(0.2)


def _play_with_faults(
    settings: Settings, clerks: Sequence[SignedOnPlayer], examples: Sequence[Example]
) -> dict[str, list[str]]:
    """Every third data item with one fault each, beside one whole example that is shown and revealed; states by fault."""
    by_agency = {clerk.actor.agency: clerk for clerk in clerks}
    whole = next(example for example in examples if example.name == play.REVEALS)
    chosen = [example for example in examples if example.name.startswith("item:")][::3]
    chosen += [example for example in examples if len(example.rows) == 1]
    place = settings.folder / "simulated"
    told = {}
    for number, example in enumerate(chosen):
        item = items()[example.items[0]]
        told[example.name] = FAULTS[number % len(FAULTS)]
        faults.set(place, item.owner, item.code, told[example.name])
    shown = play.Played(whole, play._submit(settings, by_agency[whole.agency], whole))
    asked = [play.Played(each, play._submit(settings, by_agency[each.agency], each)) for each in chosen]
    _wait(lambda: play._ended([shown.lookup_id]), 60)
    play._look(settings, by_agency[whole.agency], shown)
    _wait(lambda: play._ended([one.lookup_id for one in asked]) == len(asked), 90)
    faults.clear(place)
    states: dict[str, list[str]] = {}
    for one in asked:
        play._look(settings, by_agency[one.example.agency], one)
        with reading() as session:
            states.setdefault(told[one.example.name], []).append(session.get_one(Lookup, one.lookup_id).state)
    return states


def _ask_once_more(settings: Settings, clerks: Sequence[SignedOnPlayer], examples: Sequence[Example]) -> None:
    """However long the search took, an answer is alive when its clerk logs out."""
    whole = next(example for example in examples if example.name == play.REVEALS)
    clerk = next(clerk for clerk in clerks if clerk.actor.agency == whole.agency)
    asked = play._submit(settings, clerk, whole)
    _wait(lambda: play._ended([asked]), 60)


def _alive() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Answer).where(Answer.state == "alive")) or 0


def _ends() -> dict[str, Any]:
    """How long after an answer's end its destruction was written down, at the worst, by cause; and what is left."""
    late = {"time": 0.0, "session_ended": 0.0}
    counted = {"time": 0, "session_ended": 0}
    with reading() as session:
        ended = {row.id_hash: row.ended_at for row in session.scalars(select(LogInSession))}
        put = {row.id: row for row in session.scalars(select(Answer).where(Answer.put_at.is_not(None)))}
        for entry in session.scalars(select(Entry).where(Entry.kind == "destroyed")):
            answer = put.get(uuid.UUID(json.loads(entry.details)["answer"]))
            if answer is None:
                continue  # nothing came, and there was nothing to destroy
            logged_out = ended.get(answer.session_hash)
            cause = "session_ended" if logged_out and logged_out < answer.ends_at else "time"
            due = logged_out if cause == "session_ended" and logged_out else answer.ends_at
            late[cause] = max(late[cause], (entry.at - due).total_seconds())
            counted[cause] += 1
    return {"late_s": late, "destroyed": counted, "put": len(put), "alive": _alive()}


@dataclass(slots=True)
class Watched:
    """A demonstration under observation. `seen` holds pieces by place: each different content of a place once."""

    root: Path
    process: "subprocess.Popen[str]"
    seen: dict[str, set[bytes]] = field(default_factory=dict)
    looks: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.root / "data"

    def step(self) -> dict[str, Any]:
        """What the demonstration says of its next step; waits for it."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the demonstration ended: {(self.root / 'said').read_text()[-2000:]}"
        told: dict[str, Any] = json.loads(line)
        return told

    def go_on(self) -> None:
        """Tell it to take the next step."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def look(self) -> None:
        """Keep what lies open now: processes, temporary files, both Valkey servers' memory, the database's files raw."""
        self.looks += 1
        for pid in family(self.process.pid):
            self._keep(
                f"process {'of the house' if pid == self.process.pid else 'below it'}", process_contents(pid, self.data)
            )
        self._keep("temporary file", _files(self.root / "tmp"))
        for name, address in (("queue", embedded.queue_address), ("answers", embedded.answers_address)):
            try:
                client = Redis.from_url(address(self.data), socket_timeout=5)
                self._keep(f"valkey {name}", valkey_contents(client))
                client.close()
            except (RedisError, OSError):
                continue  # not up yet, or down already

    def keys(self, server: str) -> set[str]:
        """The names of all keys of a server now."""
        address = embedded.queue_address if server == "queue" else embedded.answers_address
        client = Redis.from_url(address(self.data), socket_timeout=5)
        try:
            return {key.decode() for key in client.keys("*")}
        finally:
            client.close()

    def keep_looking(self) -> None:
        """Look again and again until `stop`, and listen to every command that the servers get."""
        for target in (self._look_on, lambda: self._listen("queue"), lambda: self._listen("answers")):
            self._threads.append(threading.Thread(target=target, daemon=True))
            self._threads[-1].start()

    def stop(self) -> None:
        """The demonstration has ended, and so has the watching."""
        self.process.stdin.close()  # type: ignore[union-attr]
        self.process.wait(60)
        self._over.set()
        for thread in self._threads:
            thread.join(10)

    def _look_on(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            self.look()

    def _listen(self, name: str) -> None:
        """MONITOR: what passes through a server however shortly it stays."""
        path = str(embedded.queue_address(self.data) if name == "queue" else embedded.answers_address(self.data))
        heard = bytearray()
        while not self._over.wait(0.05):
            try:
                with socket.socket(socket.AF_UNIX) as line:
                    line.connect(path.removeprefix("unix://"))
                    line.settimeout(0.5)
                    line.sendall(b"MONITOR\r\n")
                    self._hear(line, heard)
            except OSError:
                continue
        self._keep(f"valkey {name}", iter([("commands", bytes(heard))]))

    def _hear(self, line: socket.socket, heard: bytearray) -> None:
        while not self._over.is_set():
            try:
                piece = line.recv(1 << 20)
            except TimeoutError:
                continue
            if not piece:
                return
            heard += piece

    def _keep(self, place: str, contents: Iterator[tuple[str, bytes]]) -> None:
        for name, data in contents:
            if data:
                self.seen.setdefault(f"{place}: {name}", set()).add(data)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                yield path.name, path.read_bytes()


@contextlib.contextmanager
def a_watched_demonstration() -> Iterator[Watched]:
    """A demonstration that has begun; nothing of it is left afterwards. A short path, for the sockets' sake."""
    root = Path(tempfile.mkdtemp(prefix="govern-canary-"))
    for name in ("data", "tmp"):
        (root / name).mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GOVERN_")},
        "GOVERN_DATA_DIR": str(root / "data"),
        "GOVERN_ANSWER_LIFE_S": str(ANSWER_LIFE_S),
        "GOVERN_RECONCILE_EVERY_S": "2",
        "GOVERN_UNNUMBERED_LIMIT_S": "60",
        "TMPDIR": str(root / "tmp"),
        "XDG_CACHE_HOME": str(root / "tmp" / "cache"),
    }
    with (root / "said").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.demonstrations"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
    try:
        yield Watched(root, process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
