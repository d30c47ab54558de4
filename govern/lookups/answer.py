"""Sealed answers in a store without persistence: put, fetch, let die.

An answer is one hash in the answers' Redis, under its id: the masked document as one envelope, and an envelope for each
revealable value, all sealed to the asking log-in session (`keys.envelope`). It lives for minutes. What is written here is
ciphertext alone, and the database holds no copy of it (DESIGN.md, fixed point 5).
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import RedisError
from redis.retry import Retry

from govern.core.errors import TryLater
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.commitment import commit
from govern.keys.envelope import SessionKeys, open_with, seal_to
from govern.trail.leaf import commitments_root

_MASKED: Final = "m"
_PROBE: Final = "health"

AWAY: Final = Wording(
    "查調結果的暫存區目前無法使用，請稍後再試；結果若已遺失，系統會記錄並請您重新查調。",
    "The store of answers is away at the moment; please try again. An answer that is lost is recorded as destroyed.",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands in an answer: subject's ordinal, row path (empty: the header, else `rows/0`), field."""

    ordinal: int
    path: str
    field: str

    def __str__(self) -> str:
        return f"{self.ordinal}:{self.path}:{self.field}"

    @staticmethod
    def parse(text: str) -> "Place":
        """A place from its text; `ValueError` for anything else."""
        ordinal, path, name = text.split(":")
        return Place(int(ordinal), path, name)


@dataclass(frozen=True, slots=True)
class SealedAnswer:
    """What is put into the store, and what the entry says of it."""

    masked: bytes
    revealable: Mapping[str, bytes]
    commitment: bytes
    envelopes_root: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """The masked answer of a task: per subject its masked values, and which places can be revealed."""

    subjects: tuple[Mapping[str, Any], ...] = field(repr=False)
    revealable: frozenset[str] = frozenset()


class AnswerStore:
    """The answers' Redis: ciphertext with a short life, and nothing else."""

    def __init__(self, address: str) -> None:
        self._redis: Redis = Redis.from_url(
            address,
            socket_timeout=2,
            **({} if address.startswith("unix:") else {"socket_connect_timeout": 2}),
            retry=Retry(ConstantBackoff(0.1), 1, supported_errors=(RedisAway,)),
        )

    def put(self, answer: uuid.UUID, sealed: SealedAnswer, life_s: int) -> None:
        """The envelopes under the answer's id for `life_s` seconds; `RedisError` when the store is away."""
        pipeline = self._redis.pipeline(transaction=True)
        name = _name(answer)
        pipeline.hset(name, mapping={_MASKED: sealed.masked, **{f"r:{k}": v for k, v in sealed.revealable.items()}})
        pipeline.expire(name, life_s)
        pipeline.execute()

    def masked(self, answer: uuid.UUID) -> bytes | None:
        """The masked envelope, or nothing when it has died. `TryLater` when the store is away."""
        return self._get(answer, _MASKED)

    def revealable(self, answer: uuid.UUID, place: str) -> bytes | None:
        """The envelope of one revealable value, or nothing."""
        return self._get(answer, f"r:{place}")

    def destroy(self, answer: uuid.UUID) -> bool:
        """Delete all of an answer; whether something lay there. `RedisError` when the store is away."""
        return bool(self._redis.delete(_name(answer)))

    def is_gone(self, answer: uuid.UUID) -> bool:
        """Whether nothing lies there any more. `RedisError` when the store is away."""
        return not self._redis.exists(_name(answer))

    def is_well(self) -> bool:
        """Whether the store takes what is put into it: one whose memory is full answers and takes nothing."""
        try:
            return bool(self._redis.set(_PROBE, 1, px=1000))
        except RedisError:
            return False

    def _get(self, answer: uuid.UUID, name: str) -> bytes | None:
        try:
            value: bytes | None = self._redis.hget(_name(answer), name)  # type: ignore[assignment]
        except RedisError:
            raise TryLater(AWAY) from None
        return value


class _Bound:
    store: AnswerStore | None = None


def bind(address: str) -> AnswerStore:
    """Point this process at the answers' Redis."""
    _Bound.store = AnswerStore(address)
    return _Bound.store


def store() -> AnswerStore:
    """The store that `bind` named."""
    if _Bound.store is None:
        raise RuntimeError("no store of answers is bound")
    return _Bound.store


def seal_answer(
    answer: uuid.UUID, public_key: bytes, document: Iterable[Mapping[str, Any]], revealable: Mapping[Place, str]
) -> SealedAnswer:
    """Envelopes of a masked document and of each revealable value, and the commitment that the entry carries.

    The commitment's salt is an HMAC of the answer's id under a key outside the database: who has the reply and the key can
    show what was answered, who has the database alone learns nothing.
    """
    places = sorted(str(place) for place in revealable)
    clear = json.dumps({"subjects": list(document), "revealable": places}, ensure_ascii=False).encode()
    masked = seal_to(public_key, clear, about=_about(answer, _MASKED))
    envelopes = {
        str(place): seal_to(public_key, value.encode(), about=_about(answer, str(place)))
        for place, value in revealable.items()
    }
    hashes = [hashlib.sha256(masked).digest(), *(hashlib.sha256(envelopes[place]).digest() for place in places)]
    return SealedAnswer(masked, envelopes, commit(clear, ring.bound().answer_salt(answer)), commitments_root(hashes))


def open_masked(answer: uuid.UUID, keys: SessionKeys, envelope: bytes) -> Document:
    """The masked document; `InvalidTag` for another session's keys or a changed envelope."""
    content = json.loads(open_with(keys, envelope, about=_about(answer, _MASKED)))
    return Document(tuple(content["subjects"]), frozenset(content["revealable"]))


def open_revealable(answer: uuid.UUID, keys: SessionKeys, place: str, envelope: bytes) -> str:
    """One revealable value in clear; `InvalidTag` as above."""
    return open_with(keys, envelope, about=_about(answer, place)).decode()


def _name(answer: uuid.UUID) -> str:
    return f"answer:{answer.hex}"


def _about(answer: uuid.UUID, place: str) -> bytes:
    return b"govern:answer:1\n" + answer.bytes + place.encode()
