"""Buying: sellers, packs, orders, payments, and what is set for payment methods."""

import sqlalchemy as sa
from alembic import op

from palabre_billing.append_only import only_grows

revision = "b003"
down_revision = "b002"
branch_labels = None
depends_on = None

#: Table, and what makes a new row replace an old one on SQLite, whose REPLACE calls no trigger of deletion.
APPEND_ONLY = {
    "billing_payment": "id = NEW.id OR transaction_id = NEW.transaction_id"
    " OR (tenant_id = NEW.tenant_id AND method = NEW.method AND provider_id = NEW.provider_id)",
}


def upgrade() -> None:
    op.create_table(
        "billing_method",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_method_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_method")),
        sa.UniqueConstraint("tenant_id", "method", name=op.f("uq_billing_method_tenant_id")),
    )
    op.create_index(op.f("ix_billing_method_tenant_id"), "billing_method", ["tenant_id"], unique=False)
    op.create_table(
        "billing_pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("credits > 0", name=op.f("ck_billing_pack_credits")),
        sa.CheckConstraint("net > 0", name=op.f("ck_billing_pack_net")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_pack_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_pack")),
        sa.UniqueConstraint("public_id", name=op.f("uq_billing_pack_public_id")),
    )
    op.create_index(op.f("ix_billing_pack_tenant_id"), "billing_pack", ["tenant_id"], unique=False)
    op.create_table(
        "billing_seller",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("vat_number", sa.String(length=20), nullable=False),
        sa.Column("registration", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("referrer_bonus", sa.Integer(), nullable=False),
        sa.Column("referred_bonus", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "referrer_bonus >= 0 AND referred_bonus >= 0", name=op.f("ck_billing_seller_bonus")
        ),
        sa.CheckConstraint("vat_rate BETWEEN 0 AND 10000", name=op.f("ck_billing_seller_vat_rate")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_seller_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_seller")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_billing_seller_tenant_id")),
    )
    op.create_index(op.f("ix_billing_seller_tenant_id"), "billing_seller", ["tenant_id"], unique=False)
    op.create_table(
        "billing_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("buyer_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "paid",
                "cancelled",
                "returned",
                name="orderstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=False),
        sa.Column("vat", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column(
            "vat_treatment",
            sa.Enum(
                "domestic",
                "reverse_charge",
                "outside",
                "exempt",
                name="vattreatment",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("buyer", sa.JSON(), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("provider_reference", sa.String(length=255), nullable=True),
        sa.Column("next_step", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("credits > 0", name=op.f("ck_billing_order_credits")),
        sa.CheckConstraint(
            "net + vat = total AND total > 0 AND vat >= 0", name=op.f("ck_billing_order_total")
        ),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["billing_account.id"], name=op.f("fk_billing_order_buyer_id_billing_account")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_order_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_order")),
        sa.UniqueConstraint("public_id", name=op.f("uq_billing_order_public_id")),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_billing_order_tenant_id")),
    )
    op.create_index("ix_billing_order_buyer", "billing_order", ["buyer_id", "id"], unique=False)
    op.create_index(
        "ix_billing_order_provider",
        "billing_order",
        ["tenant_id", "method", "provider_reference"],
        unique=False,
    )
    op.create_index(op.f("ix_billing_order_tenant_id"), "billing_order", ["tenant_id"], unique=False)
    op.create_table(
        "billing_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "received",
                "surplus",
                "returned",
                "disputed",
                "restored",
                name="paymentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("provider_id", sa.String(length=255), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=True),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(length=255), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["about_id"], ["billing_payment.id"], name=op.f("fk_billing_payment_about_id_billing_payment")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["billing_order.id"], name=op.f("fk_billing_payment_order_id_billing_order")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_payment_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["billing_transaction.id"],
            name=op.f("fk_billing_payment_transaction_id_billing_transaction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_payment")),
        sa.UniqueConstraint("tenant_id", "method", "provider_id", name=op.f("uq_billing_payment_tenant_id")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_billing_payment_transaction_id")),
    )
    op.create_index("ix_billing_payment_order", "billing_payment", ["order_id"], unique=False)
    op.create_index(op.f("ix_billing_payment_tenant_id"), "billing_payment", ["tenant_id"], unique=False)
    for table, replaces in APPEND_ONLY.items():
        only_grows(op, table, replaces)


def downgrade() -> None:
    for table in ("billing_payment", "billing_order", "billing_pack", "billing_seller", "billing_method"):
        op.drop_table(table)
