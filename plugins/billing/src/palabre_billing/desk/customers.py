"""Customers as the desk sees them: balances, movements, gifts and corrections."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from palabre.toolkit import Account, Refused, public_id
from palabre.toolkit import gettext as _
from palabre_billing import gifts
from palabre_billing.desk.orders import administrator, tenant
from palabre_billing.ledger import Entry, LedgerAccount, balance, own_account
from palabre_billing.shop import own_orders
from palabre_billing.statement import PER_PAGE, movements
from palabre_billing.typed import whole_number
from palabre_webui.toolkit import application, permission


def add_customers(pages: Blueprint) -> None:
    """Put these pages on a blueprint."""
    pages.get("/desk/customers")(customers)
    pages.get("/desk/customers/<customer>")(one_customer)
    pages.post("/desk/customers/<customer>/move")(move)
    pages.post("/desk/customers/<customer>/correct")(correct)


@permission("administrator")
def customers() -> ResponseReturnValue:
    """Everybody with an account, by what is searched, with their balance."""
    search = request.args.get("q", "").strip()[:100]
    page = min(max(whole_number(request.args.get("page", "")) or 1, 1), 10_000)
    with application().db.reading() as session:
        found = search_customers(session, tenant_id=tenant(), search=search, page=page)
        return render_template(
            "billing/desk/customers.html",
            customers=found[:PER_PAGE],
            has_more=len(found) > PER_PAGE,
            page=page,
            search=search,
        )


@permission("administrator")
def one_customer(customer: str) -> ResponseReturnValue:
    """What somebody has, and how it came about."""
    before = whole_number(request.args.get("before", ""))
    with application().db.reading() as session:
        who = find_customer(session, customer)
        theirs = own_account(session, who.id)
        found = movements(session, theirs.id, before=before, limit=PER_PAGE + 1) if theirs else []
        return render_template(
            "billing/desk/customer.html",
            who=who,
            balance=balance(session, theirs.id) if theirs else 0,
            movements=found[:PER_PAGE],
            older=found[PER_PAGE - 1].number if len(found) > PER_PAGE else None,
            orders=own_orders(session, account_id=who.id, limit=20),
            once=public_id(),
            most=gifts.MOST_AT_ONCE,
        )


@permission("administrator")
def move(customer: str) -> ResponseReturnValue:
    """Give or take credits."""
    app = application()
    number = whole_number(request.form.get("credits", "")) or 0
    act = gifts.take if request.form.get("act") == "take" else gifts.give
    try:
        with app.db.transaction() as session:
            act(
                session,
                owner=find_customer(session, customer),
                credits=number,
                reason=request.form.get("reason", "")[:500],
                author=administrator(),
                key=f"desk:{request.form.get('once', '')[:32] or public_id()}",
                now=app.clock.now(),
            )
    except Refused as refused:
        flash(refused.message, "warn")
    else:
        flash(_("The credits have moved."), "good")
    return redirect(f"/plugins/billing/desk/customers/{customer}", 303)


@permission("administrator")
def correct(customer: str) -> ResponseReturnValue:
    """Undo a movement by its opposite."""
    app = application()
    number = whole_number(request.form.get("number", "")) or 0
    try:
        with app.db.transaction() as session:
            theirs = own_account(session, find_customer(session, customer).id)
            mine = select(Entry.id).where(
                Entry.transaction_id == number, Entry.account_id == (theirs.id if theirs else 0)
            )
            if session.scalar(mine) is None:
                raise Refused(
                    "unknown_transaction",
                    _("There is no movement number {number} of this customer.").format(number=number),
                )
            gifts.correct(
                session,
                tenant_id=tenant(),
                number=number,
                reason=request.form.get("why", "")[:500],
                author=administrator(),
                now=app.clock.now(),
                may_owe=request.form.get("may_owe") == "on",
            )
    except Refused as refused:
        flash(refused.message, "warn")
    else:
        flash(_("The movement is corrected."), "good")
    return redirect(f"/plugins/billing/desk/customers/{customer}", 303)


def find_customer(session: Session, public_id: str) -> Account:
    """Somebody with an account of the tenant's."""
    found = session.scalar(
        select(Account).where(Account.tenant_id == tenant(), Account.public_id == public_id)
    )
    return found or abort(404)


def search_customers(
    session: Session, *, tenant_id: int, search: str, page: int
) -> list[tuple[Account, int]]:
    """Accounts and balances by name, a page and one more, in one query."""
    total = func.coalesce(func.sum(Entry.credits), 0)
    query = (
        select(Account, total)
        .outerjoin(LedgerAccount, LedgerAccount.owner_id == Account.id)
        .outerjoin(Entry, Entry.account_id == LedgerAccount.id)
        .where(Account.tenant_id == tenant_id)
        .group_by(Account.id)
        .order_by(Account.name, Account.id)
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE + 1)
    )
    if search:
        query = query.where(
            or_(
                Account.name.icontains(search, autoescape=True),
                Account.email.icontains(search, autoescape=True),
            )
        )
    return [(who, int(credits)) for who, credits in session.execute(query)]
