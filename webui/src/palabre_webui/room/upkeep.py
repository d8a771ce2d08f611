"""What the door does again and again: renew leases, see out whose lease ran out, follow the journals."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import select

from palabre.application import Application
from palabre.model import Participant
from palabre.rooms import announce, expire_leases_in, renew_leases, rooms_to_sweep
from palabre.tenants.scope import tenant_scope
from palabre_webui import concurrency
from palabre_webui.room.hall import Hall

log = structlog.get_logger(__name__)

RENEW_EVERY_S = 2.0
SWEEP_EVERY_S = 1.0
FOLLOW_EVERY_S = 0.5


class Upkeep:
    """Three loops beside the requests."""

    def __init__(self, application: Application, hall: Hall) -> None:
        self._application = application
        self._hall = hall

    def start(self) -> None:
        """Begin, in the background."""
        for every_s, work in (
            (RENEW_EVERY_S, self.renew),
            (SWEEP_EVERY_S, self.sweep),
            (FOLLOW_EVERY_S, self._hall.follow),
        ):
            concurrency.spawn(_again_and_again, every_s, work)

    def renew(self) -> None:
        """Say that the connections here are alive, and close those whose place somebody newer holds."""
        held = {sid: one for sid, one in list(self._hall.connections.items()) if one.place is not None}
        if not held:
            return
        with tenant_scope(None), self._application.db.transaction() as session:
            renewed = renew_leases(session, self._application.rooms, list(held))
            lost = {sid: one for sid, one in held.items() if sid not in renewed}
            people = [one.place.participant for one in lost.values() if one.place is not None]
            found = session.execute(
                select(Participant.public_id, Participant.connection).where(Participant.public_id.in_(people))
            )
            holders = dict(found.all())
        if lost:
            self._hall.follow()  # the journal may say why, and then the socket is told
        for connection in lost.values():
            if connection.place is not None:
                holder = holders.get(connection.place.participant)
                self._hall.lost_place(connection, taken_over=holder is not None)

    def sweep(self) -> None:
        """People whose connection was lost leave their rooms; who waits for a time may come in."""
        application = self._application
        with tenant_scope(None):
            with application.db.reading() as session:
                due = rooms_to_sweep(session, application.rooms)
            for meeting_id in due:
                with application.db.transaction() as session:
                    gone = expire_leases_in(session, application.rooms, meeting_id)
                for outcome in gone:
                    announce(application.plugins, outcome)
                    self._hall.publish(outcome)
        for audience in list(self._hall.audiences.values()):
            self._hall.call_in(audience)


def _again_and_again(every_s: float, work: Callable[[], None]) -> None:
    while True:
        concurrency.sleep(every_s)
        try:
            work()
        except Exception:  # the next round tries again
            log.exception("upkeep failed", work=work.__name__)
