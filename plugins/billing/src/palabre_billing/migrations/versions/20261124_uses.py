"""What other plugins declare, as it was used and paid."""

import sqlalchemy as sa
from alembic import op

from palabre_billing.append_only import only_grows

revision = "b007"
down_revision = "b006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting", sa.String(length=32), nullable=False),
        sa.Column("meeting_name", sa.String(length=200), nullable=False),
        sa.Column("chargeable", sa.String(length=64), nullable=False),
        sa.Column("variant", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("payer_id", sa.Integer(), nullable=False),
        sa.Column("price_list_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["billing_account.id"], name=op.f("fk_billing_use_payer_id_billing_account")
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["billing_price_list.id"],
            name=op.f("fk_billing_use_price_list_id_billing_price_list"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_use_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["billing_transaction.id"],
            name=op.f("fk_billing_use_transaction_id_billing_transaction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_use")),
        sa.UniqueConstraint("tenant_id", "chargeable", "key", name=op.f("uq_billing_use_tenant_id")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_billing_use_transaction_id")),
    )
    op.create_index(op.f("ix_billing_use_tenant_id"), "billing_use", ["tenant_id"], unique=False)
    only_grows(
        op,
        "billing_use",
        "id = NEW.id OR transaction_id = NEW.transaction_id"
        " OR (tenant_id = NEW.tenant_id AND chargeable = NEW.chargeable AND key = NEW.key)",
    )


def downgrade() -> None:
    op.drop_table("billing_use")
