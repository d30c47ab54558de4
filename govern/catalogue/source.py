"""Where a data item is answered (介接來源): address, deadline, limits, mapping; what its failures are called."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base
from govern.core.wording import Wording


class Source(Base):
    """A data owner's system. Closed and opened by its owner; how it is reached is versioned."""

    __tablename__ = "source"

    code: Mapped[str] = mapped_column(String(80), primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("agency.code"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default="open")  # open, closed
    max_at_once: Mapped[int] = mapped_column(default=4)
    may_ask_again: Mapped[bool] = mapped_column(default=False)
    file_key: Mapped[str] = mapped_column(String(20), default="national_id")  # the kind of the numbers in a file


class SourceVersion(Base):
    """How a source is reached, from a moment on; credentials by reference only."""

    __tablename__ = "source_version"

    source: Mapped[str] = mapped_column(ForeignKey("source.code"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(300))
    deadline_s: Mapped[float]
    credential_ref: Mapped[str | None] = mapped_column(String(80))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class SourceItem(Base):
    """Which source answers a data item; one at a time."""

    __tablename__ = "source_item"

    item: Mapped[str] = mapped_column(ForeignKey("data_item.code"), primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("source.code"), primary_key=True, index=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_source_item_open",
            "item",
            unique=True,
            postgresql_where=text("to_at IS NULL"),
            sqlite_where=text("to_at IS NULL"),
        ),
    )


# How a connector's code reads to people: what happened, and what was and was not done.
FAILURES: Final[Mapping[str, Wording]] = {
    "unreachable": Wording(
        "連不上主政機關的系統，沒有送出查調。", "The owner's system could not be reached; nothing was sent."
    ),
    "timed_out": Wording("主政機關的系統逾時未回覆。", "The owner's system did not answer in time."),
    "refused": Wording("主政機關的系統拒絕了這次查調。", "The owner's system refused this look-up."),
    "unreadable": Wording(
        "主政機關的回覆不符格式，已全部捨棄。", "The owner's reply had the wrong form and was discarded whole."
    ),
    "too_much": Wording("主政機關的回覆過大，已全部捨棄。", "The owner's reply was too large and was discarded whole."),
    "misconfigured": Wording(
        "介接設定有誤，請聯絡資訊中心。", "The connection is set up wrongly; please call the Information Center."
    ),
}
