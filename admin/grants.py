"""What each role of a PostgreSQL database may do with each table: the ordinary one can neither change nor number an entry.

Three roles, three addresses (README, Settings): the *owner* migrates and is used for nothing else; the *ordinary* role is
that of console and workers; the *sequencer* is the keeper's, and alone numbers, signs and strikes off what waits. Whoever
breaks into the console or a worker can therefore not rewrite the trail at all, and the triggers stand behind that still.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, inspect, text

ALL: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
READ: Final = ("SELECT",)
APPEND: Final = ("SELECT", "INSERT")
# (the ordinary role's, the sequencer's); every table that is not named here is worked with by both.
OF_THE_LOG: Final = {
    "entry": (APPEND, APPEND),  # the keeper's own duties are entries too
    "entry_waiting": (APPEND, ("SELECT", "INSERT", "DELETE")),
    "entry_number": (READ, APPEND),
    "entry_set_aside": (READ, APPEND),
    "segment": (READ, APPEND),
    "checkpoint": (READ, APPEND),
    "tile": (READ, ("SELECT", "INSERT", "UPDATE")),  # the tile at the right edge of a level is written again
    "trail": (READ, ("SELECT", "INSERT", "UPDATE")),
    "alembic_version": (READ, READ),
}


def grant_all(connection: Connection, ordinary: str, sequencer: str) -> None:
    """Both roles may do what the tables above say, and nothing beyond it. To be run by the owner after each migration."""
    quote = connection.dialect.identifier_preparer.quote
    for role in dict.fromkeys((ordinary, sequencer)):
        for sentence in _for(quote(role), _tables(connection), role == sequencer, quote):
            connection.execute(text(sentence))


def _for(role: str, tables: Sequence[str], numbers: bool, quote: Callable[[str], str]) -> Iterator[str]:
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
    for table in tables:
        ordinary, sequencer = OF_THE_LOG.get(table, (ALL, ALL))
        yield f"GRANT {', '.join(sequencer if numbers else ordinary)} ON {quote(table)} TO {role}"


def _tables(connection: Connection) -> list[str]:
    return inspect(connection).get_table_names(schema="public")
