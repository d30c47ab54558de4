"""Both databases for every test of a use case: SQLite always, PostgreSQL where its server can be started here.

A server of our own on a free port, below a temporary folder, with nothing kept for a crash; never the machine's. Each
test gets a copy of a database that was migrated once: on PostgreSQL one of a pool's, on SQLite by copying the file.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from govern.core import database
from govern.keys import ring
from tests.support.pool import Pool, Template
from tests.support.programs import postgresql_programs
from tests.support.schema import make_schema

# Nobody needs these servers after a crash, and nobody copies what they write.
CARELESS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
    "jit=off",
)

# Fills the bound database from files that it may write below a folder.
Filling = Callable[[Path], object]


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql_server(programs: Path, *settings: str) -> Iterator[str]:
    """A server on loopback; yields the address of its maintenance database. PostgreSQL refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="govern-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    data, port = folder / "data", free_port()
    subprocess.run(
        [
            *as_user,
            programs / "initdb",
            "-D",
            data,
            "-U",
            "govern",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C",
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=200"
    server = subprocess.Popen(
        [
            *as_user,
            programs / "postgres",
            "-D",
            data,
            *options.split(),
            *(f"-c{each}" for each in (*CARELESS, *settings)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    address = f"postgresql://govern@127.0.0.1:{port}/postgres"
    try:
        _wait_for(address, server)
        yield address
    finally:
        server.send_signal(signal.SIGQUIT)  # at once, whoever is connected: its folder goes
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > until or server.poll() is not None:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str | None]:
    """The maintenance address of a server that holds the migrated database `template_govern`; nothing where none is."""
    programs = postgresql_programs()
    if programs is None:
        yield None
        return
    with postgresql_server(programs) as address:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE DATABASE template_govern")
        make_schema(address.replace("/postgres", "/template_govern"))
        yield address


@pytest.fixture(scope="session")
def postgresql_pool(postgresql_template: str | None) -> Pool | None:
    """Migrated databases on PostgreSQL, for one test after another; nothing where there is no server."""
    return Pool(postgresql_template, Template("template_govern")) if postgresql_template else None


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    make_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def begun(
    sqlite_template: Path, postgresql_template: str | None, tmp_path_factory: pytest.TempPathFactory
) -> "Beginnings":
    """Databases that hold what many tests begin with."""
    return Beginnings(sqlite_template, postgresql_template, tmp_path_factory.mktemp("begun"))


@dataclass(slots=True)
class Beginnings:
    """A migrated database of each kind for each way to begin, filled once and then copied."""

    empty: Path
    server: str | None
    folder: Path
    files: dict[str, Path] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)

    def file(self, fill: Filling) -> Path:
        """A SQLite file, to be copied."""
        if fill.__name__ not in self.files:
            path = self.folder / f"{fill.__name__}.sqlite3"
            shutil.copyfile(self.empty, path)
            self._fill(fill, f"sqlite:///{path}")
            self.files[fill.__name__] = path
        return self.files[fill.__name__]

    def pool(self, fill: Filling) -> Pool:
        """Databases on PostgreSQL, for one test after another."""
        assert self.server is not None
        if fill.__name__ not in self.pools:
            name = f"template_{fill.__name__}"
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE template_govern")  # type: ignore[arg-type]
            self._fill(fill, self.server.replace("/postgres", f"/{name}").replace("://", "+psycopg://", 1))
            self.pools[fill.__name__] = Pool(self.server, Template(name))
        return self.pools[fill.__name__]

    def _fill(self, fill: Filling, address: str) -> None:
        before = ring._Bound.ring
        ring.make_keys(self.folder / "keys")
        ring.bind(self.folder / "keys")
        database.bind(address)
        fill(self.folder / fill.__name__)
        database.release()
        ring._Bound.ring = before


@pytest.fixture(params=["sqlite", "postgresql"])
def database_address(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    sqlite_template: Path,
    postgresql_pool: Pool | None,
    begun: Beginnings,
) -> Iterator[str]:
    """A migrated database of each kind, as `GOVERN_DATABASE_URL` would name it; bound to this process.

    It is empty, or as `@pytest.mark.begins_with.with_args(fill)` says.
    """
    begins_with = request.node.get_closest_marker("begins_with")
    if request.param == "sqlite":
        path = tmp_path / "govern.sqlite3"
        shutil.copyfile(begun.file(*begins_with.args) if begins_with else sqlite_template, path)
        address = f"sqlite:///{path}"
        database.bind(address)
        yield address
        database.release()
        return
    if postgresql_pool is None:
        pytest.skip("no PostgreSQL server can be started here; the same tests ran on SQLite")
    pool = begun.pool(*begins_with.args) if begins_with else postgresql_pool
    name = pool.borrow()
    address = pool.address(name)
    database.bind(address.replace("postgresql://", "postgresql+psycopg://", 1))
    yield address
    database.release()
    pool.give_back(name)
