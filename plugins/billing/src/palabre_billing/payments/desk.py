"""What a payment method is given: its settings, its addresses, and whom to tell when money came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from palabre.toolkit import Application
from palabre_billing.payments.method import Ordered, Step
from palabre_billing.shop.models import Order, Payment, PaymentKind
from palabre_billing.shop.orders import note_step
from palabre_billing.shop.settling import Money, give_back, restore, settle


@dataclass(frozen=True)
class Desk:
    """One payment method of one tenant. What it does is done in transactions of its own, in the tenant's scope.

    :param method: name of the method.
    :param settings: what the tenant set, secrets included.
    :param site: address of the tenant's site, without a slash at the end.
    """

    application: Application
    tenant_id: int
    method: str
    settings: Mapping[str, str]
    site: str

    @property
    def webhook_url(self) -> str:
        """Where the provider calls."""
        return f"{self.site}/plugins/billing/webhooks/{self.method}"

    def return_url(self, order: Ordered) -> str:
        """Where the buyer comes back to, paid or not; the method is asked to check then."""
        return f"{self.site}/plugins/billing/orders/{order.public_id}/back"

    def go_to(self, url: str, *, reference: str | None = None) -> Step:
        """The buyer goes on at the provider's."""
        return Step(url=url, reference=reference)

    def instructions(
        self,
        lines: Sequence[tuple[str, str]],
        *,
        note: str = "",
        picture: str = "",
        picture_text: str = "",
        reference: str | None = None,
    ) -> Step:
        """The buyer reads what to do; the page and a mail show it."""
        return Step("", tuple(lines), note, picture, picture_text, reference)

    def order(self, public_id: str) -> Ordered | None:
        """An order of this method and tenant."""
        return self._find(Order.public_id == public_id)

    def order_by_reference(self, provider_reference: str) -> Ordered | None:
        """The order that the provider calls so."""
        return self._find(Order.provider_reference == provider_reference)

    def order_of_payment(self, payment_id: str) -> Ordered | None:
        """The order that a payment was for, of which the desk was told before."""
        paid = select(Payment.order_id).where(
            Payment.tenant_id == self.tenant_id,
            Payment.method == self.method,
            Payment.provider_id == payment_id,
        )
        return self._find(Order.id.in_(paid))

    def note_reference(self, order: Ordered, provider_reference: str) -> None:
        """Keep what the provider calls an order; the step stays."""
        with self.application.db.transaction() as session:
            row = self._row(session, order)
            note_step(session, row.id, reference=provider_reference, step=dict(row.next_step))

    def paid(
        self, order: Ordered, *, payment_id: str, amount: int, currency: str, payer: str = ""
    ) -> PaymentKind:
        """Money came. Say so as often as you like: the same payment counts once.

        :param payment_id: names the payment, for ever.
        :param amount: in minor units, as the provider says it: never as the order says it.
        :param payer: names the means of payment, to know it again: fingerprint of a card, payer's account.
        :returns: ``RECEIVED`` when it brought (or had brought) the credits, ``SURPLUS`` when it is not what was agreed
            or came a second time.
        """
        money = Money(
            provider_id=payment_id, amount=amount, currency=currency, author=self.method, payer=payer
        )
        with self.application.db.transaction() as session:
            return settle(session, self._row(session, order), money, now=self._now()).kind

    def returned(
        self,
        order: Ordered,
        *,
        return_id: str,
        amount: int,
        currency: str,
        payment_id: str = "",
        reason: str = "",
        is_dispute: bool = False,
    ) -> None:
        """Money went back. Tell the desk of the payment first, when it may not know of it: otherwise it raises
        ``Refused``, so that the provider says it again.

        :param return_id: names the refund or dispute, for ever.
        :param amount: of this refund alone, in minor units.
        :param payment_id: the payment that went back; the one that brought the credits when empty.
        """
        money = Money(
            provider_id=return_id,
            amount=amount,
            currency=currency,
            author=self.method,
            reason=reason,
            about=payment_id,
        )
        kind = PaymentKind.DISPUTED if is_dispute else PaymentKind.RETURNED
        with self.application.db.transaction() as session:
            give_back(session, self._row(session, order), money, now=self._now(), kind=kind)

    def knows(self, order: Ordered, provider_id: str) -> bool:
        """Whether the desk was told of a payment, refund or dispute of an order."""
        with self.application.db.reading() as session:
            query = select(Payment.id).where(
                Payment.order_id == self._row(session, order).id, Payment.provider_id == provider_id
            )
            return session.scalar(query) is not None

    def restored(
        self, order: Ordered, *, restored_id: str, amount: int, currency: str, return_id: str
    ) -> None:
        """A dispute was won, or a refund failed: what it took comes back.

        :param return_id: as the dispute or refund was told of.
        """
        money = Money(
            provider_id=restored_id, amount=amount, currency=currency, author=self.method, about=return_id
        )
        with self.application.db.transaction() as session:
            restore(session, self._row(session, order), money, now=self._now())

    def _now(self) -> datetime:
        return self.application.clock.now()

    def _query(self, condition: ColumnElement[bool]) -> Select[Order]:
        return select(Order).where(Order.tenant_id == self.tenant_id, Order.method == self.method, condition)

    def _row(self, session: Session, order: Ordered) -> Order:
        return session.scalars(self._query(Order.public_id == order.public_id)).one()

    def _find(self, condition: ColumnElement[bool]) -> Ordered | None:
        with self.application.db.reading() as session:
            found = session.scalar(self._query(condition))
            return Ordered.of(found) if found is not None else None
