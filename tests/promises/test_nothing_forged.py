"""偽造的工作與調包的結果：寫得進 Redis 的人，執行不了任何程式、換不到別人的結果；揭示為零，工作照常進行。

Promises 2 and 3 (SECURITY.md, T6). Somebody writes whatever they like into both servers: jobs of other tools, of other functions,
of other look-ups, old ones again; and answers that change places between two officers. What a worker would believe is asked
of the very code that it runs; `tests/govern/queue/test_signed_job.py` puts the same before a worker's process.
"""

import json
import os
import pickle
import random
import uuid
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from redis import Redis
from sqlalchemy import update

from govern.core.database import reading
from govern.core.errors import GovernError
from govern.core.ids import new_id
from govern.core.settings import Settings
from govern.lookups import answer as answers
from govern.lookups import reveal, show
from govern.lookups.lookup import Answer
from govern.queue import broker
from govern.queue.broker import Broker, Offer
from govern.queue.signed_job import Refused, WorkJob, WorkQueue, signing
from tests.support.houses import Clerk, TestHouse, a_request
from tests.support.logs import attacker
from tests.support.proofs import counted, record, said

pytestmark = pytest.mark.slow

SOME, MANY = 40, 2000
CASE_ITEM, ITEM = "low_income_household", "tax_income_national"
Forgery = Callable[[Broker, random.Random, uuid.UUID], tuple[str, bytes]]


class _Evil:
    """A pickle that would make a file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


def _payload(name: str, *arguments: object, instance: object = None) -> list[object]:
    return [name, instance, list(arguments), {}]


def _turned(raw: bytes, chance: random.Random) -> bytes:
    bit = chance.randrange(len(raw) * 8)
    return raw[: bit // 8] + bytes([raw[bit // 8] ^ 1 << bit % 8]) + raw[bit // 8 + 1 :]


def _forgeries(target: Path) -> dict[str, Forgery]:
    """For each sort: the job's id and its payload; `ours` is a real, waiting piece of work."""
    theirs = signing(bytes(range(32)))
    command = f"touch {target}"

    def of_ours(made: object) -> Forgery:
        return lambda to, chance, ours: (str(new_id()), to.serializer.dumps(made))

    return {
        "pickle": lambda to, chance, ours: (str(ours), pickle.dumps(_Evil(str(target)))),
        "pickle, packed": lambda to, chance, ours: (str(ours), zlib.compress(pickle.dumps(_Evil(str(target))))),
        "plain JSON": lambda to, chance, ours: (str(ours), json.dumps(_payload("work", str(ours))).encode()),
        "signed by another key": lambda to, chance, ours: (str(ours), theirs.dumps(_payload("work", str(ours)))),
        "another function": of_ours(_payload("os.system", command)),
        "another function for our work": lambda to, chance, ours: (
            str(ours),
            to.serializer.dumps(_payload("os.system", str(ours))),
        ),
        "another look-up's number": lambda to, chance, ours: (
            str(new_id()),
            to.serializer.dumps(_payload("work", str(ours))),
        ),
        "more than a number": lambda to, chance, ours: (
            str(ours),
            to.serializer.dumps(_payload("work", str(ours), command)),
        ),
        "an object": lambda to, chance, ours: (
            str(ours),
            to.serializer.dumps(_payload("work", str(ours), instance={"a": 1})),
        ),
        "one bit turned": lambda to, chance, ours: (
            str(ours),
            _turned(to.serializer.dumps(_payload("work", str(ours))), chance),
        ),
        "cut short": lambda to, chance, ours: (
            str(ours),
            to.serializer.dumps(_payload("work", str(ours)))[: -chance.randrange(1, 40)],
        ),
        "bytes of any kind": lambda to, chance, ours: (str(ours), chance.randbytes(chance.randrange(1, 300))),
        "no id": lambda to, chance, ours: ("not-an-id", to.serializer.dumps(_payload("work", "not-an-id"))),
    }


def _believed(to: Broker, job_id: str, payload: bytes) -> uuid.UUID | None:
    """What a worker that pops this job would run: its queue, its job and its door, nothing else."""
    packed = payload if payload[:1] == b"x" else zlib.compress(payload)
    to.connection.hset(f"rq:job:{job_id}", mapping={"data": packed, "status": "queued", "timeout": "1"})
    to.connection.rpush(to.queues["immediate"].key, job_id)
    found = WorkQueue.dequeue_any(
        [to.queues["immediate"]], None, connection=to.connection, job_class=WorkJob, serializer=to.serializer
    )
    try:
        return None if found is None or not isinstance(found[0], WorkJob) else found[0].work_id()
    except Refused:
        return None


@pytest.fixture
def queue(sqlite_house: TestHouse) -> Iterator[Broker]:
    """The house's queue, empty."""
    outlet = broker.outlet()
    assert isinstance(outlet, Broker)
    outlet.connection.flushall()
    yield outlet
    outlet.connection.flushall()


def _tried(to: Broker, count: int, target: Path, seed: int) -> list[str]:
    """So many forged jobs, of each sort in turn; those that a worker would have run."""
    chance, ours = random.Random(seed), new_id()
    sorts = list(_forgeries(target).items())
    run = []
    for turn in range(count):
        name, forge = sorts[turn % len(sorts)]
        if _believed(to, *forge(to, chance, ours)) is not None:
            run.append(name)
    return run


def test_no_forged_job_is_run(queue: Broker, tmp_path: Path) -> None:
    """偽造的工作（他人簽章、他種函式、他件編號、改動一個位元、pickle）：執行零件；真的工作照常執行。"""
    target = tmp_path / "made-by-a-forger"
    run = _tried(queue, SOME * 5, target, seed=1)
    print(f"\nN: {SOME * 5} forged jobs of {len(_forgeries(target))} sorts, {len(run)} run")
    assert run == []
    assert not target.exists()
    real = new_id()
    assert _believed(queue, str(real), queue.serializer.dumps(_payload("work", str(real)))) == real


def test_a_door_that_believes_anything_is_found_out(
    queue: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """檢核此檢核：若不核對簽章，偽造的工作會被執行，並量得出來。"""
    monkeypatch.setattr("hmac.compare_digest", lambda *_: True)
    assert "signed by another key" in _tried(queue, 26, tmp_path / "none", seed=1)


def test_an_old_job_played_again_asks_nobody(sqlite_house: TestHouse, queue: Broker) -> None:
    """重播舊的工作：已完成的查調不會再被問一次。"""
    clerk = sqlite_house.a_clerk("ntpc-dist-banqiao", CASE_ITEM)
    lookup = sqlite_house.submit(clerk, a_request(CASE_ITEM, items=(ITEM,)))
    kept = [queue.connection.hgetall(f"rq:job:{one}") for one in queue.waiting()]
    [work] = queue.waiting()
    sqlite_house.run_due()
    before = sqlite_house.kinds(lookup)
    again = _believed(queue, str(work), kept[0][b"data"])
    assert again == work, "it is well signed: the database says that it is done"
    queue.push([Offer(work, "normal")])
    sqlite_house.run_due()
    assert sqlite_house.kinds(lookup) == before


def test_answers_that_change_places_between_two_officers_are_shown_to_neither(sqlite_house: TestHouse) -> None:
    """兩位承辦人的結果互換（連資料庫的歸屬也改了）：顯示零件、揭示零件；換回來又能開啟。"""
    house = sqlite_house
    officers = [house.a_clerk("ntpc-dist-banqiao", CASE_ITEM) for _ in range(2)]
    lookups = [house.submit(officer, a_request(CASE_ITEM, items=(ITEM,))) for officer in officers]
    house.run_due()
    pairs = list(zip(officers, lookups, strict=True))
    shown = [
        show.show(who.actor, who.keys, lookup, house.settings).answers
        for who, lookup in zip(officers, lookups, strict=True)
    ]
    assert [len(each) for each in shown] == [1, 1]
    ids = [each[0].answer_id for each in shown]
    place = min(shown[0][0].revealable)
    store = Redis.from_url(house.settings.answers_url)
    for turn in range(2):  # there, and back again
        for one, to in ((ids[0], b"aside"), (ids[1], ids[0]), (b"aside", ids[1])):
            store.rename(_name(one), _name(to))
        seen = [_seen(who, lookup, house.settings) for who, lookup in pairs]
        if turn == 0:
            assert seen == [0, 0]
            for who, lookup, answer in zip(officers, lookups, ids, strict=True):
                with pytest.raises(GovernError):
                    reveal.reveal(who.actor, who.keys, lookup, answer, place, "核對申請人所填資料", house.settings)
    assert seen == [1, 1]

    with attacker() as connection:  # the rows too: each belongs to the other's log-in
        for answer, other in zip(ids, reversed(officers), strict=True):
            connection.execute(update(Answer).where(Answer.id == answer).values(session_hash=other.keys.session_hash))
    assert [_seen(who, lookup, house.settings) for who, lookup in pairs] == [0, 0]
    envelope = answers.store().masked(ids[0])
    assert envelope is not None
    with pytest.raises(InvalidTag):
        answers.open_masked(ids[0], officers[1].keys, envelope)
    store.close()


def _name(answer: uuid.UUID | bytes) -> str:
    return f"answer:{answer.hex if isinstance(answer, uuid.UUID) else answer.decode()}"


def _seen(who: Clerk, lookup: uuid.UUID, settings: Settings) -> int:
    return len(show.show(who.actor, who.keys, lookup, settings).answers)


@pytest.mark.faults
def test_thousands_of_forged_jobs(queue: Broker, tmp_path: Path) -> None:
    """同上，各種偽造共數千件，並留下紀錄。"""
    run = _tried(queue, MANY, tmp_path / "none", seed=random.SystemRandom().randrange(1 << 30))
    rows = [counted("forged jobs run", len(run), "jobs", rounds=MANY)]
    record("forged jobs", rows)
    print(said(rows))
    assert run == []
    with reading():
        assert not (tmp_path / "none").exists()
