"""What whoever runs the installation does with an account: make it an operator's, disable it, enable it again."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from palabre.accounts.sessions import end_sessions
from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.model import Account


def promote_account(session: Session, account: Account) -> None:
    """Let an account run the installation.

    :raises Refused: ``account_disabled``, ``already_operator``.
    """
    if not account.is_active:
        raise Refused("account_disabled", _("The account {email} is disabled.").format(email=account.email))
    if account.is_operator:
        raise Refused(
            "already_operator", _("The account {email} is an operator already.").format(email=account.email)
        )
    account.is_operator = True
    session.flush()


def disable_account(session: Session, account: Account, *, now: datetime) -> None:
    """Nobody signs in to the account any more: every browser is signed out, and links that were mailed are used up.
    Its meetings stay as they are planned.

    :raises Refused: ``account_disabled``.
    """
    if not account.is_active:
        raise Refused(
            "account_disabled", _("The account {email} is disabled already.").format(email=account.email)
        )
    account.is_active, account.sign_in_key = False, secrets.token_hex(32)
    end_sessions(session, account, now=now)
    session.flush()


def enable_account(session: Session, account: Account) -> None:
    """Let its owner sign in again, with the same password.

    :raises Refused: ``account_enabled``.
    """
    if account.is_active:
        raise Refused(
            "account_enabled", _("The account {email} is not disabled.").format(email=account.email)
        )
    account.is_active = True
    session.flush()
