"""Mails to the owner of an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from palabre.mail import queue_mail
from palabre.model import Account
from palabre.model.base import public_id


def mail_owner(
    session: Session, account: Account, kind: str, *, now: datetime, data: dict[str, str] | None = None
) -> None:
    """Owe a mail to the address of an account, in its owner's language.

    :param kind: whose letter is written.
    :param data: what the letter needs beside the rows.
    """
    queue_mail(
        session,
        key=f"{kind}:{account.id}:{public_id()}",
        kind=kind,
        email=account.email,
        name=account.name,
        language=account.language,
        tenant_id=account.tenant_id,
        now=now,
        account_id=account.id,
        data=dict(data or {}),
    )
