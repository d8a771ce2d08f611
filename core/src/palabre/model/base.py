"""What all tables share: the declarative base, UTC times, tenant scoping, public identifiers."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import DateTime, Dialect, ForeignKey, MetaData, TypeDecorator
from sqlalchemy import Enum as EnumType
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

_NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: Letters of public identifiers: no vowels (no words by chance), nothing that looks like something else.
_ALPHABET = b"23456789bcdfghjkmnpqrstvwxz"
#: The letter of each byte. The last bytes have none, so that no letter is likelier than another.
_EVEN = 256 // len(_ALPHABET) * len(_ALPHABET)
_LETTERS = (_ALPHABET * 10)[:256]
_WITHOUT = bytes(range(_EVEN, 256))


class UTCDateTime(TypeDecorator[datetime]):
    """A moment. Refuses naive times on the way in; always aware UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone was given where UTC is kept")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Declarative base of the core's and every plugin's tables."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {datetime: UTCDateTime}  # noqa: RUF012 - SQLAlchemy's way of configuring the base


class TenantScoped:
    """A row that belongs to one tenant. Sessions opened in a ``tenant_scope`` see and write no other."""

    @declared_attr
    def tenant_id(cls) -> Mapped[int]:
        #: the tenant whose row this is
        return mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)


def enum_column(enum: type[Enum]) -> Any:
    """A column type that stores the values of ``enum`` as text, checked by the database."""
    return EnumType(
        enum,
        native_enum=False,
        length=32,
        validate_strings=True,
        create_constraint=True,
        name=enum.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def public_id(length: int = 16) -> str:
    """A new unguessable identifier for addresses and protocols (about 4.7 bits a letter)."""
    letters = b""
    while len(letters) < length:
        letters += secrets.token_bytes(2 * length).translate(_LETTERS, _WITHOUT)
    return letters[:length].decode("ascii")
