"""What is posted stays, is posted once, and adds up."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from palabre.migrations import MigrationFailed, purge
from palabre.toolkit import Refused, tenant_scope
from palabre_billing import gifts
from palabre_billing.ledger import (
    GIFTS,
    USED,
    Entry,
    KeyReused,
    NotEnoughCredits,
    Posting,
    Snapshot,
    Transaction,
    Unbalanced,
    balance,
    customer_account,
    post,
    reverse,
    system_account,
    verify_ledger,
)


@pytest.fixture
def accounts(session, application, tenant, account):
    """Ids of a customer's account and of the tenant's own."""
    now = application.clock.now()
    return (
        customer_account(session, account, now=now).id,
        system_account(session, GIFTS, tenant_id=tenant.id, now=now).id,
        system_account(session, USED, tenant_id=tenant.id, now=now).id,
    )


@pytest.fixture
def posting(application, tenant):
    def posting(key, entries, **more):
        return Posting(
            **{"tenant_id": tenant.id, "key": key, "kind": "debit", "entries": entries, **more},
            at=application.clock.now(),
        )

    return posting


def faults(session):
    return [(check.name, fault) for check in verify_ledger(session) for fault in check.faults]


def test_a_balance_is_the_sum_of_the_entries(session, accounts, posting):
    theirs, gifts_account, used = accounts
    post(session, posting("gift", {theirs: 10, gifts_account: -10}))
    post(session, posting("hour", {theirs: -3, used: 3}))
    assert (balance(session, theirs), balance(session, gifts_account), balance(session, used)) == (7, -10, 3)
    assert faults(session) == []


@pytest.mark.parametrize(
    "amounts", [(5, -4), (0, 0), (5,), (), (1.5, -1.5), (True, -1), (10**12, -(10**12)), ("1", "-1")]
)
def test_entries_that_are_no_transaction_are_not_posted(session, accounts, posting, amounts):
    with pytest.raises(Unbalanced):
        post(session, posting("odd", dict(zip(accounts, amounts, strict=False))))
    assert session.scalars(select(Transaction)).all() == []


def test_the_same_key_is_the_first_transaction(session, accounts, posting, clock):
    theirs, gifts_account, _used = accounts
    first = post(session, posting("gift", {theirs: 10, gifts_account: -10}))
    clock.advance(hours=1)
    assert post(session, posting("gift", {theirs: 10, gifts_account: -10})) is first
    assert balance(session, theirs) == 10


@pytest.mark.parametrize(
    "other",
    [{"entries": 9}, {"kind": "gift"}, {"reason": "another"}, {"author": "me"}, {"meeting": "m"}],
    ids=lambda other: next(iter(other)),
)
def test_the_same_key_with_another_content_is_an_error(session, accounts, posting, other):
    theirs, gifts_account, _used = accounts
    post(session, posting("gift", {theirs: 10, gifts_account: -10}))
    amount = other.get("entries", 10)
    others = {name: value for name, value in other.items() if name != "entries"}
    with pytest.raises(KeyReused):
        post(session, posting("gift", {theirs: amount, gifts_account: -amount}, **others))
    assert balance(session, theirs) == 10


def test_nothing_is_taken_that_is_not_there(session, accounts, posting):
    theirs, gifts_account, used = accounts
    post(session, posting("gift", {theirs: 2, gifts_account: -2}))
    with pytest.raises(NotEnoughCredits) as refused:
        post(session, posting("hour", {theirs: -3, used: 3}), not_below={theirs: 0})
    assert (refused.value.balance, refused.value.missing) == (2, 1)
    assert balance(session, theirs) == 2
    post(session, posting("hour", {theirs: -3, used: 3}), not_below={theirs: -1})
    assert balance(session, theirs) == -1


def test_a_correction_is_the_opposite_with_a_reason_and_an_author(session, accounts, posting, clock):
    theirs, gifts_account, _used = accounts
    wrong = post(session, posting("gift", {theirs: 10, gifts_account: -10}))
    for reason, author in (("", "an operator"), ("typed wrongly", " ")):
        with pytest.raises(Refused):
            reverse(session, wrong, reason=reason, author=author, now=clock.now())
    made = reverse(session, wrong, reason="typed wrongly", author="an operator", now=clock.now())
    assert reverse(session, wrong, reason="typed wrongly", author="an operator", now=clock.now()) is made
    assert balance(session, theirs) == 0
    assert wrong.reverses_id is None
    with pytest.raises(Refused) as refused:
        reverse(session, made, reason="no", author="an operator", now=clock.now())
    assert refused.value.code == "is_reversal"


@pytest.mark.parametrize("table", ["billing_transaction", "billing_entry"])
@pytest.mark.parametrize("change", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_posted(application, give, table, change):
    give(10)
    with pytest.raises(DatabaseError, match="only grows"), application.db.transaction() as session:
        session.execute(text(change.format(table)))


@pytest.mark.parametrize(
    "change",
    [
        "TRUNCATE billing_entry",
        "REPLACE INTO billing_entry (id, transaction_id, account_id, credits, tenant_id) VALUES (1, 1, 1, 99, 1)",
        "REPLACE INTO billing_entry (id, transaction_id, account_id, credits, tenant_id) VALUES (99, 1, 1, 99, 1)",
        "INSERT OR REPLACE INTO billing_transaction SELECT * FROM billing_transaction",
    ],
)
def test_the_other_ways_of_replacing_rows_are_closed_too(application, give, has, change):
    give(10)
    with pytest.raises(DatabaseError), application.db.transaction() as session:
        session.execute(text(change))
    assert has() == 10


def test_a_tenant_with_a_ledger_is_not_deleted(application, give):
    give(10)
    with pytest.raises(DatabaseError, match="only grows"), application.db.transaction() as session:
        session.execute(text("DELETE FROM tenant"))


def test_a_snapshot_keeps_adding_up_short(application, tenant, give, has):
    for _time in range(250):
        give(1)
    assert has() == 250
    with application.db.reading() as session:
        assert session.scalars(select(Snapshot.credits)).all() == [200]
        assert faults(session) == []


def test_a_snapshot_that_is_wrong_is_found(application, give):
    for _time in range(100):
        give(1)
    with application.db.transaction() as session:
        session.execute(text("UPDATE billing_snapshot SET credits = 101"))
    with application.db.reading() as session:
        ((name, fault),) = faults(session)
    assert name.startswith("each snapshot")
    assert "101 is kept and 100 is the sum" in fault


def test_an_entry_written_past_the_ledger_is_found(application, give):
    give(10)
    with application.db.transaction() as session:
        entry = session.scalars(select(Entry)).first()
        transaction = Transaction(
            tenant_id=entry.tenant_id, key="forged", kind="debit", at=application.clock.now()
        )
        session.add(transaction)
        session.flush()
        session.add(
            Entry(
                tenant_id=entry.tenant_id,
                transaction_id=transaction.id,
                account_id=entry.account_id,
                credits=5,
            )
        )
    with application.db.reading() as session:
        assert {name for name, _fault in faults(session)} == {
            "the entries of each transaction sum to zero",
            "the ledger of each tenant sums to zero",
        }


def test_one_key_posted_by_many_at_once_is_one_transaction(application, tenant, account, has):
    def once(_number):
        with tenant_scope(tenant), application.db.transaction() as session:
            gifts.give(
                session, owner=account, credits=7, reason="a gift", author="a test", key="once", now=now
            )

    now = application.clock.now()
    assert at_once(once, 8) == Counter({"done": 8})
    assert has() == 7


def test_what_many_take_at_once_is_never_more_than_there_is(application, tenant, account, give, has):
    def one(number):
        with tenant_scope(tenant), application.db.transaction() as session:
            gifts.take(
                session, owner=account, credits=3, reason="use", author="a test", key=f"t{number}", now=now
            )

    now = application.clock.now()
    give(10)
    assert at_once(one, 8) == Counter({"done": 3, "not_enough_credits": 5})
    assert has() == 1


def test_the_tables_are_not_taken_away_while_balances_stand(application, tenant, account, give, has):
    give(10)
    with pytest.raises(MigrationFailed, match="1 customers have balances that stand, 10 credits together"):
        purge(application.db, application.plugins, "billing")
    assert has() == 10
    with tenant_scope(tenant), application.db.transaction() as session:
        gifts.take(
            session,
            owner=account,
            credits=10,
            reason="the end",
            author="me",
            key="end",
            now=application.clock.now(),
        )
    purge(application.db, application.plugins, "billing")


def at_once(do, times):
    """Do something in so many threads; how often it was done, or refused with which code."""
    results = Counter()
    start = threading.Barrier(times)

    def run(number):
        start.wait()
        try:
            do(number)
        except Refused as refusal:
            results[refusal.code] += 1
        except Exception as error:
            results[repr(error)] += 1
        else:
            results["done"] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
