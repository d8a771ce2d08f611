"""Sending the mails of a test, and what became of them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from palabre.application import Application
from palabre.mail.delivery import carrier
from palabre.model import Mail
from palabre.worker.mailing import send_due

Owe = Callable[..., None]


def send(application: Application) -> int:
    by = carrier(application.settings.mail, application.settings.data_dir)
    try:
        return send_due(application, by)
    finally:
        by.close()


def rows(application: Application) -> dict[str, Mail]:
    with application.db.reading() as session:
        return {mail.key: mail for mail in session.scalars(select(Mail).order_by(Mail.id))}
