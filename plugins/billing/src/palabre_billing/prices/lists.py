"""Reading and making price lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from palabre.toolkit import Refused
from palabre.toolkit import gettext as _
from palabre_billing.prices.models import Price, PriceList

#: Credits for a unit before a tenant chose, by chargeable and variant. What no plugin declares is used by nobody.
DEFAULTS: Mapping[tuple[str, str], int] = {
    ("room", "S"): 1,
    ("room", "M"): 2,
    ("room", "L"): 3,
    ("room", "XL"): 6,
    ("recording", ""): 3,
    ("recording.renewal", ""): 3,
}
#: Dearest unit.
MOST_CREDITS = 10_000


@dataclass(frozen=True)
class Prices:
    """A price list as a value.

    :param id: ``None`` for the defaults, which nobody pinned yet.
    :param credits: for a unit, by chargeable and variant.
    """

    id: int | None
    number: int
    free_hours: int
    credits: Mapping[tuple[str, str], int]

    def of(self, chargeable: str, variant: str = "") -> int | None:
        """Credits for a unit; ``None`` where nobody set a price, and it costs nothing."""
        return self.credits.get((chargeable, variant))

    def room(self, room_class: str) -> int:
        """Credits for a started hour of a room."""
        return self.of("room", room_class) or 0


def current_prices(session: Session, tenant_id: int) -> Prices:
    """The list in force, for reading; the defaults where the tenant has none."""
    row = _current(session, tenant_id)
    return Prices(None, 0, 0, DEFAULTS) if row is None else prices_of(row)


def pinned_prices(session: Session, tenant_id: int, *, now: datetime) -> Prices:
    """The list in force as a row that can be referred to; the defaults become the tenant's first."""
    row = _current(session, tenant_id)
    if row is None:
        try:
            with session.begin_nested():
                row = _insert(session, tenant_id, 1, DEFAULTS, 0, "", now)
        except IntegrityError:  # another meeting starts at this moment
            row = _current(session, tenant_id)
    assert row is not None
    return prices_of(row)


def set_prices(
    session: Session,
    *,
    tenant_id: int,
    credits: Mapping[tuple[str, str], int],
    free_hours: int,
    author: str,
    now: datetime,
) -> Prices:
    """Make a new list, which counts for meetings that start from now on.

    :raises Refused: ``bad_price``, ``bad_free_hours``, ``prices_changed`` when somebody else made one at this moment.
    """
    if any(not 0 <= one <= MOST_CREDITS for one in credits.values()):
        raise Refused("bad_price", _("A price is between 0 and {most} credits.").format(most=MOST_CREDITS))
    if not 0 <= free_hours <= 1000:
        raise Refused("bad_free_hours", _("Choose between 0 and 1000 free hours a month."))
    before = _current(session, tenant_id)
    number = before.number + 1 if before else 1
    try:
        with session.begin_nested():
            return prices_of(_insert(session, tenant_id, number, credits, free_hours, author, now))
    except IntegrityError:
        raise Refused(
            "prices_changed", _("Somebody else changed the prices at this moment. Look at them again.")
        ) from None


def prices_of(row: PriceList) -> Prices:
    """A row as a value."""
    credits = {(one.chargeable, one.variant): one.credits for one in row.prices}
    return Prices(row.id, row.number, row.free_hours, credits)


def _current(session: Session, tenant_id: int) -> PriceList | None:
    return session.scalar(
        select(PriceList)
        .where(PriceList.tenant_id == tenant_id)
        .order_by(PriceList.number.desc())
        .limit(1)
        .options(selectinload(PriceList.prices))
    )


def _insert(
    session: Session,
    tenant_id: int,
    number: int,
    credits: Mapping[tuple[str, str], int],
    free_hours: int,
    author: str,
    now: datetime,
) -> PriceList:
    row = PriceList(
        tenant_id=tenant_id,
        number=number,
        free_hours=free_hours,
        author=author,
        at=now,
        prices=[
            Price(tenant_id=tenant_id, chargeable=chargeable, variant=variant, credits=one)
            for (chargeable, variant), one in sorted(credits.items())
        ],
    )
    session.add(row)
    session.flush()
    return row
