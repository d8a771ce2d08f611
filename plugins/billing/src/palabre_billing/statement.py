"""What a customer reads: the balance, every movement with what is behind it, what a meeting has cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_skeleton
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from palabre.toolkit import Database, Meeting, current_language, ngettext
from palabre.toolkit import gettext as _
from palabre_billing.debits.models import ChargedHour, Opening
from palabre_billing.ledger import Entry, Transaction
from palabre_billing.prices import WhenEmpty, terms_of

#: Movements on a page, and in a piece of a file.
PER_PAGE, PER_PIECE = 50, 1000


@dataclass(frozen=True)
class Movement:
    """Credits that came or went.

    :param number: by which an operator finds it.
    :param hour: of the meeting, from 1; ``None`` for what is no debit.
    :param is_kept: the meeting behind it can still be looked at.
    """

    number: int
    at: datetime
    kind: str
    credits: int
    meeting: str | None
    meeting_name: str
    is_kept: bool
    hour: int | None
    reason: str

    @property
    def said(self) -> str:
        """What it was, in the reader's language."""
        if self.hour is not None and self.kind == "debit":
            return _("Hour {number}").format(number=self.hour)
        return kind_in_words(self.kind)


def movements(
    session: Session, account_id: int, *, before: int | None = None, limit: int = PER_PAGE
) -> list[Movement]:
    """The newest movements of an account, in one query.

    :param before: only those older than this movement.
    """
    query = (
        select(Transaction, Entry.credits, Meeting.id)
        .join(Entry, Entry.transaction_id == Transaction.id)
        .outerjoin(Meeting, Meeting.public_id == Transaction.meeting)
        .where(Entry.account_id == account_id)
        .order_by(Entry.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Entry.transaction_id < before)
    return [
        Movement(
            number=one.id,
            at=one.at,
            kind=one.kind,
            credits=credits,
            meeting=one.meeting,
            meeting_name=one.meeting_name,
            is_kept=kept is not None,
            hour=one.details.get("hour"),
            reason=one.reason,
        )
        for one, credits, kept in session.execute(query)
    ]


def every_movement(db: Database, account_id: int) -> Iterator[Movement]:
    """All of them, newest first, read in pieces, each in a session of its own."""
    before: int | None = None
    while True:
        with db.reading() as session:
            piece = movements(session, account_id, before=before, limit=PER_PIECE)
        yield from piece
        if len(piece) < PER_PIECE:
            return
        before = piece[-1].number


def cost_of(session: Session, *, account_id: int, meeting: str) -> tuple[int, int]:
    """Credits that a meeting has cost so far, corrections counted, and hours of it that began."""
    credits = session.scalar(
        select(func.coalesce(func.sum(Entry.credits), 0))
        .join(Transaction, Transaction.id == Entry.transaction_id)
        .where(Entry.account_id == account_id, Transaction.meeting == meeting)
    )
    hours = session.scalar(
        select(func.count())
        .select_from(ChargedHour)
        .join(Opening, Opening.id == ChargedHour.opening_id)
        .where(Opening.meeting == meeting)
    )
    return -int(credits or 0), hours or 0


def kind_in_words(kind: str) -> str:
    """A kind of movement, in the reader's language."""
    return {
        "debit": _("Used"),
        "bonus": _("Bonus for a new customer"),
        "gift": _("Given"),
        "taken": _("Taken back"),
        "reversal": _("Correction"),
        "purchase": _("Bought"),
        "returned": _("Money given back"),
        "restored": _("Bought (dispute settled)"),
    }.get(kind, kind)


def month_in_words(month: datetime, *, short: bool = False) -> str:
    """A month, in the reader's language; ``short`` for below a chart."""
    return str(format_skeleton("MMM" if short else "yMMMM", month, locale=current_language()))


def signed(credits: int) -> str:
    """A number of credits with its sign, as a table shows it."""
    return f"{'+' if credits > 0 else '−' if credits < 0 else ''}{abs(credits)}"


def in_words(credits: int) -> str:
    """A number of credits, in the reader's language."""
    return ngettext("{num} credit", "{num} credits", credits).format(num=credits)


def terms_in_words(session: Session, tenant_id: int) -> str:
    """What becomes of a meeting that cannot pay its next hour."""
    terms = terms_of(session, tenant_id)
    if terms.when_empty is WhenEmpty.DEBT:
        return _(
            "When the credits do not cover the next hour, the meeting goes on, down to a debt of {debt}."
        ).format(debt=in_words(terms.allowed_debt))
    return _("When the credits do not cover the next hour, the meeting stops as that hour begins.")
