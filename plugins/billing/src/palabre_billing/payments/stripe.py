"""Paying by card, on a page of Stripe's (Checkout Sessions). https://docs.stripe.com/api

What an event says is never taken for the truth: it names what has changed, and the interface is asked how things
stand. So events may come late, twice, in any order, or not at all.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog
from babel.numbers import get_currency_precision

from palabre.toolkit import Refused, ngettext
from palabre.toolkit import gettext as _
from palabre_billing.payments.desk import Desk
from palabre_billing.payments.method import Call, Ordered, Step
from palabre_billing.section import BillingSection
from palabre_webui.toolkit import offload

if TYPE_CHECKING:
    from stripe import StripeClient

log = structlog.get_logger(__name__)

#: How long Stripe may take for an answer, in seconds, and how often it is asked once more.
TIMEOUT_S, RETRIES = 8.0, 1
#: Longest value that Stripe keeps beside an object.
_LONGEST_NOTE = 500
#: How old an event may be, in seconds.
OLDEST_EVENT_S = 300
#: Currencies whose smallest unit is the unit itself, and those with three digits, as Stripe counts.
_WHOLE = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())  # noqa: SIM905 - as they list them
_THOUSANDTHS = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
#: Languages of Stripe's page that are ours.
_LANGUAGES = frozenset(("en", "fr"))


class Card:
    """Cards, by Stripe."""

    name = "card"

    def title(self) -> str:
        """What buyers choose."""
        return _("Card")

    def fields(self) -> Sequence[Mapping[str, Any]]:
        """The tenant's keys."""
        return [
            {
                "name": "secret_key",
                "label": _("Secret key of Stripe"),
                "help": _("In Stripe’s dashboard under Developers, API keys. It begins with sk_ or rk_."),
                "is_secret": True,
            },
            {
                "name": "webhook_secret",
                "label": _("Signing secret of the webhook"),
                "help": _(
                    "Of the endpoint that calls this site; it begins with whsec_. Without it credits may come later."
                ),
                "is_secret": True,
                "is_needed": False,
            },
        ]

    def problem(self, values: Mapping[str, str]) -> tuple[str, str] | None:
        """What is wrong with the keys, when any were typed."""
        if values.get("secret_key") and not values["secret_key"].startswith(("sk_", "rk_")):
            return "secret_key", _("This is no secret key: those begin with sk_ or rk_.")
        if values.get("webhook_secret") and not values["webhook_secret"].startswith("whsec_"):
            return "webhook_secret", _("This is no signing secret: those begin with whsec_.")
        return None

    def takes(self, currency: str) -> bool:
        """Not those that Stripe counts in thousandths and wants rounded to ten of them."""
        return currency not in _THOUSANDTHS and stripe_digits(currency) >= get_currency_precision(currency)

    def begin(self, order: Ordered, desk: Desk) -> Step:
        """A page of Stripe's, the same one as long as it is open."""
        with _asking(desk) as client:
            sessions = client.v1.checkout.sessions
            before = order.provider_reference
            if before is not None:
                known = _session(client, before)
                if known is not None and known.status == "open" and known.url:
                    return desk.go_to(known.url, reference=known.id)
                if known is not None and known.status == "complete":
                    _take(known, order, desk)
                    return desk.go_to(desk.return_url(order), reference=known.id)
            made = sessions.create(
                _session_params(order, desk), {"idempotency_key": f"{order.public_id}:{before or 'first'}"}
            )
        if not made.url:
            raise _down()
        return desk.go_to(made.url, reference=made.id)

    def check(self, order: Ordered, desk: Desk) -> None:
        """Ask whether the page was paid."""
        if order.provider_reference is None:
            return
        with _asking(desk) as client:
            known = _session(client, order.provider_reference)
            if known is not None:
                _take(known, order, desk)

    def webhook(self, call: Call, desk: Desk) -> None:
        """Something changed: look what."""
        kind, about = _genuine(call, desk)
        with _asking(desk) as client:
            if kind.startswith("checkout.session."):
                order = desk.order(str((about.get("metadata") or {}).get("order", "")))
                if order is not None:
                    _take(client.v1.checkout.sessions.retrieve(about["id"], _expanded()), order, desk)
            elif kind.startswith("charge.dispute."):
                _look_at_dispute(client, client.v1.disputes.retrieve(about["id"]), desk)
            elif kind == "charge.refunded" or "refund" in kind:
                _look_at_refunds(client, about.get("payment_intent"), desk)

    def refund(self, order: Ordered, payment_id: str, amount: int, reason: str, desk: Desk) -> None:
        """Give a payment back, or a part of it."""
        with _asking(desk) as client:
            before = client.v1.refunds.list({"payment_intent": payment_id, "limit": 100}).data
            made = client.v1.refunds.create(
                {
                    "payment_intent": payment_id,
                    "amount": _theirs(amount, order.currency),
                    "metadata": {"reason": reason[:_LONGEST_NOTE]},
                },
                {"idempotency_key": f"{payment_id}:{amount}:{len(before)}"},
            )
            if made.status in ("failed", "canceled"):
                raise Refused(
                    "refund_failed", _("Stripe could not give the money back. Look at its dashboard.")
                )
            _look_at_refunds(client, payment_id, desk)


def stripe_digits(currency: str) -> int:
    """Digits of a currency's smallest unit, as Stripe counts. https://docs.stripe.com/currencies"""
    if currency in _WHOLE:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


def _theirs(amount: int, currency: str) -> int:
    return int(amount * 10 ** (stripe_digits(currency) - get_currency_precision(currency)))


def _ours(amount: int, currency: str) -> int:
    """What Stripe says, in our minor units; a part that we cannot count makes it another amount than any of ours."""
    factor = 10 ** (stripe_digits(currency) - get_currency_precision(currency))
    return int(amount // factor if amount % factor == 0 else amount + 1)


def _session_params(order: Ordered, desk: Desk) -> Any:
    language = str(order.buyer.get("language", ""))
    what = ngettext("{num} credit", "{num} credits", order.credits).format(num=order.credits)
    return {
        "mode": "payment",
        "client_reference_id": order.public_id,
        "metadata": {"order": order.public_id},
        "payment_intent_data": {
            "metadata": {"order": order.public_id},
            "description": f"{order.reference} · {what}",
        },
        "customer_email": order.buyer.get("email"),
        "locale": language if language in _LANGUAGES else "auto",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.currency.lower(),
                    "unit_amount": _theirs(order.total, order.currency),
                    "product_data": {"name": what},
                },
            }
        ],
        "success_url": desk.return_url(order),
        "cancel_url": desk.return_url(order),
    }


def _expanded() -> Any:
    return {"expand": ["payment_intent.latest_charge"]}


def _session(client: StripeClient, session_id: str) -> Any:
    """A page of Stripe's; ``None`` for one that these keys do not know, such as one begun with keys for trying."""
    import stripe

    try:
        return client.v1.checkout.sessions.retrieve(session_id, _expanded())
    except stripe.InvalidRequestError as error:
        if error.http_status != 404:
            raise
        return None


def _take(session: Any, order: Ordered, desk: Desk) -> None:
    """Tell the desk of a session that was paid."""
    if session.payment_status != "paid" or session.metadata["order"] != order.public_id:
        return
    intent = session.payment_intent
    currency = session.currency.upper()
    card = getattr(getattr(intent.latest_charge, "payment_method_details", None), "card", None)
    desk.paid(
        order,
        payment_id=intent.id,
        amount=_ours(session.amount_total, currency),
        currency=currency,
        payer=str(getattr(card, "fingerprint", None) or ""),
    )


def _order_of(client: StripeClient, intent_id: str | None, desk: Desk) -> Ordered | None:
    """The order of a payment, whose payment the desk knows of afterwards; ``None`` for one that is not of this shop."""
    if not intent_id:
        return None
    intent: Any = client.v1.payment_intents.retrieve(intent_id)
    order = desk.order(str(intent.metadata["order"])) if "order" in (intent.metadata or ()) else None
    if order is None:
        return None
    params: Any = {"payment_intent": intent_id, "expand": ["data.payment_intent.latest_charge"]}
    for session in client.v1.checkout.sessions.list(params).data:
        _take(session, order, desk)
    return order


def _look_at_refunds(client: StripeClient, intent_id: str | None, desk: Desk) -> None:
    order = _order_of(client, intent_id, desk)
    if order is None or intent_id is None:
        return
    for one in client.v1.refunds.list({"payment_intent": intent_id, "limit": 100}).auto_paging_iter():
        currency = one.currency.upper()
        amount = _ours(one.amount, currency)
        if one.status in ("succeeded", "pending", "requires_action"):
            desk.returned(
                order,
                return_id=one.id,
                amount=amount,
                currency=currency,
                payment_id=intent_id,
                reason=_reason_of(one) or _("Given back by Stripe"),
            )
        elif desk.knows(order, one.id):  # it was told as given back, and failed after that
            desk.restored(
                order,
                restored_id=f"{one.id}:{one.status}",
                amount=amount,
                currency=currency,
                return_id=one.id,
            )


def _reason_of(refund: Any) -> str:
    """What whoever gave the money back wrote, where that was done from here."""
    return str(refund.metadata["reason"]) if "reason" in (refund.metadata or ()) else ""


def _look_at_dispute(client: StripeClient, dispute: Any, desk: Desk) -> None:
    if dispute.status.startswith("warning_"):  # an inquiry: no money has moved
        return
    intent_id = dispute.payment_intent
    order = _order_of(client, intent_id, desk)
    if order is None:
        return
    currency = dispute.currency.upper()
    amount = _ours(dispute.amount, currency)
    desk.returned(
        order,
        return_id=dispute.id,
        amount=amount,
        currency=currency,
        payment_id=intent_id,
        reason=_("Disputed at the bank"),
        is_dispute=True,
    )
    if dispute.status == "won":
        desk.restored(
            order, restored_id=f"{dispute.id}:won", amount=amount, currency=currency, return_id=dispute.id
        )


def _genuine(call: Call, desk: Desk) -> tuple[str, dict[str, Any]]:
    """Type and object of an event that Stripe signed.

    :raises ValueError: for anything else.
    """
    import stripe

    secret = desk.settings.get("webhook_secret")
    if not secret:
        raise ValueError("no signing secret is set")
    try:
        stripe.WebhookSignature.verify_header(
            call.body.decode(), call.headers.get("stripe-signature", ""), secret, OLDEST_EVENT_S
        )
    except stripe.SignatureVerificationError as error:
        raise ValueError(str(error)) from None
    event = json.loads(call.body)
    try:
        return str(event["type"]), dict(event["data"]["object"])
    except (TypeError, KeyError):
        raise ValueError("this is no event") from None


@contextmanager
def _asking(desk: Desk) -> Iterator[StripeClient]:
    """Stripe with the tenant's key; what goes wrong becomes a sentence for whoever waits."""
    # 0.2 s that only whoever asks need spend, and the web beside its loop
    offload(importlib.import_module, "stripe")
    import stripe

    section = desk.application.settings.section("billing")
    assert isinstance(section, BillingSection)
    client = stripe.StripeClient(
        desk.settings.get("secret_key") or "none",
        base_addresses={"api": section.stripe_api},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
    )
    try:
        yield client
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        log.error("stripe refuses the key", tenant=desk.tenant_id, reason=error.user_message)  # noqa: TRY400
        raise Refused(
            "provider_refuses",
            _(
                "Paying by card is not set up rightly here. Choose another way to pay, or ask whoever runs this site."
            ),
        ) from None
    except stripe.StripeError as error:
        log.warning("stripe cannot be asked", tenant=desk.tenant_id, reason=type(error).__name__)
        raise _down() from error


def _down() -> Refused:
    return Refused(
        "provider_down",
        _("The payment provider does not answer. Try again in a moment; nothing is paid twice."),
    )
