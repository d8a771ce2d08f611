"""What an account holds, for its owner; and closing it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from palabre.accounts.sessions import sessions_of
from palabre.hookspecs import accounts as hooks
from palabre.model import Account, Base, Contact, Invitee, Meeting
from palabre.plugins.host import PluginHost

#: Columns that are nobody's business, not even in the owner's export: secrets, and keys of rows.
_KEPT_BACK = {"id", "tenant_id", "account_id", "organiser_id", "meeting_id", "link_id", "sort_key"}


def export_account(session: Session, account: Account, *, now: datetime) -> dict[str, Any]:
    """Everything that is kept about somebody, ready for JSON. Times are UTC in ISO 8601.

    The recordings, forms and the like of plugins are exported where they are shown.
    """
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.organiser_id == account.id)
        .options(selectinload(Meeting.occurrences))
        .order_by(Meeting.id)
    ).all()
    invitees: dict[int, list[dict[str, Any]]] = {}
    for one in session.scalars(
        select(Invitee)
        .join(Meeting, Meeting.id == Invitee.meeting_id)
        .where(Meeting.organiser_id == account.id)
        .order_by(Invitee.id)
    ):
        invitees.setdefault(one.meeting_id, []).append(_row(one))
    contacts = session.scalars(
        select(Contact)
        .where(Contact.account_id == account.id, Contact.removed_at.is_(None))
        .options(selectinload(Contact.labels))
        .order_by(Contact.id)
    )
    return {
        "exported_at": now.isoformat(),
        "account": {
            name: _value(getattr(account, name))
            for name in (
                "email",
                "name",
                "language",
                "time_zone",
                "created_at",
                "confirmed_at",
                "second_factor",
            )
        },
        "sessions": [
            {
                name: _value(getattr(one, name))
                for name in ("user_agent", "address", "created_at", "last_seen_at")
            }
            for one in sessions_of(session, account, now=now)
        ],
        "passkeys": [
            {name: _value(getattr(one, name)) for name in ("name", "created_at", "last_used_at")}
            for one in account.passkeys
        ],
        "contacts": [
            {**_row(contact), "labels": [label.label for label in contact.labels]} for contact in contacts
        ],
        "meetings": [
            {
                **_row(meeting),
                "occurrences": [_row(one) for one in meeting.occurrences],
                "guests": invitees.get(meeting.id, []),
            }
            for meeting in meetings
        ],
    }


def close_account(session: Session, *, plugins: PluginHost, account: Account) -> None:
    """Delete an account, with its contacts, drafts and sessions. Its meetings stay without an organiser, for those who
    were there; cancel what is planned before.

    :raises Refused: from a plugin's guard ``account_closing``.
    """
    plugins.guard(hooks.account_closing, session=session, account=account)
    session.delete(account)
    session.flush()


def _row(row: Base) -> dict[str, Any]:
    return {
        column.key: _value(getattr(row, column.key))
        for column in row.__mapper__.column_attrs
        if column.key not in _KEPT_BACK
    }


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
