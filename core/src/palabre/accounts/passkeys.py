"""Passkeys (W3C Web Authentication, level 3): keys in a telephone, a computer or a security key, which sign one in
without a password.

The authenticator asks its owner for a finger, a face or a PIN each time. What one has and what one is or knows: both
factors at once, so nothing else is asked for.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from palabre.accounts.mails import mail_owner
from palabre.errors import NotFound, Refused
from palabre.i18n import gettext as _
from palabre.mail import clean_line
from palabre.model import Account, Passkey

#: So long somebody may take to answer, in seconds.
ANSWER_WITHIN_S = 300
#: Most passkeys of one account, and most characters of a name.
MOST, LONGEST_NAME = 20, 64

#: What the library raises about an answer that no authenticator gave; the last is for JSON that is nested too deeply.
_MALFORMED = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Site:
    """The site for which a passkey is good.

    :param host: its host name without port (WebAuthn's RP ID). Passkeys know names, not numeric addresses.
    :param origin: scheme, host and port, as the browser says where it is.
    :param name: the brand, as the browser shows it.
    """

    host: str
    origin: str
    name: str


@dataclass(frozen=True)
class Challenge:
    """What an authenticator has to sign; whoever asked keeps it until the answer comes."""

    value: bytes
    asked_at: datetime


#: For ``navigator.credentials``, as JSON has them.
Options = dict[str, Any]


def begin_registration(
    session: Session, account: Account, *, site: Site, now: datetime
) -> tuple[Challenge, Options]:
    """Ask a browser to make a passkey. Ask for the password before.

    :raises Refused: ``too_many_passkeys``.
    """
    if len(account.passkeys) >= MOST:
        raise Refused(
            "too_many_passkeys", _("An account has at most {count} passkeys. Remove one.").format(count=MOST)
        )
    if account.passkey_handle is None:
        account.passkey_handle = secrets.token_hex(32)
        session.flush()
    value = secrets.token_bytes(32)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=bytes.fromhex(account.passkey_handle),
        user_name=account.email,
        user_display_name=account.name,
        challenge=value,
        timeout=ANSWER_WITHIN_S * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(
                id=one.credential_id, transports=[AuthenticatorTransport(way) for way in one.transports]
            )
            for one in account.passkeys
        ],
    )
    return Challenge(value, now), options_to_json_dict(options)


def finish_registration(
    session: Session,
    account: Account,
    *,
    site: Site,
    challenge: Challenge,
    answer: str,
    name: str,
    now: datetime,
) -> Passkey:
    """Keep the passkey that a browser made, and tell the owner by mail.

    :param answer: the browser's, as JSON.
    :raises Refused: ``passkey_too_late``, ``passkey_refused``, ``passkey_known``.
    """
    _check_time(challenge, now)
    try:
        credential = parse_registration_credential_json(answer)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge.value,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        raise _refused() from error
    passkey = Passkey(
        tenant_id=account.tenant_id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=[way.value for way in credential.response.transports or ()],
        name=_clean_name(name),
        usage="first",
        backup_state=verified.credential_backed_up,
        device_type=verified.credential_device_type.value,
        created_at=now,
        last_used_at=now,
    )
    try:
        with session.begin_nested():
            account.passkeys.append(passkey)
    except IntegrityError:
        raise Refused("passkey_known", _("This passkey is in use already.")) from None
    mail_owner(session, account, "account.passkey_added", now=now, data={"passkey": passkey.name})
    return passkey


def begin_authentication(*, site: Site, now: datetime) -> tuple[Challenge, Options]:
    """Ask a browser for any passkey that it has for the site; nobody says who they are before."""
    value = secrets.token_bytes(32)
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=value,
        timeout=ANSWER_WITHIN_S * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Challenge(value, now), options_to_json_dict(options)


def finish_authentication(
    session: Session, *, site: Site, challenge: Challenge, answer: str, now: datetime
) -> Account:
    """Whose passkey a browser has. Each answer counts once.

    :param answer: the browser's, as JSON.
    :raises Refused: ``passkey_too_late``, ``passkey_refused``.
    """
    _check_time(challenge, now)
    try:
        credential = parse_authentication_credential_json(answer)
    except _MALFORMED as error:
        raise _refused() from error
    # Of two that bring the same answer at once, the second waits here and finds it used.
    passkey = session.scalar(
        select(Passkey).where(Passkey.credential_id == credential.raw_id).with_for_update()
    )
    if passkey is None:
        raise Refused(
            "passkey_refused",
            _("This passkey is not known here. Sign in with your password, and remove it from your device."),
        )
    verified = _verify(passkey, credential, site, challenge)
    account = passkey.account
    is_owner = (account.passkey_handle or "") == (credential.response.user_handle or b"").hex()
    # Counters of passkeys that are kept on several devices stay at zero: an answer to what was asked before the last
    # use may have been seen before.
    if (
        not is_owner
        or challenge.asked_at <= passkey.last_used_at
        or not account.is_active
        or not account.confirmed_at
    ):
        raise _refused()
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, now
    passkey.backup_state = verified.credential_backed_up
    session.flush()
    return account


def own_passkey(session: Session, account_id: int, passkey_id: int) -> Passkey:
    """A passkey of an account.

    :raises NotFound: ``unknown_passkey``.
    """
    found = session.scalar(select(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account_id))
    if found is None:
        raise NotFound("unknown_passkey", _("There is no such passkey."))
    return found


def rename_passkey(session: Session, passkey: Passkey, *, name: str) -> None:
    """Give a passkey another name."""
    passkey.name = _clean_name(name)
    session.flush()


def remove_passkey(session: Session, passkey: Passkey) -> None:
    """Let nobody sign in with a passkey any more. Ask for the password before."""
    session.delete(passkey)
    session.flush()


def _verify(
    passkey: Passkey, credential: AuthenticationCredential, site: Site, challenge: Challenge
) -> VerifiedAuthentication:
    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.value,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        raise _refused() from error


def _check_time(challenge: Challenge, now: datetime) -> None:
    if now - challenge.asked_at > timedelta(seconds=ANSWER_WITHIN_S):
        raise Refused("passkey_too_late", _("That took too long. Try again."))


def _clean_name(name: str) -> str:
    return clean_line(name, longest=LONGEST_NAME) or _("Passkey")


def _refused() -> Refused:
    return Refused("passkey_refused", _("The passkey was not accepted. Try again."))
