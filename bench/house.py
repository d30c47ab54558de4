"""A house to be measured: keys, catalogue, queue, simulated agencies, keeper and workers, in a folder of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from admin.frame.opening import House, open_house
from admin.set_up import set_up
from connectors.simulated import registers, serve
from govern.core import clock, database
from govern.core.database import reading
from govern.core.settings import Settings, load_settings
from govern.keys import ring
from govern.keys.envelope import SessionKeys, session_keys
from govern.lookups.lookup import Task
from govern.lookups.request import GroundInput, KeyInput, LookupRequest, SubjectInput
from govern.people import grant
from govern.people.password import new_password
from govern.people.session_life import SignedOn, actor_of
from govern.people.sign_on import sign_on
from govern.queue import embedded
from govern.rules.actor import Actor, Role
from govern.trail.entry import EntryWaiting

ROOT: Final = Path(__file__).parent.parent
AGENCY: Final = "ntpc-dist-banqiao"
CASE_ITEM: Final = "disability_certificate"
ITEM: Final = "hh_person_city"
WORKERS: Final = 2
UNNUMBERED_LIMIT_S: Final = (
    600.0  # on a machine shared with others the keeper may be late; that is not what is measured
)
READY_WITHIN_S: Final = 120.0
_NUMBER: Final = "W100000001"  # of a letter that the invented town does not use


@dataclass(frozen=True, slots=True)
class Measured:
    """A running house and one invented clerk who is signed on; `key` is a subject whom the source knows."""

    settings: Settings
    clerk: Actor
    keys: SessionKeys = field(repr=False)
    key: tuple[str, str] = field(repr=False)

    def request(self) -> LookupRequest:
        """One look-up's form: one subject, one data item, with consent."""
        kind, text = self.key
        consent = GroundInput("consent", "A-1150000001", clock.today() - timedelta(days=1))
        subject = SubjectInput((KeyInput(kind, text),), consent)
        return LookupRequest(CASE_ITEM, "量測字第1150000001號", (subject,), intent_key=uuid.uuid4().hex)

    def answered(self) -> int:
        """How many tasks are answered by now."""
        with reading() as session:
            return session.execute(select(func.count()).select_from(Task).where(Task.state == "answered")).scalar_one()

    def ended(self) -> int:
        """How many tasks have ended in any way."""
        with reading() as session:
            return session.execute(
                select(func.count()).select_from(Task).where(Task.ended_at.is_not(None))
            ).scalar_one()


@contextmanager
def empty_house() -> Iterator[Settings]:
    """A house that stands and is open in this process: keys, database with the catalogue; nothing runs beside it."""
    folder = Path(tempfile.mkdtemp(prefix="govern-bench-"))
    try:
        settings = load_settings(data_dir=folder, unnumbered_limit_s=UNNUMBERED_LIMIT_S)
        set_up(settings)
        yield settings
    finally:
        database.release()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_house() -> Iterator[Measured]:
    """The same with queue, answers' store, agencies, keeper and two workers as processes, as `make run` starts them."""
    with empty_house() as settings, embedded.start(settings.folder):
        simulated = serve.start(settings.folder / "simulated")
        processes = [_start(settings, name) for name in ("keeper", *["worker"] * WORKERS)]
        try:
            _wait_for(open_house(settings))
            yield _measured(settings)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()
            simulated.stop()


def _start(settings: Settings, name: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "admin.processes", name],
        env={
            **os.environ,
            "GOVERN_DATA_DIR": str(settings.folder),
            "GOVERN_UNNUMBERED_LIMIT_S": str(settings.unnumbered_limit_s),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(settings.folder / f"{name}.log").open("ab"),
        cwd=ROOT,
    )


def _wait_for(house: House) -> None:
    """Until every worker serves and the keeper has numbered what was there."""
    until = time.monotonic() + READY_WITHIN_S
    while house.broker.workers() < WORKERS or _unnumbered():
        if time.monotonic() > until:
            raise TimeoutError("workers and keeper did not start")
        time.sleep(0.05)


def _unnumbered() -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(EntryWaiting)).scalar_one()


def _measured(settings: Settings) -> Measured:
    password = new_password()
    person = grant.make_person(
        ring.bound(),
        account_name="measured",
        name="量測員（虛構）",
        agency=AGENCY,
        password=password,
        national_id=_NUMBER,
        must_change_password=False,
        is_invented=True,
    )
    grant.give_role(person, AGENCY, Role.CLERK)
    today = clock.today()
    grant.grant_right(
        ring.bound(),
        person,
        AGENCY,
        CASE_ITEM,
        starts_on=today,
        ends_on=today + timedelta(days=30),
        reason="量測",
    )
    found = sign_on(settings, ring.bound(), "measured", password, None, "127.0.0.1")
    assert isinstance(found, SignedOn)
    with reading() as session:
        actor = actor_of(session, settings, found.secret, address="127.0.0.1")
    assert actor is not None
    return Measured(settings, actor, session_keys(found.secret), registers.example_keys(ITEM)[0])
