"""Referral: personal links, and who came by them."""

import sqlalchemy as sa
from alembic import op

revision = "b006"
down_revision = "b005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referrer_id", sa.Integer(), nullable=True),
        sa.Column("referred_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["referred_id"],
            ["account.id"],
            name=op.f("fk_billing_referral_referred_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["referrer_id"],
            ["account.id"],
            name=op.f("fk_billing_referral_referrer_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.id"],
            name=op.f("fk_billing_referral_tenant_id_tenant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_referral")),
        sa.UniqueConstraint("referred_id", name=op.f("uq_billing_referral_referred_id")),
    )
    op.create_index(
        op.f("ix_billing_referral_referrer_id"), "billing_referral", ["referrer_id"], unique=False
    )
    op.create_index(op.f("ix_billing_referral_tenant_id"), "billing_referral", ["tenant_id"], unique=False)
    op.create_table(
        "billing_referrer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("mailed", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_billing_referrer_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.id"],
            name=op.f("fk_billing_referrer_tenant_id_tenant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_referrer")),
        sa.UniqueConstraint("account_id", name=op.f("uq_billing_referrer_account_id")),
        sa.UniqueConstraint("code", name=op.f("uq_billing_referrer_code")),
    )
    op.create_index(op.f("ix_billing_referrer_tenant_id"), "billing_referrer", ["tenant_id"], unique=False)


def downgrade() -> None:
    for table in ("billing_referral", "billing_referrer"):
        op.drop_table(table)
