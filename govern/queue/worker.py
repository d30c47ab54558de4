"""The RQ worker: a prepared child, watched from outside; what a lost child leaves goes to the work's when_lost.

RQ's forking worker isolates crashes and pays 10 ms and 62 Redis commands a job; its simple one isolates nothing. This
one takes RQ's queue and loop, and replaces how a job is run: the parent pops (3 commands a job) and watches, the child
works. Redis may be away, frozen, flushed or restarted at any moment: the worker never ends for it, for RQ's own does
(WORKER.md, trap 1). A supervisor restarts it all the same.

What is overridden is public in RQ but for `_state` and `_stop_requested`; a test asserts that those exist.
"""

import logging
import os
import signal
import socket
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any, Final

from redis.exceptions import RedisError
from rq.exceptions import DequeueTimeout, StopRequested
from rq.job import Job
from rq.queue import Queue
from rq.worker import BaseWorker

from govern.core import database
from govern.core.points import Point, point
from govern.core.settings import Settings
from govern.keys import ring
from govern.queue import refused_jobs
from govern.queue.broker import Broker, connect
from govern.queue.child import Duties, Ending, JobKind, where
from govern.queue.embedded import queue_address
from govern.queue.refused_jobs import TOLD_EACH_S
from govern.queue.signed_job import NoDeadline, Refused, WorkJob, WorkQueue
from govern.queue.watch import PreparedChild

__all__ = ["Ending", "JobKind", "PreparedWorker", "run_worker"]

BLOCK_S: Final = 1  # a pop waits so long, so that a stop is seen within it
HEARTBEAT_S: Final = 15.0
_POP_TIMEOUT_S: Final = 5.0  # a pop that Redis does not answer by then is tried again
_OUTLET_TIMEOUT_S: Final = 0.5  # what a frozen Redis may add to a deadline
_AWAY_S: Final = 0.5
_SECOND_SIGNAL_S: Final = 1.0  # a terminal and a supervisor often send one stop twice

_diagnostics = logging.getLogger("govern.queue.worker")


class PreparedWorker(BaseWorker):
    """A worker for the four queues, in their order of urgency. One piece of work at a time."""

    death_penalty_class = NoDeadline
    queue_class = WorkQueue
    job_class = WorkJob

    def __init__(self, address: str, key: bytes, duties: Duties, name: str) -> None:
        """Nothing is forked and nobody is asked yet; `work()` does that. `name` need not be unique."""
        self._outlet = Broker(address, key, timeout_s=_OUTLET_TIMEOUT_S)
        self._heart_beats_at = 0.0
        self._stop_signalled_at: float | None = None
        self._is_cut_short = False
        self._refused: Counter[str] = Counter()  # jobs that were none of ours, by queue, not yet told
        self._refused_told_at = 0.0
        super().__init__(
            list(self._outlet.queues.values()),
            name=f"{name}-{uuid.uuid4().hex[:8]}",  # a killed worker's name stays taken for minutes
            connection=connect(address, timeout_s=_POP_TIMEOUT_S),
            job_class=WorkJob,
            queue_class=WorkQueue,
            serializer=self._outlet.serializer,
            log_job_description=False,
            prepare_for_work=False,  # would ask Redis, which may be away
        )
        self.hostname, self.pid = socket.gethostname(), os.getpid()
        self._child = PreparedChild(duties, self._outlet, self._leave_redis_to_parent)

    def _leave_redis_to_parent(self) -> None:
        for connection in (self.connection, self._outlet.connection):
            connection.connection_pool.disconnect()

    # What RQ's loop asks of Redis between two jobs, and what other users of that Redis could tell us: nothing.

    def bootstrap(self, *_args: Any, **_named: Any) -> None:
        """The child stands ready and the worker is registered, unless Redis is away; a signal now stops it in order."""
        self._install_signal_handlers()
        self._child_ready()
        self.heartbeat()
        _diagnostics.info("worker %s serves %s", self.name, ", ".join(self.queue_names()))

    def subscribe(self) -> None:
        """Off: whoever reaches Redis could stop the worker by a message, and it takes a thread."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed."""

    def check_for_suspension(self, burst: bool) -> None:
        """Off: a key in Redis does not suspend look-ups; a source or case item is suspended in the database."""

    @property
    def should_run_maintenance_tasks(self) -> bool:
        """Never: RQ's registries are not used, and the database offers again what was lost."""
        return False

    def set_shutdown_requested_date(self) -> None:
        """Off: a signal's handler asks nothing of Redis."""

    def set_state(self, state: str, pipeline: Any = None) -> None:
        """Known to this process alone."""
        self._state = state

    @property
    def connection_timeout(self) -> int:
        """What RQ would lengthen a connection's time-out to, in seconds: ours is long enough."""
        return 0

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """At most each `HEARTBEAT_S` the worker is registered anew, as it must be after a FLUSHALL. Never raises."""
        now = time.monotonic()
        if now < self._heart_beats_at:
            return
        self._heart_beats_at = now + HEARTBEAT_S
        self._child.sweep()
        try:
            self._outlet.register(self.name, HEARTBEAT_S * 3)
        except (RedisError, OSError) as away:
            _diagnostics.warning("not registered: %s", type(away).__name__)

    # Stopping: the first signal lets the running work finish, a second ends it.

    def _install_signal_handlers(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.request_stop)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Only flags are set: raising from here would lose work between its pop and its run (WORKER.md, trap 2)."""
        now = time.monotonic()
        if self._stop_signalled_at is None:
            self._stop_signalled_at = now
        elif now - self._stop_signalled_at >= _SECOND_SIGNAL_S:
            self._is_cut_short = True
        self._stop_requested = True

    request_force_stop = request_stop

    @property
    def was_told_to_stop(self) -> bool:
        """Whether a signal asked for the end. RQ's loop also ends, in silence, when it meets an error."""
        return self._stop_signalled_at is not None

    def teardown(self) -> None:
        """The child is gone, and the registration too unless Redis is away."""
        self._child.end()
        with suppress(RedisError, OSError):
            self._outlet.unregister(self.name)
        _diagnostics.info("worker %s has ended", self.name)

    # One job.

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """The next job, however long Redis is away; in burst mode (`timeout` None) `None` when there is none.

        Raises RQ's `StopRequested` when the worker was told to stop, and nothing else.
        """
        while not self._stop_requested:
            try:
                self.heartbeat()
                self._child_ready()
                self._tell_of_refused()
                found: tuple[Job, Queue] | None = WorkQueue.dequeue_any(
                    self.queues,
                    None if timeout is None else BLOCK_S,
                    connection=self.connection,
                    job_class=WorkJob,
                    serializer=self.serializer,
                    death_penalty_class=NoDeadline,
                )
                return found
            except DequeueTimeout:
                pass
            except (RedisError, OSError) as away:
                _diagnostics.warning("queue away: %s", type(away).__name__)
                time.sleep(_AWAY_S)
            except Exception as garbage:  # something popped that is no job's id; it is gone, so this cannot spin
                _diagnostics.warning("left out what is no job: %s", where(garbage))
        raise StopRequested

    def execute_job(self, job: Job, queue: Queue) -> None:
        """The work that the job names has run, or its loss is settled; or the job was none of ours. Never raises."""
        try:
            if not isinstance(job, WorkJob):
                raise Refused
            work_id = job.work_id()
        except Refused:
            _diagnostics.error("refused a job that is not ours, in queue %s", queue.name)
            self._refused[queue.name] += 1
            return
        try:
            point(Point.K3)
            ending = self._child.run(work_id, self._must_cut_short)
            if ending.is_loss:
                self._settle(work_id, ending)
            self._child_ready()
        except Exception as error:
            # No child could be forked, or worse: the work stays in the database, and RQ's own log gets no text of an error.
            _diagnostics.error("work %s not run: %s", work_id, where(error))
            time.sleep(_AWAY_S)

    def _tell_of_refused(self) -> None:
        """At most once a minute; what the trail does not take now is told with the next."""
        now = time.monotonic()
        if not self._refused or now < self._refused_told_at:
            return
        self._refused_told_at = now + TOLD_EACH_S
        for queue, jobs in tuple(self._refused.items()):
            if self._child.tell_refused(queue, jobs, self._must_cut_short) is Ending.DONE:
                del self._refused[queue]

    def _settle(self, work_id: uuid.UUID, why: Ending) -> None:
        _diagnostics.error("work %s lost: %s", work_id, why)
        if why is Ending.STOPPED:
            return  # no time: the lease's end hands it on
        ending = self._child.settle(work_id, why, self._must_cut_short)
        if ending is not Ending.DONE:
            _diagnostics.error("work %s not settled: %s", work_id, ending)

    def _must_cut_short(self) -> bool:
        self.heartbeat()
        return self._is_cut_short

    def _child_ready(self) -> None:
        if not self._stop_requested and not self._child.is_alive():
            self._child.start()


def rebind(database_address: str) -> None:
    """What a child does first: it leaves the parent's database connections alone and has its own."""
    database.release(close=False)
    database.bind(database_address)


def run_worker(settings: Settings, jobs: Mapping[str, JobKind], name: str) -> int:
    """The main function of a worker's process: serves until SIGTERM or SIGINT. The exit code: 0 when it was told to end.

    To be called on the main thread of a process without other threads or child processes. Import first what the jobs
    need: the child inherits it. Raises `WrongSetting` for a wrong address or a missing key; Redis and database may be
    away.
    """
    duties = Duties(
        jobs=jobs,
        prepare=partial(rebind, settings.database_address()),
        memory_bytes=settings.worker_memory_mb * 1024 * 1024,
        when_refused=refused_jobs.enter,
    )
    address = settings.redis_url or queue_address(settings.folder)
    worker = PreparedWorker(address, ring.bind(settings.folder / "keys").job_key(), duties, name)
    worker.work()
    return 0 if worker.was_told_to_stop else 1
