"""How a person likes the console: light or dark, single keys or not, which guides were read; the language is the person's."""

import uuid
from typing import Final

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base

MODES: Final = ("auto", "light", "dark")


class Preference(Base):
    """One row a person, made when something differs from the usual."""

    __tablename__ = "preference"

    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(5), default="auto")
    single_keys: Mapped[bool] = mapped_column(default=True)
    guides_read: Mapped[list[str]] = mapped_column(JSON, default=list)
