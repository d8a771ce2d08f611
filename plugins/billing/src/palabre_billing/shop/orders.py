"""Placing orders, and finding them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from palabre.toolkit import Account, NotFound, Refused
from palabre.toolkit import gettext as _
from palabre.toolkit import public_id as new_public_id
from palabre_billing.ledger import LedgerAccount, customer_account
from palabre_billing.ledger.posting import lock_accounts
from palabre_billing.shop.models import Order, OrderState, Pack, Seller, VatTreatment
from palabre_billing.shop.money import share
from palabre_billing.shop.references import new_reference, references_in
from palabre_billing.shop.sellers import seller_of
from palabre_billing.shop.vat import checked_vat_number, treatment_for

#: Orders on a page.
PER_PAGE = 50
#: Orders of one buyer that wait for money at the same time; more are a mistake, or mischief.
MOST_WAITING = 20


class BuyerEntry(BaseModel):
    """What a buyer writes for the invoice."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    name: str = Field("", max_length=200)
    company: str = Field("", max_length=200)
    address: str = Field("", max_length=1000)
    country: str = Field("FR", pattern="^[A-Z]{2}$")
    vat_number: str = Field("", max_length=40)


@dataclass(frozen=True)
class Quote:
    """What a pack costs a buyer, in minor units.

    :param vat_rate: hundredths of a per cent.
    """

    net: int
    vat_rate: int
    vat: int
    total: int
    currency: str
    treatment: VatTreatment


def quote_for(seller: Seller, pack: Pack, *, country: str, vat_number: str) -> Quote:
    """What a pack costs somebody.

    :param vat_number: in its plain form, or empty.
    """
    treatment = treatment_for(seller, country=country, vat_number=vat_number)
    rate = pack.vat_rate if treatment is VatTreatment.DOMESTIC else 0
    vat = share(pack.net, rate)
    return Quote(pack.net, rate, vat, pack.net + vat, pack.currency, treatment)


def place_order(
    session: Session,
    *,
    buyer: Account,
    pack: Pack,
    entry: BuyerEntry,
    method: str,
    now: datetime,
    public_id: str | None = None,
) -> Order:
    """Order a pack, in the caller's transaction. Nothing is credited before the money is there.

    :param method: name of a payment method that the tenant offers.
    :param public_id: names the order, so that a form that is sent twice orders once; a new one when not given.
    :raises Refused: ``no_seller``, ``no_buyer_name``, ``no_buyer_address``, ``bad_vat_number``, ``too_many_orders``.
    """
    seller = _seller(session, buyer)
    vat_number = checked_buyer(entry)
    theirs = customer_account(session, buyer, now=now)
    lock_accounts(session, [theirs.id])
    known = session.scalar(select(Order).where(Order.buyer_id == theirs.id, Order.public_id == public_id))
    if known is not None:
        return known
    waiting = session.scalars(
        select(Order.id)
        .where(Order.buyer_id == theirs.id, Order.state == OrderState.WAITING)
        .limit(MOST_WAITING)
    ).all()
    if len(waiting) >= MOST_WAITING:
        raise Refused(
            "too_many_orders",
            _("You have many orders that wait for payment. Pay or cancel some of them first."),
        )
    quote = quote_for(seller, pack, country=entry.country, vat_number=vat_number)
    identity = {
        **entry.model_dump(),
        "vat_number": vat_number,
        "email": buyer.email,
        "language": buyer.language,
        "time_zone": buyer.time_zone,
    }
    for _attempt in range(3):
        order = Order(
            public_id=public_id or new_public_id(),
            tenant_id=buyer.tenant_id,
            reference=new_reference(),
            buyer_id=theirs.id,
            state=OrderState.WAITING,
            credits=pack.credits,
            currency=quote.currency,
            net=quote.net,
            vat_rate=quote.vat_rate,
            vat=quote.vat,
            total=quote.total,
            vat_treatment=quote.treatment,
            buyer=identity,
            method=method,
            next_step={},
            created_at=now,
        )
        try:
            with session.begin_nested():
                session.add(order)
        except IntegrityError:  # the reference is taken: one in 34 thousand million
            continue
        return order
    raise Refused("no_reference", _("The order could not be placed. Try once more."))


def quote_of(session: Session, buyer: Account, pack: Pack, entry: BuyerEntry) -> Quote:
    """What a pack will cost a buyer, before it is ordered.

    :raises Refused: as ``place_order``.
    """
    vat_number = checked_buyer(entry)
    return quote_for(_seller(session, buyer), pack, country=entry.country, vat_number=vat_number)


def checked_buyer(entry: BuyerEntry) -> str:
    """The VAT number of a buyer in its plain form, once everything is there that an invoice needs.

    :raises Refused: ``no_buyer_name``, ``no_buyer_address``, ``bad_vat_number``.
    """
    if not (entry.name or entry.company):
        raise Refused("no_buyer_name", _("Write a name for the invoice."))
    if not entry.address:
        raise Refused("no_buyer_address", _("Write the address for the invoice."))
    return checked_vat_number(entry.vat_number, entry.country)


def _seller(session: Session, buyer: Account) -> Seller:
    found = seller_of(session, buyer.tenant_id)
    if found is None:
        raise Refused("no_seller", _("Credits cannot be bought here yet. Ask whoever runs this site."))
    return found


def find_order(session: Session, *, tenant_id: int, public_id: str) -> Order:
    """An order of the tenant's, for who administers it.

    :raises NotFound: code ``unknown_order``.
    """
    return _one(session, Order.tenant_id == tenant_id, Order.public_id == public_id)


def own_order(session: Session, *, account_id: int, public_id: str) -> Order:
    """An order of somebody's own.

    :raises NotFound: code ``unknown_order``; the same for an order of somebody else.
    """
    mine = select(LedgerAccount.id).where(LedgerAccount.owner_id == account_id)
    return _one(session, Order.buyer_id.in_(mine), Order.public_id == public_id)


def own_orders(session: Session, *, account_id: int, limit: int = PER_PAGE) -> Sequence[Order]:
    """Somebody's orders, the newest first."""
    return session.scalars(
        select(Order)
        .join(LedgerAccount, LedgerAccount.id == Order.buyer_id)
        .where(LedgerAccount.owner_id == account_id)
        .order_by(Order.id.desc())
        .limit(limit)
    ).all()


def last_entry(session: Session, owner: Account) -> BuyerEntry:
    """What a buyer wrote the last time, to begin with."""
    for order in own_orders(session, account_id=owner.id, limit=1):
        return BuyerEntry(**{name: order.buyer.get(name, "") for name in BuyerEntry.model_fields})
    seller = seller_of(session, owner.tenant_id)
    return BuyerEntry(name=owner.name, country=seller.country if seller else "FR")


def search_orders(
    session: Session,
    *,
    tenant_id: int,
    search: str = "",
    state: OrderState | None = None,
    before: int | None = None,
    limit: int = PER_PAGE,
) -> Sequence[Order]:
    """A tenant's orders, the newest first.

    :param search: a reference, or a part of a name, company or address.
    :param before: only those older than the order with this id.
    """
    query = select(Order).where(Order.tenant_id == tenant_id).order_by(Order.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Order.state == state)
    if before is not None:
        query = query.where(Order.id < before)
    if search.strip():
        text = search.strip()
        named = [
            Order.buyer[name].as_string().icontains(text, autoescape=True)
            for name in ("name", "company", "email")
        ]
        query = query.where(or_(Order.reference.in_(references_in(text)), *named))
    return session.scalars(query.options(selectinload(Order.payments))).all()


def cancel_order(session: Session, order: Order) -> None:
    """Wait for its money no more. Money that comes all the same is credited.

    :raises Refused: code ``order_paid``.
    """
    locked = lock_order(session, order.id)
    if locked.state in (OrderState.PAID, OrderState.RETURNED):
        raise Refused("order_paid", _("This order is paid."))
    locked.state = OrderState.CANCELLED
    session.flush()


def note_step(session: Session, order_id: int, *, reference: str | None, step: dict[str, Any]) -> None:
    """Keep what the payment method said when the payment began."""
    order = lock_order(session, order_id)
    order.provider_reference = reference or order.provider_reference
    order.next_step = step
    session.flush()


def lock_order(session: Session, order_id: int) -> Order:
    """An order as it is now, which nobody else changes until the caller's transaction ends."""
    return session.scalars(
        select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _one(session: Session, *conditions: Any) -> Order:
    found = session.scalar(select(Order).where(*conditions).options(selectinload(Order.payments)))
    if found is None:
        raise NotFound("unknown_order", _("There is no such order. Look at the list of your orders."))
    return found
