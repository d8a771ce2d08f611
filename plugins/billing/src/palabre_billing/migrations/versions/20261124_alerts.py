"""Alerts: the balance below which somebody wants a mail."""

import sqlalchemy as sa
from alembic import op

revision = "b005"
down_revision = "b004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_alert",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("below", sa.Integer(), nullable=False),
        sa.Column("is_below", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("below > 0", name=op.f("ck_billing_alert_below")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["billing_account.id"], name=op.f("fk_billing_alert_account_id_billing_account")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_alert_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_billing_alert")),
    )
    op.create_index(op.f("ix_billing_alert_tenant_id"), "billing_alert", ["tenant_id"], unique=False)


def downgrade() -> None:
    op.drop_table("billing_alert")
