"""The house's background processes, each started by `python -m admin.processes NAME`: worker, keeper.

They import no web: a worker is ready within a second. The keeper is the sequencer, and beside it, every few seconds: the
timetable, the reconciler that offers due work again, the end of silent log-in sessions, answers that the store has lost,
versions whose day has come, and forms and exports that were kept for a day that is over.
"""

import logging
import os
import signal
import socket
import sys
import threading
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib import import_module

from admin.frame.opening import House, open_house, signing
from admin.jobs import jobs, left_to_its_lease
from audit.draw.falls_due import TIMETABLE
from audit.log.rows import macs_of
from audit.log.sequence import keep_sequencing
from audit.review.ask import pass_deadlines
from govern.catalogue.life.in_force import bring_in_force
from govern.core import clock
from govern.core.settings import Settings, load_settings
from govern.keys import ring
from govern.lookups import destroy
from govern.people.session_life import end_silent_sessions
from govern.queue import embedded
from govern.queue.child import JobKind
from govern.queue.embedded import EmbeddedServers
from govern.queue.timetable import tick
from govern.queue.worker import run_worker
from govern.workplace import export
from govern.workplace.kept_form import forget_what_is_over

diagnostics = logging.getLogger("govern.processes")


def jobs_of_a_worker(settings: Settings) -> Mapping[str, JobKind]:
    """Every kind of work: the rooms' own, and the exports of lists."""
    exports = JobKind(
        name=export.WORK,
        queue="batch",
        deadline_s=export.DEADLINE_S,
        run=partial(_write_export, settings=settings),
        when_lost=left_to_its_lease,
    )
    return {**jobs(settings), export.WORK: exports}


def _write_export(work_id: uuid.UUID, settings: Settings) -> None:
    """A list is written as the console shows it. The console is taken in when the first one is, and not before."""
    console, parts = import_module("admin.app"), import_module("admin.frame.parts")
    app = console.create_app(parts=parts.Parts(settings=settings, ring=ring.bound()))
    import_module("admin.frame.lists.write").run(app, work_id, settings)


def keep(settings: Settings) -> None:
    """Number and sign what is committed, and keep the house in order, until a signal says stop."""
    house = open_house(settings, role="sequencer")
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with _servers_held(settings) as servers:
        order = threading.Thread(target=_keep_in_order, args=(house, stop, servers), name="order", daemon=True)
        order.start()
        keep_sequencing(macs_of(house.ring), signing(settings), stop, every_s=settings.sequence_every_s)
        order.join(timeout=5)


def _servers_held(settings: Settings) -> AbstractContextManager[EmbeddedServers | None]:
    """The embedded servers are used by the keeper too, so that it stops them when whoever started them was killed.

    And revives them when they were.
    """
    has_own = settings.redis_url and settings.answers_url
    return nullcontext() if has_own else embedded.start(settings.folder)


def _keep_in_order(house: House, stop: threading.Event, servers: EmbeddedServers | None) -> None:
    while not stop.wait(house.settings.reconcile_every_s):
        for task in (
            servers.revive if servers is not None else list,
            lambda: tick(house.broker, TIMETABLE),
            lambda: end_silent_sessions(house.settings, on_session_end=destroy.when_session_ends),
            destroy.lost_answers,
            lambda: bring_in_force(clock.now()),
            lambda: pass_deadlines(clock.now()),
            lambda: forget_what_is_over(clock.now()),
            lambda: export.forget_what_is_over(clock.now(), house.settings.folder),
        ):
            try:
                task()
            except Exception as wrong:  # one duty that fails must not stop the others
                diagnostics.error("keeper: %s", type(wrong).__name__)


def main(name: str) -> None:
    """Run one background process until it is told to stop."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    settings = load_settings()
    if name == "worker":
        open_house(settings)
        run_worker(settings, jobs_of_a_worker(settings), name=f"{socket.gethostname()}:{os.getpid()}")
    elif name == "keeper":
        keep(settings)
    else:
        sys.exit(f"no process is called {name}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
