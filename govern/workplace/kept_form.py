"""Forms that were being filled in: sealed, without what names a citizen, and gone with the day."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base


class KeptForm(Base):
    """What a person had typed into the form of one address, acting for one agency."""

    __tablename__ = "kept_form"

    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    address: Mapped[str] = mapped_column(String(200), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
