"""Signing up: nobody learns whether an address is known, and an account counts once its address is confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from palabre.accounts.mails import mail_owner
from palabre.accounts.tokens import make_token, read_token
from palabre.calendar.times import is_zone
from palabre.errors import NotFound, Refused
from palabre.hookspecs import accounts as hooks
from palabre.i18n import LANGUAGES
from palabre.i18n import gettext as _
from palabre.invitations import Secret
from palabre.mail import check_address, clean_line
from palabre.model import Account
from palabre.plugins.host import PluginHost

#: Hours that the link of a confirmation is good.
CONFIRM_H = 72
LONGEST_NAME = 200


def sign_up(
    session: Session,
    *,
    plugins: PluginHost,
    secret: Secret,
    email: str,
    name: str,
    language: str,
    time_zone: str,
    tenant_id: int,
    now: datetime,
) -> Account | None:
    """Register somebody who asks for an account, and mail them a link behind which they choose a password.

    The answer to the person is the same whether the address is known or not; whoever owns a known one gets a mail that
    says so. Whoever asks again before confirming has corrected what was typed: the last one counts.

    :returns: the new account, for ``account_registered`` after the commit; ``None`` when the address was known.
    :raises Refused: ``bad_address``, ``bad_name``, or what a plugin's guard ``account_registering`` says.
    """
    email, name = check_address(email), check_name(name)
    plugins.guard(hooks.account_registering, session=session, email=email, name=name)
    account = find_account(session, email)
    is_new = account is None
    if account is None:
        account = _add(session, email, name, language, time_zone, tenant_id, now)
    if account.confirmed_at is None:
        account.name = name
        account.language, account.time_zone = _known_place(language, time_zone)
        _mail_confirmation(session, secret, account, now=now)
    else:
        mail_owner(session, account, "account.exists", now=now)
    return account if is_new else None


def create_account(
    session: Session,
    *,
    email: str,
    name: str,
    password_hash: str | None,
    tenant_id: int,
    now: datetime,
    language: str = "en",
    time_zone: str = "UTC",
    is_operator: bool = False,
) -> Account:
    """Make a confirmed account, as whoever runs the installation does.

    :raises Refused: ``bad_address``, ``bad_name``, ``email_taken``.
    """
    email, name = check_address(email), check_name(name)
    if find_account(session, email) is not None:
        raise Refused(
            "email_taken", _("There is an account with the address {email} already.").format(email=email)
        )
    account = _add(session, email, name, language, time_zone, tenant_id, now)
    account.confirmed_at, account.is_operator = now, is_operator
    if password_hash is not None:
        account.password_hash, account.password_set_at = password_hash, now
    session.flush()
    return account


def account_of_token(session: Session, secret: Secret, token: str, *, now: datetime) -> Account:
    """Whose confirmation a token is, before anything is changed.

    :raises Refused: ``bad_token``.
    """
    return read_token(session, secret, token, purpose="confirm", now=now)


def confirm(session: Session, secret: Secret, *, token: str, password_hash: str, now: datetime) -> Account:
    """The address is right: the account counts, with the password that was chosen. Notify ``account_confirmed`` after
    the commit.

    :raises Refused: ``bad_token``.
    """
    account = account_of_token(session, secret, token, now=now)
    account.confirmed_at, account.password_hash, account.password_set_at = now, password_hash, now
    session.flush()
    return account


def find_account(session: Session, email: str) -> Account | None:
    """The account of an address, in this tenant."""
    return session.scalar(select(Account).where(Account.email == email.strip().lower()))


def own_account(session: Session, email: str) -> Account:
    """The same, for commands.

    :raises NotFound: ``unknown_account``.
    """
    account = find_account(session, email)
    if account is None:
        raise NotFound(
            "unknown_account", _("There is no account with the address {email}.").format(email=email)
        )
    return account


def check_name(name: str) -> str:
    """A person's name as it is kept.

    :raises Refused: ``bad_name``.
    """
    clean = clean_line(name, longest=LONGEST_NAME)
    if not clean:
        raise Refused("bad_name", _("Write your name, as others are to read it."))
    return clean


def _add(
    session: Session, email: str, name: str, language: str, time_zone: str, tenant_id: int, now: datetime
) -> Account:
    language, time_zone = _known_place(language, time_zone)
    account = Account(
        tenant_id=tenant_id,
        email=email,
        name=name,
        language=language,
        time_zone=time_zone,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError:  # a second click, in another process
        return session.scalars(select(Account).where(Account.email == email)).one()
    return account


def _known_place(language: str, time_zone: str) -> tuple[str, str]:
    """A language and a zone as a browser named them, or the usual ones where it named none that we know."""
    return (
        language if language in LANGUAGES else LANGUAGES[0],
        time_zone if is_zone(time_zone) else "UTC",
    )


def _mail_confirmation(session: Session, secret: Secret, account: Account, *, now: datetime) -> None:
    token = make_token(secret, account, purpose="confirm", now=now, for_h=CONFIRM_H)
    mail_owner(session, account, "account.confirm", now=now, data={"path": f"/account/confirm/{token}"})
