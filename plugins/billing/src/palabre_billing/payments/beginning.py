"""Beginning a payment, and looking after it until the money is there."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from palabre.toolkit import Application, Duty, Refused, add_duty, finish
from palabre.toolkit import gettext as _
from palabre_billing.payments.letters import tell_instructions
from palabre_billing.payments.method import Ordered
from palabre_billing.payments.registry import desk_for, known_methods
from palabre_billing.shop.models import Order, OrderState
from palabre_billing.shop.orders import note_step

#: The duty that asks.
CHECK = "billing.check_payment"
#: When the provider is asked, in seconds after the payment began, in case that no webhook arrives.
CHECKS_S = (60, 300, 1800, 7200, 86_400)


def begin_payment(application: Application, *, tenant_id: int, order_id: int) -> None:
    """Ask the method of an order what comes next, and keep it. Call it outside of any transaction.

    :raises Refused: ``method_gone``, ``order_paid``, or the method's own.
    """
    with application.db.reading() as session:
        order = session.get_one(Order, order_id)
        known = known_methods(application).get(order.method)
        if known is None:
            raise Refused("method_gone", _("This way to pay is not offered any more. Place a new order."))
        if order.state is not OrderState.WAITING:
            raise Refused("order_paid", _("Nothing is to be paid for this order any more."))
        ordered = Ordered.of(order)
        desk = desk_for(application, session, tenant_id=tenant_id, name=known.name)
    step = known.method.begin(ordered, desk)
    now = application.clock.now()
    with application.db.transaction() as session:
        note_step(session, order_id, reference=step.reference, step=step.as_json())
        if step.lines:
            tell_instructions(session, session.get_one(Order, order_id), now=now)
        if known.can_check:
            _owe_check(session, session.get_one(Order, order_id), 0, begun=now, now=now)


def check_payment(application: Application, *, tenant_id: int, order_id: int) -> None:
    """Ask the provider how an order stands, where it can be asked. Call it outside of any transaction."""
    with application.db.reading() as session:
        order = session.get_one(Order, order_id)
        known = known_methods(application).get(order.method)
        if known is None or not known.can_check or not order.next_step:
            return
        ordered = Ordered.of(order)
        desk = desk_for(application, session, tenant_id=tenant_id, name=known.name)
    known.method.check(ordered, desk)  # type: ignore[attr-defined]  # ``can_check`` looked


def do_check(application: Application, duty: Duty) -> None:
    """Ask once more, and owe the next time while the money is not there."""
    order_id, number = duty.data["order"], duty.data["number"]
    with application.db.reading() as session:
        order = session.get(Order, order_id)
        waits = order is not None and order.state in (OrderState.WAITING, OrderState.CANCELLED)
    if waits:
        check_payment(application, tenant_id=duty.tenant_id, order_id=order_id)
    with application.db.transaction() as session:
        now = application.clock.now()
        if not finish(session, duty, now=now):
            return
        row = session.get(Order, order_id)
        if row is not None and row.state is OrderState.WAITING and number + 1 < len(CHECKS_S):
            begun = datetime.fromisoformat(duty.data["begun"])
            _owe_check(session, row, number + 1, begun=begun, now=now)


def _owe_check(session: Session, order: Order, number: int, *, begun: datetime, now: datetime) -> None:
    add_duty(
        session,
        key=f"{CHECK}:{order.public_id}:{number}",
        kind=CHECK,
        due_at=max(now, begun + timedelta(seconds=CHECKS_S[number])),
        now=now,
        tenant_id=order.tenant_id,
        data={"order": order.id, "number": number, "begun": begun.isoformat()},
    )
