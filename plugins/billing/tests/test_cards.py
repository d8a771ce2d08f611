"""Paying by card: the official library against a server that speaks as Stripe does, over real HTTP."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from doubles.stripe import KEY, SECRET, StripeDouble
from werkzeug.serving import make_server

from palabre.accounts import hash_password
from palabre.i18n import add_catalogue
from palabre.toolkit import Account, tenant_scope
from palabre_billing.ledger import balance, own_account
from palabre_billing.payments import desk_for, known_methods
from palabre_webui.server import create_web
from palabre_webui.testing.accounts import PASSWORD, client_of
from test_buying import BUYER, SELLER, Visitor, signed_up

CARD = {"card-secret_key": KEY, "card-webhook_secret": SECRET, "is_on": "on"}


@pytest.fixture
def stripe() -> Iterator[StripeDouble]:
    with StripeDouble() as double:
        yield double


@pytest.fixture
def plugin_settings(stripe):
    return {"billing": {"stripe_api": stripe.url}}


@pytest.fixture
def web(application):
    add_catalogue("palabre_billing")
    return create_web(application)


@pytest.fixture
def site(web, application, world):
    """The web over HTTP, for webhooks; its address."""
    server = make_server("127.0.0.1", 0, web.app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


@pytest.fixture
def desk(web, world, application):
    operator = signed_up(web, world, application, "Olga", is_operator=True)
    operator.send("/plugins/billing/desk/shop", "/plugins/billing/desk/shop", **SELLER)
    operator.send("/plugins/billing/desk/shop", "/plugins/billing/desk/packs", credits="100", net="100,00")
    operator.send("/plugins/billing/desk/methods", "/plugins/billing/desk/methods/card", **CARD)
    return operator


@pytest.fixture
def lea(web, world, application, account, desk):
    with tenant_scope(world.tenant), application.db.transaction() as session:
        session.get_one(Account, account.id).password_hash = hash_password(PASSWORD)
    return Visitor(client_of(web, account))


def buy(buyer, method="card"):
    """Order the one pack; the address of the order."""
    pack = re.search(r"/plugins/billing/buy/(\w+)", buyer.get("/plugins/billing/buy"))[1]
    form = f"/plugins/billing/buy/{pack}"
    typed = {**BUYER, "method": method}
    once = re.search(r'name="once" value="(\w+)"', buyer.send(form, form, 200, **typed))[1]
    where = buyer.send(form, "/plugins/billing/orders", **typed, pack=pack, once=once)
    return where.removesuffix("/go")


@pytest.fixture
def credits(application, world, account):
    def credits() -> int:
        with tenant_scope(world.tenant), application.db.reading() as session:
            return balance(session, own_account(session, account.id).id)

    return credits


@pytest.fixture
def webhook(site):
    return f"{site}/plugins/billing/webhooks/card"


def session_of(stripe):
    (session,) = stripe.sessions()
    return session


def test_the_buyer_is_led_to_the_page_of_the_provider_with_the_right_amount(lea, stripe):
    order = buy(lea)
    session = session_of(stripe)
    assert (session["amount_total"], session["currency"], session["locale"]) == (12_000, "eur", "en")
    assert f"url={session['url']}" in lea.get(f"{order}/go")
    assert session["success_url"].endswith(f"{order}/back")


def test_a_browser_that_comes_back_before_the_webhook_has_its_credits(lea, stripe, credits, webhook, world):
    order = buy(lea)
    event = stripe.pay(session_of(stripe)["id"])
    lea.get(f"{order}/back", 303)
    assert credits() == 100
    assert stripe.send(event, webhook) == 204
    assert credits() == 100
    assert world.faults() == []


def test_a_webhook_brings_the_credits_once_however_often_it_comes(lea, stripe, credits, webhook):
    buy(lea)
    event = stripe.pay(session_of(stripe)["id"])
    for _time in range(3):
        assert stripe.send(event, webhook) == 204
    assert credits() == 100


def test_without_any_webhook_the_worker_finds_the_payment(lea, stripe, credits, application, world):
    buy(lea)
    stripe.pay(session_of(stripe)["id"])
    application.clock.advance(seconds=61)
    world.work()
    assert credits() == 100


def test_an_order_that_is_never_paid_is_asked_about_five_times_and_no_more(lea, stripe, application, world):
    buy(lea)
    before = len(stripe.asked)
    for _day in range(4):
        application.clock.advance(seconds=86_400)
        world.work()
    assert len(stripe.asked) - before == 5
    assert world.faults() == []


@pytest.mark.parametrize("how", [{"secret": "whsec_other"}, {"age_s": 301}, {"forge": b" "}])
def test_what_is_forged_or_replayed_is_refused(lea, stripe, credits, webhook, how):
    buy(lea)
    event = stripe.pay(session_of(stripe)["id"])
    assert stripe.send(event, webhook, **how) == 400
    assert credits() == 0


def test_a_genuine_event_about_somebody_elses_payment_changes_nothing(lea, stripe, credits, webhook):
    buy(lea)
    event = stripe.pay(session_of(stripe)["id"])
    event["data"]["object"]["metadata"] = {"order": "another"}
    assert stripe.send(event, webhook) == 204
    assert stripe.send(stripe.event("customer.created", {"id": "cus_1"}), webhook) == 204
    assert credits() == 0


def test_an_amount_that_is_not_what_was_agreed_brings_nothing(lea, desk, stripe, credits, webhook):
    buy(lea)
    assert stripe.send(stripe.pay(session_of(stripe)["id"], amount=1), webhook) == 204
    assert credits() == 0
    assert "Money to give back" in desk.get("/plugins/billing/desk/")


def test_a_refund_that_is_told_before_its_payment_takes_what_it_brought(lea, stripe, credits, webhook, world):
    buy(lea)
    paid = stripe.pay(session_of(stripe)["id"])
    refunded = stripe.refund(session_of(stripe)["payment_intent"], 6_000)
    for event in (refunded, paid, refunded):
        assert stripe.send(event, webhook) == 204
    assert credits() == 50
    assert world.faults() == []


def test_a_refund_that_fails_gives_the_credits_again(lea, stripe, credits, webhook):
    buy(lea)
    stripe.pay(session_of(stripe)["id"])
    refunded = stripe.refund(session_of(stripe)["payment_intent"], 12_000)
    stripe.send(refunded, webhook)
    assert credits() == 0
    for _time in range(2):
        stripe.send(stripe.fail(refunded["data"]["object"]["id"]), webhook)
    assert credits() == 100


def test_a_dispute_takes_the_credits_until_it_is_won(lea, stripe, credits, webhook, world):
    buy(lea)
    paid = stripe.pay(session_of(stripe)["id"])
    inquiry = stripe.dispute(session_of(stripe)["payment_intent"], status="warning_needs_response")
    stripe.send(paid, webhook)
    stripe.send(inquiry, webhook)
    assert credits() == 100
    disputed = stripe.dispute(session_of(stripe)["payment_intent"])
    for _time in range(2):
        stripe.send(disputed, webhook)
    assert credits() == 0
    won = stripe.close(disputed["data"]["object"]["id"], "won")
    for _time in range(2):
        stripe.send(won, webhook)
    assert credits() == 100
    assert world.faults() == []


def test_money_goes_back_at_the_desk_by_the_provider(lea, desk, stripe, credits):
    order = buy(lea)
    stripe.pay(session_of(stripe)["id"])
    lea.get(f"{order}/back", 303)
    page = f"/plugins/billing/desk/orders/{order.rpartition('/')[2]}"
    payment = re.search(r'name="payment" value="(\d+)"', desk.get(page))[1]
    fields = {"payment": payment, f"amount-{payment}": "30", f"reason-{payment}": "a quarter"}
    desk.send(page, f"{page}/return", **fields)
    assert credits() == 75
    assert "a quarter" in lea.get("/plugins/billing/")
    assert [one["amount"] for one in stripe.objects.values() if one["object"] == "refund"] == [3_000]


def test_going_on_to_pay_leads_to_the_same_page_while_it_is_open(lea, stripe):
    order = buy(lea)
    lea.send("/plugins/billing/buy", f"{order}/pay")
    assert len(stripe.sessions()) == 1
    session_of(stripe)["status"] = "expired"
    lea.send("/plugins/billing/buy", f"{order}/pay")
    assert len(stripe.sessions()) == 2


def test_a_page_that_the_keys_do_not_know_any_more_is_begun_anew(lea, stripe):
    order = buy(lea)
    del stripe.objects[session_of(stripe)["id"]]
    lea.get(f"{order}/back", 303)
    lea.send("/plugins/billing/buy", f"{order}/pay")
    assert f"url={session_of(stripe)['url']}" in lea.get(f"{order}/go")


def test_going_on_to_pay_what_was_paid_asks_nobody_to_pay_twice(lea, stripe, credits):
    order = buy(lea)
    stripe.pay(session_of(stripe)["id"])
    lea.send("/plugins/billing/buy", f"{order}/pay")
    assert credits() == 100
    assert len(stripe.sessions()) == 1


@pytest.mark.parametrize("faults", [[500], [503]])
def test_a_provider_that_fails_once_is_asked_again(lea, stripe, faults):
    stripe.faults = list(faults)
    assert f"url={stripe.url}" in lea.get(f"{buy(lea)}/go")


def test_a_provider_that_is_down_is_said_and_the_order_can_be_paid_later(lea, stripe, credits):
    stripe.faults = [500] * 2
    order = buy(lea)
    assert "The payment provider does not answer." in lea.get(order)
    lea.send("/plugins/billing/buy", f"{order}/pay")
    stripe.pay(session_of(stripe)["id"])
    lea.get(f"{order}/back", 303)
    assert credits() == 100


def test_a_webhook_that_cannot_ask_the_provider_is_sent_again(lea, stripe, credits, webhook):
    buy(lea)
    event = stripe.pay(session_of(stripe)["id"])
    stripe.faults = [500] * 2
    assert stripe.send(event, webhook) >= 403
    assert stripe.send(event, webhook) == 204
    assert credits() == 100


def test_a_wrong_key_is_said_in_words(lea, desk, stripe):
    desk.send(
        "/plugins/billing/desk/methods",
        "/plugins/billing/desk/methods/card",
        **{**CARD, "card-secret_key": "sk_x"},
    )
    assert "not set up rightly here" in lea.get(buy(lea))


def test_keys_are_never_shown_and_stay_when_nothing_is_typed(desk, lea, stripe):
    assert KEY not in desk.get("/plugins/billing/desk/methods")
    desk.send("/plugins/billing/desk/methods", "/plugins/billing/desk/methods/card", is_on="on")
    assert "/go" not in buy(lea)
    assert len(stripe.sessions()) == 1


def test_a_webhook_for_another_tenant_is_refused(lea, stripe, credits, webhook, application, world):
    """Each tenant has its own secret: what is signed with it counts for that tenant alone."""
    buy(lea)
    event = stripe.pay(session_of(stripe)["id"])
    assert stripe.send(event, webhook, secret="whsec_of_another_tenant") == 400
    assert credits() == 0


def test_the_desk_refuses_another_tenants_order(lea, stripe, application, world):
    from palabre.testing.room import make_tenant

    buy(lea)
    other = make_tenant(application, slug="other").with_features(frozenset({"billing"}))
    with tenant_scope(other), application.db.reading() as session:
        desk = desk_for(application, session, tenant_id=other.id, name="card")
        assert desk.order(session_of(stripe)["metadata"]["order"]) is None


@pytest.mark.parametrize(("currency", "takes"), [("EUR", True), ("JPY", True), ("TND", False), ("CHF", True)])
def test_currencies_that_are_counted_in_thousandths_are_not_taken(application, world, currency, takes):
    with tenant_scope(world.tenant):
        assert known_methods(application)["card"].takes(currency) is takes
