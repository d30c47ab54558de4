"""What people arrange for themselves: preferences, saved views, columns, kept forms; notices, exports; parts of names."""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

from govern.catalogue.legal_basis import LegalBasis
from govern.names.index import keep

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "name_part",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("thing", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("kind", "part", "thing", name=op.f("pk_name_part")),
    )
    with op.batch_alter_table("name_part", schema=None) as batch_op:
        batch_op.create_index("ix_name_part_kind_thing", ["kind", "thing"], unique=False)

    op.create_table(
        "whole_name",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("thing", sa.String(length=60), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "thing", name=op.f("pk_whole_name")),
    )
    _find_what_is_there()

    op.create_table(
        "chosen_columns",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_chosen_columns_person")),
        sa.PrimaryKeyConstraint("person", "place", name=op.f("pk_chosen_columns")),
    )
    op.create_table(
        "export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_export_agency")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_export_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.create_index("ix_export_person_id", ["person", "id"], unique=False)
        batch_op.create_index("ix_export_until", ["until"], unique=False)

    op.create_table(
        "kept_form",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_kept_form_agency")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_kept_form_person")),
        sa.PrimaryKeyConstraint("person", "agency", "address", name=op.f("pk_kept_form")),
    )
    with op.batch_alter_table("kept_form", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_form_until"), ["until"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tone", sa.String(length=5), nullable=False),
        sa.Column("text_zh", sa.String(length=400), nullable=False),
        sa.Column("text_en", sa.String(length=800), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_notice_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_notice_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_until_at"), ["until_at"], unique=False)

    op.create_table(
        "preference",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.String(length=5), nullable=False),
        sa.Column("single_keys", sa.Boolean(), nullable=False),
        sa.Column("guides_read", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_preference_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_preference")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("view", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_saved_view_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("person", "place", "name", name=op.f("uq_saved_view_person_place_name")),
    )


# What had names before there was an index of them, by its key and the columns of its names.
NAMED = (
    (
        "agency",
        "agency",
        ("code", sa.String()),
        ("name_zh", "name_en", "short_zh", "current_name_zh", "current_name_en"),
    ),
    ("case_item_version", "case_item_version", ("id", sa.BigInteger()), ("name_zh", "name_en", "case_item")),
    ("data_item", "data_item", ("code", sa.String()), ("name_zh", "name_en", "table_name_zh")),
    ("data_item_field", "data_item_field", ("item", sa.String()), ("name_zh", "name_en")),
    ("legal_basis", "legal_basis", ("id", sa.BigInteger()), ("law_zh", "law_en", "article")),
    ("person", "person", ("id", sa.Uuid()), ("name",)),
)


def _find_what_is_there() -> None:
    if context.is_offline_mode():
        return
    for kind, table, (key, type_), names in NAMED:
        rows = op.get_bind().execute(
            sa.select(sa.column(key, type_), *[sa.column(name, sa.String()) for name in names]).select_from(
                sa.table(table)
            )
        )
        things: dict[Any, list[str]] = {}
        for thing, *found in rows:
            if kind == "legal_basis":
                found.append(LegalBasis(law_zh=found[0], article=found[2]).also_cited)
            elif key == "code":
                found.append(thing)
            things.setdefault(thing, []).extend(name for name in found if name)  # a data item's fields lead to the item
        keep(op.get_bind(), kind, things.items(), are_new=True)
