"""Referral: a bonus for both at the first payment, once, and none for those who refer themselves."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from palabre.accounts import hash_password
from palabre.i18n import add_catalogue
from palabre.toolkit import Account, tenant_scope
from palabre_billing.ledger import balance, own_account
from palabre_billing.referral import Referral
from palabre_billing.shop import BuyerEntry, Money, packs_of, place_order, settle
from palabre_webui.server import create_web
from palabre_webui.testing.accounts import PASSWORD, client_of
from test_buying import BUYER, SELLER, TRANSFER, Visitor, signed_up

BONUS = {"referrer_bonus": "20", "referred_bonus": "5"}


@pytest.fixture
def web(application):
    add_catalogue("palabre_billing")
    return create_web(application)


@pytest.fixture
def desk(web, world, application):
    operator = signed_up(web, world, application, "Olga", is_operator=True)
    operator.send("/plugins/billing/desk/shop", "/plugins/billing/desk/shop", **{**SELLER, **BONUS})
    operator.send("/plugins/billing/desk/shop", "/plugins/billing/desk/packs", credits="100", net="100,00")
    operator.send("/plugins/billing/desk/methods", "/plugins/billing/desk/methods/transfer", **TRANSFER)
    return operator


@pytest.fixture
def lea(web, world, application, account, desk):
    with tenant_scope(world.tenant), application.db.transaction() as session:
        session.get_one(Account, account.id).password_hash = hash_password(PASSWORD)
    return Visitor(client_of(web, account))


@pytest.fixture
def link(lea):
    return re.search(r"/plugins/billing/r/\w+", lea.get("/plugins/billing/refer"))[0]


class Friends:
    """People who sign up by a link, and pay."""

    def __init__(self, web, world, application):
        self.web, self.world, self.application = web, world, application
        self.number = 0

    def sign_up(self, link, email="sam@example.org"):
        browser = Visitor(self.web.app.test_client())
        assert browser.client.get(link).headers["Location"] == "/account/sign-up"
        browser.send("/account/sign-up", "/account/sign-up", name="Sam", email=email)
        return email

    def pay(self, email, payer=""):
        now = self.application.clock.now()
        self.number += 1
        with tenant_scope(self.world.tenant), self.application.db.transaction() as session:
            who = session.scalars(select(Account).where(Account.email == email)).one()
            pack = packs_of(session, self.world.tenant.id)[0]
            order = place_order(
                session, buyer=who, pack=pack, entry=BuyerEntry(**BUYER), method="transfer", now=now
            )
            money = Money(
                provider_id=f"p{self.number}", amount=order.total, currency="EUR", author="bank", payer=payer
            )
            settle(session, order, money, now=now)
        self.world.work()

    def credits(self, email):
        with tenant_scope(self.world.tenant), self.application.db.reading() as session:
            who = session.scalars(select(Account).where(Account.email == email)).one()
            theirs = own_account(session, who.id)
            return balance(session, theirs.id) if theirs else 0

    def refused(self):
        with tenant_scope(self.world.tenant), self.application.db.reading() as session:
            return list(session.scalars(select(Referral.refused)))


@pytest.fixture
def friends(web, world, application):
    return Friends(web, world, application)


def test_both_get_their_bonus_at_the_first_payment_and_never_again(friends, link, account, lea, world):
    sam = friends.sign_up(link)
    assert "1 person signed up by it" in lea.get("/plugins/billing/refer")
    for _time in range(2):
        friends.pay(sam)
    assert friends.credits(sam) == 2 * 100 + 5
    assert friends.credits(account.email) == 20
    assert "there was a bonus for 1" in lea.get("/plugins/billing/refer")
    assert "Bonus for a new customer" in lea.get("/plugins/billing/")
    assert world.faults() == []


@pytest.mark.parametrize(
    ("email", "payer", "why"),
    [("lea+second@example.org", "", "same_address"), ("sam@example.org", "card1", "same_payer")],
)
def test_who_refers_themselves_gets_nothing(friends, link, account, email, payer, why):
    friends.pay(account.email, payer="card1")
    friends.pay(friends.sign_up(link, email), payer=payer)
    assert friends.credits(email) == 100
    assert friends.credits(account.email) == 100
    assert friends.refused() == [why]


def test_a_customer_gets_the_bonus_though_who_brought_them_has_left(friends, link, application, world):
    sam = friends.sign_up(link)
    with tenant_scope(world.tenant), application.db.transaction() as session:
        session.scalars(select(Referral)).one().referrer_id = None  # as closing an account leaves it
    friends.pay(sam)
    assert friends.credits(sam) == 105


def test_a_link_that_is_none_brings_nobody(friends, link):
    for odd in ("/plugins/billing/r/unknownunknown", "/plugins/billing/r/%2e%2e", f"{link}x"):
        assert friends.web.app.test_client().get(odd).status_code == 303
    friends.pay(friends.sign_up("/plugins/billing/r/unknownunknown"))
    assert friends.refused() == []


def test_friends_are_mailed_once_whoever_asks_and_nothing_tells_who_is_known(lea, friends, world, account):
    for _time in range(2):
        lea.send(
            "/plugins/billing/refer",
            "/plugins/billing/refer",
            addresses=f"kim@example.org, {account.email}\nsam@example.org",
        )
    assert "3 people are invited." in lea.get("/plugins/billing/refer")
    assert sorted(mail.to for mail in world.posted()) == ["kim@example.org", "sam@example.org"]


@pytest.mark.parametrize("typed", ["", "nobody", " ".join(f"a{n}@example.org" for n in range(11))])
def test_addresses_that_cannot_be_mailed_are_said_and_stay(lea, typed):
    page = lea.send("/plugins/billing/refer", "/plugins/billing/refer", 422, addresses=typed)
    assert "field-problem" in page
    assert typed in page


def test_without_a_bonus_there_is_no_such_page(lea, desk):
    desk.send("/plugins/billing/desk/shop", "/plugins/billing/desk/shop", **SELLER)
    lea.get("/plugins/billing/refer", 404)
    assert "Refer your friends" not in lea.get("/plugins/billing/")
