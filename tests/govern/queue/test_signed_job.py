"""The signed job: what is in it, and that nothing else is ever run."""

import os
import pickle
import uuid
import zlib
from pathlib import Path

import pytest
from rq.job import Job

from govern.core.database import reading
from govern.core.ids import new_id
from govern.queue.broker import Offer
from govern.queue.refused_jobs import refused_lately
from govern.queue.signed_job import Refused, WorkJob, signing
from tests.support.queues import Workshop, until

KEY = bytes(32)


def job_of(shop: Workshop, work: uuid.UUID) -> WorkJob:
    return WorkJob.fetch(str(work), connection=shop.broker.connection, serializer=shop.broker.serializer)


def test_a_job_carries_a_work_id_and_nothing_else(shop: Workshop) -> None:
    work = shop.plan("noop")
    stored = shop.broker.connection.hgetall(f"rq:job:{work}")
    assert zlib.decompress(stored[b"data"])[32:] == b'["work",null,["%s"],{}]' % str(work).encode()
    assert stored[b"description"] == b"work"
    assert job_of(shop, work).work_id() == work


def test_a_job_is_forgotten_by_itself(shop: Workshop) -> None:
    work = shop.plan("noop")
    assert 0 < shop.broker.connection.ttl(f"rq:job:{work}") <= 3600


def test_another_key_signs_nothing_of_ours() -> None:
    signed = signing(KEY).dumps(["work"])
    assert signing(KEY).loads(signed) == ["work"]
    for wrong in (signing(bytes(31) + b"\1").dumps(["work"]), signed[:-1], b"", signed[:32], signed[32:]):
        with pytest.raises(Refused):
            signing(KEY).loads(wrong)


class Evil:
    """A pickle that would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


def forge(shop: Workshop, data: bytes, *, job_id: str | None = None, **fields: str) -> str:
    """Whatever somebody who can write to Redis might put there."""
    name = job_id or str(new_id())
    shop.broker.connection.hset(f"rq:job:{name}", mapping={"data": data, "status": "queued", **fields})
    shop.broker.connection.rpush("rq:queue:immediate", name)
    return name


def test_a_forged_job_is_never_run_and_the_worker_goes_on(shop: Workshop) -> None:
    target = shop.folder / "made-by-a-forger"
    command = f"touch {target}"
    victim = shop.plan("noop", offered=False)
    worker = shop.worker()
    ours, theirs = shop.broker.serializer, signing(KEY)
    name = str(victim)
    forge(shop, pickle.dumps(Evil(target)))
    forge(shop, pickle.dumps(("os.system", None, (command,), {})))
    forge(shop, b'["os.system", null, ["%s"], {}]' % command.encode())
    forge(shop, zlib.compress(theirs.dumps(["work", None, [name], {}])), job_id=name)
    forge(shop, zlib.compress(ours.dumps(["os.system", None, [command], {}])))
    forge(shop, zlib.compress(ours.dumps(["work", None, [name], {}])))  # a payload of ours under another job's id
    forge(
        shop, zlib.compress(ours.dumps(["work", None, [str(new_id())], {}])), job_id=name
    )  # and of another job under ours
    forge(shop, zlib.compress(ours.dumps(["work", {"a": 1}, [name], {}])))
    forge(shop, zlib.compress(ours.dumps({"work": 1})))
    forge(shop, zlib.compress(ours.dumps(["work", None, ["not an id"], {}])), job_id="not-an-id")
    forge(shop, zlib.compress(bytes(50 << 20)))  # a payload that unpacks to much
    forge(shop, b"", created_at="never", timeout="soon")
    shop.broker.connection.rpush("rq:queue:immediate", b"\xff\xfe", "no such job")
    shop.broker.connection.set("rq:job:text", "not a hash")
    shop.broker.connection.rpush("rq:queue:immediate", "text")
    good = shop.plan("noop", queue="batch")
    shop.wait_done(good)
    assert not target.exists()
    assert shop.lines("noop", victim) == []
    assert worker.poll() is None
    assert "refused" in shop.diagnostics()
    assert until(_told, "the forged jobs are an entry") >= 1  # the others follow within a minute, in one entry


def _told() -> int:
    with reading() as session:
        return refused_lately(session)


def test_callbacks_and_webhooks_named_in_plain_fields_are_never_called(shop: Workshop) -> None:
    target = shop.folder / "made-by-a-callback"
    shop.worker()
    work = shop.plan("noop", offered=False)
    with shop.broker.connection.pipeline() as together:
        fields = {f"{when}_callback_name": "os.system" for when in ("success", "failure", "stopped")}
        data = zlib.compress(shop.broker.serializer.dumps(["work", None, [str(work)], {}]))
        together.hset(f"rq:job:{work}", mapping={"data": data, "status": "queued", "timeout": "1", **fields})
        together.rpush("rq:queue:immediate", str(work))
        together.execute()
    shop.wait_done(work)
    assert not target.exists()
    forged = WorkJob(str(work), connection=shop.broker.connection, serializer=shop.broker.serializer)
    forged._success_callback_name = "os.system"
    assert forged.success_callback is forged.failure_callback is forged.stopped_callback is None


def test_a_job_played_again_runs_no_second_time(shop: Workshop) -> None:
    shop.worker()
    work = shop.plan("noop")
    shop.wait_done(work)
    shop.broker.push([Offer(work, "normal")])
    shop.wait_done(shop.plan("noop", queue="batch"))
    assert len(shop.lines("noop", work)) == 1


def test_a_queue_that_is_no_list_stops_nobody_for_ever(shop: Workshop) -> None:
    worker = shop.worker()
    shop.broker.connection.set("rq:queue:immediate", "not a list")
    work = shop.plan("noop")
    until(lambda: "queue away: ResponseError" in shop.diagnostics(), "the worker has seen it")
    shop.broker.connection.delete("rq:queue:immediate")
    shop.wait_done(work)
    assert worker.poll() is None


def test_nothing_of_a_job_can_be_called(shop: Workshop) -> None:
    job = job_of(shop, shop.plan("noop"))
    with pytest.raises(Refused):
        job.perform()


def test_a_job_of_rqs_own_class_is_not_mistaken_for_ours(shop: Workshop) -> None:
    assert not isinstance(Job("a", connection=shop.broker.connection), WorkJob)
