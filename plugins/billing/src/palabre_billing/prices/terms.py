"""What a tenant chose for meetings whose organiser has no credits left."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from palabre.toolkit import Base, Refused
from palabre.toolkit import gettext as _
from palabre_billing.prices.models import Terms, WhenEmpty

#: Most credits that may be owed.
MOST_DEBT = 1_000_000

_TERMS = Base.metadata.tables["billing_terms"]
_ALLOWED_DEBT = select(_TERMS.c.allowed_debt).where(_TERMS.c.tenant_id == bindparam("tenant_id"))


def terms_of(session: Session, tenant_id: int) -> Terms:
    """The tenant's choice; the row is not in the session when it made none."""
    found = session.scalar(select(Terms).where(Terms.tenant_id == tenant_id))
    return found or Terms(tenant_id=tenant_id, when_empty=WhenEmpty.STOP, allowed_debt=0)


def set_terms(session: Session, *, tenant_id: int, when_empty: WhenEmpty, allowed_debt: int = 0) -> None:
    """Choose. It counts from the next hour of every meeting.

    :raises Refused: code ``bad_debt``.
    """
    if not 0 <= allowed_debt <= MOST_DEBT:
        raise Refused("bad_debt", _("Choose a debt between 0 and {most} credits.").format(most=MOST_DEBT))
    terms = terms_of(session, tenant_id)
    terms.when_empty = when_empty
    terms.allowed_debt = allowed_debt if when_empty is WhenEmpty.DEBT else 0
    session.add(terms)
    session.flush()


def lowest_balance(session: Session, tenant_id: int) -> int:
    """How low a balance may go for the next hour of a live meeting."""
    return -(session.connection().scalar(_ALLOWED_DEBT, {"tenant_id": tenant_id}) or 0)
