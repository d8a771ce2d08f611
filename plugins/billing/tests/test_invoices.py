"""Invoices: numbers without gaps, amounts that come out, documents that can be read and never change."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pypdfium2
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from palabre.i18n import add_catalogue
from palabre.toolkit import Account, Mail, tenant_scope
from palabre_billing.invoices import Invoice, issue, rendering
from palabre_billing.shop import (
    BuyerEntry,
    Money,
    Payment,
    PaymentKind,
    SellerEntry,
    add_pack,
    find_order,
    give_back,
    place_order,
    restore,
    set_seller,
    settle,
)


@pytest.fixture(autouse=True)
def french():
    add_catalogue("palabre_billing")


class Shop:
    """Orders and the money that comes for them."""

    def __init__(self, world):
        self.world = world
        with self.transaction() as session:
            entry = SellerEntry(
                name="Palabre SARL",
                address="1 place Bellecour\n69002 Lyon",
                vat_number="FR40303265045",
                registration="RCS Lyon 303 265 045",
            )
            set_seller(session, tenant_id=world.tenant.id, entry=entry)
            self.pack = add_pack(session, tenant_id=world.tenant.id, credits=100, net=9_999, now=self.now)

    @property
    def now(self):
        return self.world.application.clock.now()

    def transaction(self):
        from contextlib import ExitStack, contextmanager

        @contextmanager
        def both():
            with ExitStack() as stack:
                stack.enter_context(tenant_scope(self.world.tenant))
                yield stack.enter_context(self.world.application.db.transaction())

        return both()

    def order(self, language="en", **entry):
        with self.transaction() as session:
            me = session.get_one(Account, self.world.organiser.id)
            me.language = language
            typed = {"name": "Léa Martin", "address": "2 rue Neuve\n69001 Lyon", **entry}
            placed = place_order(
                session, buyer=me, pack=self.pack, entry=BuyerEntry(**typed), method="transfer", now=self.now
            )
            return placed.public_id, placed.total

    def tell(self, act, order, provider_id, amount, **more):
        about = more.pop("about", "")
        with self.transaction() as session:
            row = find_order(session, tenant_id=self.world.tenant.id, public_id=order)
            money = Money(provider_id=provider_id, amount=amount, currency="EUR", author="bank", about=about)
            return act(session, row, money, now=self.now, **more).id

    def paid(self, language="en", number=0, **entry):
        order, total = self.order(language, **entry)
        self.tell(settle, order, f"paid{number}", total)
        return order

    def invoices(self):
        with tenant_scope(self.world.tenant), self.world.application.db.reading() as session:
            rows = session.scalars(select(Invoice).order_by(Invoice.number)).all()
            for one in rows:
                _ = one.file.content if one.file else None
            return rows


@pytest.fixture
def shop(world):
    return Shop(world)


def text_of(invoice):
    document = pypdfium2.PdfDocument(invoice.file.content)
    assert len(document) == 1
    return document[0].get_textpage().get_text_bounded()


def test_a_payment_is_followed_by_an_invoice_that_is_mailed(shop, world):
    shop.paid()
    world.work()
    (invoice,) = shop.invoices()
    assert invoice.label == f"{shop.now.year}-00001"
    assert invoice.file.content_type == "application/pdf"
    (mail,) = world.posted()
    assert invoice.label in mail.subject
    ((name, size),) = mail.files
    assert name == f"{invoice.label}.pdf"
    assert size == len(invoice.file.content)
    assert world.faults() == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Invoice", "Léa Martin", "€99.99", "€20.00", "€119.99", "RCS Lyon", "100 credits"]),
        ("fr", ["Facture", "Léa Martin", "99,99 €", "20,00 €", "119,99 €", "TVA", "100 crédits"]),
    ],
)
def test_the_document_can_be_read_and_looked_at(shop, world, language, words):
    shop.paid(language)
    world.work()
    (invoice,) = shop.invoices()
    written = text_of(invoice).replace("\xa0", " ").replace("\u202f", " ")
    for one in words:
        assert one in written
    picture = pypdfium2.PdfDocument(invoice.file.content)[0].render(scale=1).to_pil().convert("L")
    ink = sum(picture.histogram()[:128]) / (picture.width * picture.height)
    assert 0.003 < ink < 0.2  # neither blank nor a blot


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"country": "DE", "vat_number": "DE136695976"}, "Reverse charge"),
        ({"country": "CH"}, "Not subject to VAT of the European Union"),
    ],
)
def test_an_invoice_without_vat_says_why(shop, world, entry, said):
    shop.paid(**entry)
    world.work()
    assert said in text_of(shop.invoices()[0]).replace("\r\n", " ")


def test_money_that_goes_back_in_parts_makes_credit_notes_that_come_out_to_the_cent(shop, world):
    order = shop.paid()
    for number, amount in enumerate((3_333, 3_333, 5_333)):
        shop.tell(give_back, order, f"back{number}", amount)
    world.work()
    invoice, *notes = shop.invoices()
    assert [note.kind.value for note in notes] == ["credit_note"] * 3
    for name in ("net", "vat", "total"):
        assert sum(note.content[name] for note in notes) == invoice.content[name]
    assert {note.content["corrects"] for note in notes} == {invoice.label}
    assert world.faults() == []


def test_a_dispute_that_is_won_is_invoiced_again(shop, world):
    order = shop.paid()
    shop.tell(give_back, order, "dispute", 11_999, kind=PaymentKind.DISPUTED)
    shop.tell(restore, order, "won", 11_999, about="dispute")
    world.work()
    assert [(one.kind.value, one.content["total"]) for one in shop.invoices()] == [
        ("invoice", 11_999),
        ("credit_note", 11_999),
        ("invoice", 11_999),
    ]
    assert world.faults() == []


def test_a_credit_note_that_comes_first_waits_for_its_invoice(shop, world):
    order = shop.paid()
    back = shop.tell(give_back, order, "back", 11_999)
    with shop.transaction() as session:
        issue(session, session.get_one(Payment, back), now=shop.now)
    world.work()
    assert [one.kind.value for one in shop.invoices()] == ["invoice", "credit_note"]
    assert world.faults() == []


def test_a_surplus_makes_no_document(shop, world):
    order = shop.paid()
    shop.tell(settle, order, "again", 11_999)
    world.work()
    assert len(shop.invoices()) == 1


def test_numbers_have_no_gaps_when_many_are_made_at_once_and_some_fail(shop, world):
    with shop.transaction() as session:
        session.get_one(Account, world.organiser.id).name = "Léa"
    payments = []
    for number in range(12):
        order, total = shop.order()
        payments.append(shop.tell(settle, order, f"paid{number}", total))

    class Killed(Exception):
        pass

    def make(number):
        try:
            with shop.transaction() as session:
                issue(session, session.get_one(Payment, payments[number % 12]), now=shop.now)
                if number < 12 and number % 3 == 0:
                    raise Killed
        except Killed:
            pass

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(make, range(24)))
    assert [one.number for one in shop.invoices()] == list(range(1, 13))
    assert world.faults() == []


def test_each_year_begins_with_one(shop, world):
    shop.paid(number=1)
    world.work()
    world.application.clock.advance(days=400)
    shop.paid(number=2)
    world.work()
    first, second = sorted(shop.invoices(), key=lambda one: one.year)
    assert (first.number, second.number) == (1, 1)
    assert second.year > first.year


def test_a_worker_that_is_killed_before_the_file_is_kept_makes_it_again_under_the_same_number(
    shop, world, monkeypatch
):
    shop.paid()

    def killed(_invoice):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("palabre_billing.invoices.archive.render", killed)
        with pytest.raises(KeyboardInterrupt):
            world.work()
    world.application.clock.advance(minutes=10)
    world.work()
    (invoice,) = shop.invoices()
    assert invoice.number == 1
    assert invoice.file is not None
    with tenant_scope(world.tenant), world.application.db.reading() as session:
        assert len(session.scalars(select(Mail)).all()) == 1


def test_where_no_pdf_can_be_made_the_customer_gets_a_page(shop, world, monkeypatch):
    monkeypatch.setattr(rendering, "pdf_maker", lambda: "no Pango")
    shop.paid("fr")
    world.work()
    (invoice,) = shop.invoices()
    assert invoice.file.content_type == "text/html"
    assert "Facture" in invoice.file.content.decode()


def test_nothing_of_the_archive_can_be_changed(shop, world):
    shop.paid()
    world.work()
    for statement in (
        "UPDATE billing_invoice SET number = 7",
        "DELETE FROM billing_invoice",
        "UPDATE billing_invoice_file SET sha256 = 'x'",
        "DELETE FROM billing_invoice_file",
    ):
        with pytest.raises(DatabaseError), shop.transaction() as session:
            session.execute(text(statement))


def test_a_document_fetches_nothing(shop, world, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"x")
    make = rendering.pdf_maker()
    written = make(f"<img src='file://{secret}'><img src='http://127.0.0.1:1/x'><p>there</p>")
    page = pypdfium2.PdfDocument(io.BytesIO(written))[0]
    assert "there" in page.get_textpage().get_text_bounded()
    assert not [one for one in page.get_objects() if one.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
