"""The second factor: a code of an authenticator application (RFC 6238), or one of the codes kept for need."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.model import Account

#: Seconds of a code, and its digits: what every authenticator application takes for granted.
STEP_S, DIGITS = 30, 6
#: How many codes are kept for need.
RECOVERY_CODES = 10


def begin_second_factor() -> str:
    """A new secret for an authenticator application, in base 32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def provisioning_uri(totp_secret: str, *, email: str, issuer: str) -> str:
    """What the QR code says to the application (``otpauth://``)."""
    label = f"{quote(issuer)}:{quote(email)}"
    return f"otpauth://totp/{label}?secret={totp_secret}&issuer={quote(issuer)}"


def enable_second_factor(
    session: Session, account: Account, *, totp_secret: str, code: str, now: datetime
) -> list[str]:
    """Ask for a second factor from now on.

    :param code: that the application shows, which proves that it has the secret.
    :returns: codes that each replace it once; they are kept as hashes, so show them now.
    :raises Refused: ``bad_code``.
    """
    step = _step_of(totp_secret, code, now)
    if step is None:
        raise Refused("bad_code", _("This is not the code that the application shows now. Try the next one."))
    codes = ["-".join((secrets.token_hex(3), secrets.token_hex(3))) for _number in range(RECOVERY_CODES)]
    account.totp_secret, account.second_factor = totp_secret, "authenticator"
    account.totp_step = step
    account.recovery_codes = [_hash(one) for one in codes]
    session.flush()
    return codes


def is_second_factor(session: Session, account: Account, code: str, *, now: datetime) -> bool:
    """Whether a code is right, which uses it up: each lets in once (RFC 6238, section 5.2)."""
    code = code.strip().lower().replace(" ", "")
    # Of two that bring the same code at once, the second waits here and finds it used up.
    row = session.scalars(select(Account).where(Account.id == account.id).with_for_update()).one()
    session.refresh(row, ["recovery_codes", "totp_secret", "totp_step"])
    step = _step_of(row.totp_secret, code, now) if row.totp_secret else None
    if step is not None and step > (row.totp_step or 0):
        row.totp_step = step
        session.flush()
        return True
    hashed = _hash(code)
    if not any(hmac.compare_digest(hashed, one) for one in row.recovery_codes):
        return False
    row.recovery_codes = [one for one in row.recovery_codes if one != hashed]
    session.flush()
    return True


def drop_second_factor(session: Session, account: Account) -> None:
    """Ask for the password only."""
    account.second_factor = account.totp_secret = account.totp_step = None
    account.recovery_codes = []
    session.flush()


def _step_of(totp_secret: str, code: str, now: datetime) -> int | None:
    """Step of a code that is the present one, or the one before or after: clocks differ (RFC 6238, section 5.2)."""
    totp = TOTP(base64.b32decode(totp_secret), DIGITS, SHA1(), STEP_S)  # noqa: S303 - RFC 6238 and the applications
    for drift in (0, -STEP_S, STEP_S):
        at = int(now.timestamp()) + drift
        try:
            totp.verify(code.replace(" ", "").encode(), at)
        except InvalidToken:
            continue
        return at // STEP_S
    return None


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
