"""Open the house in this process: database, keys, answers' store, queue; and whether every part is well."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Lock
from time import monotonic
from typing import Final

from sqlalchemy import func, select, text

from audit.log.note import NoteSigner
from audit.log.sequence import Signing
from govern.core import clock, database
from govern.core.database import reading
from govern.core.settings import Settings
from govern.keys import ring as rings
from govern.keys.ring import Ring
from govern.keys.signer import log_key
from govern.lookups import answer as answers
from govern.queue import broker, embedded
from govern.queue.broker import Broker
from govern.trail import probe
from govern.trail.entry import EntrySetAside, EntryWaiting

PARTS: Final = ("database", "queue", "answers", "entries", "sequencer", "trail")
CONSOLE_PATIENCE_S: Final = 2.0  # for a lock: people wait, and hear within three seconds that nothing was done
TRIED_EVERY_S: Final = 2.0  # whoever asks for health more often hears what was found last


@dataclass(frozen=True, slots=True)
class House:
    """What an opened process holds."""

    settings: Settings
    ring: Ring = field(repr=False)
    broker: Broker = field(repr=False)


def open_house(settings: Settings, *, role: str = "", patience_s: float = database.PATIENCE_S) -> House:
    """This process can use every part. Nothing is asked of database or Redis yet, so that an absent one is met later.

    `role` names the database's role: empty for the ordinary one, `sequencer` or `owner`; `patience_s` is how
    long it waits for a lock. `WrongSetting` without keys.
    """
    database.bind(settings.database_address(role), patience_s=patience_s)
    held = rings.bind(settings.folder / "keys")
    answers.bind(settings.answers_url or embedded.answers_address(settings.folder))
    opened = Broker(settings.redis_url or embedded.queue_address(settings.folder), held.job_key())
    broker.bind(opened)
    return House(settings, held, opened)


def signing(settings: Settings) -> Signing:
    """Who signs this installation's checkpoints, and where their copies are kept outside the database."""
    return Signing(
        NoteSigner(settings.log_origin, log_key(settings.folder / "keys")),
        settings.folder / "checkpoints",
        settings.checkpoint_every_s,
        settings.checkpoint_every_entries,
    )


def checks(house: House) -> dict[str, Callable[[], bool]]:
    """For each part a check that says whether it is well; one that raises counts as not well."""
    return {
        "database": _database_answers,
        "queue": house.broker.is_alive,
        "answers": lambda: answers.store().is_well(),
        "entries": _at_most_every(TRIED_EVERY_S, partial(probe.is_writable, house.settings.folder)),
        "sequencer": lambda: _numbers_in_time(house.settings),
        "trail": _nothing_set_aside,
    }


def is_well(house: House) -> dict[str, bool]:
    """Each part and whether it is well."""
    found = {}
    for name, check in checks(house).items():
        try:
            found[name] = bool(check())
        except Exception:  # whatever is wrong with a part, it is not well
            found[name] = False
    return found


def _at_most_every(seconds: float, check: Callable[[], bool]) -> Callable[[], bool]:
    """The check, made no more often than that by all threads together: nobody wears the trail out by asking for health."""
    found: list[tuple[float, bool]] = []
    alone = Lock()

    def kept() -> bool:
        with alone:
            if not found or monotonic() - found[-1][0] >= seconds:
                found[:] = [(monotonic(), check())]
            return found[-1][1]

    return kept


def _database_answers() -> bool:
    with reading() as session:
        return bool(session.execute(text("SELECT 1")).scalar_one() == 1)


def _numbers_in_time(settings: Settings) -> bool:
    with reading() as session:
        oldest = session.execute(select(func.min(EntryWaiting.at))).scalar_one_or_none()
    return oldest is None or clock.now() - oldest < timedelta(seconds=settings.unnumbered_limit_s)


def _nothing_set_aside() -> bool:
    with reading() as session:
        return session.execute(select(EntrySetAside.entry_id).limit(1)).first() is None
