"""Parts of names, each leading to what it is part of: the index that a search for a part goes by."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base


class NamePart(Base):
    """One or two neighbouring characters of a name of a thing, as `names.parts` writes them."""

    __tablename__ = "name_part"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    part: Mapped[str] = mapped_column(String(2), primary_key=True)
    thing: Mapped[str] = mapped_column(String(60), primary_key=True)

    __table_args__ = (Index("ix_name_part_kind_thing", "kind", "thing"),)
