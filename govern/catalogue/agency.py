"""Agencies and who stands under whom: a forest of city, first-level, second-level and central agencies."""

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core.database import Base
from govern.core.wording import Wording
from govern.names.named import named


@named("agency", "code", "name_zh", "name_en", "short_zh", "code", "current_name_zh", "current_name_en")
class Agency(Base):
    """An organisation (機關). Its code never changes, so that a leaf of the log reads alone."""

    __tablename__ = "agency"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)  # the order in which lists show agencies, as their file has them
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(200))
    short_zh: Mapped[str | None] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(40))
    parent: Mapped[str | None] = mapped_column(ForeignKey("agency.code"), index=True)
    district: Mapped[str | None] = mapped_column(String(20))
    is_data_owner: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None] = mapped_column(String(400))
    current_name_zh: Mapped[str | None] = mapped_column(String(100))
    current_name_en: Mapped[str | None] = mapped_column(String(200))

    @property
    def name(self) -> Wording:
        """The agency's name in both languages."""
        return Wording(self.name_zh, self.name_en)


def agencies_below(session: Session, code: str) -> frozenset[str]:
    """The agency itself and all below it."""
    parents: dict[str, list[str]] = {}
    for child, parent in session.execute(select(Agency.code, Agency.parent)):
        parents.setdefault(parent or "", []).append(child)
    found, waiting = {code}, [code]
    while waiting:
        for child in parents.get(waiting.pop(), []):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found)
