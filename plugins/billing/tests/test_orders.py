"""Orders and the money that comes for them: credits appear once, and go back with the money."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from palabre.toolkit import Account, Refused, tenant_scope
from palabre_billing import gifts
from palabre_billing.ledger import balance, own_account
from palabre_billing.shop import (
    BuyerEntry,
    Money,
    OrderState,
    Payment,
    PaymentKind,
    SellerEntry,
    VatTreatment,
    add_pack,
    cancel_order,
    find_order,
    give_back,
    own_orders,
    place_order,
    restore,
    search_orders,
    set_seller,
    settle,
)
from palabre_billing.shop.verifying import verify_orders

ADDRESS = "1 place Bellecour\n69002 Lyon"


@pytest.fixture
def now(application):
    return application.clock.now()


@pytest.fixture
def pack(session, tenant, now):
    set_seller(
        session,
        tenant_id=tenant.id,
        entry=SellerEntry(name="Palabre SARL", address=ADDRESS, vat_number="FR 40303265045"),
    )
    return add_pack(session, tenant_id=tenant.id, credits=100, net=10_000, now=now)


@pytest.fixture
def order(session, account, pack, now):
    return ordered(session, account, pack, now)


def ordered(session, account, pack, now, method="transfer", **entry):
    typed = BuyerEntry(**{"name": "Léa Martin", "address": "2 rue Neuve", **entry})
    return place_order(session, buyer=account, pack=pack, entry=typed, method=method, now=now)


def money(order, number="1", **other):
    known = {"provider_id": f"p{number}", "amount": order.total, "currency": order.currency, "author": "bank"}
    return Money(**{**known, **other})


def credits(session, account):
    theirs = own_account(session, account.id)
    return balance(session, theirs.id) if theirs else 0


def use(session, account, number, now):
    gifts.take(
        session, owner=account, credits=number, reason="used", author="test", key=f"use:{number}", now=now
    )


def test_an_order_adds_the_vat_of_its_pack(order):
    assert (order.net, order.vat, order.total, order.vat_rate) == (10_000, 2_000, 12_000, 2000)
    assert order.vat_treatment is VatTreatment.DOMESTIC
    assert order.state is OrderState.WAITING


@pytest.mark.parametrize(
    ("country", "vat_number", "treatment", "total"),
    [
        ("FR", "FR83404833048", VatTreatment.DOMESTIC, 12_000),
        ("MC", "", VatTreatment.DOMESTIC, 12_000),
        ("DE", "", VatTreatment.DOMESTIC, 12_000),
        ("DE", "DE 136 695 976", VatTreatment.REVERSE_CHARGE, 10_000),
        ("GR", "EL 094259216", VatTreatment.REVERSE_CHARGE, 10_000),
        ("CH", "", VatTreatment.OUTSIDE, 10_000),
        ("US", "anything", VatTreatment.OUTSIDE, 10_000),
    ],
)
def test_vat_follows_who_buys(session, account, pack, now, country, vat_number, treatment, total):
    order = ordered(session, account, pack, now, country=country, vat_number=vat_number)
    assert (order.vat_treatment, order.total) == (treatment, total)


def test_a_seller_without_a_vat_number_charges_none(session, account, tenant, now):
    set_seller(session, tenant_id=tenant.id, entry=SellerEntry(name="Palabre", address=ADDRESS))
    pack = add_pack(session, tenant_id=tenant.id, credits=10, net=999, now=now)
    order = ordered(session, account, pack, now)
    assert (order.vat_treatment, order.vat, order.total) == (VatTreatment.EXEMPT, 0, 999)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"name": "", "company": ""}, "no_buyer_name"),
        ({"address": ""}, "no_buyer_address"),
        ({"country": "DE", "vat_number": "DE 1"}, "bad_vat_number"),
        ({"country": "FR", "vat_number": "DE136695976"}, "bad_vat_number"),
    ],
)
def test_what_an_invoice_needs_is_asked_for(session, account, pack, now, entry, code):
    with pytest.raises(Refused) as refused:
        ordered(session, account, pack, now, **entry)
    assert refused.value.code == code


def test_money_brings_the_credits_once_however_often_it_is_told(session, account, order, now):
    for _time in range(3):
        assert settle(session, order, money(order), now=now).kind is PaymentKind.RECEIVED
    assert credits(session, account) == 100
    assert order.state is OrderState.PAID
    assert verify(session) == []


@pytest.mark.parametrize("other", [{"amount": 11_999}, {"amount": 12_001}, {"currency": "USD"}])
def test_money_that_is_not_what_was_agreed_brings_nothing_and_is_written_down(
    session, account, order, now, other
):
    assert settle(session, order, money(order, **other), now=now).kind is PaymentKind.SURPLUS
    assert credits(session, account) == 0
    assert order.state is OrderState.WAITING


def test_a_second_payment_is_a_surplus_and_giving_it_back_takes_no_credits(session, account, order, now):
    settle(session, order, money(order), now=now)
    assert settle(session, order, money(order, "2"), now=now).kind is PaymentKind.SURPLUS
    give_back(session, order, money(order, "back", about="p2"), now=now)
    assert credits(session, account) == 100
    assert order.state is OrderState.PAID
    give_back(session, order, money(order, "back2"), now=now)
    assert credits(session, account) == 0


def test_one_payment_does_not_pay_two_orders(session, account, pack, order, now):
    settle(session, order, money(order), now=now)
    second = ordered(session, account, pack, now)
    with pytest.raises(Refused) as refused:
        settle(session, second, money(second), now=now)
    assert refused.value.code == "payment_of_another_order"


def test_a_cancelled_order_that_is_paid_all_the_same_is_credited(session, account, order, now):
    cancel_order(session, order)
    settle(session, order, money(order), now=now)
    assert credits(session, account) == 100
    with pytest.raises(Refused):
        cancel_order(session, order)


def test_money_that_goes_back_takes_its_part_of_the_credits(session, account, order, now):
    settle(session, order, money(order), now=now)
    for number, amount, left in (("a", 4_001, 67), ("a", 4_001, 67), ("b", 3_999, 34), ("c", 99_999, 0)):
        give_back(session, order, money(order, number, amount=amount), now=now)
        assert credits(session, account) == left
    assert order.state is OrderState.RETURNED
    assert verify(session) == []


def test_credits_that_were_used_are_owed_when_their_money_goes_back(session, account, order, now):
    settle(session, order, money(order), now=now)
    use(session, account, 70, now)
    back = give_back(session, order, money(order, "back"), now=now)
    assert credits(session, account) == -70
    assert back.owed == 70
    assert verify(session) == []


def test_a_dispute_takes_the_credits_and_winning_it_brings_them_back(session, account, order, now):
    settle(session, order, money(order), now=now)
    for _time in range(2):
        give_back(session, order, money(order, "dispute"), now=now, kind=PaymentKind.DISPUTED)
    assert credits(session, account) == 0
    for _time in range(2):
        restore(session, order, money(order, "won", about="pdispute"), now=now)
    assert credits(session, account) == 100
    assert order.state is OrderState.PAID
    give_back(session, order, money(order, "later"), now=now)
    assert credits(session, account) == 0
    assert verify(session) == []


def test_what_comes_before_its_payment_is_to_be_said_again(session, account, order, now):
    for act in (give_back, restore):
        with pytest.raises(Refused) as refused:
            act(session, order, money(order, "early", about="pnothing"), now=now)
        assert refused.value.code == "too_early"
    settle(session, order, money(order), now=now)
    give_back(session, order, money(order, "early"), now=now)
    assert credits(session, account) == 0
    assert verify(session) == []


def test_orders_are_found_by_reference_name_and_state(session, account, tenant, order, now):
    written = order.reference.lower().replace("p", "p ", 1)
    for text in (written, "martin", "LÉA" if session.get_bind().dialect.name != "sqlite" else "éa"):
        assert [one.id for one in search_orders(session, tenant_id=tenant.id, search=text)] == [order.id]
    assert not search_orders(session, tenant_id=tenant.id, search="%")
    assert not search_orders(session, tenant_id=tenant.id, state=OrderState.PAID)
    assert [one.id for one in own_orders(session, account_id=account.id)] == [order.id]


def test_two_who_say_at_once_that_money_came_credit_it_once(application, tenant, account):
    with tenant_scope(tenant), application.db.transaction() as session:
        now = application.clock.now()
        set_seller(session, tenant_id=tenant.id, entry=SellerEntry(name="Palabre", address=ADDRESS))
        pack = add_pack(session, tenant_id=tenant.id, credits=100, net=10_000, now=now)
        order = ordered(session, session.get_one(Account, account.id), pack, now)

    def tell(number):
        with tenant_scope(tenant), application.db.transaction() as session:
            row = find_order(session, tenant_id=tenant.id, public_id=order.public_id)
            return settle(session, row, money(row, number), now=now).kind.value

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(tell, ["1", "1", "1", "2", "1", "2", "1", "1"]))
    assert set(told) == {"received", "surplus"}
    with tenant_scope(tenant), application.db.reading() as session:
        assert credits(session, account) == 100
        assert len(session.scalars(select(Payment)).all()) == 2
        assert verify(session) == []


def verify(session):
    return [fault for check in verify_orders(session) for fault in check.faults]
