"""The door: whose connection is this, what does it ask, and the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from flask_socketio import ConnectionRefusedError as Turned
from flask_socketio import Namespace
from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.application import Application
from palabre.db import DatabaseBusy
from palabre.errors import NotAllowed, NotFound, Refused
from palabre.i18n import best_language, language_scope
from palabre.i18n import gettext as _
from palabre.invitations import find_link, use_token
from palabre.model import JoinLink, Participant, Presence
from palabre.rooms import Comeback, Joiner, Rate, announce, do_act, enter, events_since
from palabre.rooms.limits import RateLimits
from palabre.tenants.scope import tenant_scope
from palabre_webui import concurrency
from palabre_webui.room import NAMESPACE
from palabre_webui.room.connection import Connection, Place
from palabre_webui.room.hall import Hall
from palabre_webui.room.media import MediaDoor
from palabre_webui.room.messages import Act, Credentials, Enter, MediaRequest, Probe, Signal, Since, parse
from palabre_webui.room.probe import Probes, is_ticket
from palabre_webui.scoping import Tenants

log = structlog.get_logger(__name__)

#: Version of the protocol that this door speaks.
PROTOCOL = 1
#: Messages of one socket that are looked at; what is above is refused unread.
ALL_MESSAGES = Rate(per_second=60, burst=200)
SIGNALS = Rate(per_second=20, burst=40)
#: Longest signal, in characters as Python writes it.
SIGNAL_LENGTH = 2000
_BUILT_IN_SIGNALS = {"typing", "pointer"}

Answer = dict[str, Any]


class Door(Namespace):  # type: ignore[misc]  # it carries no types
    """Socket.IO's namespace ``/room``."""

    def __init__(
        self, application: Application, tenants: Tenants, hall: Hall, media: MediaDoor, probes: Probes
    ) -> None:
        super().__init__(NAMESPACE)
        self._application = application
        self._tenants = tenants
        self._hall = hall
        self._media = media
        self._probes = probes
        self._limits = RateLimits()
        self._messages: dict[str, Callable[[Connection, object], Answer | None]] = {
            "enter": self._enter,
            "act": self._act,
            "since": self._since,
            "signal": self._signal,
            "media": self._media_request,
        }

    def trigger_event(self, event: str, *args: Any) -> Any:
        """What Socket.IO calls for everything that happens. A stranger may send any name, these too."""
        sid = args[0]
        if event == "connect":
            return self._connect(*args) if self._is_from_server(sid, args) else None
        if event == "disconnect":
            if not self.server.manager.is_connected(sid, NAMESPACE):
                self._disconnect(sid)
            return None
        connection = self._hall.connections.get(sid)
        if connection is None:
            return None
        with language_scope(connection.language), tenant_scope(connection.scope):
            return self._answer(connection, event, args[1] if len(args) > 1 else None)

    def _answer(self, connection: Connection, event: str, data: object) -> Answer | None:
        try:
            self._limits.check(connection.sid, "", ALL_MESSAGES)
            handle = self._messages.get(event)
            if handle is None:
                raise NotFound("unknown_message", _("This service does not know how to do that."))
            answer = handle(connection, data)
            return None if answer is None else {"ok": True, **answer}
        except Refused as refusal:
            return _refusal(refusal.code, refusal.message)
        except DatabaseBusy:
            log.warning("database busy", message=event)
            return _refusal("busy", _("The service is very busy. Try again in a moment."))
        except Exception:
            log.exception("message failed", message=event)
            return _refusal("internal", _("Something went wrong on our side. Try again in a moment."))

    def _is_from_server(self, sid: str, args: tuple[Any, ...]) -> bool:
        return len(args) == 3 and args[1] is self.server.get_environ(sid, NAMESPACE)

    def _connect(self, sid: str, environ: dict[str, Any], auth: object) -> None:
        try:
            credentials = parse(Credentials, auth)
        except Refused as refusal:
            raise Turned(refusal.message, {"code": refusal.code, "message": refusal.message}) from None
        language = best_language([credentials.language])
        tenant = self._tenants.of_host(environ.get("HTTP_HOST", ""))
        with language_scope(language), tenant_scope(tenant):
            try:
                if tenant is None:
                    raise NotFound("unknown_link", _("This service is not ready yet. Try again in a moment."))
                self._check_credentials(credentials)
            except Refused as refusal:
                raise Turned(refusal.message, {"code": refusal.code, "message": refusal.message}) from None
        self._hall.connections[sid] = Connection(sid, credentials.link, language, tenant)

    def _check_credentials(self, credentials: Credentials) -> None:
        if credentials.protocol != PROTOCOL:
            raise Refused("unknown_protocol", _("This page is too old. Load it again."))
        application = self._application
        # Who tries equipment and network only has no meeting to enter; its ticket lets probe and nothing else.
        if is_ticket(application.secret, credentials.link, now=application.clock.now()):
            return
        with application.db.reading() as session:
            try:
                use_token(session, application.secret, token=credentials.link, now=application.clock.now())
            except NotFound:
                raise
            except Refused:
                # Who is inside stays, and may come back after a break; entering decides.
                link = find_link(session, application.secret, token=credentials.link)
                if not _is_anybody_inside(session, link):
                    raise

    def _disconnect(self, sid: str) -> None:
        connection = self._hall.connections.get(sid)
        if connection is not None:
            # Socket.IO may find a socket broken while we send to it: never do work of ours in there.
            concurrency.spawn(self._say_good_bye, connection)

    def _say_good_bye(self, connection: Connection) -> None:
        try:
            self._probes.end(connection)
            with connection.in_order:  # what it asked before it broke is done first
                self._hall.dropped(connection)
        except Exception:  # its lease runs out by itself
            log.exception("connection not seen out")

    def _enter(self, connection: Connection, data: object) -> Answer:
        message = parse(Enter, data)
        known = message.participant
        with connection.in_order:
            self._refuse_second_place(connection, known.id if known else None)
            application = self._application
            with application.db.transaction() as session:
                if known is None:
                    link = use_token(
                        session, application.secret, token=connection.link, now=application.clock.now()
                    )
                else:
                    link = find_link(session, application.secret, token=connection.link)
                entered = enter(
                    session,
                    application.rooms,
                    link=link,
                    joiner=Joiner(message.name, connection.sid),
                    comeback=Comeback(known.id, known.secret) if known else None,
                )
            announce(application.plugins, entered)
            self._hall.publish(entered)
            if entered.replaced is not None:
                self._hall.replace(entered.replaced)
            seated = self._hall.seat(connection, connection.take(entered))
        me = {
            "id": entered.participant,
            "secret": entered.secret,
            "role": connection.role,
            "name": entered.name,
        }
        if seated is None:
            return {"status": "waiting", "reason": entered.waiting_for, "me": me}
        seq, state = seated
        return {
            "status": "entered",
            "me": me,
            "seq": seq,
            "state": state,
            "resumed": entered.resumed,
            "media": {"ice_servers": self._media.relays(entered.participant)},
            "modules_changed": False,
        }

    @staticmethod
    def _refuse_second_place(connection: Connection, participant: str | None) -> None:
        if connection.place is not None and connection.place.participant != participant:
            raise Refused("bad_payload", _("This connection is already in the meeting."))

    def _act(self, connection: Connection, data: object) -> Answer:
        message = parse(Act, data)
        place = _place_in(connection)
        with connection.in_order:
            performed = do_act(
                self._application.db,
                self._application.rooms,
                participant=place.participant,
                act=message.act,
                act_id=message.id,
                payload=message.data,
            )
            self._hall.publish(performed)
        return {"seq": performed.seq}

    def _since(self, connection: Connection, data: object) -> Answer:
        message = parse(Since, data)
        place = _place_in(connection)
        with self._application.db.reading() as session:
            missed = events_since(
                session,
                self._application.rooms,
                meeting_id=place.meeting_id,
                seq=message.seq,
                viewer=place.participant,
            )
        if missed.events is None:
            return {"seq": missed.seq, "state": missed.state}
        return {"seq": missed.seq, "events": missed.events}

    def _signal(self, connection: Connection, data: object) -> None:
        message = parse(Signal, data)
        place = _place_in(connection)
        self._limits.check(connection.sid, "signal", SIGNALS)
        plugin, dot, _name = message.kind.partition(".")
        if message.kind not in _BUILT_IN_SIGNALS and not (dot and plugin in connection.scope.features):
            raise NotFound("unknown_signal", _("This room does not know how to do that."))
        if len(repr(message.data)) > SIGNAL_LENGTH:
            raise Refused("too_large", _("This is too large."))
        signal = {"kind": message.kind, "from": place.participant, "data": message.data}
        self._hall.send_signal(connection, signal, to=message.to)

    def _media_request(self, connection: Connection, data: object) -> Answer:
        message = parse(MediaRequest, data)
        if message.method == "probe":
            probed = self._probes.probe(connection, parse(Probe, message.params).sdp)
            return {"result": {**probed, "ice_servers": self._media.relays(f"probe-{connection.sid[:8]}")}}
        return {"result": self._media.request(connection, message)}


def _is_anybody_inside(session: Session, link: JoinLink) -> bool:
    """Whether somebody who came by a link is in the room, or lost the connection a moment ago."""
    inside = select(Participant.id).where(
        Participant.link_id == link.id,
        (Participant.presence == Presence.PRESENT) | (Participant.left_reason == "lost"),
    )
    return session.scalar(inside.limit(1)) is not None


def _place_in(connection: Connection) -> Place:
    place = connection.place
    if place is None or place.waiting:
        raise NotAllowed("not_in_room", _("You are not in this meeting any more. Join again."))
    return place


def _refusal(code: str, message: str) -> Answer:
    return {"ok": False, "error": {"code": code, "message": message}}
