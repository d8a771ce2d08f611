"""Who sells, and what: the seller's identity and the packs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.toolkit import NotFound, Refused
from palabre.toolkit import gettext as _
from palabre_billing.shop.models import Pack, Seller
from palabre_billing.shop.money import MOST, is_currency
from palabre_billing.shop.vat import FRENCH_RATE, checked_vat_number

#: Most credits in one pack, and packs on sale.
MOST_CREDITS, MOST_PACKS = 1_000_000, 20


class SellerEntry(BaseModel):
    """What an operator writes about the seller."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    name: str = Field("", max_length=200)
    address: str = Field("", max_length=1000)
    country: str = Field("FR", pattern="^[A-Z]{2}$")
    email: str = Field("", max_length=320)
    vat_number: str = Field("", max_length=40)
    registration: str = Field("", max_length=200)
    currency: str = Field("EUR", pattern="^[A-Z]{3}$")
    vat_rate: int = Field(FRENCH_RATE, ge=0, le=10_000)
    referrer_bonus: int = Field(0, ge=0, le=MOST_CREDITS)
    referred_bonus: int = Field(0, ge=0, le=MOST_CREDITS)


def seller_of(session: Session, tenant_id: int) -> Seller | None:
    """Who sells to a tenant's customers; ``None`` while nobody wrote it down."""
    return session.scalar(select(Seller).where(Seller.tenant_id == tenant_id))


def set_seller(session: Session, *, tenant_id: int, entry: SellerEntry) -> Seller:
    """Write down who sells. It counts for orders from now on.

    :raises Refused: ``no_seller_name``, ``no_seller_address``, ``bad_currency``, ``bad_vat_number``.
    """
    if not entry.name:
        raise Refused("no_seller_name", _("Write the name that stands on invoices."))
    if not entry.address:
        raise Refused("no_seller_address", _("Write the address that stands on invoices."))
    if not is_currency(entry.currency):
        raise Refused("bad_currency", _("Write the three letters of a currency, such as EUR."))
    row = seller_of(session, tenant_id) or Seller(tenant_id=tenant_id)
    for name, value in entry.model_dump().items():
        setattr(row, name, value)
    row.vat_number = checked_vat_number(entry.vat_number, entry.country)
    session.add(row)
    session.flush()
    return row


def packs_of(session: Session, tenant_id: int) -> Sequence[Pack]:
    """What is on sale, the smallest first."""
    return session.scalars(
        select(Pack)
        .where(Pack.tenant_id == tenant_id, Pack.withdrawn_at.is_(None))
        .order_by(Pack.credits, Pack.id)
    ).all()


def find_pack(session: Session, *, tenant_id: int, public_id: str) -> Pack:
    """A pack that is on sale.

    :raises NotFound: code ``unknown_pack``.
    """
    for pack in packs_of(session, tenant_id):
        if pack.public_id == public_id:
            return pack
    raise NotFound("unknown_pack", _("These credits are not sold any more. Choose others."))


def add_pack(session: Session, *, tenant_id: int, credits: int, net: int, now: datetime) -> Pack:
    """Sell some credits together, at the seller's rate of VAT.

    :param net: price without VAT, in minor units of the seller's currency.
    :raises Refused: ``no_seller``, ``bad_amount``, ``bad_credits``, ``too_many_packs``.
    """
    seller = seller_of(session, tenant_id)
    if seller is None:
        raise Refused("no_seller", _("First write down who sells: name, address, currency."))
    if not 0 < credits <= MOST_CREDITS:
        raise Refused("bad_credits", _("Choose between 1 and {most} credits.").format(most=MOST_CREDITS))
    if not 0 < net <= MOST:
        raise Refused("bad_amount", _("Choose a price above nothing."))
    if len(packs_of(session, tenant_id)) >= MOST_PACKS:
        raise Refused("too_many_packs", _("Withdraw a pack first: nobody compares more than that."))
    pack = Pack(
        tenant_id=tenant_id,
        credits=credits,
        net=net,
        currency=seller.currency,
        vat_rate=seller.vat_rate if seller.vat_number else 0,
        created_at=now,
    )
    session.add(pack)
    session.flush()
    return pack


def withdraw_pack(session: Session, pack: Pack, *, now: datetime) -> None:
    """Sell it no more. What was ordered stays as it is."""
    pack.withdrawn_at = now
    session.flush()
