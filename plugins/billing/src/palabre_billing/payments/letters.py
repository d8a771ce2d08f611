"""The mail with what there is to do: where to send the money, what to write."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from palabre.toolkit import Account, Application, Letter, LetterKind, Mail, queue_mail, site_address
from palabre.toolkit import gettext as _
from palabre_billing.ledger import LedgerAccount
from palabre_billing.shop import Order, OrderState, in_money, readable

MAIL = "billing.instructions"


def tell_instructions(session: Session, order: Order, *, now: datetime) -> None:
    """Owe the buyer the mail, once for each order."""
    owner_id = session.get_one(LedgerAccount, order.buyer_id).owner_id
    owner = session.get(Account, owner_id) if owner_id else None
    if owner is None:
        return
    queue_mail(
        session,
        key=f"{MAIL}:{order.public_id}",
        kind=MAIL,
        email=owner.email,
        name=owner.name,
        language=owner.language,
        tenant_id=order.tenant_id,
        now=now,
        account_id=owner.id,
        data={"order": order.id},
    )


def write_instructions(_application: Application, session: Session, mail: Mail) -> Letter | None:
    """The mail; nobody needs it once the order is paid or cancelled."""
    order = session.get_one(Order, mail.data["order"])
    if order.state is not OrderState.WAITING:
        return None
    step = order.next_step
    reference = readable(order.reference)
    return Letter(
        subject=_("Order {reference}: how to pay {total}").format(
            reference=reference, total=in_money(order.total, order.currency)
        ),
        paragraphs=(
            _("Hello {name},").format(name=mail.name),
            _("Thank you for your order. This is what there is to do:"),
        ),
        details=tuple((str(name), str(value)) for name, value in step["lines"]),
        notes=tuple(note for note in (step.get("note"),) if note),
        action=(
            _("See the order"),
            f"{site_address(session, mail.tenant_id)}/plugins/billing/orders/{order.public_id}",
        ),
    )


LETTERS = [LetterKind(MAIL, write_instructions)]
