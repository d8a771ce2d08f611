"""Paying by PayPal (Orders v2). https://developer.paypal.com/docs/api/orders/v2/

As with cards, an event only names what changed; PayPal is asked how things stand.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import structlog
from babel.numbers import get_currency_precision

from palabre.toolkit import Refused, ngettext
from palabre.toolkit import gettext as _
from palabre_billing.payments.desk import Desk
from palabre_billing.payments.method import Call, Ordered, Step
from palabre_billing.section import BillingSection
from palabre_billing.shop.money import minor_units, plain_amount

log = structlog.get_logger(__name__)

#: Longest note to a buyer.
_LONGEST_NOTE = 255
#: How long PayPal may take for an answer, in seconds.
TIMEOUT_S = 8.0
#: A token is asked for anew so long before it ends, in seconds.
_EARLIER_S = 60.0
#: Currencies that PayPal takes. https://developer.paypal.com/reference/currency-codes/
_CURRENCIES = frozenset(
    (
        *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "ILS"),
        *("JPY", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "USD"),
    )
)
_HEADERS = {
    "auth_algo": "paypal-auth-algo",
    "cert_url": "paypal-cert-url",
    "transmission_id": "paypal-transmission-id",
    "transmission_sig": "paypal-transmission-sig",
    "transmission_time": "paypal-transmission-time",
}


class PayPal:
    """PayPal."""

    name = "paypal"

    def title(self) -> str:
        """What buyers choose."""
        return _("PayPal")

    def fields(self) -> Sequence[Mapping[str, Any]]:
        """The tenant's keys."""
        return [
            {
                "name": "client_id",
                "label": _("Client ID"),
                "help": _("Of an application in PayPal’s dashboard."),
            },
            {"name": "secret", "label": _("Secret of the application"), "is_secret": True},
            {
                "name": "webhook_id",
                "label": _("ID of the webhook"),
                "help": _("Of the webhook that calls this site. Without it credits may come later."),
                "is_needed": False,
            },
        ]

    def takes(self, currency: str) -> bool:
        """Those that PayPal takes, with as many digits as it wants."""
        return currency in _CURRENCIES and get_currency_precision(currency) == (0 if currency == "JPY" else 2)

    def begin(self, order: Ordered, desk: Desk) -> Step:
        """PayPal's page, the same one as long as nobody has paid on it."""
        client = _Client(desk)
        before = order.provider_reference
        if before is not None:
            try:
                known = _sync(client, order, before, desk)
            except Declined:  # or PayPal has forgotten it, as it does with what nobody pays: they begin again
                known = {"status": "VOIDED"}
            if known["status"] == "COMPLETED":
                return desk.go_to(desk.return_url(order), reference=before)
            if address := _page_of(known):
                return desk.go_to(address, reference=before)
        made = client.post(
            "/v2/checkout/orders", _order_body(order, desk), key=f"{order.public_id}:{before or 'first'}"
        )
        address = _page_of(made)
        if address is None:
            raise _down()
        return desk.go_to(address, reference=made["id"])

    def check(self, order: Ordered, desk: Desk) -> None:
        """Capture what was approved, and look what became of it."""
        if order.provider_reference is not None:
            with suppress(Forgotten):  # nobody paid
                _sync(_Client(desk), order, order.provider_reference, desk)

    def webhook(self, call: Call, desk: Desk) -> None:
        """Something changed: look what."""
        client = _Client(desk)
        kind, about = _genuine(client, call, desk)
        if kind.startswith("CUSTOMER.DISPUTE."):
            _look_at_dispute(client, str(about.get("dispute_id", "")), desk)
            return
        related = (about.get("supplementary_data") or {}).get("related_ids") or {}
        named = str(related.get("order_id") or (about.get("id", "") if "ORDER" in kind else ""))
        order = desk.order(str(about.get("custom_id", ""))) or desk.order_by_reference(named)
        if order is None:
            return
        # It may be an earlier one than the one that is paid now: that was begun again after a decline.
        for reference in dict.fromkeys((named, order.provider_reference)):
            if reference:
                with suppress(Declined):
                    _sync(client, order, reference, desk)

    def refund(self, order: Ordered, payment_id: str, amount: int, reason: str, desk: Desk) -> None:
        """Give a capture back, or a part of it."""
        client = _Client(desk)
        assert order.provider_reference is not None  # it has a capture
        before = len(list(_parts(client.get(f"/v2/checkout/orders/{order.provider_reference}"), "refunds")))
        body = {
            "amount": {"currency_code": order.currency, "value": plain_amount(amount, order.currency)},
            "note_to_payer": reason[:_LONGEST_NOTE],
        }
        client.post(f"/v2/payments/captures/{payment_id}/refund", body, key=f"{payment_id}:{amount}:{before}")
        _sync(client, order, order.provider_reference, desk)


class _Client:
    """PayPal's interface with a tenant's keys."""

    #: Tokens of this process by address and keys: the token, and until when it is good (monotonic). The secret is part
    #: of it: a client ID is no secret, and whoever knows but that must not get the token of another tenant.
    _tokens: dict[tuple[str, str, str], tuple[str, float]] = {}  # noqa: RUF012 - shared on purpose

    def __init__(self, desk: Desk) -> None:
        section = desk.application.settings.section("billing")
        assert isinstance(section, BillingSection)
        self._base, self._desk = section.paypal_api.rstrip("/"), desk
        self._keys = (self._base, desk.settings.get("client_id", ""), desk.settings.get("secret", ""))

    def get(self, path: str) -> dict[str, Any]:
        """What there is at a path."""
        return self._ask("GET", path, None, "")

    def post(self, path: str, body: Mapping[str, Any], *, key: str = "") -> dict[str, Any]:
        """Do something, once for each key."""
        return self._ask("POST", path, json.dumps(body).encode(), key)

    def verify(self, proof: Mapping[str, str], event: bytes) -> dict[str, Any]:
        """Ask whether PayPal sent an event. It is passed on byte for byte: the signature is about its bytes."""
        body = json.dumps(proof)[:-1].encode() + b', "webhook_event": ' + event + b"}"
        return self._ask("POST", "/v1/notifications/verify-webhook-signature", body, "")

    def _ask(self, method: str, path: str, body: bytes | None, key: str) -> dict[str, Any]:
        headers = {"Prefer": "return=representation", "Content-Type": "application/json"}
        if key:
            headers["PayPal-Request-Id"] = key
        is_kept = self._keys in self._tokens
        try:
            return self._send(method, path, headers=headers | self._authorization(), data=body)
        except Refused as refused:
            if refused.code != "provider_refuses" or not is_kept:
                raise
        return self._send(
            method, path, headers=headers | self._authorization(), data=body
        )  # with a new token

    def _authorization(self) -> dict[str, str]:
        kept = self._tokens.get(self._keys)
        if kept is None or kept[1] <= time.monotonic():
            given = self._send(
                "POST", "/v1/oauth2/token", auth=self._keys[1:], data={"grant_type": "client_credentials"}
            )
            until = time.monotonic() + float(given["expires_in"]) - _EARLIER_S
            kept = self._tokens[self._keys] = (str(given["access_token"]), until)
        return {"Authorization": f"Bearer {kept[0]}"}

    def _send(self, method: str, path: str, **what: Any) -> dict[str, Any]:
        import requests  # 0.1 s that no process need spend which asks nobody

        try:
            response = requests.request(method, f"{self._base}{path}", timeout=TIMEOUT_S, **what)
            answer = response.json() if response.content else {}
        except (requests.RequestException, ValueError) as error:
            log.warning("paypal cannot be asked", tenant=self._desk.tenant_id, reason=type(error).__name__)
            raise _down() from error
        if response.status_code in (401, 403):
            self._tokens.pop(self._keys, None)
            log.error("paypal refuses the keys", tenant=self._desk.tenant_id, status=response.status_code)
            raise Refused(
                "provider_refuses",
                _(
                    "PayPal is not set up rightly here. Choose another way to pay, or ask whoever runs this site."
                ),
            )
        if response.status_code >= 400:
            issues = [one.get("issue", "") for one in answer.get("details", []) if isinstance(one, dict)]
            log.warning(
                "paypal refuses", tenant=self._desk.tenant_id, status=response.status_code, issues=issues
            )
            if response.status_code == 404:
                raise Forgotten(issues)
            raise Declined(issues) if response.status_code == 422 else _down()
        return cast("dict[str, Any]", answer)


class Declined(Refused):
    """PayPal does not do it, for the reasons that it names."""

    def __init__(self, issues: list[str]) -> None:
        super().__init__("declined", _("PayPal declined the payment. Choose another way there, or here."))
        self.issues = issues


class Forgotten(Declined):
    """PayPal knows nothing of it, or not any more."""


def _order_body(order: Ordered, desk: Desk) -> dict[str, Any]:
    what = ngettext("{num} credit", "{num} credits", order.credits).format(num=order.credits)
    return {
        "intent": "CAPTURE",
        "purchase_units": [
            {
                "custom_id": order.public_id,
                "description": f"{order.reference} · {what}",
                "amount": {
                    "currency_code": order.currency,
                    "value": plain_amount(order.total, order.currency),
                },
            }
        ],
        "payment_source": {
            "paypal": {
                "experience_context": {
                    "return_url": desk.return_url(order),
                    "cancel_url": desk.return_url(order),
                    "user_action": "PAY_NOW",
                    "shipping_preference": "NO_SHIPPING",
                    "locale": "fr-FR" if order.buyer.get("language") == "fr" else "en-GB",
                }
            }
        },
    }


def _page_of(found: Mapping[str, Any]) -> str | None:
    """Where the buyer approves, while that can be done."""
    if found["status"] not in ("CREATED", "PAYER_ACTION_REQUIRED"):
        return None
    links = {link["rel"]: link["href"] for link in found.get("links", [])}
    return links.get("payer-action") or links.get("approve")


def _sync(client: _Client, order: Ordered, reference: str, desk: Desk) -> dict[str, Any]:
    """Capture what was approved, and tell the desk of every capture and refund; the order at PayPal."""
    found = client.get(f"/v2/checkout/orders/{reference}")
    if any(unit.get("custom_id") != order.public_id for unit in found["purchase_units"]):
        raise Forgotten([])  # somebody else's
    if found["status"] == "APPROVED":
        try:
            client.post(
                f"/v2/checkout/orders/{reference}/capture", {}, key=f"{order.public_id}:{reference}:capture"
            )
        except Declined as declined:
            if "ORDER_ALREADY_CAPTURED" not in declined.issues:
                raise
        found = client.get(f"/v2/checkout/orders/{reference}")
    payer = str((found.get("payer") or {}).get("payer_id", ""))
    for capture in _parts(found, "captures"):
        if capture["status"] in ("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"):
            amount, currency = _amount(capture["amount"])
            desk.paid(order, payment_id=capture["id"], amount=amount, currency=currency, payer=payer)
    for refund in _parts(found, "refunds"):
        amount, currency = _amount(refund["amount"])
        if refund["status"] in ("COMPLETED", "PENDING"):
            up = [link["href"] for link in refund.get("links", []) if link["rel"] == "up"]
            desk.returned(
                order,
                return_id=refund["id"],
                amount=amount,
                currency=currency,
                payment_id=up[0].rstrip("/").rpartition("/")[2] if up else "",
                reason=refund.get("note_to_payer") or _("Given back by PayPal"),
            )
        elif desk.knows(order, refund["id"]):  # it was told as given back, and failed after that
            desk.restored(
                order,
                restored_id=f"{refund['id']}:{refund['status']}",
                amount=amount,
                currency=currency,
                return_id=refund["id"],
            )
    return found


def _parts(found: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """Captures or refunds of an order at PayPal."""
    for unit in found.get("purchase_units", []):
        yield from (unit.get("payments") or {}).get(name, [])


def _amount(told: Mapping[str, str]) -> tuple[int, str]:
    return minor_units(told["value"], told["currency_code"]), told["currency_code"]


def _look_at_dispute(client: _Client, dispute_id: str, desk: Desk) -> None:
    dispute = client.get(f"/v1/customer/disputes/{dispute_id}")
    for one in dispute.get("disputed_transactions", []):
        capture = str(one.get("seller_transaction_id", ""))
        order = desk.order_of_payment(capture) or _order_of_capture(client, capture, desk)
        if order is None:
            continue
        amount, currency = _amount(dispute["dispute_amount"])
        desk.returned(
            order,
            return_id=dispute_id,
            amount=amount,
            currency=currency,
            payment_id=capture,
            reason=_("Disputed at PayPal"),
            is_dispute=True,
        )
        outcome = (dispute.get("dispute_outcome") or {}).get("outcome_code")
        if dispute["status"] == "RESOLVED" and outcome in (
            "RESOLVED_SELLER_FAVOUR",
            "CANCELED_BY_BUYER",
            "DENIED",
        ):
            desk.restored(
                order, restored_id=f"{dispute_id}:won", amount=amount, currency=currency, return_id=dispute_id
            )


def _order_of_capture(client: _Client, capture_id: str, desk: Desk) -> Ordered | None:
    """The order of a capture that nobody spoke of yet, told to the desk; ``None`` for one that is not of this shop."""
    try:
        capture = client.get(f"/v2/payments/captures/{capture_id}")
    except Forgotten:
        return None
    order = desk.order(str(capture.get("custom_id", "")))
    related = (capture.get("supplementary_data") or {}).get("related_ids") or {}
    if order is not None:
        _sync(client, order, str(related.get("order_id") or order.provider_reference), desk)
    return order


def _genuine(client: _Client, call: Call, desk: Desk) -> tuple[str, dict[str, Any]]:
    """Type and resource of an event that PayPal says is its own.

    :raises ValueError: for anything else.
    """
    webhook_id = desk.settings.get("webhook_id")
    if not webhook_id:
        raise ValueError("no webhook id is set")
    event = json.loads(call.body)  # what is no JSON is a ValueError
    proof = {name: call.headers.get(header, "") for name, header in _HEADERS.items()}
    if not isinstance(event, dict) or not all(proof.values()):
        raise ValueError("this is no event")
    said = client.verify({**proof, "webhook_id": webhook_id}, call.body)
    if said.get("verification_status") != "SUCCESS":
        raise ValueError("the signature is not PayPal's")
    about = event.get("resource")
    return str(event.get("event_type", "")), about if isinstance(about, dict) else {}


def _down() -> Refused:
    return Refused(
        "provider_down",
        _("The payment provider does not answer. Try again in a moment; nothing is paid twice."),
    )
