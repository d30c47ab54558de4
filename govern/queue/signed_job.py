"""The signed job: what lies in a queue of Redis, and what of it is believed.

A job carries one work id and nothing of the case, under an HMAC, and names the one function there is. It is signed
because whoever writes to Redis could else name any function, JSON or not (SECURITY.md, trap 5); and it is told nothing
else because RQ keeps arguments in clear, in descriptions and registries (trap 3). A job's id is its work's, so that a
queue holds no work twice. Nothing in a job is ever imported or called.
"""

import hmac
import json
import logging
import uuid
import zlib
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.timeouts import BaseDeathPenalty
from rq.utils import as_text

FUNCTION: Final = "work"  # the allow-list: the one name a job may carry
JOB_TTL_S: Final = 3600  # a job nobody took by then is forgotten by Redis and offered again from the database
_PAYLOAD_BYTES: Final = 256
_DOMAIN: Final = b"govern job 1\x00"  # the key signs nothing else, and this says so

_diagnostics = logging.getLogger("govern.queue.signed_job")


class Refused(Exception):
    """A job that we did not write: wrong signature, another function, more than one work id. It is not run."""


class NoDeadline(BaseDeathPenalty):
    """RQ's own time limit, doing nothing: its alarm would ring in the parent while the child works."""

    def setup_death_penalty(self) -> None:
        pass

    def cancel_death_penalty(self) -> None:
        pass


class WorkJob(Job):
    """A job of ours: its signed payload is all that counts; RQ's plain fields are ignored.

    The signature does not cover callback names, webhooks and the time limit, and RQ imports callbacks by name: so none
    is ever read here (WORKER.md, trap 6).
    """

    success_callback = failure_callback = stopped_callback = property(lambda self: None)

    def __init__(self, id: str | None = None, connection: Redis | None = None, serializer: Any = None) -> None:
        super().__init__(id, connection=connection)
        if serializer is None:
            raise TypeError("a job of ours is signed")
        self.serializer = serializer  # RQ would examine the class each time, for as long as a pop takes

    @classmethod
    def of(cls, work_id: uuid.UUID, connection: Redis, serializer: Any) -> "WorkJob":
        """The job of a piece of work. It lives an hour, and leaves no result and no description behind."""
        job = cls.create(
            FUNCTION,
            args=(str(work_id),),
            id=str(work_id),
            connection=connection,
            serializer=serializer,
            ttl=JOB_TTL_S,
            result_ttl=0,
            failure_ttl=60,
            timeout=-1,
            description=FUNCTION,
        )
        assert isinstance(job, cls)
        return job

    def send_webhooks(self, *_args: Any, **_named: Any) -> None:
        """Nothing is sent: RQ would post tracebacks to an address that stands in Redis."""

    @property
    def func(self) -> NoReturn:
        """Nothing of a job is ever imported or called; `work_id` is all that is read."""
        raise Refused

    def get_call_string(self) -> str:
        """A fixed text, where RQ would put the function's arguments."""
        return FUNCTION

    def refresh(self) -> None:
        """The payload is taken out of Redis, and nothing else of the job read; `NoSuchJobError` when it is gone.

        In one round trip, before the work is run: it may be offered again, under the same id, while it runs. What is
        lost between here and the lease, the reconciler offers again. A payload of ours is short: what unpacks to more
        is cut, and so has a wrong signature.
        """
        with self.connection.pipeline(transaction=False) as together:
            together.hget(self.key, "data")
            together.unlink(self.key)
            packed, _ = together.execute()
        if packed is None:
            raise NoSuchJobError
        self.data = zlib.decompressobj().decompress(packed, _PAYLOAD_BYTES)

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> "WorkJob":
        """The job, or `NoSuchJobError` for whatever cannot be read as one, so that garbage in Redis ends no worker."""
        try:
            return super().fetch(id, connection=connection, serializer=serializer)  # type: ignore[return-value]
        except (NoSuchJobError, RedisError):
            raise
        except Exception as garbage:
            _diagnostics.warning("unreadable job left out: %s", type(garbage).__name__)
            raise NoSuchJobError from None

    def work_id(self) -> uuid.UUID:
        """The one work id that the signed payload carries, which must be the job's own id; else `Refused`."""
        try:
            name, instance, arguments, named = self.func_name, self.instance, self.args, self.kwargs
            if name != FUNCTION or instance is not None or named or len(arguments) != 1 or arguments[0] != self.id:
                raise Refused
            return uuid.UUID(self.id)
        except Refused:
            raise
        except Exception:  # whatever a forged payload makes RQ or json raise
            raise Refused from None


class WorkQueue(Queue):
    """RQ's queue with jobs of ours."""

    job_class = WorkJob

    @classmethod
    def dequeue_any(
        cls,
        queues: Iterable[Queue],
        timeout: int | None,
        connection: Redis,
        job_class: Any = None,
        serializer: Any = None,
        death_penalty_class: Any = None,
    ) -> tuple[Job, Queue] | None:
        """The next job of the first queue that has one. Leaves out ids whose job is gone or unreadable.

        Raises RQ's `DequeueTimeout` when nothing came within `timeout` seconds; `None` at once when that is `None`.
        RQ's own makes a new queue object for each pop, and for a single queue moves jobs through a list that this
        worker would never clear (WORKER.md, trap 4).
        """
        by_key = {queue.key: queue for queue in queues}
        while (popped := cls.lpop(list(by_key), timeout, connection=connection)) is not None:
            key, job_id = map(as_text, popped)
            try:
                return WorkJob.fetch(job_id, connection=connection, serializer=serializer), by_key[key]
            except NoSuchJobError:
                continue
        return None


def signing(key: bytes) -> Any:
    """RQ's serialiser: JSON behind an HMAC-SHA256 under `key`. A class, since RQ asks it for its name."""

    class Signed:
        @staticmethod
        def dumps(value: Any) -> bytes:
            body = json.dumps(value, separators=(",", ":")).encode()
            return hmac.digest(key, _DOMAIN + body, "sha256") + body

        @staticmethod
        def loads(data: bytes) -> Any:
            if not hmac.compare_digest(data[:32], hmac.digest(key, _DOMAIN + data[32:], "sha256")):
                raise Refused
            return json.loads(data[32:])

    return Signed
