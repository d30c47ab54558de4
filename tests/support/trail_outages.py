"""Ways in which the trail is taken away (SECURITY.md, F4), and a clerk's desk that can be asked how the house bears it.

Each outage is a block: the trail is away within it and back after it, with nothing restarted. What only a server or a
mounted disk can do says so by not being offered.
"""

import base64
import os
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select, text
from werkzeug.test import TestResponse

from admin.app import create_app
from admin.frame.actor import COOKIE
from admin.frame.opening import CONSOLE_PATIENCE_S
from govern.core import clock, database
from govern.core.database import reading, writer
from govern.lookups import run as run_step
from govern.lookups.lookup import Lookup
from govern.queue.work import Work
from tests.support.console import text_of
from tests.support.everybody import token_of
from tests.support.houses import Clerk, TestHouse, a_request, invented_number
from tests.support.journals import requests_seen
from tests.support.queues import until

CASE_ITEM = "disability_certificate"
HERE = "ntpc-dist-banqiao"
SENTENCES = ("軌跡目前無法寫入，依規定暫停查調", "資料庫暫時無法使用，沒有做任何變更")
Outage = Callable[[], AbstractContextManager[None]]


@dataclass(slots=True)
class Desk:
    """A clerk in front of the console that `flask run` would serve, and the house behind it."""

    house: TestHouse
    clerk: Clerk
    client: FlaskClient
    token: str
    owner: str = ""  # the address of the database's owner, where the house itself is another role
    made: int = 0

    def posts(self) -> tuple[int, str, float]:
        """One look-up's form, sent: status, what the page says or where it leads, and the seconds it took."""
        began = time.monotonic()
        sent = self.sends()
        says = sent.headers["Location"] if sent.status_code == 303 else text_of(sent)
        return sent.status_code, says, time.monotonic() - began

    def sends(self) -> TestResponse:
        """One look-up's form, sent: the console's response."""
        self.made += 1
        request = a_request(CASE_ITEM)
        typed = {
            "case_number": f"測試字第11{self.made:08d}號",
            "subject_1_national_id": request.subjects[0].keys[0].text,
            "ground_kind": "consent",
            "document": "測同字第1號",
            "signed_on": "115年11月1日",
            "item": ["hh_person_city"],
            "intent_key": uuid.uuid4().hex,
            "csrf_token": self.token,
        }
        return self.client.post(f"/desk/{CASE_ITEM}", data=typed)

    def opens(self, lookup: uuid.UUID) -> TestResponse:
        """The answers of a look-up, opened: the console's response."""
        return self.client.post(f"/desk/lookups/{lookup}/answers", data={"csrf_token": self.token})

    def looks_up(self) -> uuid.UUID:
        """A look-up that was taken in."""
        status, where, _ = self.posts()
        assert status == 303, where
        return uuid.UUID(where.rsplit("/", 1)[1])

    def another(self) -> "Desk":
        """The clerk's second browser, which may be used at the same time."""
        return Desk(self.house, self.clerk, *_browser(self.client.application, self.clerk), self.owner)

    def is_well(self) -> bool:
        """What /health says."""
        return self.client.get("/health").status_code == 200

    def lookups(self) -> int:
        """How many look-ups there are."""
        with reading() as session:
            return len(session.scalars(select(Lookup.id)).all())

    def due(self) -> list[uuid.UUID]:
        """Every task that a worker would run now."""
        with reading() as session:
            return list(session.scalars(select(Work.id).where(Work.kind == "task", Work.due_at <= clock.now())))


def desk_of(house: TestHouse, owner: str = "") -> Desk:
    """The installed console on this house, with a clerk signed in."""
    app = create_app(house.settings)
    somebody = uuid.uuid4()
    number = invented_number(somebody.int % 1_000_003)
    clerk = house.a_clerk(HERE, CASE_ITEM, account=f"clerk.{somebody.hex[:8]}", number=number)
    return Desk(house, clerk, *_browser(app, clerk), owner)


def _browser(app: Flask, clerk: Clerk) -> tuple[FlaskClient, str]:
    client = app.test_client()
    client.set_cookie(COOKIE, base64.urlsafe_b64encode(clerk.secret).decode().rstrip("="))
    return client, token_of(client, "/")


@dataclass(slots=True)
class Borne:
    """How the house bore an outage."""

    attempts: int = 0
    reached: int = 0  # requests that a source saw while the trail was away
    taken_in: int = 0  # look-ups that were written nevertheless
    unsaid: list[str] = field(default_factory=list)  # refusals without a sentence
    slowest_s: float = 0.0
    red_after_s: float | None = None  # None: health stayed green
    back_after_s: float = 0.0


def bear(desk: Desk, outage: Outage, attempts: int, *, back_within_s: float = 30.0) -> Borne:
    """So many forms sent and as many waiting look-ups run while the trail is away; then all of it works again."""
    waiting = [desk.looks_up() for _ in range(attempts)]
    found = during(desk, outage, attempts)
    began = time.monotonic()
    until(desk.is_well, "health is green again", within_s=back_within_s)
    waiting.append(desk.looks_up())
    desk.house.run_due()
    assert {desk.house.lookup(each).state for each in waiting} == {"answered"}, "what waited is looked up after all"
    found.back_after_s = time.monotonic() - began
    return found


def during(desk: Desk, outage: Outage, attempts: int, *, red_within_s: float = 10.0) -> Borne:
    """What clerk, watcher and sources see while the trail is away."""
    found, before, lookups = Borne(), len(requests_seen(desk.house.simulated())), desk.lookups()
    due = desk.due()
    with outage():
        _refused(desk, found)
        began = time.monotonic()  # what only shows when an entry is tried is known from now on
        while found.red_after_s is None and time.monotonic() - began <= red_within_s:
            if not desk.is_well():
                found.red_after_s = time.monotonic() - began
        for _ in range(1, attempts):
            _refused(desk, found)
        for work in due:
            with suppress(Exception):  # whatever stops it: what counts is what the source saw
                run_step.run(work, desk.house.settings)
        found.attempts = attempts + len(due)
        found.reached = len(requests_seen(desk.house.simulated())) - before
    found.taken_in = desk.lookups() - lookups
    return found


def _refused(desk: Desk, found: Borne) -> None:
    status, says, seconds = desk.posts()
    found.slowest_s = max(found.slowest_s, seconds)
    if status != 503 or not any(sentence in says for sentence in SENTENCES):
        found.unsaid.append(f"{status} {says[:200]}")


# PostgreSQL.


def role_refused(desk: Desk) -> Outage:
    """The house's role has lost its right to write entries."""

    @contextmanager
    def away() -> Iterator[None]:
        role = writer().url.username
        with _owner(desk) as owner:
            owner.execute(f"REVOKE INSERT ON entry FROM {role}".encode())
            yield
            owner.execute(f"GRANT INSERT ON entry TO {role}".encode())

    return away


def locked(desk: Desk, table: str) -> Outage:
    """Somebody holds a table for themselves, as a careless ALTER or VACUUM FULL does."""

    @contextmanager
    def away() -> Iterator[None]:
        with psycopg.connect(desk.owner) as somebody:
            somebody.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            yield
            somebody.rollback()

    return away


def hung(desk: Desk) -> Outage:
    """Each entry takes half a minute, as on a disk that does not answer."""

    @contextmanager
    def away() -> Iterator[None]:
        with _owner(desk) as owner:
            body = "BEGIN PERFORM pg_sleep(30); RETURN NEW; END"
            owner.execute(f"CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $${body}$$".encode())
            owner.execute(b"CREATE TRIGGER hang BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION hang()")
            yield
            owner.execute(b"DROP FUNCTION hang() CASCADE")

    return away


@contextmanager
def _owner(desk: Desk) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
    with psycopg.connect(desk.owner, autocommit=True) as connection:
        yield connection


# SQLite.


def held_by_another(desk: Desk) -> Outage:
    """Another program holds the file's one lock."""

    @contextmanager
    def away() -> Iterator[None]:
        engine = create_engine(f"sqlite:///{_file(desk)}", isolation_level="AUTOCOMMIT")
        with engine.connect() as somebody:
            somebody.execute(text("BEGIN IMMEDIATE"))
            yield
            somebody.execute(text("ROLLBACK"))
        engine.dispose()

    return away


def read_only(desk: Desk) -> Outage:
    """The service user may no longer write the file."""

    @contextmanager
    def away() -> Iterator[None]:
        with closing(sqlite3.connect(_file(desk))) as beside:  # so that it can be read: the log beside the file stays
            beside.execute("SELECT count(*) FROM trail").fetchone()
            database.bind(f"sqlite:///file:{_file(desk)}?mode=ro&uri=true", patience_s=CONSOLE_PATIENCE_S)
            yield
            database.bind(desk.house.settings.database_address(), patience_s=CONSOLE_PATIENCE_S)

    return away


def disk_full(desk: Desk) -> Outage:
    """Not a byte is left on the disk of the database. Only for a disk of one's own (`a_small_disk`)."""

    @contextmanager
    def away() -> Iterator[None]:
        with closing(sqlite3.connect(_file(desk))) as connection:  # else what the log has already taken could be used
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ballast = _file(desk).parent / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 12))
        yield
        ballast.unlink()

    return away


def _file(desk: Desk) -> Path:
    return Path(desk.house.settings.database_url.removeprefix("sqlite:///"))


@contextmanager
def a_small_disk(place: Path, megabytes: int = 48) -> Iterator[bool]:
    """A disk of its own at a folder, in memory; whether one could be mounted here (that takes root)."""
    place.mkdir(parents=True, exist_ok=True)
    is_mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)], capture_output=True, check=False
        ).returncode
    )
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(place)], check=False)
