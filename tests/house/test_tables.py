"""Migrations lead to exactly the tables of the code, on both databases, with the guards of what is only appended to."""

import datetime
import uuid

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from admin.tables import METADATA
from govern.core import database

APPENDED = ("entry", "entry_number", "segment", "checkpoint")


def test_the_newest_schema_is_that_of_the_code(database_address: str) -> None:
    with database.writer().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


@pytest.mark.parametrize("table", APPENDED)
@pytest.mark.parametrize("act", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_the_database_itself_refuses_to_change_what_was_written(database_address: str, table: str, act: str) -> None:
    column = METADATA.tables[table].primary_key.columns.keys()[0]
    with database.writer().connect() as connection:
        _fill(connection, table)
        with pytest.raises(sa.exc.DBAPIError, match=r"only appended to|SQLSTATE P0001"):
            connection.execute(sa.text(act.format(table=table, column=column)))
        connection.rollback()


def _fill(connection: sa.Connection, table: str) -> None:
    """One row, so that a guard for each row has something to refuse; what it says does not matter here."""
    row = METADATA.tables[table]
    values = {column.name: _any(column) for column in row.columns if not column.nullable}
    if table == "entry_number":
        _fill(connection, "entry")
        values["entry_id"] = _any(METADATA.tables["entry"].c.id)
    connection.execute(row.insert().values(**values))


def _any(column: sa.Column) -> object:  # type: ignore[type-arg]
    kinds = {bytes: b"x", str: "x", int: 0, bool: False}
    python = column.type.python_type
    if python in kinds:
        return kinds[python]
    return uuid.UUID(int=1) if python is uuid.UUID else datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
