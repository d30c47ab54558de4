"""The first tables: keys, trail, log, queue, catalogue, people, look-ups, records; and the guards of what is only appended to."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

APPENDED = ("entry", "entry_number", "segment", "checkpoint")


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("short_zh", sa.String(length=60), nullable=True),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("parent", sa.String(length=60), nullable=True),
        sa.Column("district", sa.String(length=20), nullable=True),
        sa.Column("is_data_owner", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("current_name_zh", sa.String(length=100), nullable=True),
        sa.Column("current_name_en", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["agency.code"], name=op.f("fk_agency_parent")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agency")),
    )
    with op.batch_alter_table("agency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agency_parent"), ["parent"], unique=False)

    op.create_table(
        "category",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoint")),
    )
    with op.batch_alter_table("checkpoint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkpoint_at"), ["at"], unique=False)

    op.create_table(
        "entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("kind_version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=True),
        sa.Column("account", sa.String(length=100), nullable=True),
        sa.Column("agency", sa.String(length=60), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("session_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("origin", sa.String(length=20), nullable=True),
        sa.Column("lookup", sa.Uuid(), nullable=True),
        sa.Column("task", sa.Uuid(), nullable=True),
        sa.Column("subject_ordinal", sa.Integer(), nullable=True),
        sa.Column("case_item", sa.String(length=60), nullable=True),
        sa.Column("case_item_version", sa.Integer(), nullable=True),
        sa.Column("data_item", sa.String(length=60), nullable=True),
        sa.Column("owner", sa.String(length=60), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("ground_kind", sa.String(length=20), nullable=True),
        sa.Column("right", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=True),
        sa.Column("rule_version", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=True),
        sa.Column("ends_lookup", sa.Boolean(), nullable=False),
        sa.Column("subjects", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("fields", sa.Integer(), nullable=True),
        sa.Column("beyond", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("about_kind", sa.String(length=30), nullable=True),
        sa.Column("about_id", sa.String(length=80), nullable=True),
        sa.Column("subject_commitment", sa.LargeBinary(length=32), nullable=True),
        sa.Column("subject_ciphertext_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("text_commitment", sa.LargeBinary(length=32), nullable=True),
        sa.Column("text_ciphertext_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("answer_commitment", sa.LargeBinary(length=32), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("mac_key", sa.Integer(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index("ix_entry_about", ["about_kind", "about_id", "id"], unique=False)
        batch_op.create_index("ix_entry_agency_id", ["agency", "id"], unique=False)
        batch_op.create_index("ix_entry_case_item_id", ["case_item", "id"], unique=False)
        batch_op.create_index(
            "ix_entry_ends_lookup_id",
            ["id"],
            unique=False,
            postgresql_where=sa.text("ends_lookup"),
            sqlite_where=sa.text("ends_lookup"),
        )
        batch_op.create_index("ix_entry_kind_id", ["kind", "id"], unique=False)
        batch_op.create_index("ix_entry_lookup_id", ["lookup", "id"], unique=False)
        batch_op.create_index("ix_entry_owner_id", ["owner", "id"], unique=False)
        batch_op.create_index("ix_entry_person_id", ["person", "id"], unique=False)

    op.create_table(
        "entry_set_aside",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_set_aside")),
    )
    op.create_table(
        "entry_waiting",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_waiting")),
    )
    with op.batch_alter_table("entry_waiting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_waiting_at"), ["at"], unique=False)

    op.create_table(
        "key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("use", sa.String(length=20), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("retention_years", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(length=80), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key")),
        sa.UniqueConstraint(
            "use",
            "month",
            "agency",
            "retention_years",
            "version",
            name=op.f("uq_key_use_month_agency_retention_years_version"),
        ),
    )
    op.create_table(
        "legal_basis",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("law_zh", sa.String(length=120), nullable=False),
        sa.Column("law_en", sa.String(length=240), nullable=False),
        sa.Column("article", sa.String(length=60), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("in_force_to", sa.Date(), nullable=True),
        sa.Column("text_zh", sa.Text(), nullable=True),
        sa.Column("is_checked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_basis")),
        sa.UniqueConstraint("law_zh", "article", name=op.f("uq_legal_basis_law_zh_article")),
    )
    op.create_table(
        "mask_rule",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("example_in", sa.String(length=80), nullable=False),
        sa.Column("example_out", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_mask_rule")),
    )
    op.create_table(
        "parameter",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_parameter")),
    )
    op.create_table(
        "plan_occurrence",
        sa.Column("plan", sa.String(length=60), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("work", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("plan", "due_at", name=op.f("pk_plan_occurrence")),
    )
    op.create_table(
        "segment",
        sa.Column(
            "first_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("first_number", name=op.f("pk_segment")),
    )
    op.create_table(
        "tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(length=8192), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_tile")),
    )
    op.create_table(
        "trail",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("numbered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.String(length=80), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail")),
    )
    op.create_table(
        "work",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("queue", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.String(length=80), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
        sa.UniqueConstraint("kind", "target_id", name=op.f("uq_work_kind_target_id")),
    )
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.create_index(
            "ix_work_lease_until",
            ["lease_until"],
            unique=False,
            postgresql_where=sa.text("lease_until IS NOT NULL"),
            sqlite_where=sa.text("lease_until IS NOT NULL"),
        )
        batch_op.create_index("ix_work_state_due_at", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_target_id"), ["target_id"], unique=False)

    op.create_table(
        "case_item",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("business_agency", sa.String(length=60), nullable=False),
        sa.Column("is_seed_example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["business_agency"], ["agency.code"], name=op.f("fk_case_item_business_agency")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_case_item")),
    )
    with op.batch_alter_table("case_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_item_business_agency"), ["business_agency"], unique=False)

    op.create_table(
        "data_item",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("table_name_zh", sa.String(length=100), nullable=False),
        sa.Column("name_zh", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("connector_kind", sa.String(length=20), nullable=False),
        sa.Column("connector_basis", sa.String(length=20), nullable=False),
        sa.Column("subject_key", sa.String(length=20), nullable=False),
        sa.Column("alt_subject_keys", sa.JSON(), nullable=False),
        sa.Column("is_batch", sa.Boolean(), nullable=False),
        sa.Column("shape", sa.String(length=10), nullable=False),
        sa.Column("approval", sa.String(length=30), nullable=True),
        sa.Column("is_special_category", sa.Boolean(), nullable=False),
        sa.Column("is_kinship_like", sa.Boolean(), nullable=False),
        sa.Column("note_zh", sa.String(length=400), nullable=True),
        sa.Column("row_limit", sa.Integer(), nullable=False),
        sa.Column("narrowing", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["category"], ["category.code"], name=op.f("fk_data_item_category")),
        sa.ForeignKeyConstraint(["owner"], ["agency.code"], name=op.f("fk_data_item_owner")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_data_item")),
    )
    with op.batch_alter_table("data_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_item_owner"), ["owner"], unique=False)

    op.create_table(
        "entry_number",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_number_entry_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_entry_number")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_entry_number_entry_id")),
    )
    op.create_table(
        "entry_sealed_value",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_value_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_sealed_value_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "sealed_value_id", name=op.f("pk_entry_sealed_value")),
    )
    with op.batch_alter_table("entry_sealed_value", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_sealed_value_sealed_value_id"), ["sealed_value_id"], unique=False)

    op.create_table(
        "quota_used",
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subjects", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_quota_used_agency")),
        sa.ForeignKeyConstraint(["owner"], ["agency.code"], name=op.f("fk_quota_used_owner")),
        sa.PrimaryKeyConstraint("agency", "owner", "day", name=op.f("pk_quota_used")),
    )
    op.create_table(
        "sealed_value",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column("ciphertext_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("keyed_index", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["key.id"], name=op.f("fk_sealed_value_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_value")),
    )
    with op.batch_alter_table("sealed_value", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_value_key_id"), ["key_id"], unique=False)
        batch_op.create_index("ix_sealed_value_keyed_index", ["keyed_index", "id"], unique=False)

    op.create_table(
        "source",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("max_at_once", sa.Integer(), nullable=False),
        sa.Column("may_ask_again", sa.Boolean(), nullable=False),
        sa.Column("file_key", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["agency.code"], name=op.f("fk_source_owner")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_source")),
    )
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_owner"), ["owner"], unique=False)

    op.create_table(
        "case_item_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_item", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=240), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("urgency", sa.String(length=20), nullable=False),
        sa.Column("consent_required", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("retention_years", sa.Integer(), nullable=False),
        sa.Column("default_schedule", sa.JSON(), nullable=True),
        sa.Column("one_stop", sa.JSON(), nullable=True),
        sa.Column("eligibility", sa.JSON(), nullable=True),
        sa.Column("content_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_item"], ["case_item.code"], name=op.f("fk_case_item_version_case_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_item_version")),
        sa.UniqueConstraint("case_item", "version", name=op.f("uq_case_item_version_case_item_version")),
    )
    with op.batch_alter_table("case_item_version", schema=None) as batch_op:
        batch_op.create_index("ix_case_item_version_state_valid_from", ["state", "valid_from"], unique=False)
        batch_op.create_index(
            "uq_case_item_version_in_force",
            ["case_item"],
            unique=True,
            postgresql_where=sa.text("state = 'in_force'"),
            sqlite_where=sa.text("state = 'in_force'"),
        )

    op.create_table(
        "data_item_field",
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("sensitivity", sa.String(length=10), nullable=False),
        sa.Column("mask", sa.String(length=30), nullable=False),
        sa.Column("group", sa.String(length=10), nullable=False),
        sa.Column("phase", sa.String(length=30), nullable=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["data_item.code"], name=op.f("fk_data_item_field_item")),
        sa.ForeignKeyConstraint(["mask"], ["mask_rule.code"], name=op.f("fk_data_item_field_mask")),
        sa.PrimaryKeyConstraint("item", "code", name=op.f("pk_data_item_field")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("is_invented", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("national_id", sa.Uuid(), nullable=True),
        sa.Column("national_id_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(["national_id"], ["sealed_value.id"], name=op.f("fk_person_national_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("national_id_index", name=op.f("uq_person_national_id_index")),
    )
    op.create_table(
        "source_item",
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["data_item.code"], name=op.f("fk_source_item_item")),
        sa.ForeignKeyConstraint(["source"], ["source.code"], name=op.f("fk_source_item_source")),
        sa.PrimaryKeyConstraint("item", "source", "from_at", name=op.f("pk_source_item")),
    )
    with op.batch_alter_table("source_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_item_source"), ["source"], unique=False)
        batch_op.create_index(
            "uq_source_item_open",
            ["item"],
            unique=True,
            postgresql_where=sa.text("to_at IS NULL"),
            sqlite_where=sa.text("to_at IS NULL"),
        )

    op.create_table(
        "source_slot",
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("held_by", sa.Uuid(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source.code"], name=op.f("fk_source_slot_source")),
        sa.PrimaryKeyConstraint("source", "slot", name=op.f("pk_source_slot")),
    )
    op.create_table(
        "source_version",
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("deadline_s", sa.Double(), nullable=False),
        sa.Column("credential_ref", sa.String(length=80), nullable=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.code"], name=op.f("fk_source_version_source")),
        sa.PrimaryKeyConstraint("source", "version", name=op.f("pk_source_version")),
    )
    op.create_table(
        "subject_key",
        sa.Column("lookup", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sealed_value", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["sealed_value"], ["sealed_value.id"], name=op.f("fk_subject_key_sealed_value")),
        sa.PrimaryKeyConstraint("lookup", "ordinal", "seq", name=op.f("pk_subject_key")),
        sa.UniqueConstraint("sealed_value", name=op.f("uq_subject_key_sealed_value")),
    )
    op.create_table(
        "suspension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_item", sa.String(length=60), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_suspension_agency")),
        sa.ForeignKeyConstraint(["case_item"], ["case_item.code"], name=op.f("fk_suspension_case_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    with op.batch_alter_table("suspension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suspension_case_item"), ["case_item"], unique=False)
        batch_op.create_index(
            "uq_suspension_open",
            ["case_item", "part", "agency"],
            unique=True,
            postgresql_where=sa.text("to_at IS NULL"),
            sqlite_where=sa.text("to_at IS NULL"),
        )

    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_account_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("provider", "name", name=op.f("uq_account_provider_name")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_person"), ["person"], unique=False)

    op.create_table(
        "letter",
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("superior", sa.String(length=60), nullable=False),
        sa.Column("document_zh", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["superior"], ["agency.code"], name=op.f("fk_letter_superior")),
        sa.ForeignKeyConstraint(["version_id"], ["case_item_version.id"], name=op.f("fk_letter_version_id")),
        sa.PrimaryKeyConstraint("version_id", "superior", name=op.f("pk_letter")),
    )
    op.create_table(
        "right",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("case_item", sa.String(length=60), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_right_agency")),
        sa.ForeignKeyConstraint(["case_item"], ["case_item.code"], name=op.f("fk_right_case_item")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_right_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_right")),
    )
    with op.batch_alter_table("right", schema=None) as batch_op:
        batch_op.create_index("ix_right_agency_id", ["agency", "id"], unique=False)
        batch_op.create_index("ix_right_ends_on", ["ends_on"], unique=False)
        batch_op.create_index("ix_right_person_case_item", ["person", "case_item"], unique=False)
        batch_op.create_index(
            "uq_right_open",
            ["person", "agency", "case_item"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "role_held",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_role_held_agency")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_role_held_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_held")),
    )
    with op.batch_alter_table("role_held", schema=None) as batch_op:
        batch_op.create_index("ix_role_held_agency_role", ["agency", "role"], unique=False)
        batch_op.create_index(
            "uq_role_held_open",
            ["person", "agency", "role"],
            unique=True,
            postgresql_where=sa.text("to_at IS NULL"),
            sqlite_where=sa.text("to_at IS NULL"),
        )

    op.create_table(
        "session",
        sa.Column("id_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("strength", sa.String(length=20), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_cause", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_session_agency")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_session_person")),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(
            "ix_session_open_seen_at",
            ["seen_at"],
            unique=False,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_session_person"), ["person"], unique=False)

    op.create_table(
        "version_agency",
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_version_agency_agency")),
        sa.ForeignKeyConstraint(["version_id"], ["case_item_version.id"], name=op.f("fk_version_agency_version_id")),
        sa.PrimaryKeyConstraint("version_id", "agency", name=op.f("pk_version_agency")),
    )
    with op.batch_alter_table("version_agency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_agency_agency"), ["agency"], unique=False)

    op.create_table(
        "version_data_item",
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["data_item.code"], name=op.f("fk_version_data_item_item")),
        sa.ForeignKeyConstraint(["owner"], ["agency.code"], name=op.f("fk_version_data_item_owner")),
        sa.ForeignKeyConstraint(["version_id"], ["case_item_version.id"], name=op.f("fk_version_data_item_version_id")),
        sa.PrimaryKeyConstraint("version_id", "item", name=op.f("pk_version_data_item")),
    )
    with op.batch_alter_table("version_data_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_data_item_item"), ["item"], unique=False)
        batch_op.create_index(batch_op.f("ix_version_data_item_owner"), ["owner"], unique=False)

    op.create_table(
        "version_field",
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("appearance", sa.String(length=12), nullable=False),
        sa.Column("mask", sa.String(length=30), nullable=False),
        sa.Column("necessity_zh", sa.String(length=400), nullable=True),
        sa.Column("necessity_en", sa.String(length=800), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["case_item_version.id"], name=op.f("fk_version_field_version_id")),
        sa.PrimaryKeyConstraint("version_id", "item", "field", name=op.f("pk_version_field")),
    )
    op.create_table(
        "version_legal_basis",
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("legal_basis", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["legal_basis"], ["legal_basis.id"], name=op.f("fk_version_legal_basis_legal_basis")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["case_item_version.id"], name=op.f("fk_version_legal_basis_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "seq", name=op.f("pk_version_legal_basis")),
    )
    with op.batch_alter_table("version_legal_basis", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_legal_basis_legal_basis"), ["legal_basis"], unique=False)

    op.create_table(
        "lookup",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("agency", sa.String(length=60), nullable=False),
        sa.Column("case_item", sa.String(length=60), nullable=False),
        sa.Column("case_item_version", sa.Integer(), nullable=False),
        sa.Column("right", sa.Uuid(), nullable=True),
        sa.Column("session_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("intent_key", sa.String(length=64), nullable=False),
        sa.Column("queue", sa.String(length=20), nullable=False),
        sa.Column("is_file", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("tasks_open", sa.Integer(), nullable=False),
        sa.Column("subjects", sa.Integer(), nullable=False),
        sa.Column("retention_years", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Uuid(), nullable=True),
        sa.Column("former", sa.Uuid(), nullable=True),
        sa.Column("asked_entry", sa.Uuid(), nullable=False),
        sa.Column("ending_entry", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name=op.f("fk_lookup_agency")),
        sa.ForeignKeyConstraint(["case_item"], ["case_item.code"], name=op.f("fk_lookup_case_item")),
        sa.ForeignKeyConstraint(["case_number"], ["sealed_value.id"], name=op.f("fk_lookup_case_number")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_lookup_person")),
        sa.ForeignKeyConstraint(["reason"], ["sealed_value.id"], name=op.f("fk_lookup_reason")),
        sa.ForeignKeyConstraint(["right"], ["right.id"], name=op.f("fk_lookup_right")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup")),
        sa.UniqueConstraint("person", "intent_key", name=op.f("uq_lookup_person_intent_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_lookup_reference")),
    )
    with op.batch_alter_table("lookup", schema=None) as batch_op:
        batch_op.create_index("ix_lookup_agency_id", ["agency", "id"], unique=False)
        batch_op.create_index("ix_lookup_case_item_id", ["case_item", "id"], unique=False)
        batch_op.create_index(
            "ix_lookup_open",
            ["state", "id"],
            unique=False,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index("ix_lookup_person_id", ["person", "id"], unique=False)

    op.create_table(
        "ground",
        sa.Column("lookup", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("document", sa.Uuid(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["sealed_value.id"], name=op.f("fk_ground_document")),
        sa.ForeignKeyConstraint(["lookup"], ["lookup.id"], name=op.f("fk_ground_lookup")),
        sa.PrimaryKeyConstraint("lookup", "ordinal", name=op.f("pk_ground")),
    )
    op.create_table(
        "record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("lookup", sa.Uuid(), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("checkpoint_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lookup"], ["lookup.id"], name=op.f("fk_record_lookup")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("number", name=op.f("uq_record_number")),
        sa.UniqueConstraint("pdf_sha256", name=op.f("uq_record_pdf_sha256")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_lookup"), ["lookup"], unique=False)

    op.create_table(
        "subject",
        sa.Column("lookup", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["lookup"], ["lookup.id"], name=op.f("fk_subject_lookup")),
        sa.PrimaryKeyConstraint("lookup", "ordinal", name=op.f("pk_subject")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("first_ordinal", sa.Integer(), nullable=False),
        sa.Column("last_ordinal", sa.Integer(), nullable=False),
        sa.Column("rows_root", sa.LargeBinary(length=32), nullable=True),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("key_kind", sa.String(length=20), nullable=False),
        sa.Column("permitted", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("deny_rule", sa.String(length=60), nullable=True),
        sa.Column("deny_parameters", sa.JSON(), nullable=True),
        sa.Column("failure", sa.String(length=20), nullable=True),
        sa.Column("found", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("beyond", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("intent_entry", sa.Uuid(), nullable=True),
        sa.Column("outcome_entry", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["data_item.code"], name=op.f("fk_task_item")),
        sa.ForeignKeyConstraint(["lookup"], ["lookup.id"], name=op.f("fk_task_lookup")),
        sa.ForeignKeyConstraint(["owner"], ["agency.code"], name=op.f("fk_task_owner")),
        sa.ForeignKeyConstraint(["source"], ["source.code"], name=op.f("fk_task_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("lookup", "seq", name=op.f("uq_task_lookup_seq")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task_owner_lookup", ["owner", "lookup"], unique=False)
        batch_op.create_index(
            "ix_task_source_open",
            ["source", "state"],
            unique=False,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "wrong_row",
        sa.Column("lookup", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["lookup"], ["lookup.id"], name=op.f("fk_wrong_row_lookup")),
        sa.PrimaryKeyConstraint("lookup", "row_number", name=op.f("pk_wrong_row")),
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Uuid(), nullable=False),
        sa.Column("session_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revealable_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_answer_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_session_hash"), ["session_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_task"), ["task"], unique=False)

    guard_what_is_appended()


def guard_what_is_appended() -> None:
    """Rows of the trail and the log are never changed nor deleted: the database itself refuses, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for table in APPENDED:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is only appended to'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION only_appended_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is only appended to', TG_TABLE_NAME; END $$"
    )
    for table in APPENDED:
        op.execute(
            f"CREATE TRIGGER {table}_only_appended_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_appended_to()"
        )
