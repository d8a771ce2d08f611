"""Invoices: numbers without gaps, and an archive that nothing changes."""

import sqlalchemy as sa
from alembic import op

from palabre_billing.append_only import only_grows

revision = "b004"
down_revision = "b003"
branch_labels = None
depends_on = None

#: Table, and what makes a new row replace an old one on SQLite, whose REPLACE calls no trigger of deletion.
APPEND_ONLY = {
    "billing_invoice": "id = NEW.id OR payment_id = NEW.payment_id OR public_id = NEW.public_id"
    " OR (tenant_id = NEW.tenant_id AND year = NEW.year AND number = NEW.number)",
    "billing_invoice_file": "invoice_id = NEW.invoice_id",
}


def upgrade() -> None:
    op.create_table(
        "billing_invoice_counter",
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.id"],
            name=op.f("fk_billing_invoice_counter_tenant_id_tenant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "year", name=op.f("pk_billing_invoice_counter")),
    )
    op.create_table(
        "billing_invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "invoice",
                "credit_note",
                name="invoicekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["billing_order.id"], name=op.f("fk_billing_invoice_order_id_billing_order")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["billing_payment.id"], name=op.f("fk_billing_invoice_payment_id_billing_payment")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_invoice_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_invoice")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_billing_invoice_payment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_billing_invoice_public_id")),
        sa.UniqueConstraint("tenant_id", "year", "number", name=op.f("uq_billing_invoice_tenant_id")),
    )
    op.create_index(op.f("ix_billing_invoice_order_id"), "billing_invoice", ["order_id"], unique=False)
    op.create_index(op.f("ix_billing_invoice_tenant_id"), "billing_invoice", ["tenant_id"], unique=False)
    op.create_table(
        "billing_invoice_file",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["billing_invoice.id"],
            name=op.f("fk_billing_invoice_file_invoice_id_billing_invoice"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.id"],
            name=op.f("fk_billing_invoice_file_tenant_id_tenant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_billing_invoice_file")),
    )
    op.create_index(
        op.f("ix_billing_invoice_file_tenant_id"), "billing_invoice_file", ["tenant_id"], unique=False
    )
    for table, replaces in APPEND_ONLY.items():
        only_grows(op, table, replaces)


def downgrade() -> None:
    for table in ("billing_invoice_file", "billing_invoice", "billing_invoice_counter"):
        op.drop_table(table)
