"""Credits that moved, by month (UTC) and kind, in one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import Session

from palabre_billing.ledger import Entry, Transaction

#: Months that are shown.
MONTHS = 12

#: A kind of movement; of a debit, what it was for: ``("debit", "room")``, ``("gift", "")``.
Kind = tuple[str, str]


@dataclass(frozen=True)
class Figures:
    """What came and went.

    :param months: the first moment of each month, oldest first.
    :param kinds: those that there are: rooms, what else was used, the others.
    :param credits: by month and kind; negative went.
    """

    months: tuple[datetime, ...]
    kinds: tuple[Kind, ...]
    credits: Mapping[tuple[datetime, Kind], int]

    def of(self, month: datetime, kind: Kind) -> int:
        """Credits of one kind in one month."""
        return self.credits.get((month, kind), 0)

    def came(self, month: datetime) -> int:
        """Credits that came in a month, each kind by its sum."""
        return sum(max(0, self.of(month, kind)) for kind in self.kinds)

    def went(self, month: datetime) -> int:
        """Credits that went in a month, each kind by its sum; not negative."""
        return sum(max(0, -self.of(month, kind)) for kind in self.kinds)


def figures_of(session: Session, account_id: int | None, *, now: datetime) -> Figures:
    """The last ``MONTHS`` months of an account, this one included."""
    months = _months(now)
    moved = (
        select(
            extract("year", _in_utc(session)).label("year"),
            extract("month", _in_utc(session)).label("month"),
            Transaction.kind.label("kind"),
            func.coalesce(Transaction.details["chargeable"].as_string(), "").label("chargeable"),
            Entry.credits.label("credits"),
        )
        .join(Entry, Entry.transaction_id == Transaction.id)
        .where(Entry.account_id == account_id, Transaction.at >= months[0])
        .subquery()
    )
    by = (moved.c.year, moved.c.month, moved.c.kind, moved.c.chargeable)
    credits = {
        (datetime(int(year), int(month), 1, tzinfo=UTC), (kind, chargeable)): int(total)
        for year, month, kind, chargeable, total in session.execute(
            select(*by, func.sum(moved.c.credits)).group_by(*by)
        )
    }
    kinds = sorted(
        {kind for _month, kind in credits}, key=lambda kind: (kind[0] != "debit", kind[1] != "room", kind)
    )
    return Figures(months, tuple(kinds), credits)


def _months(now: datetime) -> tuple[datetime, ...]:
    this = now.year * 12 + now.month - 1
    return tuple(
        datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
        for number in range(this - MONTHS + 1, this + 1)
    )


def _in_utc(session: Session) -> ColumnElement[datetime]:
    """The moment as a column whose parts are UTC's, whatever zone the database's session has."""
    if session.get_bind().dialect.name == "postgresql":
        return func.timezone("UTC", Transaction.at)
    return Transaction.at.expression
