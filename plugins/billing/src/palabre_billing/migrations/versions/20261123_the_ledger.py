"""The ledger: accounts, transactions, entries, snapshots; what is posted cannot be changed."""

import sqlalchemy as sa
from alembic import op

revision = "b001"
down_revision = None
branch_labels = None
depends_on = None

#: Table, and what makes a new row replace an old one on SQLite, whose REPLACE calls no trigger of deletion.
APPEND_ONLY = {
    "billing_transaction": "id = NEW.id OR (tenant_id = NEW.tenant_id AND key = NEW.key)"
    " OR reverses_id = NEW.reverses_id",
    "billing_entry": "id = NEW.id OR (transaction_id = NEW.transaction_id AND account_id = NEW.account_id)",
}


def upgrade() -> None:
    op.create_table(
        "billing_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("is_customer", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["account.id"],
            name=op.f("fk_billing_account_owner_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_account_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_account")),
        sa.UniqueConstraint("owner_id", name=op.f("uq_billing_account_owner_id")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_billing_account_tenant_id")),
    )
    op.create_index(op.f("ix_billing_account_tenant_id"), "billing_account", ["tenant_id"])
    op.create_table(
        "billing_transaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=320), nullable=False),
        sa.Column("meeting", sa.String(length=32), nullable=True),
        sa.Column("meeting_name", sa.String(length=200), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["billing_transaction.id"],
            name=op.f("fk_billing_transaction_reverses_id_billing_transaction"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.id"],
            name=op.f("fk_billing_transaction_tenant_id_tenant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_transaction")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_billing_transaction_reverses_id")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_billing_transaction_tenant_id")),
    )
    op.create_index(op.f("ix_billing_transaction_tenant_id"), "billing_transaction", ["tenant_id"])
    op.create_index("ix_billing_transaction_meeting", "billing_transaction", ["tenant_id", "meeting"])
    op.create_table(
        "billing_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("credits <> 0", name=op.f("ck_billing_entry_moves")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["billing_account.id"], name=op.f("fk_billing_entry_account_id_billing_account")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_billing_entry_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["billing_transaction.id"],
            name=op.f("fk_billing_entry_transaction_id_billing_transaction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_entry")),
        sa.UniqueConstraint("transaction_id", "account_id", name=op.f("uq_billing_entry_transaction_id")),
    )
    op.create_index(op.f("ix_billing_entry_tenant_id"), "billing_entry", ["tenant_id"])
    op.create_index("ix_billing_entry_account", "billing_entry", ["account_id", "id"])
    op.create_table(
        "billing_snapshot",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["billing_account.id"],
            name=op.f("fk_billing_snapshot_account_id_billing_account"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.id"],
            name=op.f("fk_billing_snapshot_tenant_id_tenant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_billing_snapshot")),
    )
    op.create_index(op.f("ix_billing_snapshot_tenant_id"), "billing_snapshot", ["tenant_id"])
    _refuse_changes()


def downgrade() -> None:
    _refuse_while_balances_stand()
    for table in ("billing_snapshot", "billing_entry", "billing_transaction", "billing_account"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION billing_refuse_change()")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION billing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION '% only grows: post a correction', TG_TABLE_NAME "
            "USING ERRCODE = 'restrict_violation'; END $$"
        )
    for table, replaces in APPEND_ONLY.items():
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION billing_refuse_change()"
            )
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_change()"
            )
            continue
        refuse = f"SELECT RAISE(ABORT, '{table} only grows: post a correction')"
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END")
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of ours
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {replaces}) BEGIN {refuse}; END"
        )


def _refuse_while_balances_stand() -> None:
    """Taking the tables away would take what customers have paid for."""
    count, total = (
        op.get_bind()
        .execute(
            sa.text(
                "SELECT count(*), coalesce(sum(abs(total)), 0) FROM (SELECT sum(entry.credits) AS total "
                "FROM billing_entry entry JOIN billing_account account ON account.id = entry.account_id "
                "WHERE account.is_customer GROUP BY entry.account_id) balances WHERE total <> 0"
            )
        )
        .one()
    )
    if count:
        raise RuntimeError(
            f"{count} customers have balances that stand, {total} credits together; take or reverse them first "
            "(palabre billing balances lists them)"
        )
