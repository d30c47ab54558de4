"""A case item's life and the audit's: approvals, letters with scans; plans, periods, samples, findings, sign-offs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "closed_month",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_closed_month")),
        sa.UniqueConstraint("from_size", name=op.f("uq_closed_month_from_size")),
        sa.UniqueConstraint("to_size", name=op.f("uq_closed_month_to_size")),
    )
    op.create_table(
        "public_draw",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("named_entry", sa.Uuid(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=True),
        sa.Column("entered_entry", sa.Uuid(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_draw")),
        sa.UniqueConstraint("name", name=op.f("uq_public_draw_name")),
    )
    with op.batch_alter_table("public_draw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_draw_month"), ["month"], unique=False)

    op.create_table(
        "seed_number",
        sa.Column("party", sa.String(length=90), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("committed_by", sa.Uuid(), nullable=False),
        sa.Column("committed_entry", sa.Uuid(), nullable=False),
        sa.Column("number", sa.LargeBinary(length=32), nullable=True),
        sa.Column("disclosed_entry", sa.Uuid(), nullable=True),
        sa.Column("disclosed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("party", "month", name=op.f("pk_seed_number")),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=240), nullable=False),
        sa.Column("by_agency", sa.Boolean(), nullable=False),
        sa.Column("by_first_level", sa.Boolean(), nullable=False),
        sa.Column("by_owner", sa.Boolean(), nullable=False),
        sa.Column("covers_all", sa.Boolean(), nullable=False),
        sa.Column("is_kinship", sa.Boolean(), nullable=False),
        sa.Column("ratio", sa.String(length=20), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("public_draw_name", sa.String(length=60), nullable=False),
        sa.Column("public_draw_count", sa.Integer(), nullable=False),
        sa.Column("public_draw_day", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["owner"], ["agency.code"], name=op.f("fk_plan_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_owner"), ["owner"], unique=False)

    op.create_table(
        "letter_scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("content", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["content"], ["sealed_value.id"], name=op.f("fk_letter_scan_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_scan")),
    )
    op.create_table(
        "period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("plan", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("from_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("population", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("ratio", sa.String(length=20), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("freeze_entry", sa.Uuid(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("other_party", sa.String(length=90), nullable=True),
        sa.Column("busiest_agency", sa.String(length=60), nullable=True),
        sa.Column("public_draw", sa.Uuid(), nullable=True),
        sa.Column("source_kind", sa.String(length=20), nullable=True),
        sa.Column("seed", sa.LargeBinary(length=32), nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_entry", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_period_agency")),
        sa.ForeignKeyConstraint(["month"], ["closed_month.month"], name=op.f("fk_period_month")),
        sa.ForeignKeyConstraint(["owner"], ["agency.code"], name=op.f("fk_period_owner")),
        sa.ForeignKeyConstraint(["plan"], ["plan.id"], name=op.f("fk_period_plan")),
        sa.ForeignKeyConstraint(["public_draw"], ["public_draw.id"], name=op.f("fk_period_public_draw")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period")),
        sa.UniqueConstraint("month", "plan", "agency", name=op.f("uq_period_month_plan_agency")),
    )
    with op.batch_alter_table("period", schema=None) as batch_op:
        batch_op.create_index("ix_period_agency_state_id", ["agency", "state", "id"], unique=False)
        batch_op.create_index("ix_period_owner_id", ["owner", "id"], unique=False)

    op.create_table(
        "plan_data_item",
        sa.Column("plan", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["data_item.code"], name=op.f("fk_plan_data_item_item")),
        sa.ForeignKeyConstraint(["plan"], ["plan.id"], name=op.f("fk_plan_data_item_plan")),
        sa.PrimaryKeyConstraint("plan", "item", name=op.f("pk_plan_data_item")),
    )
    op.create_table(
        "approval",
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["owner"], ["agency.code"], name=op.f("fk_approval_owner")),
        sa.ForeignKeyConstraint(["reason"], ["sealed_value.id"], name=op.f("fk_approval_reason")),
        sa.ForeignKeyConstraint(["version_id"], ["case_item_version.id"], name=op.f("fk_approval_version_id")),
        sa.PrimaryKeyConstraint("version_id", "owner", "round", name=op.f("pk_approval")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index("ix_approval_owner_state", ["owner", "state"], unique=False)

    op.create_table(
        "period_tile",
        sa.Column("period", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["period"], ["period.id"], name=op.f("fk_period_tile_period")),
        sa.PrimaryKeyConstraint("period", "level", "index", name=op.f("pk_period_tile")),
    )
    op.create_table(
        "period_unit",
        sa.Column("period", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_ordinal", sa.Integer(), nullable=False),
        sa.Column("lookup", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["period"], ["period.id"], name=op.f("fk_period_unit_period")),
        sa.PrimaryKeyConstraint("period", "ordinal", name=op.f("pk_period_unit")),
    )
    op.create_table(
        "sign_off",
        sa.Column("period", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("entry", sa.Uuid(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_sign_off_agency")),
        sa.ForeignKeyConstraint(["period"], ["period.id"], name=op.f("fk_sign_off_period")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_sign_off_person")),
        sa.PrimaryKeyConstraint("period", "round", "level", name=op.f("pk_sign_off")),
        sa.UniqueConstraint("period", "round", "person", name=op.f("uq_sign_off_period_round_person")),
    )
    op.create_table(
        "sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_ordinal", sa.Integer(), nullable=False),
        sa.Column("lookup", sa.Uuid(), nullable=False),
        sa.Column("clerk", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("question", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("note", sa.Uuid(), nullable=True),
        sa.Column("note_edition", sa.Integer(), nullable=False),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_sample_agency")),
        sa.ForeignKeyConstraint(["answer"], ["sealed_value.id"], name=op.f("fk_sample_answer")),
        sa.ForeignKeyConstraint(["clerk"], ["person.id"], name=op.f("fk_sample_clerk")),
        sa.ForeignKeyConstraint(["lookup"], ["lookup.id"], name=op.f("fk_sample_lookup")),
        sa.ForeignKeyConstraint(["note"], ["sealed_value.id"], name=op.f("fk_sample_note")),
        sa.ForeignKeyConstraint(["period"], ["period.id"], name=op.f("fk_sample_period")),
        sa.ForeignKeyConstraint(["question"], ["sealed_value.id"], name=op.f("fk_sample_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
        sa.UniqueConstraint("period", "ordinal", name=op.f("uq_sample_period_ordinal")),
        sa.UniqueConstraint("period", "seq", name=op.f("uq_sample_period_seq")),
    )
    with op.batch_alter_table("sample", schema=None) as batch_op:
        batch_op.create_index("ix_sample_clerk_state", ["clerk", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_sample_lookup"), ["lookup"], unique=False)
        batch_op.create_index("ix_sample_period_state_seq", ["period", "state", "seq"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("measure", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing", sa.Uuid(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("closed_by IS NULL OR closed_by <> person", name=op.f("ck_finding_closed_by_another")),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_finding_agency")),
        sa.ForeignKeyConstraint(["closing"], ["sealed_value.id"], name=op.f("fk_finding_closing")),
        sa.ForeignKeyConstraint(["measure"], ["sealed_value.id"], name=op.f("fk_finding_measure")),
        sa.ForeignKeyConstraint(["period"], ["period.id"], name=op.f("fk_finding_period")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_finding_person")),
        sa.ForeignKeyConstraint(["sample"], ["sample.id"], name=op.f("fk_finding_sample")),
        sa.ForeignKeyConstraint(["what"], ["sealed_value.id"], name=op.f("fk_finding_what")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_period"), ["period"], unique=False)
        batch_op.create_index("ix_finding_person_state", ["person", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_sample"), ["sample"], unique=False)

    op.create_table(
        "sample_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("content", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["content"], ["sealed_value.id"], name=op.f("fk_sample_document_content")),
        sa.ForeignKeyConstraint(["file_name"], ["sealed_value.id"], name=op.f("fk_sample_document_file_name")),
        sa.ForeignKeyConstraint(["sample"], ["sample.id"], name=op.f("fk_sample_document_sample")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_document")),
    )
    with op.batch_alter_table("sample_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sample_document_sample"), ["sample"], unique=False)

    with op.batch_alter_table("case_item_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("drafted_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("proposed_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("based_on", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("edition", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("authors", sa.JSON(), nullable=False, server_default="[]"))

    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("for_owner", sa.String(length=60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("entered_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("scan", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("carried_from", sa.Integer(), nullable=True))
        batch_op.drop_constraint("pk_letter", type_="primary")
        batch_op.create_primary_key("pk_letter", ["version_id", "superior", "for_owner"])
        batch_op.create_foreign_key(batch_op.f("fk_letter_scan"), "letter_scan", ["scan"], ["id"])

    op.create_table(
        "record_progress",
        sa.Column("target", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_record_progress")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("period", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_record_period"), ["period"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_record_period"), "period", ["period"], ["id"])

    with op.batch_alter_table("right", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_right_reason"), "sealed_value", ["reason"], ["id"])

    with op.batch_alter_table("suspension", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_suspension_reason"), "sealed_value", ["reason"], ["id"])

    # Rows that are there already take the defaults; new ones are told by the code alone.
    with op.batch_alter_table("case_item_version", schema=None) as batch_op:
        batch_op.alter_column("round", server_default=None)
        batch_op.alter_column("edition", server_default=None)
        batch_op.alter_column("authors", server_default=None)
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.alter_column("for_owner", server_default=None)
