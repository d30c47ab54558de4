"""Persons, their accounts and the roles they hold at agencies."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base
from govern.names.named import named


@named("person", "id", "name")
class Person(Base):
    """Somebody who works with Govern. The own national ID is sealed; its index finds one's own data."""

    __tablename__ = "person"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    is_invented: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    national_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sealed_value.id"))
    national_id_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    language: Mapped[str] = mapped_column(String(5), default="zh")


class Account(Base):
    """A way to sign on. Local ones carry an Argon2id hash and the count of failures."""

    __tablename__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    provider: Mapped[str] = mapped_column(String(20), default="local")
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    failed_count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("provider", "name"),)


class RoleHeld(Base):
    """A role that a person holds at an agency, from and to; ended, never overwritten, so that the past can be judged."""

    __tablename__ = "role_held"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    role: Mapped[str] = mapped_column(String(20))
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_role_held_open",
            "person",
            "agency",
            "role",
            unique=True,
            postgresql_where=text("to_at IS NULL"),
            sqlite_where=text("to_at IS NULL"),
        ),
        Index("ix_role_held_agency_role", "agency", "role"),
    )
