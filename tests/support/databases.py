"""Both databases for every test of a use case: SQLite always, PostgreSQL where its server can be started here.

A server of our own on a free port, below a temporary folder, with `fsync` off; never the machine's. Each test gets a copy
of a database that was migrated once: on PostgreSQL by `CREATE DATABASE ... TEMPLATE`, on SQLite by copying the file.
"""

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from govern.core import database
from tests.support.programs import postgresql_programs
from tests.support.schema import make_schema

_counter = itertools.count(1)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql_server(programs: Path) -> Iterator[str]:
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
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"
    server = subprocess.Popen(
        [*as_user, programs / "postgres", "-D", data, *options.split()],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    address = f"postgresql://govern@127.0.0.1:{port}/postgres"
    try:
        _wait_for(address, server)
        yield address
    finally:
        server.terminate()
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
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    make_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_address(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path, postgresql_template: str | None
) -> Iterator[str]:
    """A fresh, migrated database of each kind, as `GOVERN_DATABASE_URL` would name it; bound to this process."""
    if request.param == "sqlite":
        path = tmp_path / "govern.sqlite3"
        shutil.copyfile(sqlite_template, path)
        address = f"sqlite:///{path}"
        database.bind(address)
        yield address
        database.release()
        return
    if postgresql_template is None:
        pytest.skip("no PostgreSQL server can be started here; the same tests ran on SQLite")
    name = f"govern_{os.getpid()}_{next(_counter)}"
    with psycopg.connect(postgresql_template, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_govern")  # type: ignore[arg-type]
    address = postgresql_template.replace("/postgres", f"/{name}")
    database.bind(address.replace("postgresql://", "postgresql+psycopg://", 1))
    yield address
    database.release()
    with psycopg.connect(postgresql_template, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
