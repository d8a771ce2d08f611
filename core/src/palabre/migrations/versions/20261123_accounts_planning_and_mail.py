"""Accounts that sign in, contacts, the guest list, occurrences, duties and mail."""

import secrets

import sqlalchemy as sa
from alembic import op

from palabre.i18n.folding import folded

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_session_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_account_session_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_account_session_key_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_account_session_public_id")),
    )
    op.create_index("ix_account_session_account_id", "account_session", ["account_id"], unique=False)
    op.create_index("ix_account_session_tenant_id", "account_session", ["tenant_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.String(length=600), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_contact_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_contact_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_public_id")),
    )
    op.create_index("ix_contact_account_sort", "contact", ["account_id", "sort_key", "id"], unique=False)
    op.create_index("ix_contact_account_phone", "contact", ["account_id", "phone"], unique=False)
    op.create_index("ix_contact_removed_at", "contact", ["removed_at"], unique=False)
    op.create_index(
        "uq_contact_account_email",
        "contact",
        ["account_id", "email"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index("ix_contact_tenant_id", "contact", ["tenant_id"], unique=False)
    op.create_table(
        "meeting_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_meeting_draft_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_meeting_draft_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_draft")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_draft_public_id")),
    )
    op.create_index("ix_meeting_draft_account_id", "meeting_draft", ["account_id"], unique=False)
    op.create_index("ix_meeting_draft_tenant_id", "meeting_draft", ["tenant_id"], unique=False)
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("extensions", sa.String(length=255), nullable=True),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("usage", sa.String(length=64), nullable=False),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_passkey_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_passkey_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index("ix_passkey_account_id", "passkey", ["account_id"], unique=False)
    op.create_index("ix_passkey_tenant_id", "passkey", ["tenant_id"], unique=False)
    op.create_table(
        "contact_label",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_contact_label_contact_id_contact"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_contact_label_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "label", name=op.f("pk_contact_label")),
    )
    op.create_index("ix_contact_label_tenant_id", "contact_label", ["tenant_id"], unique=False)
    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_duty_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_duty_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("key", name=op.f("uq_duty_key")),
    )
    op.create_index("ix_duty_meeting_id", "duty", ["meeting_id"], unique=False)
    op.create_index("ix_duty_open_due", "duty", ["is_open", "due_at"], unique=False)
    op.create_index("ix_duty_tenant_id", "duty", ["tenant_id"], unique=False)
    op.create_table(
        "occurrence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("recurrence_id", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_min", sa.Integer(), nullable=False),
        sa.Column("is_exception", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "live",
                "ended",
                "cancelled",
                name="meetingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_occurrence_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_occurrence_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
        sa.UniqueConstraint("meeting_id", "recurrence_id", name=op.f("uq_occurrence_meeting_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_occurrence_public_id")),
    )
    op.create_index("ix_occurrence_meeting_id", "occurrence", ["meeting_id"], unique=False)
    op.create_index("ix_occurrence_state_start", "occurrence", ["state", "starts_at"], unique=False)
    op.create_index("ix_occurrence_tenant_id", "occurrence", ["tenant_id"], unique=False)
    op.create_table(
        "invitee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("search_text", sa.String(length=1200), nullable=False),
        sa.Column(
            "role",
            sa.Enum("presenter", "guest", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column(
            "response",
            sa.Enum(
                "none",
                "accepted",
                "tentative",
                "declined",
                name="response",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounce", sa.String(length=500), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["join_link.id"], name=op.f("fk_invitee_link_id_join_link"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_invitee_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_invitee_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitee")),
        sa.UniqueConstraint("link_id", name=op.f("uq_invitee_link_id")),
        sa.UniqueConstraint("meeting_id", "email", name=op.f("uq_invitee_meeting_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitee_public_id")),
    )
    op.create_index("ix_invitee_meeting_id", "invitee", ["meeting_id"], unique=False)
    op.create_index("ix_invitee_tenant_id", "invitee", ["tenant_id"], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("invitee_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sent",
                "failed",
                "withdrawn",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_mail_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invitee_id"], ["invitee.id"], name=op.f("fk_mail_invitee_id_invitee"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_mail_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_mail_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mail_public_id")),
    )
    op.create_index("ix_mail_account_id", "mail", ["account_id"], unique=False)
    op.create_index("ix_mail_invitee_id", "mail", ["invitee_id"], unique=False)
    op.create_index("ix_mail_meeting_state", "mail", ["meeting_id", "state"], unique=False)
    op.create_index("ix_mail_state_due", "mail", ["state", "due_at"], unique=False)
    op.create_index("ix_mail_tenant_id", "mail", ["tenant_id"], unique=False)
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("is_active", sa.Boolean(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("sign_in_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("password_set_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("second_factor", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("totp_secret", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("totp_step", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("recovery_codes", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("passkey_handle", sa.String(length=64), nullable=True))

    # Whoever could sign in before could because somebody vouched for the address.
    account = sa.table(
        "account",
        sa.column("id"),
        sa.column("sign_in_key"),
        sa.column("confirmed_at"),
        sa.column("created_at"),
    )
    connection = op.get_bind()
    for (account_id,) in connection.execute(sa.select(account.c.id)).all():
        connection.execute(
            account.update()
            .where(account.c.id == account_id)
            .values(sign_in_key=secrets.token_hex(32), confirmed_at=account.c.created_at)
        )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.alter_column("sign_in_key", existing_type=sa.String(length=64), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_account_passkey_handle"), ["passkey_handle"])
        batch_op.create_unique_constraint(batch_op.f("uq_account_sign_in_key"), ["sign_in_key"])

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("duration_min", sa.Integer(), server_default="60", nullable=False))
        batch_op.add_column(sa.Column("repeat_rule", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("first_start", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("is_public", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("early_entry", sa.Boolean(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("options", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("words", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("mail_on_planning", sa.Boolean(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("mail_before_min", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("mail_at_start", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("edit", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("planned_from", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("start_refused", sa.Text(), nullable=True))
        batch_op.create_index(
            "ix_meeting_organiser_state_start", ["organiser_id", "state", "starts_at"], unique=False
        )
        batch_op.create_index("ix_meeting_state_start", ["state", "starts_at"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_meeting_planned_from"), ["planned_from"])
        batch_op.add_column(
            sa.Column("search_name", sa.String(length=800), server_default="", nullable=False)
        )

    meeting = sa.table(
        "meeting",
        sa.column("id"),
        sa.column("name"),
        sa.column("search_name"),
        sa.column("starts_at"),
        sa.column("first_start"),
    )
    connection.execute(meeting.update().values(first_start=meeting.c.starts_at))
    for meeting_id, name in connection.execute(sa.select(meeting.c.id, meeting.c.name)).all():
        connection.execute(
            meeting.update().where(meeting.c.id == meeting_id).values(search_name=folded(name))
        )

    with op.batch_alter_table("join_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_id", sa.Integer(), nullable=True))
        batch_op.create_index("ix_join_link_account_id", ["account_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_join_link_account_id_account"),
            "account",
            ["account_id"],
            ["id"],
            ondelete="CASCADE",
        )


def downgrade() -> None:
    with op.batch_alter_table("join_link", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_join_link_account_id_account"), type_="foreignkey")
        batch_op.drop_index("ix_join_link_account_id")
        batch_op.drop_column("account_id")

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_meeting_planned_from"), type_="unique")
        batch_op.drop_index("ix_meeting_state_start")
        batch_op.drop_index("ix_meeting_organiser_state_start")
        batch_op.drop_column("search_name")
        batch_op.drop_column("start_refused")
        batch_op.drop_column("planned_from")
        batch_op.drop_column("edit")
        batch_op.drop_column("revision")
        batch_op.drop_column("mail_at_start")
        batch_op.drop_column("mail_before_min")
        batch_op.drop_column("mail_on_planning")
        batch_op.drop_column("words")
        batch_op.drop_column("options")
        batch_op.drop_column("early_entry")
        batch_op.drop_column("is_public")
        batch_op.drop_column("first_start")
        batch_op.drop_column("repeat_rule")
        batch_op.drop_column("duration_min")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_account_sign_in_key"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_account_passkey_handle"), type_="unique")
        batch_op.drop_column("passkey_handle")
        batch_op.drop_column("recovery_codes")
        batch_op.drop_column("totp_step")
        batch_op.drop_column("totp_secret")
        batch_op.drop_column("second_factor")
        batch_op.drop_column("password_set_at")
        batch_op.drop_column("sign_in_key")
        batch_op.drop_column("is_active")
        batch_op.drop_column("confirmed_at")

    op.drop_table("mail")
    op.drop_table("invitee")
    op.drop_table("occurrence")
    op.drop_table("duty")
    op.drop_table("contact_label")
    op.drop_table("passkey")
    op.drop_table("meeting_draft")
    op.drop_table("contact")
    op.drop_table("account_session")
