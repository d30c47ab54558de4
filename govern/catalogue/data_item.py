"""The look-ups (查調項目), their fields, sensitivity and default masks; the mask rules and parameters."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from govern.core.database import Base
from govern.core.wording import Wording
from govern.names.named import named


class Category(Base):
    """One of the 13 categories of Table 1 of the 2018 report."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(120))
    item_count: Mapped[int]


class MaskRule(Base):
    """One of the mask forms; a code that the rulebook does not know is a load error."""

    __tablename__ = "mask_rule"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    seq: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(160))
    example_in: Mapped[str] = mapped_column(String(80))
    example_out: Mapped[str] = mapped_column(String(80))


class Parameter(Base):
    """A figure announced each year that conditions read, such as the minimum living cost; versions are kept."""

    __tablename__ = "parameter"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(200))
    value: Mapped[float]
    is_whole: Mapped[bool] = mapped_column(default=False)
    unit: Mapped[str] = mapped_column(String(20))
    is_sample: Mapped[bool] = mapped_column(default=False)


@named("data_item", "code", "name_zh", "name_en", "code", "table_name_zh")
class DataItem(Base):
    """One of the 68 look-ups of the catalogue (查調項目)."""

    __tablename__ = "data_item"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    seq: Mapped[int]
    table_name_zh: Mapped[str] = mapped_column(String(100))
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(200))
    category: Mapped[str] = mapped_column(ForeignKey("category.code"))
    scope: Mapped[str] = mapped_column(String(10))
    owner: Mapped[str] = mapped_column(ForeignKey("agency.code"), index=True)
    connector_kind: Mapped[str] = mapped_column(String(20))
    connector_basis: Mapped[str] = mapped_column(String(20))
    subject_key: Mapped[str] = mapped_column(String(20))
    alt_subject_keys: Mapped[list[str]] = mapped_column(JSON)
    is_batch: Mapped[bool] = mapped_column(default=False)
    shape: Mapped[str] = mapped_column(String(10))
    approval: Mapped[str | None] = mapped_column(String(30))
    is_special_category: Mapped[bool] = mapped_column(default=False)
    is_kinship_like: Mapped[bool] = mapped_column(default=False)
    note_zh: Mapped[str | None] = mapped_column(String(400))
    row_limit: Mapped[int] = mapped_column(default=200)
    narrowing: Mapped[list[str]] = mapped_column(JSON, default=list)  # inputs that must accompany the key
    version: Mapped[int] = mapped_column(default=1)

    fields: Mapped[list["DataItemField"]] = relationship(
        order_by="DataItemField.seq", lazy="selectin", cascade="all, delete-orphan"
    )

    @property
    def name(self) -> Wording:
        """The item's name in both languages."""
        return Wording(self.name_zh, self.name_en)


@named("data_item_field", "item", "name_zh", "name_en", is_shared=True)
class DataItemField(Base):
    """One field of an answer (欄位), with its sensitivity and the mask under which it appears by default."""

    __tablename__ = "data_item_field"

    item: Mapped[str] = mapped_column(ForeignKey("data_item.code"), primary_key=True)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    seq: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(160))
    type: Mapped[str] = mapped_column(String(20))
    sensitivity: Mapped[str] = mapped_column(String(10))
    mask: Mapped[str] = mapped_column(ForeignKey("mask_rule.code"))
    group: Mapped[str] = mapped_column(String(10), default="")
    phase: Mapped[str | None] = mapped_column(String(30))
    values: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    @property
    def name(self) -> Wording:
        """The field's name in both languages."""
        return Wording(self.name_zh, self.name_en)
