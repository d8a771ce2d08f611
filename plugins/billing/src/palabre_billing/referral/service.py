"""Bringing customers: links, who came by them, and the bonus at the first payment."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from palabre.toolkit import (
    Account,
    Application,
    Letter,
    LetterKind,
    Mail,
    Refused,
    check_address,
    queue_mail,
    site_address,
)
from palabre.toolkit import gettext as _
from palabre_billing.ledger import GIFTS, LedgerAccount, Posting, customer_account, post, system_account
from palabre_billing.referral.models import Referral, Referrer
from palabre_billing.shop import Order, Payment, PaymentKind, Seller, seller_of

MAIL = "billing.refer"
#: Mails that one person may have sent, and addresses in one form.
MOST_MAILED, MOST_AT_ONCE = 100, 10


def has_bonus(session: Session, tenant_id: int) -> Seller | None:
    """The seller, where bringing customers is rewarded."""
    seller = seller_of(session, tenant_id)
    return seller if seller and (seller.referrer_bonus or seller.referred_bonus) else None


def referrer_of(session: Session, account: Account) -> Referrer:
    """Somebody's own link, made when it is first looked at."""
    query = select(Referrer).where(Referrer.account_id == account.id)
    known = session.scalar(query)
    if known is not None:
        return known
    try:
        with session.begin_nested():
            session.add(Referrer(tenant_id=account.tenant_id, account_id=account.id, mailed=0))
    except IntegrityError:  # in another tab at this moment
        pass
    return session.scalars(query).one()


def find_referrer(session: Session, *, tenant_id: int, code: str) -> Referrer | None:
    """Whose link it is."""
    return session.scalar(select(Referrer).where(Referrer.tenant_id == tenant_id, Referrer.code == code))


def note_referred(session: Session, *, account: Account, code: str, now: datetime) -> None:
    """Somebody signed up by a link, in the caller's transaction. The first link counts; one's own does not."""
    referrer = find_referrer(session, tenant_id=account.tenant_id, code=code)
    if referrer is None or referrer.account_id == account.id:
        return
    try:
        with session.begin_nested():
            session.add(
                Referral(
                    tenant_id=account.tenant_id,
                    referrer_id=referrer.account_id,
                    referred_id=account.id,
                    created_at=now,
                )
            )
    except IntegrityError:
        return


def invite(session: Session, *, account: Account, typed: str, now: datetime) -> int:
    """Mail one's link to friends. Each address gets one such mail of a tenant, ever, whoever asks for it.

    :param typed: addresses with commas, blanks or lines between them.
    :returns: how many addresses there were; whether somebody knew one of them already is not told.
    :raises Refused: ``no_address``, ``bad_address``, ``too_many_addresses``, ``too_many_mails``.
    """
    pieces = typed.replace(",", " ").replace(";", " ").split()
    if not pieces:
        raise Refused("no_address", _("Write at least one address."))
    if len(pieces) > MOST_AT_ONCE:
        raise Refused("too_many_addresses", _("Write {most} addresses at most.").format(most=MOST_AT_ONCE))
    addresses = list(dict.fromkeys(check_address(one) for one in pieces))
    referrer = session.scalars(
        select(Referrer).where(Referrer.id == referrer_of(session, account).id).with_for_update()
    ).one()
    if referrer.mailed + len(addresses) > MOST_MAILED:
        raise Refused(
            "too_many_mails", _("You have invited many people by mail. Give others your link yourself.")
        )
    for address in addresses:
        digest = hashlib.sha256(_plain(address).encode()).hexdigest()[:32]
        queue_mail(
            session,
            key=f"{MAIL}:{account.tenant_id}:{digest}",
            kind=MAIL,
            email=address,
            language=account.language,
            tenant_id=account.tenant_id,
            now=now,
            data={"referrer": account.id},
        )
    referrer.mailed += len(addresses)
    session.flush()
    return len(addresses)


def write_invitation(_application: Application, session: Session, mail: Mail) -> Letter | None:
    """The mail to a friend; not to somebody who has an account meanwhile."""
    account = session.get(Account, mail.data["referrer"])
    is_known = session.scalar(
        select(Account.id).where(Account.tenant_id == mail.tenant_id, Account.email == mail.email)
    )
    seller = has_bonus(session, mail.tenant_id)
    if account is None or is_known is not None or seller is None:
        return None
    link = link_of(session, referrer_of(session, account))
    return Letter(
        subject=_("{name} invites you to try video meetings here").format(name=account.name),
        paragraphs=(
            _("Hello,"),
            _("{name} holds meetings here and thinks that you could too.").format(name=account.name),
            _("Sign up by this link: at your first payment you both get credits."),
        ),
        action=(_("Sign up"), link),
        notes=(_("This is the only mail of this kind that you get from here."),),
        reply_to=account.email,
    )


LETTERS = [LetterKind(MAIL, write_invitation)]


def link_of(session: Session, referrer: Referrer) -> str:
    """The personal link."""
    return f"{site_address(session, referrer.tenant_id)}/plugins/billing/r/{referrer.code}"


def brought_by(session: Session, account: Account) -> tuple[int, int]:
    """How many signed up by somebody's link, and for how many there was a bonus."""
    rows = session.execute(
        select(Referral.decided_at.is_not(None) & (Referral.refused == ""), func.count())
        .where(Referral.referrer_id == account.id)
        .group_by(Referral.decided_at.is_not(None) & (Referral.refused == ""))
    ).all()
    return sum(number for _is, number in rows), sum(number for rewarded, number in rows if rewarded)


def reward(session: Session, payment: Payment, *, now: datetime) -> None:
    """After somebody's first payment: the bonus for both, once, or why there is none. In the caller's transaction.

    Who brought them may have closed the account meanwhile; the new customer's bonus does not depend on that.
    """
    if payment.kind is not PaymentKind.RECEIVED:
        return
    buyer_id = session.scalar(
        select(LedgerAccount.owner_id)
        .join(Order, Order.buyer_id == LedgerAccount.id)
        .where(Order.id == payment.order_id)
    )
    referral = session.scalar(
        select(Referral)
        .where(Referral.referred_id == buyer_id, Referral.decided_at.is_(None))
        .with_for_update()
    )
    if buyer_id is None or referral is None:
        return
    referred = session.get_one(Account, buyer_id)
    referrer = session.get(Account, referral.referrer_id) if referral.referrer_id else None
    seller = has_bonus(session, payment.tenant_id)
    referral.decided_at = now
    suspicion = _why_not(session, referred, referrer, payment) if referrer else ""
    referral.refused = suspicion or ("" if seller else "no_bonus")
    session.flush()
    if referral.refused or seller is None:
        return
    gifts = system_account(session, GIFTS, tenant_id=payment.tenant_id, now=now)
    for account, credits, which in (
        (referrer, seller.referrer_bonus, "referrer"),
        (referred, seller.referred_bonus, "referred"),
    ):
        if credits and account is not None:
            theirs = customer_account(session, account, now=now)
            post(
                session,
                Posting(
                    tenant_id=payment.tenant_id,
                    key=f"referral:{referral.id}:{which}",
                    kind="bonus",
                    entries={theirs.id: credits, gifts.id: -credits},
                    at=now,
                ),
            )


def _why_not(session: Session, referred: Account, referrer: Account, payment: Payment) -> str:
    if _plain(referred.email) == _plain(referrer.email):
        return "same_address"
    if payment.payer:
        brought = select(Referral.referred_id).where(
            Referral.referrer_id == referrer.id, Referral.referred_id != referred.id
        )
        theirs = select(LedgerAccount.id).where(
            (LedgerAccount.owner_id == referrer.id) | LedgerAccount.owner_id.in_(brought)
        )
        same = (
            select(Payment.id)
            .join(Order, Order.id == Payment.order_id)
            .where(
                Order.buyer_id.in_(theirs), Payment.method == payment.method, Payment.payer == payment.payer
            )
            .limit(1)
        )
        if session.scalar(same) is not None:
            return "same_payer"
    return ""


def _plain(email: str) -> str:
    """An address without what its owner may add at will: ``sam+second@…`` is ``sam@…``."""
    name, _at, domain = email.lower().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"
