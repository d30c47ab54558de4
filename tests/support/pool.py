"""Databases on PostgreSQL that tests use one after another: copied from a template once, and put back as they were.

`CREATE DATABASE` and `DROP DATABASE` cost more than most tests. So a database that a test gives back is looked through
before the next one has it: rows written since (by the age of `xmin`) and rows that went (by count) are put back as the
template has them, a long table row by row, and so are sequences. Where a test changed the schema, a privilege or a
setting, or somebody is still connected, the database is dropped instead and the next test gets a new copy.
"""

import itertools
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, LiteralString, cast

import psycopg
from psycopg import sql

USES: Final = 60  # of one copy: what is deleted stays as dead rows
PATIENCE_S: Final = 0.5  # for connections of the test before to go
LONG: Final = 5_000  # rows: from here on a table is kept a second time beside itself instead of written anew
# Whatever the schema, its privileges and the database's settings consist of.
SCHEMA: Final = (
    *("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_trigger", "pg_proc", "pg_type"),
    *("pg_namespace", "pg_rewrite", "pg_policy", "pg_depend", "pg_default_acl", "pg_description", "pg_inherits"),
    *("pg_database", "pg_db_role_setting"),
)  # fmt: skip
SHARED: Final = frozenset({"pg_database", "pg_db_role_setting"})
_counter = itertools.count(1)


@dataclass(slots=True)
class Template:
    """What a template holds: rows by table, as PostgreSQL copies them, and where its sequences stand."""

    name: str
    rows: dict[str, bytes] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    long: dict[str, list[str]] = field(default_factory=dict)  # table to the columns of its key
    sequences: dict[str, int | None] = field(default_factory=dict)
    schema: tuple[int, ...] = ()


@dataclass(slots=True)
class Copy:
    """A database of the pool, with a connection that looks after it, and the newest transaction that counts as clean."""

    name: str
    keeper: "psycopg.Connection[tuple[int]]"
    clean: int
    uses: int = 0


@dataclass(slots=True)
class Pool:
    """Copies of one template; whoever borrows one gives it back."""

    server: str
    template: Template
    free: list[Copy] = field(default_factory=list)
    out: dict[str, Copy] = field(default_factory=dict)

    def borrow(self) -> str:
        """The name of a database that is as the template is."""
        while self.free:
            copy = self.free.pop()
            if copy.uses < USES and self._put_back(copy):
                break
            self._drop(copy)
        else:
            copy = self._new()
        copy.uses += 1
        self.out[copy.name] = copy
        return copy.name

    def give_back(self, name: str) -> None:
        """The test is over; what it wrote is looked at when the next one comes."""
        self.free.append(self.out.pop(name))

    def address(self, name: str) -> str:
        """Where a database of this server is reached."""
        return self.server.replace("/postgres", f"/{name}")

    def _new(self) -> Copy:
        name = f"{self.template.name}_{os.getpid()}_{next(_counter)}"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self.template.name}")  # type: ignore[arg-type]
        keeper = psycopg.connect(self.address(name), autocommit=True, prepare_threshold=0)
        keeper.execute("SET plan_cache_mode = force_generic_plan")  # the same two questions before every test
        if not self.template.counts:
            _learn(keeper, self.template)
        for table in self.template.long:
            keeper.execute(_said(f'CREATE TEMPORARY TABLE "kept_{table}" AS SELECT * FROM "{table}"'))
        self.template.schema = self.template.schema or _schema(keeper)
        return Copy(name, keeper, _now(keeper))

    def _drop(self, copy: Copy) -> None:
        with suppress(psycopg.Error):
            copy.keeper.close()
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {copy.name} WITH (FORCE)")  # type: ignore[arg-type]

    def _put_back(self, copy: Copy) -> bool:
        """Whether the database is again as the template is."""
        try:
            return _is_alone(copy.keeper) and _is_unchanged(copy, self.template) and _restored(copy, self.template)
        except psycopg.Error:
            return False


def _now(keeper: "psycopg.Connection[tuple[int]]") -> int:
    return _one(keeper, "SELECT txid_current()")


def _one(keeper: "psycopg.Connection[tuple[int]]", question: str) -> int:
    found = keeper.execute(_said(question)).fetchone()
    assert found is not None
    return found[0]


def _said(text: str) -> LiteralString:
    """Names of tables come from the database itself."""
    return cast(LiteralString, text)


def _learn(keeper: "psycopg.Connection[tuple[int]]", template: Template) -> None:
    tables = [str(name) for (name,) in keeper.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    for table in tables:
        template.counts[table] = _one(keeper, f'SELECT count(*) FROM "{table}"')
        if template.counts[table] > LONG:
            template.long[table] = _key(keeper, table)
            continue
        with keeper.cursor().copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))) as rows:
            template.rows[table] = b"".join(bytes(piece) for piece in rows)
    template.sequences = _sequences(keeper)


def _key(keeper: "psycopg.Connection[tuple[int]]", table: str) -> list[str]:
    found = keeper.execute(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)"
        " WHERE indisprimary AND indrelid = %s::text::regclass",
        [table],
    )
    return [str(name) for (name,) in found]


def _sequences(keeper: "psycopg.Connection[tuple[int]]") -> dict[str, int | None]:
    found = keeper.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
    return {str(name): last for name, last in cast("list[tuple[str, int | None]]", found.fetchall())}


def _schema(keeper: "psycopg.Connection[tuple[int]]") -> tuple[int, ...]:
    counted = ", ".join(f"(SELECT count(*) FROM {name})" for name in SCHEMA if name not in SHARED)
    found = keeper.execute(_said(f"SELECT {counted}")).fetchone()
    assert found is not None
    return tuple(found)


def _is_alone(keeper: "psycopg.Connection[tuple[int]]") -> bool:
    until = time.monotonic() + PATIENCE_S
    question = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    while _one(keeper, question):
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


def _is_unchanged(copy: Copy, template: Template) -> bool:
    """Whether nobody touched the schema: no row of it is new or gone."""
    newer = " OR ".join(
        f"EXISTS (SELECT FROM {name} {_of_this(name)} age({name}.xmin) < age(%(clean)s::text::xid))" for name in SCHEMA
    )
    touched = copy.keeper.execute(_said(f"SELECT ({newer})::int"), {"clean": copy.clean}).fetchone()
    return touched == (0,) and _schema(copy.keeper) == template.schema


def _of_this(name: str) -> str:
    """Which rows of a catalogue table are meant: of what all databases share, those of this one."""
    if name not in SHARED:
        return "WHERE"
    column = "oid" if name == "pg_database" else "setdatabase"
    return f"WHERE {column} = (SELECT oid FROM pg_database WHERE datname = current_database()) AND"


def _restored(copy: Copy, template: Template) -> bool:
    asked = " UNION ALL ".join(
        f"""SELECT '{table}' FROM "{table}" HAVING count(*) <> {count} OR min(age(xmin)) < age(%(clean)s::text::xid)"""
        for table, count in template.counts.items()
    )
    written = [str(name) for (name,) in copy.keeper.execute(_said(asked), {"clean": copy.clean})]
    with copy.keeper.transaction():
        copy.keeper.execute("SET LOCAL session_replication_role = replica")  # no trigger, and no foreign key either
        for table in written:
            if table in template.long:
                _put_back_rows(copy, table, template.long[table])
            else:
                _put_back_table(copy, table, template)
        for name, last in _sequences(copy.keeper).items():
            kept = template.sequences[name]
            if last != kept:
                said = sql.Literal(kept or 1), sql.Literal(kept is not None)
                copy.keeper.execute(sql.SQL("SELECT setval({}, {}, {})").format(sql.Literal(name), *said))
        copy.clean = _now(copy.keeper)
    return True


def _put_back_table(copy: Copy, table: str, template: Template) -> None:
    copy.keeper.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    if template.counts[table]:
        into = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
        with copy.keeper.cursor().copy(into) as rows:
            rows.write(template.rows[table])


def _put_back_rows(copy: Copy, table: str, key: list[str]) -> None:
    same = " AND ".join(f'now."{column}" = kept."{column}"' for column in key)
    copy.keeper.execute(
        _said(f'DELETE FROM "{table}" WHERE age(xmin) < age(%(clean)s::text::xid)'), {"clean": copy.clean}
    )
    copy.keeper.execute(
        _said(
            f'INSERT INTO "{table}" SELECT * FROM "kept_{table}" AS kept'
            f' WHERE NOT EXISTS (SELECT FROM "{table}" AS now WHERE {same})'
        )
    )
