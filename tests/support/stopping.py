"""Workers, keepers and consoles that are ready at once, and stop at a point of a look-up's road until they are told to go on.

`python -m tests.support.stopping` has imported the house; each line it reads is an order in JSON, for which it forks a process
and says its number. What stands at a point has written its number into the order's folder as `standing`, and goes on when there
is a file `go`. An order can name a planted fault (`PLANTS`): something of the house that is broken in that process alone, so
that a proof which does not fail then proves nothing. Processes end with this one, and this one with its input.
"""

import gc
import json
import os
import signal
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import processes
from admin.frame.opening import open_house
from govern.core import database
from govern.core.database import reading
from govern.core.points import Point, when_passing
from govern.core.settings import Settings
from govern.keys.envelope import session_keys
from govern.lookups import answer, intent, outcome, run
from govern.lookups.lookup import Task
from govern.lookups.show import show
from govern.lookups.submit import submit
from govern.people.session_life import actor_of
from govern.queue import broker, lease, timetable, worker
from govern.queue.child import PR_SET_PDEATHSIG, adopt_orphans, prctl
from govern.queue.work import Work
from tests.support import sparing
from tests.support.houses import a_request

LOOK_S: Final = 0.004


def warm_up(order: Mapping[str, Any]) -> None:
    """One look-up here, from the form to the answer: what it compiles, parses and imports, every fork then has from the start."""
    settings = Settings(**order["settings"])
    open_house(settings)
    a_console(settings, order)
    lookup = uuid.UUID((Path(order["folder"]) / "replied").read_text())
    with reading() as session:
        works = session.scalars(
            select(Work.id).join(Task, Task.id == Work.target_id).where(Task.lookup == lookup)
        ).all()
    for work in works:
        run.run(work, settings)
    a_console(settings, {**order, "lookup": str(lookup)})
    database.release()
    broker.bind(None)
    gc.collect()
    gc.freeze()  # else the first collection of each fork would copy every page it shares with this process


def _bound_already(_address: str, **_given: Any) -> Any:
    """In place of `database.bind`: the engines that this process was forked with, whose statements are compiled."""
    database.release(close=False)
    return database.writer()


def stand_at(name: str, folder: Path) -> None:
    """This process and its children stop at the point, the first that comes there and once."""
    wanted = Point[name]

    def stand(at: Point) -> None:
        if at is not wanted:
            return
        try:
            handle = os.open(folder / "standing", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            return
        os.write(handle, str(os.getpid()).encode())
        os.close(handle)
        while not (folder / "go").exists():
            time.sleep(LOOK_S)

    when_passing(stand)


def a_worker(settings: Settings, _order: Mapping[str, Any]) -> None:
    """Serves the queue as a worker of the house does."""
    open_house(settings)
    worker.run_worker(settings, processes.jobs_of_a_worker(settings), name=f"stopping:{os.getpid()}")


def a_keeper(settings: Settings, _order: Mapping[str, Any]) -> None:
    """Numbers, signs, offers again, as the house's keeper does."""
    processes.keep(settings)


def a_console(settings: Settings, order: Mapping[str, Any]) -> None:
    """One use case of a clerk, as the console calls it: a form submitted, or an answer shown. Says so when it has replied."""
    open_house(settings)
    secret = bytes.fromhex(order["secret"])
    with reading() as session:
        actor = actor_of(session, settings, secret, address="127.0.0.1")
    assert actor is not None
    if "lookup" in order:
        shown = show(actor, session_keys(secret), uuid.UUID(order["lookup"]), settings)
        said = str(len(shown.answers))
    else:
        said = str(submit(actor, a_form(order), settings).lookup_id)
    (Path(order["folder"]) / "replied").write_text(said)


def a_form(order: Mapping[str, Any]) -> Any:
    """The form of an order, the same each time, so that a second post of it is the same look-up."""
    form = order["form"]
    return a_request(
        form["case_item"],
        keys=(tuple(form["key"]),),
        items=(form["item"],),
        intent_key=form["intent_key"],
    )


ROLES: Final[Mapping[str, Callable[[Settings, Mapping[str, Any]], None]]] = {
    "worker": a_worker,
    "keeper": a_keeper,
    "console": a_console,
}


def _asks_again() -> None:
    """Whatever source is asked again after its answer was lost."""
    vars(outcome)["_may_ask_again"] = lambda session, source: True


def _offers_nothing() -> None:
    """The reconciler offers nothing that is due."""
    vars(timetable)["offer_due"] = lambda to: 0


def _forgets_what_was_running() -> None:
    """Whoever takes over does not look whether the source may have been asked already."""
    real = lease.take

    def take(session: Any, work_id: uuid.UUID, by: str, seconds: float) -> Any:
        held = real(session, work_id, by, seconds)
        task = session.get(Task, held.target_id) if held else None
        if task is not None and task.state == "running":
            task.state = "waiting"
        return held

    vars(intent.leases)["take"] = take


class _TakenBack(Exception):
    """A transaction that says it committed, and did not."""


def _asks_before_it_commits() -> None:
    """The intent is not committed when the source is asked."""
    real = intent.transaction

    @contextmanager
    def not_kept() -> Iterator[Session]:
        with suppress(_TakenBack), real() as session:
            yield session
            session.flush()
            session.expunge_all()
            session.info["committed"] = True
            raise _TakenBack

    vars(intent)["transaction"] = not_kept


def _keeps_what_lies_in_the_store() -> None:
    """What is said to be destroyed still lies in the answers' store."""
    vars(answer)["AnswerStore"].destroy = lambda self, identity: True


PLANTS: Final[Mapping[str, Callable[[], None]]] = {
    "asks_again": _asks_again,
    "offers_nothing": _offers_nothing,
    "forgets_what_was_running": _forgets_what_was_running,
    "asks_before_it_commits": _asks_before_it_commits,
    "keeps_what_lies_in_the_store": _keeps_what_lies_in_the_store,
}


def _be(order: Mapping[str, Any], parent: int) -> None:
    """What the order says, in a process of its own; never returns."""
    status = 1
    try:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        os.setsid()
        folder = Path(order["folder"])
        diagnostics = os.open(folder / f"{order['do']}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor, target in ((nothing, 0), (diagnostics, 1), (diagnostics, 2)):
            os.dup2(descriptor, target)
        processes.logging.basicConfig(level="INFO", stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
        vars(database)["bind"] = _bound_already
        for plant in order.get("plants", ()):
            PLANTS[plant]()
        if order.get("stand_at"):
            stand_at(order["stand_at"], folder)
        ROLES[order["do"]](Settings(**order["settings"]), order)
        status = 0
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def main() -> None:
    """One fork for each line, until the input ends."""
    sparing.spare()
    adopt_orphans()
    print("ready", flush=True)
    for line in sys.stdin:
        order, here = json.loads(line), os.getpid()
        _reap()
        if order["do"] == "warm_up":
            warm_up(order)
            print("warm", flush=True)
            continue
        if order["do"] == "spent":
            used = os.times()
            print(used.user + used.system + used.children_user + used.children_system, flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            _be(order, here)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
