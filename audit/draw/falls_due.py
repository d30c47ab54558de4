"""What the audit does by itself: a month is closed as soon as it is over, and each day what can be drawn is drawn.

Both are occurrences of the timetable, planned once between all hosts, and works like any other: they wait while the log has
no checkpoint, and may run twice without harm, because a month closes once and a period is drawn once.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import time, timedelta
from typing import Final

from audit.draw.close import close
from audit.draw.draw_sample import draw_due
from audit.draw.period import month_at_hand
from audit.draw.public_draw import name_draws
from audit.log.note import NoteSigner
from audit.log.rows import macs_of
from audit.log.sequence import Signing, bring_up_to_date, give_up_lease
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, TryLater
from govern.core.settings import Settings
from govern.keys import ring
from govern.keys.signer import log_key
from govern.queue import lease as leases
from govern.queue.timetable import Plan, daily, monthly

CLOSE: Final = "close_month"
DRAW: Final = "draw_periods"
CLOSE_DEADLINE_S: Final = 4 * 3600.0  # one pass over a month of eleven million look-ups
DRAW_DEADLINE_S: Final = 3600.0
AGAIN_AFTER: Final = timedelta(minutes=1)

TIMETABLE: Final = (
    Plan(CLOSE, CLOSE, "scheduled", monthly(1, time(0, 1))),
    Plan(DRAW, DRAW, "scheduled", daily(time(6, 0))),
)

diagnostics: Final = logging.getLogger(__name__)


def close_month(work_id: uuid.UUID, settings: Settings) -> None:
    """The last month that is over is closed. It waits while there is no checkpoint; a closed month is left as it is."""
    lease = _taken(work_id, CLOSE_DEADLINE_S + settings.lease_s)
    if lease is None:
        return
    try:
        closed = close(bring=bring_of(settings))
        diagnostics.info("%s closed at %d", closed.month, closed.to_size)
    except Conflict as settled:
        diagnostics.info("nothing to close: %s", settled.code)
    except TryLater as later:
        diagnostics.warning("the month waits: %s", later.code)
        with transaction() as session:
            leases.give_up(session, lease, clock.now() + AGAIN_AFTER)
        return
    _done(lease)


def draw_periods(work_id: uuid.UUID, settings: Settings) -> None:
    """Every frozen period whose seed is there is drawn; public draws of the month at hand are named where any is missing."""
    lease = _taken(work_id, DRAW_DEADLINE_S + settings.lease_s)
    if lease is None:
        return
    with transaction() as session:
        name_draws(session, month_at_hand(session, clock.now()), clock.now())
    drawn, waiting = draw_due()
    diagnostics.info("drawn %d, waiting %d", drawn, waiting)
    _done(lease)


def bring_of(settings: Settings) -> Callable[[], None] | None:
    """What brings the log up to date here; nothing where the sequencer's role alone may number entries."""
    if settings.database_url_sequencer:
        return None

    def bring() -> None:
        signer = NoteSigner(settings.log_origin, log_key(settings.folder / "keys"))
        bring_up_to_date(macs_of(ring.bound()), Signing(signer, settings.folder / "checkpoints"))
        give_up_lease()

    return bring


def _taken(work_id: uuid.UUID, seconds: float) -> leases.Lease | None:
    with transaction() as session:
        return leases.take(session, work_id, leases.this_worker(), seconds)


def _done(lease: leases.Lease) -> None:
    with transaction() as session:
        leases.done(session, lease)
