"""Changing an account: its password, its address, its name, language and zone."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from palabre.accounts.mails import mail_owner
from palabre.accounts.registering import check_name, find_account
from palabre.accounts.sessions import end_sessions
from palabre.accounts.tokens import make_token, read_token
from palabre.calendar import zone_of
from palabre.errors import Refused
from palabre.i18n import LANGUAGES
from palabre.i18n import gettext as _
from palabre.invitations import Secret
from palabre.mail import check_address, queue_mail
from palabre.model import Account
from palabre.model.base import public_id

#: Hours that the links of these mails are good.
RESET_H, EMAIL_CHANGE_H = 2, 24


def request_password_reset(session: Session, secret: Secret, *, email: str, now: datetime) -> None:
    """Mail a link to a new password, where there is such an account. The answer to the person is always the same."""
    account = find_account(session, email)
    if account is None or not account.is_active:
        return
    if account.confirmed_at is None:
        token = make_token(secret, account, purpose="confirm", now=now, for_h=EMAIL_CHANGE_H)
        mail_owner(session, account, "account.confirm", now=now, data={"path": f"/account/confirm/{token}"})
        return
    token = make_token(secret, account, purpose="reset", now=now, for_h=RESET_H)
    mail_owner(session, account, "account.reset", now=now, data={"path": f"/account/reset/{token}"})


def account_of_reset(session: Session, secret: Secret, token: str, *, now: datetime) -> Account:
    """Whose new password a token lets choose.

    :raises Refused: ``bad_token``.
    """
    return read_token(session, secret, token, purpose="reset", now=now)


def reset_password(
    session: Session, secret: Secret, *, token: str, password_hash: str, now: datetime
) -> Account:
    """A new password by the link of a mail. Everywhere is signed out.

    :raises Refused: ``bad_token``.
    """
    account = account_of_reset(session, secret, token, now=now)
    set_password(session, account, password_hash=password_hash, now=now)
    end_sessions(session, account, now=now)
    return account


def set_password(session: Session, account: Account, *, password_hash: str, now: datetime) -> None:
    """Keep a new password and tell the owner by mail."""
    account.password_hash, account.password_set_at = password_hash, now
    # Links that were mailed before are used up.
    account.sign_in_key = secrets.token_hex(32)
    mail_owner(session, account, "account.password_changed", now=now)
    session.flush()


def change_email(session: Session, secret: Secret, account: Account, *, email: str, now: datetime) -> None:
    """Mail a link to a new address; the account changes when it is followed. A taken address gets a mail that says so.

    :raises Refused: ``bad_address``.
    """
    email = check_address(email)
    if email == account.email:
        raise Refused("same_address", _("This is the address you have already."))
    taken = find_account(session, email)
    if taken is not None:
        mail_owner(session, taken, "account.exists", now=now)
        return
    token = make_token(secret, account, purpose="email", now=now, for_h=EMAIL_CHANGE_H, about=email)
    queue_mail(
        session,
        key=f"account.email_change:{account.id}:{public_id()}",
        kind="account.email_change",
        email=email,
        name=account.name,
        language=account.language,
        tenant_id=account.tenant_id,
        now=now,
        account_id=account.id,
        data={"path": f"/account/email/{token}", "email": email},
    )


def confirm_email_change(
    session: Session, secret: Secret, *, token: str, email: str, now: datetime
) -> Account:
    """The new address is right. The old one is told.

    :param email: the new address, as the link says it; the token vouches for it.
    :raises Refused: ``bad_token``, ``email_taken``.
    """
    account = read_token(session, secret, token, purpose="email", now=now, about=email)
    if find_account(session, email) is not None:
        raise Refused("email_taken", _("This address belongs to another account meanwhile."))
    mail_owner(session, account, "account.email_changed", now=now, data={"email": email})
    account.email = check_address(email)
    session.flush()
    return account


def change_settings(session: Session, account: Account, *, name: str, language: str, time_zone: str) -> None:
    """Keep name, language and zone.

    :raises Refused: ``bad_name``, ``bad_language``, ``unknown_zone``.
    """
    clean = check_name(name)
    if language not in LANGUAGES:
        raise Refused("bad_language", _("Choose one of the languages."))
    zone_of(time_zone)
    account.name, account.language, account.time_zone = clean, language, time_zone
    session.flush()
