"""Migrations, forward only, on both databases. The address comes from the caller, else from the settings.

On SQLite foreign keys are off while tables are rebuilt (with them on, rebuilding a parent deleted its children by
cascade) and checked afterwards.
"""

from alembic import context
from sqlalchemy import create_engine, event, text

from admin.tables import METADATA
from govern.core.database import Instant
from govern.core.settings import load_settings

address = context.config.attributes.get("address") or load_settings().database_address("owner")
engine = create_engine(address, hide_parameters=True)

if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def _set_up(connection, _record):  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def _begin(connection):  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def render_item(sort, item, _context):  # type: ignore[no-untyped-def]
    """A migration stands alone: it names SQLAlchemy's types and nothing of the house."""
    return "sa.DateTime(timezone=True)" if sort == "type" and isinstance(item, Instant) else False


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if engine.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        if broken:
            raise RuntimeError(f"{len(broken)} rows point at nothing after the migration")
engine.dispose()
