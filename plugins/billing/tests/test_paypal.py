"""Paying by PayPal, against a server that speaks as PayPal does, over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from doubles.paypal import CLIENT, SECRET, WEBHOOK, PayPalDouble
from test_cards import buy, credits, lea, site, web  # noqa: F401 - fixtures

from test_buying import SELLER, signed_up

METHOD = {"paypal-client_id": CLIENT, "paypal-secret": SECRET, "paypal-webhook_id": WEBHOOK, "is_on": "on"}


@pytest.fixture
def paypal() -> Iterator[PayPalDouble]:
    with PayPalDouble() as double:
        yield double


@pytest.fixture
def plugin_settings(paypal):
    return {"billing": {"paypal_api": paypal.url}}


@pytest.fixture
def desk(web, world, application):  # noqa: F811
    operator = signed_up(web, world, application, "Olga", is_operator=True)
    operator.send("/plugins/billing/desk/shop", "/plugins/billing/desk/shop", **SELLER)
    operator.send("/plugins/billing/desk/shop", "/plugins/billing/desk/packs", credits="100", net="100,00")
    operator.send("/plugins/billing/desk/methods", "/plugins/billing/desk/methods/paypal", **METHOD)
    return operator


@pytest.fixture
def webhook(site):  # noqa: F811
    return f"{site}/plugins/billing/webhooks/paypal"


@pytest.fixture
def order(lea, paypal):  # noqa: F811
    """An order that is to be paid by PayPal: its page here."""
    return buy(lea, "paypal")


def theirs(paypal):
    (order_id,) = paypal.orders
    return order_id


def test_the_buyer_is_led_to_paypal_and_what_was_approved_is_captured(lea, order, paypal, credits, world):  # noqa: F811
    assert paypal.orders[theirs(paypal)]["purchase_units"][0]["amount"] == {
        "currency_code": "EUR",
        "value": "120.00",
    }
    assert f"url={paypal.url}/pay/" in lea.get(f"{order}/go")
    paypal.approve(theirs(paypal))
    for _time in range(2):
        lea.get(f"{order}/back", 303)
    assert credits() == 100
    assert world.faults() == []


def test_who_approves_and_never_comes_back_is_captured_by_webhook_or_worker(order, paypal, credits, webhook):  # noqa: F811
    approved = paypal.approve(theirs(paypal))
    for event in (approved, paypal.capture(theirs(paypal)), approved):
        assert paypal.send(event, webhook) == 204
    assert credits() == 100


def test_without_any_webhook_the_worker_captures(order, paypal, credits, application, world):  # noqa: F811
    paypal.approve(theirs(paypal))
    application.clock.advance(seconds=61)
    world.work()
    assert credits() == 100


def test_a_forged_event_is_refused(order, paypal, credits, webhook):  # noqa: F811
    event = paypal.approve(theirs(paypal))
    assert paypal.send(event, webhook, signature="forged") == 400
    assert paypal.send({**event, "event_type": "other"}, webhook, signature="") == 400
    assert credits() == 0


def test_refunds_and_disputes_take_credits_in_any_order(order, paypal, credits, webhook, world):  # noqa: F811
    paypal.approve(theirs(paypal))
    captured = paypal.capture(theirs(paypal))
    refunded = paypal.refund(theirs(paypal), "60.00")
    for event in (refunded, captured, refunded):
        assert paypal.send(event, webhook) == 204
    assert credits() == 50
    disputed = paypal.dispute(theirs(paypal))
    paypal.send(disputed, webhook)
    assert credits() == 0
    won = paypal.resolve(disputed["resource"]["dispute_id"], "RESOLVED_SELLER_FAVOUR")
    for _time in range(2):
        assert paypal.send(won, webhook) == 204
    assert credits() == 50
    assert world.faults() == []


def test_a_dispute_that_is_told_before_its_payment_takes_what_it_brought(order, paypal, credits, webhook):  # noqa: F811
    paypal.approve(theirs(paypal))
    paypal.capture(theirs(paypal))
    disputed = paypal.dispute(theirs(paypal))
    assert paypal.send(disputed, webhook) == 204
    assert credits() == 0
    paypal.send(paypal.resolve(disputed["resource"]["dispute_id"], "RESOLVED_SELLER_FAVOUR"), webhook)
    assert credits() == 100


def test_money_goes_back_at_the_desk_by_paypal(lea, desk, order, paypal, credits):  # noqa: F811
    paypal.approve(theirs(paypal))
    lea.get(f"{order}/back", 303)
    page = f"/plugins/billing/desk/orders/{order.rpartition('/')[2]}"
    payment = re.search(r'name="payment" value="(\d+)"', desk.get(page))[1]
    desk.send(
        page,
        f"{page}/return",
        payment=payment,
        **{f"amount-{payment}": "30", f"reason-{payment}": "a quarter"},
    )
    assert credits() == 75
    assert "a quarter" in lea.get("/plugins/billing/")


def test_a_declined_payment_is_said_and_can_be_tried_again(lea, order, paypal, credits):  # noqa: F811
    paypal.approve(theirs(paypal))
    paypal.declines = True
    lea.get(f"{order}/back", 303)
    assert "PayPal declined the payment." in lea.get(order)
    paypal.declines = False
    lea.get(f"{order}/back", 303)
    assert credits() == 100


def test_going_on_leads_to_the_same_page_and_never_pays_twice(lea, order, paypal, credits):  # noqa: F811
    lea.send("/plugins/billing/buy", f"{order}/pay")
    assert len(paypal.orders) == 1
    paypal.approve(theirs(paypal))
    lea.send("/plugins/billing/buy", f"{order}/pay")
    assert credits() == 100
    assert len(paypal.orders) == 1


def test_paypal_that_is_down_or_refuses_is_said(lea, desk, paypal):  # noqa: F811
    paypal.faults = [503] * 3
    assert "The payment provider does not answer." in lea.get(buy(lea, "paypal"))
    wrong = {**METHOD, "paypal-client_id": "another"}
    desk.send("/plugins/billing/desk/methods", "/plugins/billing/desk/methods/paypal", **wrong)
    paypal.faults = []
    assert "PayPal is not set up rightly here." in lea.get(buy(lea, "paypal"))


def test_an_amount_or_a_currency_that_is_not_what_was_agreed_brings_nothing(order, paypal, credits, webhook):  # noqa: F811
    for number, other in enumerate(({"value": "119.99"}, {"currency_code": "USD"})):
        paypal.approve(theirs(paypal))
        captured = paypal.capture(theirs(paypal))
        capture = paypal.orders[theirs(paypal)]["purchase_units"][0]["payments"]["captures"][0]
        capture |= {"id": f"CAPX{number}", "amount": {"currency_code": "EUR", "value": "120.00", **other}}
        assert paypal.send(captured, webhook) == 204
    assert credits() == 0


def test_what_paypal_has_forgotten_is_begun_again(lea, order, paypal, credits):  # noqa: F811
    paypal.orders.clear()
    lea.get(f"{order}/back", 303)
    lea.send("/plugins/billing/buy", f"{order}/pay")
    paypal.approve(theirs(paypal))
    lea.get(f"{order}/back", 303)
    assert credits() == 100


def test_after_a_decline_the_buyer_chooses_again_at_paypal(lea, order, paypal, credits, webhook, world):  # noqa: F811
    first = theirs(paypal)
    approved = paypal.approve(first)
    paypal.declines = True
    assert paypal.send(approved, webhook) == 204
    lea.send("/plugins/billing/buy", f"{order}/pay")
    _first, second = paypal.orders
    assert f"{paypal.url}/pay/{second}" in lea.get(f"{order}/go")
    paypal.declines = False
    assert paypal.send(paypal.capture(first), webhook) == 204  # it went through after all
    assert credits() == 100
    paypal.approve(second)
    lea.get(f"{order}/back", 303)
    assert credits() == 100
    assert world.faults() == []


def test_a_token_that_ended_early_is_replaced(lea, order, paypal, credits):  # noqa: F811
    paypal.token = "another"
    paypal.approve(theirs(paypal))
    lea.get(f"{order}/back", 303)
    assert credits() == 100


def test_who_knows_but_the_client_id_gets_nobodys_token(lea, desk, order, paypal):  # noqa: F811
    wrong = {**METHOD, "paypal-secret": "guessed"}
    desk.send("/plugins/billing/desk/methods", "/plugins/billing/desk/methods/paypal", **wrong)
    assert "PayPal is not set up rightly here." in lea.get(buy(lea, "paypal"))
    assert len(paypal.orders) == 1


def test_a_capture_that_was_never_written_down_is_found_again(order, paypal, credits, application, world):  # noqa: F811
    paypal.approve(theirs(paypal))
    paypal.capture(theirs(paypal))  # and whoever asked for it was killed
    for seconds in (61, 300):
        application.clock.advance(seconds=seconds)
        world.work()
    assert credits() == 100
    assert world.faults() == []
