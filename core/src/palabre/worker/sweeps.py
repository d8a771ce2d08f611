"""The sweeps that the core itself needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from palabre.application import Application
from palabre.contacts import forget_removed
from palabre.model import PerformedAct
from palabre.rooms import announce, expire_leases_in, rooms_to_sweep
from palabre.worker.duties import do_due
from palabre.worker.meetings import end_empty

#: For how long the id of a performed act is remembered; nobody repeats an act later than that, in hours.
ACTS_REMEMBERED_H = 24


@dataclass(frozen=True)
class Sweep:
    """Something looked after again and again.

    :param name: for logs.
    :param every_s: seconds between two runs.
    :param run: does what is due; returns how many things it did. It may be run by several workers at once.
    """

    name: str
    every_s: float
    run: Callable[[Application], int]


def expire_leases(application: Application) -> int:
    """People whose connection was lost leave their rooms: one transaction for each room."""
    with application.db.reading() as session:
        due = rooms_to_sweep(session, application.rooms)
    count = 0
    for meeting_id in due:
        with application.db.transaction() as session:
            gone = expire_leases_in(session, application.rooms, meeting_id)
        for outcome in gone:
            announce(application.plugins, outcome)
        count += len(gone)
    return count


def forget_performed_acts(application: Application) -> int:
    """Ids of acts that nobody will repeat any more are forgotten."""
    before = application.clock.now() - timedelta(hours=ACTS_REMEMBERED_H)
    with application.db.transaction() as session:
        forgotten = session.execute(
            delete(PerformedAct).where(PerformedAct.at < before),
            execution_options={"synchronize_session": False},
        )
        return int(forgotten.rowcount)  # type: ignore[attr-defined]  # a DELETE's result is a CursorResult


def forget_removed_contacts(application: Application) -> int:
    """People who were taken off an address book, and can no longer be brought back."""
    with application.db.transaction() as session:
        return forget_removed(session, now=application.clock.now())


def core_sweeps() -> tuple[Sweep, ...]:
    """Every sweep of the core."""
    return (
        Sweep("do what is due", 1.0, do_due),
        Sweep("expire leases", 1.0, expire_leases),
        Sweep("end empty meetings", 5.0, end_empty),
        Sweep("forget performed acts", 600.0, forget_performed_acts),
        Sweep("forget removed contacts", 600.0, forget_removed_contacts),
    )
