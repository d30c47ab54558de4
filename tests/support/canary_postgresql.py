"""A PostgreSQL server for a demonstration that is searched: its log keeps every statement with its parameters, and all is read.

Heap, indexes, write-ahead log and server log lie in its data folder, searched raw; every table's values are searched too, since
large ones are packed; and what its views say of running statements is kept while it runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.support.canary_databases import pieces_of
from tests.support.databases import postgresql_server

NAME = "govern_searched"
_TALKATIVE = (
    "logging_collector=on",
    "log_statement=all",
    "log_min_duration_statement=0",
    "log_parameter_max_length=4000",
    "log_parameter_max_length_on_error=4000",
    "track_activity_query_size=16384",
)


@dataclass(frozen=True, slots=True)
class SearchedServer:
    """Where it is reached, and where its files lie."""

    address: str
    folder: Path

    def activity(self) -> Iterator[tuple[str, bytes]]:
        """What whoever looks at the server sees of everybody's statements at this moment."""
        with psycopg.connect(self.address) as connection:
            for row in connection.execute(
                "SELECT datname, usename, application_name, state, query FROM pg_stat_activity"
            ):
                yield "pg_stat_activity", repr(row).encode()

    def cells(self) -> Iterator[tuple[str, bytes]]:
        """Every table's values, small ones together, large ones alone."""
        with psycopg.connect(self.address) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (name,) in tables:
                rows = connection.execute(f'SELECT * FROM "{name}"')  # type: ignore[call-overload]
                yield from ((name, piece) for piece in pieces_of(rows))


@contextmanager
def a_searched_server(programs: Path) -> Iterator[SearchedServer]:
    """A server with an empty database."""
    with postgresql_server(programs, *_TALKATIVE) as maintenance:
        with psycopg.connect(maintenance, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {NAME}")  # type: ignore[call-overload]
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        yield SearchedServer(maintenance.replace("/postgres", f"/{NAME}"), Path(row[0]))
