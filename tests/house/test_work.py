"""Whatever is planned is done: every queue that something is planned into is served, and every kind of work has a job."""

import ast
import importlib
from collections.abc import Iterator
from typing import Any

from admin.jobs import jobs
from audit.draw.falls_due import TIMETABLE
from govern.core.settings import load_settings
from govern.queue.work import QUEUES
from govern.queue.worker import PreparedWorker
from govern.workplace import export
from tests.house.test_rules_of_the_house import name_of, trees


def planned() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every call of `plan_work`, with the kinds and queues that it names itself."""
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "plan_work":
                module = importlib.import_module(name_of(path).removesuffix(".py").replace("/", "."))
                named = {one.arg or "": one.value for one in node.keywords}
                yield name_of(path), {name: _value(module, named[name]) for name in ("kind", "queue")}


def _value(module: Any, node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    return getattr(module, node.id, None) if isinstance(node, ast.Name) else None


def test_every_queue_that_is_planned_into_is_served_because_else_work_would_wait_for_ever() -> None:
    address = "unix:///nobody/listens/here"
    duties: Any = None
    worker = PreparedWorker(address, b"k" * 32, duties, "a worker")
    assert [queue.name for queue in worker.queues] == list(QUEUES)
    asked = {what["queue"] for _, what in planned()} | {plan.queue for plan in TIMETABLE}
    assert (
        {"normal", "batch", "scheduled"} <= asked <= {*QUEUES, None}
    )  # None: a look-up's own, checked when it is planned


def test_every_kind_of_work_has_a_job_because_else_nobody_would_take_it_up() -> None:
    known = {*jobs(load_settings()), export.WORK}  # exports need the console: admin.processes adds them
    found = [*planned()]
    assert len(found) >= 7
    assert {what["kind"] for _, what in found} - {None} <= known
    assert {plan.kind for plan in TIMETABLE} <= known
