"""A mail when a balance falls below what its owner chose: once for each fall, again only after it was above."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from palabre.toolkit import Account, Base, Refused, TenantScoped, clock_of, queue_mail
from palabre.toolkit import gettext as _
from palabre_billing.ledger import Change, LedgerAccount, balance, customer_account, lock_accounts

#: Highest balance that can be watched.
MOST_CREDITS = 1_000_000


class Alert(TenantScoped, Base):
    """The balance below which somebody wants a mail; without a row, none is sent."""

    __tablename__ = "billing_alert"
    __table_args__ = (CheckConstraint("below > 0", name="below"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("billing_account.id"), primary_key=True)
    #: credits
    below: Mapped[int]
    #: the balance is below it, which was said or seen; no mail until it has been above again
    is_below: Mapped[bool]


_ALERTS = Base.metadata.tables["billing_alert"]
_ALERT = select(_ALERTS.c.below, _ALERTS.c.is_below).where(_ALERTS.c.account_id == bindparam("account_id"))


def alert_of(session: Session, account_id: int) -> int | None:
    """The balance below which the owner of an account wants a mail."""
    return session.scalar(select(Alert.below).where(Alert.account_id == account_id))


def set_alert(session: Session, *, owner: Account, below: int | None) -> None:
    """Choose the balance below which a mail comes; ``None`` for no mail.

    Who is below it already sees so, and gets no mail for it.

    :raises Refused: code ``bad_alert``.
    """
    if below is not None and not 0 < below <= MOST_CREDITS:
        raise Refused(
            "bad_alert", _("Choose between 1 and {most} credits, or nothing.").format(most=MOST_CREDITS)
        )
    account = customer_account(session, owner, now=clock_of(session).now())
    lock_accounts(session, [account.id])
    known = session.get(Alert, account.id, populate_existing=True)
    if below is None:
        if known is not None:
            session.delete(known)
        return
    known = known or Alert(tenant_id=owner.tenant_id, account_id=account.id)
    known.below, known.is_below = below, balance(session, account.id) < below
    session.add(known)
    session.flush()


def watch_balance(session: Session, change: Change) -> None:
    """Owe the mail in the transaction that takes the balance below it. The account is locked."""
    found = session.connection().execute(_ALERT, {"account_id": change.account_id}).one_or_none()
    if found is None or found.is_below == (change.after < found.below):
        return
    alert = session.get_one(Alert, change.account_id, populate_existing=True)
    alert.is_below = not alert.is_below
    if alert.is_below:
        _owe_mail(session, change, alert.below)


def _owe_mail(session: Session, change: Change, below: int) -> None:
    account = session.get_one(LedgerAccount, change.account_id)
    owner = session.get(Account, account.owner_id) if account.owner_id else None
    if owner is None:
        return
    queue_mail(
        session,
        key=f"billing.low:{change.account_id}:{change.transaction_id}",
        kind="billing.low",
        email=owner.email,
        name=owner.name,
        language=owner.language,
        tenant_id=change.tenant_id,
        now=change.at,
        account_id=owner.id,
        data={"balance": change.after, "below": below},
    )
