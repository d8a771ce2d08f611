"""A server that speaks as PayPal does, as far as orders, captures, refunds and disputes go."""

from __future__ import annotations

import base64
import itertools
import json
import urllib.request
from typing import Any
from urllib.error import HTTPError

from doubles.server import Answer, Double, answer, page, redirect

CLIENT, SECRET, WEBHOOK = "client-palabre", "secret-palabre", "WH-1"


class PayPalDouble(Double):
    """Orders that are approved on a page, or by ``approve``; events that are sent by ``send``.

    :ivar declines: whether captures are declined.
    :ivar token: the one that is good.
    """

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.declines = False
        self.token = "token"
        self._keys: dict[str, Answer] = {}
        self._numbers = itertools.count(1)

    def approve(self, order_id: str) -> dict[str, Any]:
        """The buyer approves; the event of it."""
        self.orders[order_id]["status"] = "APPROVED"
        self.orders[order_id]["payer"] = {"payer_id": "PAYER1"}
        return self.event("CHECKOUT.ORDER.APPROVED", {"id": order_id})

    def capture(self, order_id: str) -> dict[str, Any]:
        """What was approved is taken; the event of it."""
        order = self.orders[order_id]
        unit = order["purchase_units"][0]
        if not unit["payments"]["captures"]:
            made = {"id": f"CAP{next(self._numbers)}", "status": "COMPLETED", "amount": dict(unit["amount"])}
            unit["payments"]["captures"].append(made)
            order["status"] = "COMPLETED"
        about = {
            **unit["payments"]["captures"][0],
            "custom_id": unit["custom_id"],
            "supplementary_data": {"related_ids": {"order_id": order_id}},
        }
        return self.event("PAYMENT.CAPTURE.COMPLETED", about)

    def refund(self, order_id: str, value: str, note: str = "") -> dict[str, Any]:
        """Money goes back; the event of it."""
        unit = self.orders[order_id]["purchase_units"][0]
        capture = unit["payments"]["captures"][0]
        made = {
            "id": f"REF{next(self._numbers)}",
            "status": "COMPLETED",
            "amount": {"currency_code": unit["amount"]["currency_code"], "value": value},
            "note_to_payer": note,
            "links": [{"rel": "up", "href": f"{self.url}/v2/payments/captures/{capture['id']}"}],
        }
        unit["payments"]["refunds"].append(made)
        return self.event("PAYMENT.CAPTURE.REFUNDED", {**made, "custom_id": unit["custom_id"]})

    def dispute(self, order_id: str) -> dict[str, Any]:
        """The buyer wants the money back; the event of it."""
        unit = self.orders[order_id]["purchase_units"][0]
        made = {
            "dispute_id": f"PP-{next(self._numbers)}",
            "status": "OPEN",
            "dispute_amount": dict(unit["amount"]),
            "disputed_transactions": [{"seller_transaction_id": unit["payments"]["captures"][0]["id"]}],
        }
        self.disputes[made["dispute_id"]] = made
        return self.event("CUSTOMER.DISPUTE.CREATED", made)

    def resolve(self, dispute_id: str, outcome: str) -> dict[str, Any]:
        """PayPal decides; the event of it."""
        self.disputes[dispute_id] |= {"status": "RESOLVED", "dispute_outcome": {"outcome_code": outcome}}
        return self.event("CUSTOMER.DISPUTE.RESOLVED", self.disputes[dispute_id])

    def event(self, kind: str, about: dict[str, Any]) -> dict[str, Any]:
        """An event as a webhook gets it."""
        return {"id": f"WH-EV{next(self._numbers)}", "event_type": kind, "resource": about}

    def send(self, event: dict[str, Any], url: str, *, signature: str | None = None) -> int:
        """Call a webhook; the status of its answer."""
        headers = {
            "Content-Type": "application/json",
            "PayPal-Auth-Algo": "SHA256withRSA",
            "PayPal-Cert-Url": f"{self.url}/cert",
            "PayPal-Transmission-Id": event["id"],
            "PayPal-Transmission-Sig": _sign(event) if signature is None else signature,
            "PayPal-Transmission-Time": "2026-11-24T00:00:00Z",
        }
        request = urllib.request.Request(url, data=json.dumps(event).encode(), headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return int(response.status)
        except HTTPError as error:
            return error.code

    def respond(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        """Answer a request."""
        if path.startswith("/pay/"):
            return self._page(path.removeprefix("/pay/"))
        if self.faults:
            return answer({"name": "INTERNAL_SERVER_ERROR"}, self.faults.pop(0))
        if path == "/v1/oauth2/token":
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            if headers.get("authorization") != f"Basic {basic}":
                return answer({"error": "invalid_client"}, 401)
            return answer({"access_token": self.token, "expires_in": 32_400})
        if headers.get("authorization") != f"Bearer {self.token}":
            return answer({"error": "invalid_token"}, 401)
        key = f"{path} {headers['paypal-request-id']}" if "paypal-request-id" in headers else None
        if key in self._keys:
            return self._keys[key]
        given = self._interface(method, path, json.loads(body) if body else {})
        if key and given[0] < 400:
            self._keys[key] = given
        return given

    def _interface(self, method: str, path: str, body: dict[str, Any]) -> Answer:
        parts = path.strip("/").split("/")
        if (method, path) == ("POST", "/v2/checkout/orders"):
            return answer(self._order(body), 201)
        if path == "/v1/notifications/verify-webhook-signature":
            is_ours = body["webhook_id"] == WEBHOOK and body["transmission_sig"] == _sign(
                body["webhook_event"]
            )
            return answer({"verification_status": "SUCCESS" if is_ours else "FAILURE"})
        if parts[:3] == ["v1", "customer", "disputes"]:
            return answer(self.disputes[parts[3]])
        if parts[:3] == ["v2", "payments", "captures"] and method == "GET":
            return answer(self.capture(self._order_of(parts[3]))["resource"])
        if parts[:3] == ["v2", "payments", "captures"]:
            self.refund(self._order_of(parts[3]), body["amount"]["value"], body["note_to_payer"])
            return answer({}, 201)
        order = self.orders.get(parts[3]) if len(parts) > 3 else None
        if order is None:
            return answer({"name": "RESOURCE_NOT_FOUND"}, 404)
        if parts[-1] == "capture":
            if order["status"] == "COMPLETED":
                return answer({"details": [{"issue": "ORDER_ALREADY_CAPTURED"}]}, 422)
            if self.declines:
                return answer({"details": [{"issue": "INSTRUMENT_DECLINED"}]}, 422)
            self.capture(parts[3])
        return answer(order)

    def _order_of(self, capture_id: str) -> str:
        (found,) = (
            order_id
            for order_id, order in self.orders.items()
            if any(one["id"] == capture_id for one in order["purchase_units"][0]["payments"]["captures"])
        )
        return found

    def _order(self, body: dict[str, Any]) -> dict[str, Any]:
        order_id = f"ORDER{next(self._numbers)}"
        unit = {**body["purchase_units"][0], "payments": {"captures": [], "refunds": []}}
        self.orders[order_id] = {
            "id": order_id,
            "status": "PAYER_ACTION_REQUIRED",
            "purchase_units": [unit],
            "links": [{"rel": "payer-action", "href": f"{self.url}/pay/{order_id}"}],
            "context": body["payment_source"]["paypal"]["experience_context"],
        }
        return self.orders[order_id]

    def _page(self, path: str) -> Answer:
        order_id, _slash, act = path.partition("/")
        context = self.orders[order_id]["context"]
        if act == "approve":
            self.approve(order_id)
            return redirect(f"{context['return_url']}?token={order_id}&PayerID=PAYER1")
        if act == "back":
            return redirect(context["cancel_url"])
        acts = f'<a href="/pay/{order_id}/approve">Pay now</a> <a href="/pay/{order_id}/back">Back to the shop</a>'
        return page(f"<!doctype html><html lang=en><title>PayPal</title><h1>PayPal</h1>{acts}")


def _sign(event: dict[str, Any]) -> str:
    return f"signed {event['id']} {event['event_type']}"
