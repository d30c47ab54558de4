"""Notices that hold now, as every page shows them: read at most once in a few seconds by each process."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from govern.core.database import reading
from govern.core.wording import Wording
from govern.workplace.notice import notices_now

KEPT_S: Final = 5.0
NAME: Final = "govern_notices"


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as a page shows it."""

    tone: str
    text: Wording
    since: datetime
    until: datetime


@dataclass(slots=True)
class _Kept:
    notices: Sequence[Told] = ()
    read_at: float | None = None


def install(app: Flask) -> None:
    """Templates can show the notices of now."""
    app.extensions[NAME] = _Kept()
    app.jinja_env.globals["notices_now"] = told_now


def told_now() -> Sequence[Told]:
    """The notices of now; while the database is away those of before."""
    kept: _Kept = current_app.extensions[NAME]
    at = time.monotonic()
    if kept.read_at is None or at - kept.read_at >= KEPT_S:
        try:
            with reading() as session:
                kept.notices = [Told(n.tone, n.text, n.from_at, n.until_at) for n in notices_now(session)]
        except SQLAlchemyError:
            pass
        kept.read_at = at
    return kept.notices


def forget() -> None:
    """This process reads the notices again: an operator has just changed them here."""
    current_app.extensions[NAME].read_at = None
