"""Laws and articles (法源依據); the text is frozen into a version when it is approved."""

import re
from datetime import date
from typing import Final

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base, BigNumber
from govern.core.wording import Wording
from govern.names.named import named

_NUMBERED: Final = re.compile(r"第([0-9]+)(?:-([0-9]+)條|條之([0-9]+)|條)(.*)")


@named("legal_basis", "id", "law_zh", "law_en", "article", "also_cited")
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

    @property
    def also_cited(self) -> str:
        """The article in the form in which a law's text cites it, with the law before it, as people type it."""
        return f"{self.law_zh}{cited(self.article).zh}"


class VersionLegalBasis(Base):
    """A legal basis of a case item's version, with the text as it stood when the version was approved."""

    __tablename__ = "version_legal_basis"

    version_id: Mapped[int] = mapped_column(ForeignKey("case_item_version.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    legal_basis: Mapped[int] = mapped_column(ForeignKey("legal_basis.id"), index=True)
    text_zh: Mapped[str | None] = mapped_column(Text)


def cited(article: str) -> Wording:
    """An article as each language cites it: 第44-3條 is 第44條之3, Article 44-3; another form stays as it is."""
    found = _NUMBERED.fullmatch(article)
    if found is None:
        return Wording(article, article)
    number, part, rest = found[1], found[2] or found[3], found[4]
    return Wording(
        f"第{number}條之{part}{rest}" if part else article,
        f"Article {number}-{part}{rest}" if part else f"Article {number}{rest}",
    )
