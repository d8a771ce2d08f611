"""People who can sign in to a tenant, and how they do it."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palabre.model.base import Base, TenantScoped, public_id


def _sign_in_key() -> str:
    return secrets.token_hex(32)


class Account(TenantScoped, Base):
    """A person who can sign in; the organiser of the meetings it plans."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("tenant_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    #: e-mail address in lower case, unique in the tenant
    email: Mapped[str] = mapped_column(String(320))
    #: name as others read it
    name: Mapped[str] = mapped_column(String(200))
    #: argon2id hash; ``None`` until a password is set
    password_hash: Mapped[str | None] = mapped_column(String(255))
    #: whether this account runs the installation
    is_operator: Mapped[bool] = mapped_column(default=False)
    #: language tag, ``fr`` or ``en``
    language: Mapped[str] = mapped_column(String(16), default="en")
    #: IANA time-zone name
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    created_at: Mapped[datetime]
    #: when the e-mail address was confirmed; ``None`` until then, and nobody signs in before
    confirmed_at: Mapped[datetime | None]
    #: ``False`` when the operator disabled it
    is_active: Mapped[bool] = mapped_column(default=True, server_default="1")
    #: part of every session and token: a new one ends them all
    sign_in_key: Mapped[str] = mapped_column(String(64), unique=True, default=_sign_in_key)
    #: when the password was last set
    password_set_at: Mapped[datetime | None]
    #: ``authenticator`` where a second factor is asked; ``None`` without
    second_factor: Mapped[str | None] = mapped_column(String(32))
    #: secret of the authenticator application (RFC 6238), as the sign-in library encodes it
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    #: time step of the last code of it that was accepted: no code lets in twice
    totp_step: Mapped[int | None]
    #: codes that each replace the second factor once
    recovery_codes: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    #: identifies the account to passkeys (WebAuthn user handle): random, in hexadecimal
    passkey_handle: Mapped[str | None] = mapped_column(String(64), unique=True)

    passkeys: Mapped[list[Passkey]] = relationship(back_populates="account", cascade="all, delete-orphan")


class AccountSession(TenantScoped, Base):
    """One browser that is signed in."""

    __tablename__ = "account_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    #: SHA-256 of what the browser's session bears, in hexadecimal
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: the browser's own name of itself, shortened
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    #: network address it was last seen from
    address: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    #: signed out, by itself or from elsewhere
    ended_at: Mapped[datetime | None]


class Passkey(TenantScoped, Base):
    """A passkey of an account (W3C WebAuthn credential)."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    #: counter of the authenticator, against copies
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    #: ways the browser may reach it: ``internal``, ``usb``, ``hybrid``
    transports: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: what the browser said about extensions, as JSON; none is asked for yet
    extensions: Mapped[str | None] = mapped_column(String(255))
    #: name the person gave it
    name: Mapped[str] = mapped_column(String(64))
    #: ``first`` signs in alone, ``secondary`` is a second factor
    usage: Mapped[str] = mapped_column(String(64))
    backup_state: Mapped[bool] = mapped_column(default=False)
    device_type: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime]
    #: the moment it was made until it is used; answers to what was asked before do not count any more
    last_used_at: Mapped[datetime]

    account: Mapped[Account] = relationship(back_populates="passkeys")
