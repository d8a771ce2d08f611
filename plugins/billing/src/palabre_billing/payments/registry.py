"""Which payment methods there are, and which of them a tenant offers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy.orm import Session

from palabre.toolkit import Application, site_address
from palabre_billing import hookspecs
from palabre_billing.payments.desk import Desk
from palabre_billing.payments.keys import opened, row_of
from palabre_billing.payments.method import MethodField, PaymentMethod

log = structlog.get_logger(__name__)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class Known:
    """A payment method that is installed.

    :param title: in the reader's language.
    """

    method: PaymentMethod
    name: str
    title: str
    fields: tuple[MethodField, ...]

    @property
    def can_check(self) -> bool:
        """Whether the provider can be asked."""
        return callable(getattr(self.method, "check", None))

    @property
    def can_refund(self) -> bool:
        """Whether it gives money back by itself."""
        return callable(getattr(self.method, "refund", None))

    def takes(self, currency: str) -> bool:
        """Whether amounts of a currency can be paid by it."""
        asked = getattr(self.method, "takes", None)
        return bool(asked(currency)) if callable(asked) else True

    def missing(self, values: Mapping[str, str]) -> list[MethodField]:
        """What has to be set before it can be offered."""
        return [field for field in self.fields if field.is_needed and not values.get(field.name)]


def known_methods(application: Application) -> dict[str, Known]:
    """Every payment method, in the tenant scope and the language of the moment, ours first."""
    found: dict[str, Known] = {}
    contributed = application.plugins.collect(hookspecs.payment_methods)
    for contribution in sorted(contributed, key=lambda one: (one.plugin != "billing", one.plugin)):
        for method in contribution.value:
            known = _checked(contribution.plugin, method)
            if known is not None and known.name not in found:
                found[known.name] = known
    return found


def offered_methods(
    application: Application, session: Session, *, tenant_id: int, currency: str
) -> list[Known]:
    """What a tenant's customers can pay by."""
    offered = []
    for known in known_methods(application).values():
        row = row_of(session, tenant_id=tenant_id, method=known.name)
        is_ready = row is not None and row.is_on and not known.missing(opened(application, row))
        if is_ready and known.takes(currency):
            offered.append(known)
    return offered


def desk_for(application: Application, session: Session, *, tenant_id: int, name: str) -> Desk:
    """What a method is given, whether it is still offered or not: an order that was placed is looked after."""
    row = row_of(session, tenant_id=tenant_id, method=name)
    values = opened(application, row) if row is not None else {}
    return Desk(application, tenant_id, name, values, site_address(session, tenant_id))


def _checked(plugin: str, method: Any) -> Known | None:
    try:
        name = method.name
        if not isinstance(method, PaymentMethod) or not _NAME.fullmatch(name):
            raise ValueError("it has not the members of a payment method")
        if plugin != "billing" and not (name == plugin or name.startswith(f"{plugin}_")):
            raise ValueError(f"its name must begin with {plugin}")
        fields = tuple(MethodField(**field) for field in method.fields())
        return Known(method, name, str(method.title()), fields)
    except (ValidationError, ValueError, TypeError, AttributeError) as error:
        log.warning("payment method left out", plugin=plugin, reason=str(error))
        return None
