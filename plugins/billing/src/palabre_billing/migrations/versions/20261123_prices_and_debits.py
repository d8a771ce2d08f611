"""Prices, terms, openings and charged hours."""

import sqlalchemy as sa
from alembic import op

from palabre_billing.append_only import only_grows

revision = "b002"
down_revision = "b001"
branch_labels = None
depends_on = None

#: Table, and what makes a new row replace an old one on SQLite, whose REPLACE calls no trigger of deletion.
APPEND_ONLY = {
    "billing_price_list": "id = NEW.id OR (tenant_id = NEW.tenant_id AND number = NEW.number)",
    "billing_price": "id = NEW.id OR (price_list_id = NEW.price_list_id AND chargeable = NEW.chargeable"
    " AND variant = NEW.variant)",
    "billing_hour": "id = NEW.id OR (opening_id = NEW.opening_id AND number = NEW.number)"
    " OR transaction_id = NEW.transaction_id",
}


def upgrade() -> None:
    op.create_table(
        "billing_price_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("free_hours", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=320), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("free_hours >= 0", name=op.f("ck_billing_price_list_free_hours")),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.id"],
            name=op.f("fk_billing_price_list_tenant_id_tenant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_price_list")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_billing_price_list_tenant_id")),
    )
    op.create_index(
        op.f("ix_billing_price_list_tenant_id"), "billing_price_list", ["tenant_id"], unique=False
    )
    op.create_table(
        "billing_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "when_empty",
            sa.Enum("stop", "debt", name="whenempty", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("allowed_debt", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("allowed_debt >= 0", name=op.f("ck_billing_terms_allowed_debt")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_terms_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_terms")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_billing_terms_tenant_id")),
    )
    op.create_index(op.f("ix_billing_terms_tenant_id"), "billing_terms", ["tenant_id"], unique=False)
    op.create_table(
        "billing_price",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("price_list_id", sa.Integer(), nullable=False),
        sa.Column("chargeable", sa.String(length=64), nullable=False),
        sa.Column("variant", sa.String(length=32), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("credits >= 0", name=op.f("ck_billing_price_credits")),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["billing_price_list.id"],
            name=op.f("fk_billing_price_price_list_id_billing_price_list"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_price_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_price")),
        sa.UniqueConstraint(
            "price_list_id", "chargeable", "variant", name=op.f("uq_billing_price_price_list_id")
        ),
    )
    op.create_index(op.f("ix_billing_price_tenant_id"), "billing_price", ["tenant_id"], unique=False)
    op.create_table(
        "billing_opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("meeting", sa.String(length=32), nullable=False),
        sa.Column("meeting_name", sa.String(length=200), nullable=False),
        sa.Column("after_seq", sa.Integer(), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=False),
        sa.Column("price_list_id", sa.Integer(), nullable=False),
        sa.Column("room_class", sa.String(length=8), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_billing_opening_meeting_id_meeting"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["billing_account.id"], name=op.f("fk_billing_opening_payer_id_billing_account")
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["billing_price_list.id"],
            name=op.f("fk_billing_opening_price_list_id_billing_price_list"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_opening_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_opening")),
        sa.UniqueConstraint("tenant_id", "meeting", "after_seq", name=op.f("uq_billing_opening_tenant_id")),
    )
    op.create_index(op.f("ix_billing_opening_meeting_id"), "billing_opening", ["meeting_id"], unique=False)
    op.create_index("ix_billing_opening_payer", "billing_opening", ["payer_id"], unique=False)
    op.create_index(op.f("ix_billing_opening_tenant_id"), "billing_opening", ["tenant_id"], unique=False)
    op.create_table(
        "billing_hour",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opening_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "fate",
            sa.Enum(
                "paid", "free", "waived", name="fate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["billing_opening.id"], name=op.f("fk_billing_hour_opening_id_billing_opening")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_hour_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["billing_transaction.id"],
            name=op.f("fk_billing_hour_transaction_id_billing_transaction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_hour")),
        sa.UniqueConstraint("opening_id", "number", name=op.f("uq_billing_hour_opening_id")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_billing_hour_transaction_id")),
    )
    op.create_index(op.f("ix_billing_hour_tenant_id"), "billing_hour", ["tenant_id"], unique=False)
    for table, replaces in APPEND_ONLY.items():
        only_grows(op, table, replaces)


def downgrade() -> None:
    for table in ("billing_hour", "billing_opening", "billing_terms", "billing_price", "billing_price_list"):
        op.drop_table(table)
