"""Views of lists that a person has saved, and the columns chosen: never a word that was searched for."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base


class SavedView(Base):
    """A list narrowed and sorted in a way that has a name: tab, order, filters. Words are not kept, they may name a person."""

    __tablename__ = "saved_view"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    place: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(40))
    view: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person", "place", "name"),)


class ChosenColumns(Base):
    """Which columns of a list a person wants to see, in their order."""

    __tablename__ = "chosen_columns"

    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(60), primary_key=True)
    columns: Mapped[list[str]] = mapped_column(JSON)
