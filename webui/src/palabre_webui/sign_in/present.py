"""Who asks: the browser's cookie bears a key, whose hash is the key of a row."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, g, request, session

from palabre.accounts import begin_session, is_password, session_of
from palabre.accounts.sessions import is_to_be_noted, note_seen
from palabre.model import Account, AccountSession
from palabre.tenants.scope import current_tenant
from palabre_webui.concurrency import offload
from palabre_webui.context import web

#: Where the cookie bears the key.
_KEY = "account_key"


@dataclass(frozen=True)
class SignedIn:
    """The account that asks.

    :param session_id: public id of the browser's session.
    """

    id: int
    public_id: str
    email: str
    name: str
    language: str
    time_zone: str
    is_operator: bool
    session_id: str


def signed_in() -> SignedIn | None:
    """The account that asks; ``None`` for somebody who is not signed in to this tenant."""
    if "signed_in" not in g:
        g.signed_in = _look()
    found: SignedIn | None = g.signed_in
    return found


def require_signed_in() -> SignedIn:
    """The account that asks, in a view that declares the permission ``account``."""
    found = signed_in()
    if found is None:
        abort(401)
    return found


def is_my_password(password: str) -> bool:
    """Whether whoever is signed in knows the password too, before something that matters is done."""
    with web().application.db.reading() as reading:
        kept = reading.get_one(Account, require_signed_in().id).password_hash
    return offload(is_password, password, kept)


def sign_in(account: Account) -> None:
    """The browser that asks is signed in from now on, in a session of its own."""
    application = web().application
    with application.db.transaction() as transaction:
        key = begin_session(
            transaction,
            account,
            user_agent=request.headers.get("User-Agent", ""),
            address=request.remote_addr or "",
            now=application.clock.now(),
        )
    # Nothing that was there before somebody signed in stays, not even the form's token.
    session.clear()
    session[_KEY] = key
    session.permanent = True
    g.pop("signed_in", None)


def forget() -> None:
    """The browser bears no key any more."""
    session.clear()
    g.pop("signed_in", None)


def _look() -> SignedIn | None:
    key = session.get(_KEY)
    if not isinstance(key, str) or current_tenant() is None:
        return None
    application = web().application
    now = application.clock.now()
    with application.db.reading() as reading:
        found = session_of(reading, key, now=now)
    if found is None:
        return None
    row, account = found
    if is_to_be_noted(row, now=now):
        with application.db.transaction() as transaction:
            note_seen(transaction, row, address=request.remote_addr or "", now=now)
    return _told(account, row)


def _told(account: Account, row: AccountSession) -> SignedIn:
    return SignedIn(
        id=account.id,
        public_id=account.public_id,
        email=account.email,
        name=account.name,
        language=account.language,
        time_zone=account.time_zone,
        is_operator=account.is_operator,
        session_id=row.public_id,
    )
