"""A server that speaks as Stripe does, as far as Checkout, refunds and disputes go. Written from its documentation."""

from __future__ import annotations

import itertools
import json
import time
import urllib.request
from html import escape
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl

from doubles.server import Answer, Double, answer, page, redirect
from stripe import WebhookSignature

KEY, SECRET = "sk_test_palabre", "whsec_palabre"


class StripeDouble(Double):
    """Sessions that are paid on a page, or by ``pay``; events that are sent by ``send``, as often as one likes.

    :ivar objects: everything there is, by id.
    """

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, tuple[Any, Answer]] = {}
        self._numbers = itertools.count(1)

    # -- what happens at Stripe ---------------------------------------------------------------------------------------

    def sessions(self) -> list[dict[str, Any]]:
        """Every session, in order."""
        return [one for one in self.objects.values() if one["object"] == "checkout.session"]

    def pay(
        self, session_id: str, *, fingerprint: str = "card1", amount: int | None = None
    ) -> dict[str, Any]:
        """Somebody pays; the event of it, which is not sent."""
        with self.lock:
            session = self.objects[session_id]
            if session["status"] == "open":
                intent = self._add(
                    "pi", "payment_intent", **session["_intent"], amount=session["amount_total"]
                )
                charge = self._add(
                    "ch",
                    "charge",
                    payment_intent=intent["id"],
                    payment_method_details={
                        "type": "card",
                        "card": {"fingerprint": fingerprint, "last4": "4242"},
                    },
                )
                intent |= {
                    "latest_charge": charge["id"],
                    "currency": session["currency"],
                    "status": "succeeded",
                }
                session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent["id"]}
                if amount is not None:
                    session["amount_total"] = amount
            return self.event("checkout.session.completed", session)

    def refund(self, intent_id: str, amount: int, *, status: str = "succeeded") -> dict[str, Any]:
        """Money goes back, from the dashboard."""
        with self.lock:
            made = self._refund(intent_id, amount, status)
            return self.event("refund.created", made)

    def fail(self, refund_id: str) -> dict[str, Any]:
        """A refund that did not arrive after all."""
        self.objects[refund_id]["status"] = "failed"
        return self.event("refund.failed", self.objects[refund_id])

    def dispute(self, intent_id: str, *, status: str = "needs_response") -> dict[str, Any]:
        """The payer's bank takes the money back."""
        with self.lock:
            intent = self.objects[intent_id]
            made = self._add(
                "dp",
                "dispute",
                payment_intent=intent_id,
                amount=intent["amount"],
                currency=intent["currency"],
                status=status,
            )
            return self.event("charge.dispute.created", made)

    def close(self, dispute_id: str, status: str) -> dict[str, Any]:
        """The dispute is ``won`` or ``lost``."""
        self.objects[dispute_id]["status"] = status
        return self.event("charge.dispute.closed", self.objects[dispute_id])

    def event(self, kind: str, about: dict[str, Any]) -> dict[str, Any]:
        """An event as the webhook gets it: the object as it is now."""
        return {
            "id": f"evt_{next(self._numbers)}",
            "object": "event",
            "type": kind,
            "created": int(time.time()),
            "data": {"object": _shown(about)},
        }

    def send(
        self, event: dict[str, Any], url: str, *, secret: str = SECRET, age_s: float = 0, forge: bytes = b""
    ) -> int:
        """Call a webhook; the status of its answer."""
        body = json.dumps(event)
        signature = WebhookSignature.generate_signature_header(
            body, secret, timestamp=int(time.time() - age_s)
        )
        request = urllib.request.Request(
            url,
            data=body.encode() + forge,
            headers={"Stripe-Signature": signature, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return int(response.status)
        except HTTPError as error:
            return error.code

    # -- its interface ------------------------------------------------------------------------------------------------

    def respond(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        """Answer a request."""
        if path.startswith("/pay/"):
            return self._page(path.removeprefix("/pay/"))
        if self.faults:
            return answer({"error": {"type": "api_error", "message": "on demand"}}, self.faults.pop(0))
        if headers.get("authorization") != f"Bearer {KEY}":
            return answer({"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}, 401)
        params = dict(parse_qsl(body.decode()))
        key = headers.get("idempotency-key") if method == "POST" else None
        if key in self._keys:
            before, known = self._keys[key]
            if before != (path, params):
                return answer({"error": {"type": "idempotency_error", "message": "other parameters"}}, 400)
            return known
        given = self._interface(method, path, {**query, **params})
        if key:
            self._keys[key] = ((path, params), given)
        return given

    def _interface(self, method: str, path: str, params: dict[str, str]) -> Answer:
        if (method, path) == ("POST", "/v1/checkout/sessions"):
            return answer(_shown(self._session(params)))
        if (method, path) == ("POST", "/v1/refunds"):
            intent = self.objects[params["payment_intent"]]
            gone = sum(one["amount"] for one in self._refunds(intent["id"]) if one["status"] == "succeeded")
            if int(params["amount"]) > intent["amount"] - gone:
                return answer({"error": {"type": "invalid_request_error", "message": "too much"}}, 400)
            made = self._refund(intent["id"], int(params["amount"]), "succeeded")
            made["metadata"] = {"reason": params["metadata[reason]"]}
            return answer(_shown(made))
        if (method, path) == ("GET", "/v1/refunds"):
            return self._list(path, self._refunds(params["payment_intent"]))
        if (method, path) == ("GET", "/v1/checkout/sessions"):
            paid = [one for one in self.sessions() if one["payment_intent"] == params["payment_intent"]]
            return self._list(path, [self._expanded(one) for one in paid])
        found = self.objects.get(path.rpartition("/")[2])
        if method != "GET" or found is None:
            return answer({"error": {"type": "invalid_request_error", "message": "No such object"}}, 404)
        return answer(_shown(self._expanded(found) if any("expand" in name for name in params) else found))

    def _list(self, path: str, found: list[dict[str, Any]]) -> Answer:
        return answer(
            {"object": "list", "url": path, "has_more": False, "data": [_shown(one) for one in found]}
        )

    def _session(self, params: dict[str, str]) -> dict[str, Any]:
        made = self._add(
            "cs",
            "checkout.session",
            status="open",
            payment_status="unpaid",
            payment_intent=None,
            amount_total=int(params["line_items[0][price_data][unit_amount]"]),
            currency=params["line_items[0][price_data][currency]"],
            metadata={"order": params["metadata[order]"]},
            success_url=params["success_url"],
            cancel_url=params["cancel_url"],
            locale=params["locale"],
            _intent={"metadata": {"order": params["payment_intent_data[metadata][order]"]}},
        )
        made["url"] = f"{self.url}/pay/{made['id']}"
        return made

    def _page(self, path: str) -> Answer:
        session_id, _slash, act = path.partition("/")
        session = self.objects[session_id]
        if act == "paid":
            self.pay(session_id)
            return redirect(session["success_url"])
        if act == "back":
            return redirect(session["cancel_url"])
        said = "<p>Your card was declined.</p>" if act == "declined" else ""
        acts = "".join(
            f'<p><a href="/pay/{session_id}/{where}">{escape(words)}</a></p>'
            for where, words in (
                ("paid", "Pay"),
                ("declined", "Pay with a bad card"),
                ("back", "Back to the shop"),
            )
        )
        return page(f"<!doctype html><html lang=en><title>Checkout</title><h1>Checkout</h1>{said}{acts}")

    def _refunds(self, intent_id: str) -> list[dict[str, Any]]:
        return [
            one
            for one in self.objects.values()
            if one["object"] == "refund" and one["payment_intent"] == intent_id
        ]

    def _refund(self, intent_id: str, amount: int, status: str) -> dict[str, Any]:
        currency = self.objects[intent_id]["currency"]
        return self._add(
            "re", "refund", payment_intent=intent_id, amount=amount, currency=currency, status=status
        )

    def _expanded(self, found: dict[str, Any]) -> dict[str, Any]:
        if not found.get("payment_intent") or found["object"] != "checkout.session":
            return found
        intent = self.objects[found["payment_intent"]]
        return {**found, "payment_intent": {**intent, "latest_charge": self.objects[intent["latest_charge"]]}}

    def _add(self, prefix: str, kind: str, **values: Any) -> dict[str, Any]:
        made = {"id": f"{prefix}_{next(self._numbers)}", "object": kind, "metadata": {}, **values}
        self.objects[made["id"]] = made
        return made


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if not name.startswith("_")}
