"""The queue's Redis: wake-ups and progress notes, nothing else.

A wake-up is a signed job with one work id (`signed_job`). A progress note is a look-up's id, which opens nothing, and a
number. Parts that reach Redis themselves (console, reconciler, a worker's parent) bind a `Broker`; a worker's prepared
child binds a relay to its parent, since the child has no connection to the queue.
"""

import itertools
import logging
import time
import uuid
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.client import PubSub
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import RedisError
from redis.retry import Retry

from govern.core.errors import WrongSetting
from govern.core.wording import Wording
from govern.queue.signed_job import NoDeadline, WorkJob, WorkQueue, signing
from govern.queue.work import QUEUES

_WORKERS: Final = "govern:workers"
_PROBE: Final = "govern:health"
REST_S: Final = 5.0  # after Redis failed, nobody here tries it for so long: a page must not wait for a frozen one

_diagnostics = logging.getLogger("govern.queue.broker")


@dataclass(frozen=True, slots=True)
class Offer:
    """A piece of work that a worker should be woken for, and the queue it stands in."""

    work_id: uuid.UUID
    queue: str


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
    rests_until = 0.0


def bind(outlet: Outlet | None) -> None:
    """From now on this process hands its wake-ups and notes to `outlet`; `None`: to nobody."""
    _Bound.outlet, _Bound.rests_until = (_Nowhere() if outlet is None else outlet), 0.0


def outlet() -> Outlet:
    """What `bind` set."""
    return _Bound.outlet


def publish(lookup_id: uuid.UUID) -> None:
    """Whoever watches this look-up looks again. Never raises: a lost note is made good by the watcher's own beat."""
    _unless_it_rests(lambda: _Bound.outlet.publish(lookup_id), "a note is lost")


def push(offers: Sequence[Offer]) -> None:
    """Workers are woken for these. Never raises: what Redis did not take, the reconciler offers again."""
    _unless_it_rests(lambda: _Bound.outlet.push(offers), f"{len(offers)} offered later")


def _unless_it_rests(act: Callable[[], None], or_else: str) -> None:
    if time.monotonic() < _Bound.rests_until:
        return
    try:
        act()
    except (RedisError, OSError) as away:
        _Bound.rests_until = time.monotonic() + REST_S
        _diagnostics.warning("queue away, %s: %s", or_else, type(away).__name__)


def connect(address: str, *, timeout_s: float = 2.0) -> Redis:
    """A client of the queue's Redis (`unix://`, `redis://`, `rediss://`) that gives up soon.

    It tries once more where the connection broke, as after a restart, and not where nothing was answered in time: that
    would double the wait for a frozen Redis. redis-py's own retries stretch a shutdown with Redis down to 17 s
    (WORKER.md, trap 8). Connects at the first command.
    """
    try:
        return Redis.from_url(
            address,
            retry=Retry(ConstantBackoff(0.2), 1, supported_errors=(RedisAway,)),
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


class Broker:
    """A process's way to the queue's Redis. Methods raise `RedisError` or `OSError` when it is away.

    Safe to share between threads; made anew after a fork.
    """

    def __init__(self, address: str, key: bytes, *, timeout_s: float = 2.0) -> None:
        self.connection = connect(address, timeout_s=timeout_s)
        self.serializer = signing(key)
        self.queues = {name: self._queue(name) for name in QUEUES}
        self._numbers = itertools.count(1)
        self.was_away = False  # when its reconciler last looked: what lay there by then may be lost

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
                self.queues[offer.queue].enqueue_job(
                    WorkJob.of(offer.work_id, self.connection, self.serializer), pipeline=together
                )
            together.execute()

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

    def subscribe(
        self, lookup_id: uuid.UUID, *, beat_s: float = 15.0, away_s: float = 2.0
    ) -> Generator[bool, None, None]:
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
        """Whether Redis takes a word: what `/health` says of the queue. One whose memory is full answers and takes none."""
        try:
            return bool(self.connection.set(_PROBE, 1, px=1000))
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
