"""Laws and articles (法源依據); the text is frozen into a version when it is approved."""

from datetime import date

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base, BigNumber


class LegalBasis(Base):
    """One article of one law, from a day on."""

    __tablename__ = "legal_basis"

    id: Mapped[int] = mapped_column(BigNumber, primary_key=True)
    law_zh: Mapped[str] = mapped_column(String(120))
    law_en: Mapped[str] = mapped_column(String(240))
    article: Mapped[str] = mapped_column(String(60))
    in_force_from: Mapped[date | None]
    in_force_to: Mapped[date | None]
    text_zh: Mapped[str | None] = mapped_column(Text)
    is_checked: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (UniqueConstraint("law_zh", "article"),)


class VersionLegalBasis(Base):
    """A legal basis of a case item's version, with the text as it stood when the version was approved."""

    __tablename__ = "version_legal_basis"

    version_id: Mapped[int] = mapped_column(ForeignKey("case_item_version.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    legal_basis: Mapped[int] = mapped_column(ForeignKey("legal_basis.id"), index=True)
    text_zh: Mapped[str | None] = mapped_column(Text)
