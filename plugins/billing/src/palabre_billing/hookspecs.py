"""Hooks that billing calls: by them another plugin adds a way to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre.toolkit import collect

if TYPE_CHECKING:
    from palabre_billing.payments.method import PaymentMethod


@collect
def payment_methods() -> list[PaymentMethod]:
    """Add ways to pay for credits.

    Called whenever an order is shown or paid, a provider calls, or an operator looks at the settings, in the tenant's
    scope and the reader's language.

    :returns: objects that look like ``palabre_billing.payments.method.PaymentMethod``; nothing need be imported. Their
        names begin with the plugin's name. One that does not look like that is left out, and logged.
    """
    raise NotImplementedError
