"""What a tenant set for its payment methods. Secrets are sealed with a key of the installation."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.toolkit import Application, Refused
from palabre.toolkit import gettext as _
from palabre_billing.payments.method import MethodField
from palabre_billing.shop.models import MethodSettings

#: Longest value of a setting.
LONGEST = 2000
_SEALED = "sealed:"


def row_of(session: Session, *, tenant_id: int, method: str) -> MethodSettings | None:
    """What a tenant set for a method."""
    return session.scalar(
        select(MethodSettings).where(MethodSettings.tenant_id == tenant_id, MethodSettings.method == method)
    )


def opened(application: Application, row: MethodSettings) -> dict[str, str]:
    """The settings of a method with its secrets.

    A secret that cannot be opened (sealed by another installation) is left out, as if it had never been set.
    """
    found = {name: _open(application, row.tenant_id, value) for name, value in row.values.items()}
    return {name: value for name, value in found.items() if value is not None}


def set_values(
    application: Application,
    session: Session,
    *,
    tenant_id: int,
    method: str,
    fields: Sequence[MethodField],
    values: Mapping[str, str],
    is_on: bool,
) -> None:
    """Set what a tenant typed. A secret that was left empty stays what it was.

    :raises Refused: code ``bad_setting``.
    """
    row = row_of(session, tenant_id=tenant_id, method=method) or MethodSettings(
        tenant_id=tenant_id, method=method, values={}
    )
    kept = {}
    for field in fields:
        typed = values.get(field.name, "").strip()
        if len(typed) > LONGEST or not typed.replace("\r", "").replace("\n", "").isprintable():
            raise Refused(
                "bad_setting", _("“{label}” is too long, or has odd characters.").format(label=field.label)
            )
        if field.is_secret:
            kept[field.name] = (
                _seal(application, tenant_id, typed) if typed else row.values.get(field.name, "")
            )
        else:
            kept[field.name] = typed
    row.values, row.is_on = {name: value for name, value in kept.items() if value}, is_on
    session.add(row)
    session.flush()


def _cipher(application: Application, tenant_id: int) -> AESGCM:
    return AESGCM(hashlib.sha256(application.secret.derive("billing-keys", str(tenant_id)).encode()).digest())


def _seal(application: Application, tenant_id: int, plain: str) -> str:
    nonce = os.urandom(12)
    sealed = nonce + _cipher(application, tenant_id).encrypt(nonce, plain.encode(), None)
    return _SEALED + base64.b64encode(sealed).decode()


def _open(application: Application, tenant_id: int, value: str) -> str | None:
    if not value.startswith(_SEALED):
        return value
    raw = base64.b64decode(value.removeprefix(_SEALED))
    try:
        return _cipher(application, tenant_id).decrypt(raw[:12], raw[12:], None).decode()
    except InvalidTag:
        return None
