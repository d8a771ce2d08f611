"""Tokens in links of mails: signed, good for a while, and used up by what they bring about."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.invitations import Secret
from palabre.model import Account

_TOKEN = re.compile(r"([0-9a-z]{1,32})\.([0-9]{1,12})\.([A-Za-z0-9_-]{1,64})")


def make_token(
    secret: Secret, account: Account, *, purpose: str, now: datetime, for_h: int, about: str = ""
) -> str:
    """A token for one purpose.

    It is bound to address, password, confirmation and sign-in key of the account as they are, and so used up as soon
    as it, or anything else, changes one of them.

    :param about: what else it vouches for, such as the new address; whoever reads it must name the same.
    """
    until = int((now + timedelta(hours=for_h)).timestamp())
    return f"{account.public_id}.{until}.{_code(secret, account, purpose, until, about)}"


def read_token(
    session: Session, secret: Secret, token: str, *, purpose: str, now: datetime, about: str = ""
) -> Account:
    """The account of a token.

    :raises Refused: ``bad_token``: made by somebody else, for something else, too old, or used up.
    """
    well_formed = _TOKEN.fullmatch(token)
    if well_formed:
        public_id, until, code = well_formed.groups()
        account = session.scalar(select(Account).where(Account.public_id == public_id))
        if (
            account is not None
            and account.is_active
            and hmac.compare_digest(code, _code(secret, account, purpose, int(until), about))
            and datetime.fromtimestamp(int(until), UTC) > now
        ):
            return account
    raise Refused(
        "bad_token", _("This link is no longer valid. Ask for a new one; only the newest mail counts.")
    )


def _code(secret: Secret, account: Account, purpose: str, until: int, about: str) -> str:
    confirmed = account.confirmed_at.isoformat() if account.confirmed_at else ""
    state = "\n".join((account.email, account.password_hash or "", confirmed, account.sign_in_key, about))
    digest = hashlib.sha256(state.encode()).hexdigest()
    return secret.derive(f"account-{purpose}", f"{account.public_id}.{until}.{digest}")
