"""Buying on the pages, and the desk of whoever sells: as browsers see them."""

from __future__ import annotations

import html
import io
import re

import pytest

from palabre.accounts import hash_password
from palabre.i18n import add_catalogue
from palabre.toolkit import Account, tenant_scope
from palabre_webui.server import create_web
from palabre_webui.testing.accounts import PASSWORD, client_of

SELLER = {
    "name": "Palabre SARL",
    "address": "1 place Bellecour\n69002 Lyon",
    "country": "FR",
    "vat_number": "FR40303265045",
    "currency": "EUR",
    "vat_rate": "20",
}
BUYER = {"name": "Léa Martin", "address": "2 rue Neuve\n69001 Lyon", "country": "FR"}
TRANSFER = {
    "transfer-holder": "Palabre SARL",
    "transfer-iban": "FR76 3000 6000 0112 3456 7890 189",
    "transfer-is_on": "on",
    "is_on": "on",
}


@pytest.fixture
def web(application):
    add_catalogue("palabre_billing")
    return create_web(application)


def signed_up(web, world, application, name, **more):
    now = application.clock.now()
    with tenant_scope(world.tenant), application.db.transaction() as session:
        account = Account(
            email=f"{name.lower()}@example.org",
            name=name,
            password_hash=hash_password(PASSWORD),
            created_at=now,
            confirmed_at=now,
            **more,
        )
        session.add(account)
    return Visitor(client_of(web, account))


class Visitor:
    """A browser that fills in forms."""

    def __init__(self, client):
        self.client = client

    def get(self, path, status=200):
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, page, path, status=303, **fields):
        """Send the form of a page."""
        token = self.client.get(page).text.partition('name="csrf_token" value="')[2].partition('"')[0]
        answer = self.client.post(path, data={**fields, "csrf_token": token})
        assert answer.status_code == status, answer.text
        return answer.headers.get("Location", "") if status == 303 else answer.text


@pytest.fixture
def desk(web, world, application):
    """The operator, who has set up a shop with one pack and bank transfers."""
    operator = signed_up(web, world, application, "Olga", is_operator=True)
    operator.send("/plugins/billing/desk/shop", "/plugins/billing/desk/shop", **SELLER)
    operator.send("/plugins/billing/desk/shop", "/plugins/billing/desk/packs", credits="100", net="100,00")
    operator.send("/plugins/billing/desk/methods", "/plugins/billing/desk/methods/transfer", **TRANSFER)
    return operator


@pytest.fixture
def lea(web, world, application, account):
    with tenant_scope(world.tenant), application.db.transaction() as session:
        session.get_one(Account, account.id).password_hash = hash_password(PASSWORD)
    return Visitor(client_of(web, account))


def buy(buyer, **fields):
    """Order the one pack; the address of the order."""
    pack = re.search(r"/plugins/billing/buy/(\w+)", buyer.get("/plugins/billing/buy"))[1]
    form = f"/plugins/billing/buy/{pack}"
    typed = {**BUYER, "method": "transfer", **fields}
    page = buyer.send(form, form, 200, **typed)
    once = re.search(r'name="once" value="(\w+)"', page)[1]
    return buyer.send(form, "/plugins/billing/orders", **typed, pack=pack, once=once)


def reference_on(page):
    return re.search(r"P-[0-9A-Z]{4}-[0-9A-Z]{4}", page)[0]


def test_a_transfer_is_ordered_and_brings_credits_when_the_desk_says_that_it_came(lea, desk):
    order = buy(lea)
    page = lea.get(order)
    for said in ("FR76 3000 6000 0112 3456 7890 189", "€120.00", "Waiting for payment", "data:image/svg+xml"):
        assert said in page
    assert reference_on(page) in desk.get("/plugins/billing/desk/")
    mine = order.rpartition("/")[2]
    for _time in range(2):
        desk.send(f"/plugins/billing/desk/orders/{mine}", f"/plugins/billing/desk/orders/{mine}/received")
    assert "100 credits are on your account." in lea.get(order)
    assert "You have 100 credits." in lea.get("/plugins/billing/")


def test_what_there_is_to_do_is_mailed_once(lea, desk, world):
    order = buy(lea)
    lea.send("/plugins/billing/buy", f"{order}/pay")
    (mail,) = world.posted()
    for said in ("how to pay €120.00", "FR76 3000 6000 0112 3456 7890 189", reference_on(lea.get(order))):
        assert said in f"{mail.subject}\n{mail.text}"


def test_a_form_that_is_sent_twice_orders_once(lea, desk):
    pack = re.search(r"/plugins/billing/buy/(\w+)", lea.get("/plugins/billing/buy"))[1]
    form = f"/plugins/billing/buy/{pack}"
    typed = {**BUYER, "method": "transfer", "pack": pack, "once": "abcdefghijklmnop"}
    first = lea.send(form, "/plugins/billing/orders", **typed)
    assert lea.send(form, "/plugins/billing/orders", **typed) == first
    assert lea.get("/plugins/billing/orders").count("/plugins/billing/orders/") == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "", "company": ""}, "Write a name"),
        ({"address": " "}, "Write the address"),
        ({"vat_number": "FR1"}, "This is no VAT number"),
        ({"method": "cheque"}, "Choose how to pay"),
        ({"country": "Atlantis"}, "the country is missing"),
        ({"name": "x" * 300}, "too long"),
    ],
)
def test_what_is_wrong_in_an_order_is_said_and_what_was_typed_stays(lea, desk, fields, said):
    pack = re.search(r"/plugins/billing/buy/(\w+)", lea.get("/plugins/billing/buy"))[1]
    form = f"/plugins/billing/buy/{pack}"
    page = lea.send(form, form, 422, **{**BUYER, "method": "transfer", "address": "<b>", **fields})
    assert said in page
    assert "&lt;b&gt;" in page or "address" in fields


def test_nobody_sees_an_order_of_somebody_else(lea, desk, web, world, application):
    order = buy(lea)
    sam = signed_up(web, world, application, "Sam")
    for path in ("", "/go", "/back"):
        sam.get(f"{order}{path}", 404)
    sam.send("/plugins/billing/", f"{order}/cancel", 404)
    assert "Waiting for payment" in lea.get(order)


@pytest.mark.parametrize(
    "path", ["", "orders", "customers", "bank", "period", "period.csv", "prices", "shop", "methods"]
)
def test_only_administrators_come_to_the_desk(lea, desk, web, path):
    desk.get(f"/plugins/billing/desk/{path}")
    lea.get(f"/plugins/billing/desk/{path}", 403)
    assert web.app.test_client().get(f"/plugins/billing/desk/{path}").status_code == 303


def test_a_shop_that_is_not_set_up_sells_nothing_and_says_what_is_missing(lea, web, world, application):
    assert "Credits cannot be bought here yet" in lea.get("/plugins/billing/buy")
    operator = signed_up(web, world, application, "Olga", is_operator=True)
    page = operator.get("/plugins/billing/desk/")
    for said in ("Write down who sells.", "Put a pack of credits on sale.", "Set up a way to pay."):
        assert said in page


def test_a_secret_is_never_shown_and_stays_when_nothing_is_typed(desk, application, world):
    page = desk.send(
        "/plugins/billing/desk/methods",
        "/plugins/billing/desk/methods/transfer",
        422,
        **{**TRANSFER, "transfer-iban": "FR76 1"},
    )
    assert "This is no IBAN" in page
    assert "FR76 1" in page


def test_a_bank_statement_pays_what_fits_and_shows_what_does_not(lea, desk):
    fits, differs = reference_on(lea.get(buy(lea))), reference_on(lea.get(buy(lea)))
    table = (
        "Date;Libellé;Montant;Nom\r\n"
        f"24/11/2026;VIR {fits.replace('-', ' ').lower()} merci;120,00;Léa Martin\r\n"
        f"24/11/2026;{differs};119,99;Léa Martin\r\n"
        "24/11/2026;loyer;850,00;Somebody\r\n"
        "24/11/2026;frais;-3,00;Bank\r\n"
    ).encode("cp1252")
    page = look_at(desk, table)
    assert "1 transfer fits an order exactly." in page
    assert page.count("no reference of ours") == 1
    assert page.count("is not what was agreed") == 1
    (ticked,) = re.findall(r'name="pays" value="([^"]+)"[^>]* checked', page)
    assert "1 order is paid." in desk.send(
        "/plugins/billing/desk/bank", "/plugins/billing/desk/bank/settle", 200, pays=html.unescape(ticked)
    )
    assert "You have 100 credits." in lea.get("/plugins/billing/")
    assert "was paid before" in look_at(desk, table) or "was written down before" in look_at(desk, table)


def test_a_camt_statement_is_read(lea, desk):
    reference = reference_on(lea.get(buy(lea)))
    page = look_at(desk, CAMT.format(reference=reference).encode())
    assert "1 transfer fits an order exactly." in page
    assert "Léa &amp; Co" in page


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe\x81",
        b"hello",
        b"<html></html>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'/>",
        b"Date;Montant;Reference\n24/11/2026;much;x\n",
        b"Date;Montant;Reference\nyesterday;1,00;x\n",
    ],
)
def test_a_file_that_is_no_statement_is_refused_in_words(desk, content):
    assert "field-problem" in look_at(desk, content, 422)


def look_at(desk, content, status=200):
    return desk.send(
        "/plugins/billing/desk/bank",
        "/plugins/billing/desk/bank",
        status,
        statement=(io.BytesIO(content), "statement"),
    )


def test_credits_are_given_taken_and_corrected_at_the_desk(lea, desk, account):
    page = f"/plugins/billing/desk/customers/{account.public_id}"
    for _time in range(2):  # a form that is sent twice gives once
        desk.send(page, f"{page}/move", act="give", credits="10", reason="welcome", once="one")
    desk.send(page, f"{page}/move", act="take", credits="4", reason="too many", once="two")
    assert "You have 6 credits." in lea.get("/plugins/billing/")
    number = re.search(r'class="soft">(\d+)</td>', desk.get(page))[1]
    desk.send(page, f"{page}/correct", number=number, why="they were not")
    assert "You have 10 credits." in lea.get("/plugins/billing/")
    desk.send(page, f"{page}/move", act="take", credits="11", reason="all", once="three")
    assert "There are 10 credits on the account: 1 are missing." in desk.get(page)


def test_prices_and_terms_are_set_at_the_desk(lea, desk):
    desk.send(
        "/plugins/billing/desk/prices",
        "/plugins/billing/desk/prices",
        **{
            "price-room-S": "0",
            "price-room-M": "5",
            "free_hours": "3",
            "when_empty": "debt",
            "allowed_debt": "7",
        },
    )
    page = lea.get("/plugins/billing/")
    assert "3 started hours a month are free." in page
    assert "down to a debt of 7 credits" in page


def test_figures_of_a_period_are_shown_and_downloaded(lea, desk):
    order = buy(lea).rpartition("/")[2]
    desk.send(
        f"/plugins/billing/desk/orders/{order}",
        f"/plugins/billing/desk/orders/{order}/received",
        note="no. 7",
    )
    assert "€120.00" in desk.get("/plugins/billing/desk/period")
    lines = desk.get("/plugins/billing/desk/period.csv").splitlines()
    assert lines[1].endswith(",credits,purchase,1,100,")
    assert lines[2].endswith(",transfer,received,1,120.00,EUR")
    for odd in ("?from=x", "?from=2027-01-01&to=2026-01-01", "?from=0001-01-01&to=9999-12-31"):
        desk.get(f"/plugins/billing/desk/period{odd}")


def test_money_goes_back_from_the_desk_with_its_credits(lea, desk):
    order = buy(lea).rpartition("/")[2]
    page = f"/plugins/billing/desk/orders/{order}"
    desk.send(page, f"{page}/received")
    payment = re.search(r'name="payment" value="(\d+)"', desk.get(page))[1]
    for amount, why in (("120.01", "x"), ("60", "")):
        desk.send(
            page,
            f"{page}/return",
            payment=payment,
            once="1",
            **{f"amount-{payment}": amount, f"reason-{payment}": why},
        )
    assert "You have 100 credits." in lea.get("/plugins/billing/")
    for _time in range(2):
        desk.send(
            page,
            f"{page}/return",
            payment=payment,
            once="12000",
            **{f"amount-{payment}": "60", f"reason-{payment}": "half"},
        )
    assert "You have 50 credits." in lea.get("/plugins/billing/")


def test_a_webhook_of_nothing_that_is_known_is_not_found(desk, web):
    for method in ("transfer", "nothing", "x" * 200):
        assert (
            web.app.test_client().post(f"/plugins/billing/webhooks/{method}", data=b"{}").status_code == 404
        )


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Ntry><Amt Ccy="EUR">120.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-24</Dt></BookgDt>
<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<RltdPties><Dbtr><Pty><Nm>Léa &amp; Co</Nm></Pty></Dbtr>
<DbtrAcct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>Palabre {reference}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-24</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>"""
