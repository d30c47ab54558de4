"""The queue's Redis: wake-ups and progress notes, nothing else.

A job carries one work id and nothing of the case, under an HMAC, and names the one function there is. It is signed
because whoever writes to Redis could else name any function, JSON or not (SECURITY.md, trap 5); and it is told nothing
else because RQ keeps arguments in clear, in descriptions and registries (trap 3). A job's id is its work's, so that a
queue holds no work twice. A progress note is a look-up's id, which opens nothing, and a number.

Parts that reach Redis themselves (console, reconciler, a worker's parent) bind a `Broker`; a worker's prepared child
binds a relay to its parent, since the child has no connection to the queue.
"""

import hmac
import itertools
import json
import logging
import time
import uuid
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn, Protocol

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.client import PubSub
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.timeouts import BaseDeathPenalty

from govern.core.errors import WrongSetting
from govern.core.wording import Wording
from govern.queue.work import QUEUES

FUNCTION: Final = "work"  # the allow-list: the one name a job may carry
JOB_TTL_S: Final = 3600  # a job nobody took by then is forgotten by Redis and offered again from the database
_WORKERS: Final = "govern:workers"
_PAYLOAD_BYTES: Final = 256
_DOMAIN: Final = b"govern job 1\x00"  # the key signs nothing else, and this says so

_diagnostics = logging.getLogger("govern.queue.broker")


@dataclass(frozen=True, slots=True)
class Offer:
    """A piece of work that a worker should be woken for, and the queue it stands in."""

    work_id: uuid.UUID
    queue: str


class Refused(Exception):
    """A job that we did not write: wrong signature, another function, more than one work id. It is not run."""


class Outlet(Protocol):
    """Where this process hands wake-ups and progress notes to. Both may raise `RedisError` or `OSError`."""

    def push(self, offers: Sequence[Offer]) -> None: ...

    def publish(self, lookup_id: uuid.UUID) -> None: ...


class _Nowhere:
    """No queue is bound: work waits in the database for a reconciler, as when Redis is away."""

    def push(self, offers: Sequence[Offer]) -> None:
        pass

    def publish(self, lookup_id: uuid.UUID) -> None:
        pass


class _Bound:
    outlet: Outlet = _Nowhere()


def bind(outlet: Outlet | None) -> None:
    """From now on this process hands its wake-ups and notes to `outlet`; `None`: to nobody."""
    _Bound.outlet = _Nowhere() if outlet is None else outlet


def outlet() -> Outlet:
    """What `bind` set."""
    return _Bound.outlet


def publish(lookup_id: uuid.UUID) -> None:
    """Whoever watches this look-up looks again. Never raises: a lost note is made good by the watcher's own beat."""
    try:
        _Bound.outlet.publish(lookup_id)
    except (RedisError, OSError) as away:
        _diagnostics.debug("note lost: %s", type(away).__name__)


def connect(address: str, *, timeout_s: float = 2.0) -> Redis:
    """A client of the queue's Redis (`unix://`, `redis://`, `rediss://`) that gives up soon and tries once more.

    redis-py's own retries stretch a shutdown with Redis down to 17 s (WORKER.md, trap 8). Connects at the first
    command.
    """
    try:
        return Redis.from_url(
            address,
            retry=Retry(ConstantBackoff(0.2), 1),
            socket_timeout=timeout_s,
            **({} if address.startswith("unix:") else {"socket_connect_timeout": timeout_s}),
        )
    except ValueError:
        raise WrongSetting(
            Wording(
                "設定 GOVERN_REDIS_URL 的值不能使用：須以 redis://、rediss:// 或 unix:// 開頭。",
                "The setting GOVERN_REDIS_URL has a value that cannot be used: "
                "it must start with redis://, rediss:// or unix://.",
            )
        ) from None


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
        """Reads the payload and nothing else of what stands in Redis; `NoSuchJobError` when it is gone.

        A payload of ours is short: what unpacks to more is cut, and so has a wrong signature.
        """
        packed: Any = self.connection.hget(self.key, "data")
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


class Broker:
    """A process's way to the queue's Redis. Methods raise `RedisError` or `OSError` when it is away.

    Safe to share between threads; made anew after a fork.
    """

    def __init__(self, address: str, key: bytes, *, timeout_s: float = 2.0) -> None:
        self.connection = connect(address, timeout_s=timeout_s)
        self.serializer = signing(key)
        self.queues = {name: self._queue(name) for name in QUEUES}
        self._numbers = itertools.count(1)

    def _queue(self, name: str) -> WorkQueue:
        return WorkQueue(
            name,
            connection=self.connection,
            job_class=WorkJob,
            serializer=self.serializer,
            death_penalty_class=NoDeadline,
        )

    def push(self, offers: Sequence[Offer]) -> None:
        """Every offer lies at the end of its queue; all in one round trip, all or none."""
        if not offers:
            return
        with self.connection.pipeline() as together:
            for offer in offers:
                self.queues[offer.queue].enqueue_job(self._job(offer), pipeline=together)
            together.execute()

    def _job(self, offer: Offer) -> WorkJob:
        job_id = str(offer.work_id)
        job = WorkJob.create(
            FUNCTION,
            args=(job_id,),
            id=job_id,
            connection=self.connection,
            serializer=self.serializer,
            ttl=JOB_TTL_S,
            result_ttl=0,
            failure_ttl=60,
            timeout=-1,
            description=FUNCTION,
        )
        assert isinstance(job, WorkJob)
        return job

    def forget(self, job: Job) -> None:
        """The job is gone from Redis; its id stands in no queue any more, since it was popped."""
        self.connection.unlink(job.key)

    def waiting(self) -> set[uuid.UUID]:
        """The ids of all work that lies in a queue of Redis now."""
        with self.connection.pipeline(transaction=False) as together:
            for queue in self.queues.values():
                together.lrange(queue.key, 0, -1)
            lists = together.execute()
        return {work_id for ids in lists for text in ids if (work_id := _read_id(text)) is not None}

    def publish(self, lookup_id: uuid.UUID) -> None:
        """Watchers of the look-up get a note with a running number of this process. One command."""
        self.connection.publish(_channel(lookup_id), next(self._numbers))

    def subscribe(self, lookup_id: uuid.UUID, *, beat_s: float = 15.0, away_s: float = 2.0) -> Iterator[bool]:
        """Without end: `True` when the look-up may have changed, `False` after `beat_s` in which it did not.

        The first is `True` once the subscription stands, so that nothing falls between reading the state and listening.
        Several notes at once give one `True`. While Redis is away each `away_s` gives a `True`: watchers then see
        changes by looking. Ends when the caller closes the generator.
        """
        while True:
            listener = self.connection.pubsub()  # type: ignore[no-untyped-call]
            try:
                listener.subscribe(_channel(lookup_id))
                while True:
                    changed = _heard(listener, beat_s)
                    while changed and _heard(listener, 0):
                        pass
                    yield changed
            except (RedisError, OSError) as away:
                _diagnostics.debug("notes away: %s", type(away).__name__)
            finally:
                listener.close()
            time.sleep(away_s)
            yield True

    def register(self, worker: str, for_s: float) -> None:
        """The worker counts as serving for so long from now, by the clock of Redis."""
        with self.connection.pipeline() as together:
            together.sadd(_WORKERS, worker)
            together.set(f"{_WORKERS}:{worker}", 1, px=int(for_s * 1000))
            together.execute()

    def unregister(self, worker: str) -> None:
        """The worker no longer counts as serving."""
        with self.connection.pipeline() as together:
            together.srem(_WORKERS, worker)
            together.delete(f"{_WORKERS}:{worker}")
            together.execute()

    def workers(self) -> int:
        """How many workers serve now: those registered within the time they gave. Forgets the others."""
        names: list[Any] = list(self.connection.smembers(_WORKERS))
        with self.connection.pipeline(transaction=False) as together:
            for name in names:
                together.exists(f"{_WORKERS}:{name.decode()}")
            serving = together.execute()
        gone = [name for name, serves in zip(names, serving, strict=True) if not serves]
        if gone:
            self.connection.srem(_WORKERS, *gone)
        return len(names) - len(gone)

    def is_alive(self) -> bool:
        """Whether Redis answers: what `/health` says of the queue."""
        try:
            return bool(self.connection.ping())
        except (RedisError, OSError):
            return False

    def close(self) -> None:
        """All connections are closed; the next command opens one again."""
        self.connection.close()


def _channel(lookup_id: uuid.UUID) -> str:
    return f"govern:note:{lookup_id}"


def _heard(listener: PubSub, within_s: float) -> bool:
    return listener.get_message(timeout=within_s) is not None


def _read_id(text: bytes) -> uuid.UUID | None:
    try:
        return uuid.UUID(text.decode())
    except ValueError:
        return None
