"""Buying credits in a browser: orders, the desk, a meeting that goes on because somebody bought in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles import paypal as paypal_double
from doubles import stripe as stripe_double
from doubles.paypal import PayPalDouble
from doubles.stripe import StripeDouble
from playwright.sync_api import Page, expect

from conftest import Launch, Person
from server import Server
from test_accessibility import violations
from test_billing import plan
from test_layout import fits

LOOKS = [("light", 1280, "en"), ("dark", 360, "fr")]
DESK = ["", "orders", "customers", "bank", "period", "prices", "shop", "methods"]


@pytest.fixture
def stripe() -> Iterator[StripeDouble]:
    with StripeDouble() as double:
        yield double


@pytest.fixture
def paypal() -> Iterator[PayPalDouble]:
    with PayPalDouble() as double:
        yield double


@pytest.fixture
def shop(tmp_path: Path, stripe: StripeDouble, paypal: PayPalDouble) -> Iterator[Server]:
    """An installation that sells its meetings."""
    folder = tmp_path / "installation"
    folder.mkdir()
    running = Server(folder, PALABRE_BILLING__STRIPE_API=stripe.url, PALABRE_BILLING__PAYPAL_API=paypal.url)
    running.command("plugins", "enable", "billing", "--tenant", "default")
    yield running
    running.stop()


@pytest.fixture
def olga(shop: Server, person: Launch) -> Person:
    """Who runs the shop, and has set it up in the browser."""
    olga = person("Olga", bypass_csp=True)
    email = shop.sign_in(olga.page)
    shop.command("account", "promote", email)
    page = olga.page
    page.goto(f"{shop.url}/plugins/billing/desk/")
    expect(page.get_by_text("Write down who sells.")).to_be_visible()
    page.get_by_role("link", name="Write down who sells.").click()
    page.get_by_label("Name", exact=True).fill("Palabre SARL")
    page.get_by_label("Address", exact=True).fill("1 place Bellecour\n69002 Lyon")
    page.get_by_label("VAT number").fill("FR 40 303 265 045")
    page.get_by_role("button", name="Keep").click()
    for credits, net in (("10", "10"), ("100", "90,50")):
        page.locator("#credits").fill(credits)
        page.locator("#net").fill(net)
        page.get_by_role("button", name="Put on sale").click()
        expect(page.get_by_text("The pack is on sale.")).to_be_visible()
    page.get_by_role("link", name="Ways to pay").click()
    page.locator("#transfer-holder").fill("Palabre SARL")
    page.locator("#transfer-iban").fill("FR76 3000 6000 0112 3456 7890 189")
    page.locator("#transfer-is_on").check()
    page.get_by_role("button", name="Keep Bank transfer").click()
    page.locator("#cheque-payee").fill("Palabre SARL")
    page.locator("#cheque-address").fill("1 place Bellecour\n69002 Lyon")
    page.locator("#cheque-is_on").check()
    page.get_by_role("button", name="Keep Cheque").click()
    page.locator("#card-secret_key").fill(stripe_double.KEY)
    page.locator("#card-is_on").check()
    page.get_by_role("button", name="Keep Card").click()
    page.locator("#paypal-client_id").fill(paypal_double.CLIENT)
    page.locator("#paypal-secret").fill(paypal_double.SECRET)
    page.locator("#paypal-is_on").check()
    page.get_by_role("button", name="Keep PayPal").click()
    expect(page.locator(".pal-chip--good")).to_have_count(4)
    return olga


def order(page: Page, shop: Server, method: str) -> str:
    """Order a pack that is paid here; its reference."""
    choose(page, shop, method)
    expect(page.get_by_role("heading", name=f"How to pay: {method}")).to_be_visible()
    return re.search(r"P-\w{4}-\w{4}", page.locator("h1").inner_text())[0]


def choose(page: Page, shop: Server, method: str, credits: str = "10") -> None:
    """Order a pack."""
    page.goto(f"{shop.url}/plugins/billing/")
    page.get_by_role("link", name="Buy credits").click()
    page.get_by_role("link", name=f"{credits} credits", exact=True).click()
    page.get_by_label("Address", exact=True).fill("2 rue Neuve\n69001 Lyon")
    page.get_by_role("radio", name=method).check()
    page.get_by_role("button", name="Go on to the total").click()
    page.get_by_role("button", name="Order and pay").click()


def invoice_on(page: Page) -> str:
    """The name of the invoice's file on the page of an order, once the worker has made it."""
    link = page.get_by_role("link", name="Invoice")
    for _look in range(60):
        if link.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    with page.expect_download() as download:
        link.click()
    return download.value.suggested_filename


def test_a_cheque_is_ordered_by_keyboard_and_confirmed_at_the_desk(
    shop: Server, olga: Person, person: Launch
) -> None:
    lea = person("Léa")
    shop.sign_in(lea.page)
    page = lea.page
    page.goto(f"{shop.url}/plugins/billing/buy")
    page.get_by_role("link", name="10 credits", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Address", exact=True).focus()
    page.keyboard.type("2 rue Neuve, 69001 Lyon")
    page.get_by_role("radio", name="Cheque").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("€12.00").first).to_be_visible()
    page.get_by_role("button", name="Order and pay €12.00").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your credits appear when the cheque has come.")).to_be_visible()
    reference = re.search(r"P-\w{4}-\w{4}", page.locator("h1").inner_text())[0]

    olga.page.goto(f"{shop.url}/plugins/billing/desk/orders?q={reference.lower()}")
    olga.page.get_by_role("link", name=reference).click()
    olga.page.get_by_label("Note").fill("cheque 1234567")
    olga.page.get_by_role("button", name="It has come").click()
    expect(olga.page.get_by_text("The credits are on the customer’s account.")).to_be_visible()

    page.reload()
    expect(page.get_by_text("10 credits are on your account.")).to_be_visible()
    assert lea.errors == []


def test_a_bank_statement_pays_a_transfer_in_the_middle_of_a_meeting(
    shop: Server, olga: Person, person: Launch, tmp_path: Path
) -> None:
    lea = person("Léa")
    email = shop.sign_in(lea.page)
    page = lea.page
    plan(page, shop)
    page.locator("button[type=submit].pal-button--wide").click()
    page.wait_for_selector("[data-now]")
    address = page.url
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("2 credits are missing")).to_be_visible()
    shop.command("billing", "give", email, "2", "--reason", "to begin with")
    page.goto(address)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector("[data-state=live]")

    reference = order(page, shop, "Bank transfer")
    expect(page.get_by_role("img", name="Code of this transfer")).to_be_visible()
    statement = tmp_path / "statement.csv"
    statement.write_text(
        f"Date;Libellé;Montant\n24/11/2026;VIR SEPA {reference};12,00\n24/11/2026;other;5,00\n"
    )
    olga.page.goto(f"{shop.url}/plugins/billing/desk/bank")
    olga.page.locator("#statement").set_input_files(statement)
    olga.page.get_by_role("button", name="Look at it").click()
    expect(olga.page.get_by_role("checkbox", name=f"Credit {reference}")).to_be_checked()
    fits(olga.page)
    assert violations(olga.page) == []
    olga.page.get_by_role("button", name="Credit what is ticked").click()
    expect(olga.page.get_by_text("1 order is paid.")).to_be_visible()
    page.goto(f"{shop.url}/plugins/billing/")
    expect(page.get_by_text("You have 10 credits.")).to_be_visible()


def test_a_card_is_charged_on_the_providers_page_and_a_bad_one_is_not(
    shop: Server, olga: Person, person: Launch
) -> None:
    lea = person("Léa")
    shop.sign_in(lea.page)
    page = lea.page
    choose(page, shop, "Card")
    expect(page.get_by_role("heading", name="Checkout")).to_be_visible()
    page.get_by_role("link", name="Pay with a bad card").click()
    expect(page.get_by_text("Your card was declined.")).to_be_visible()
    page.get_by_role("link", name="Back to the shop").click()
    expect(page.get_by_text("Waiting for payment")).to_be_visible()
    page.get_by_role("button", name="Go on to the payment").click()
    page.get_by_role("link", name="Pay", exact=True).click()
    expect(page.get_by_text("10 credits are on your account.")).to_be_visible()
    assert invoice_on(page).endswith("-00001.pdf")
    assert lea.errors == []


def test_paypal_is_approved_and_captured_while_the_meeting_waits(
    shop: Server, olga: Person, person: Launch
) -> None:
    lea = person("Léa")
    shop.sign_in(lea.page)
    page = lea.page
    plan(page, shop)
    page.locator("button[type=submit].pal-button--wide").click()
    page.wait_for_selector("[data-now]")
    address = page.url
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("2 credits are missing")).to_be_visible()
    page.get_by_role("link", name="/plugins/billing/buy").click()
    expect(page.get_by_text("2 more are needed.")).to_be_visible()
    choose(page, shop, "PayPal")
    page.get_by_role("link", name="Pay now").click()
    expect(page.get_by_text("10 credits are on your account.")).to_be_visible()
    page.goto(address)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector("[data-state=live]")
    assert [said for said in lea.errors if "403" not in said] == []  # the refusal itself


def test_every_page_of_buying_and_of_the_desk_fits_and_is_accessible(
    shop: Server, olga: Person, person: Launch
) -> None:
    order(olga.page, shop, "Cheque")
    mine = olga.page.url.removeprefix(shop.url)
    olga.page.goto(f"{shop.url}/plugins/billing/buy")
    pack = olga.page.locator(".rows a").first.get_attribute("href")
    public_id = mine.rpartition("/")[2]
    paths = [
        *("/plugins/billing/buy", "/plugins/billing/orders", pack, mine),
        *(f"/plugins/billing/desk/{path}" for path in [*DESK, f"orders/{public_id}"]),
    ]
    olga.page.goto(f"{shop.url}/plugins/billing/desk/customers")
    paths.append(olga.page.locator(".rows a").first.get_attribute("href"))
    for scheme, width, language in LOOKS:
        olga.page.emulate_media(color_scheme=scheme)
        olga.page.set_viewport_size({"width": width, "height": 800})
        olga.page.goto(f"{shop.url}/language/{language}?next=/plugins/billing/")
        for path in paths:
            olga.page.goto(f"{shop.url}{path}")
            fits(olga.page)
            assert violations(olga.page) == [], path
    assert olga.errors == []
