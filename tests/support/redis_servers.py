"""The system's own redis-server, where there is one: the other half of the tests' servers, beside PostgreSQL.

Two servers on Unix sockets in a temporary folder: one for the queue, one for answers without persistence.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError


@dataclass(frozen=True)
class RedisPair:
    """The addresses of the queue's server and the answers' server."""

    queue: str
    answers: str


@contextmanager
def redis_pair() -> Iterator[RedisPair | None]:
    """Both servers while the block runs; nothing where redis-server is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="govern-redis-"))
    servers = []
    try:
        for name, kept in (("queue", ["--appendonly", "yes"]), ("answers", ["--appendonly", "no"])):
            place = folder / name
            place.mkdir()
            command = [program, "--port", "0", "--unixsocket", str(place / "s"), "--dir", str(place), "--save", ""]
            servers.append(
                subprocess.Popen(
                    [*command, "--maxmemory-policy", "noeviction", *kept],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
        pair = RedisPair(*(f"unix://{folder / name / 's'}" for name in ("queue", "answers")))
        for address in (pair.queue, pair.answers):
            _wait_for(address)
        yield pair
    finally:
        for server in servers:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(address: str) -> None:
    until = time.monotonic() + 15
    client = Redis.from_url(address)
    while True:
        try:
            client.ping()
            return
        except RedisError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        finally:
            client.close()
