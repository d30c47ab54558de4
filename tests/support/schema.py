"""The schema as migrations make it."""

from pathlib import Path

from alembic import command
from alembic.config import Config

ROOT = Path(__file__).parent.parent.parent


def make_schema(address: str) -> None:
    """Migrate a database to the newest schema."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["address"] = address.replace("postgresql://", "postgresql+psycopg://", 1)
    command.upgrade(config, "head")
