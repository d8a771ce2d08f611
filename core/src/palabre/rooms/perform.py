"""Doing an act: right, rate, validation, handler, journal; one transaction, and the same act twice is one act."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from palabre.errors import NotAllowed, NotFound, Refused
from palabre.i18n import gettext as _
from palabre.model import Base
from palabre.plugins.policy import PluginFailed
from palabre.rooms.acts import Act, RoomTransaction
from palabre.rooms.announce import Outcome
from palabre.rooms.builtin.tracks import close_what_is_not_allowed
from palabre.rooms.limits import UNKNOWN
from palabre.rooms.registry import Registry
from palabre.rooms.rooms import Rooms

_ACT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

# Most of an act's time would be SQLAlchemy's: the statements of every act are built once, and go past the ORM.
_ACTS = Base.metadata.tables["performed_act"]
_DONE = select(_ACTS.c.seq).where(
    _ACTS.c.meeting_id == bindparam("meeting_id"),
    _ACTS.c.participant == bindparam("participant"),
    _ACTS.c.act_id == bindparam("act_id"),
)
_REMEMBER = insert(_ACTS)


@dataclass(frozen=True, kw_only=True)
class Performed(Outcome):
    """What an act did; ``events`` is empty when it is ``replayed``.

    :param seq: number of the last event it appended, or where the journal stood.
    :param replayed: the same act had been done before.
    """

    seq: int
    replayed: bool = False


def perform(
    session: Session,
    rooms: Rooms,
    *,
    participant: str,
    act: object,
    act_id: object,
    payload: object,
    from_media: bool = False,
) -> Performed:
    """Do an act for a participant, in the caller's transaction.

    :param participant: public id of who acts.
    :param act_id: chosen by the sender; the same id again answers as the first time and does nothing.
    :param payload: whatever was sent.
    :param from_media: the media door performs it, not the participant.
    :raises Refused: with the code that the protocol documents.
    """
    if not isinstance(act_id, str) or not _ACT_ID.fullmatch(act_id):
        raise Refused("bad_payload", _("An act needs an identifier of 1 to 64 letters, digits, - and _."))
    meeting_id = rooms.meeting_of(session, participant)
    with rooms.change(session, meeting_id, participant) as room:
        done = session.scalar(_DONE, {"meeting_id": meeting_id, "participant": participant, "act_id": act_id})
        if done is not None:
            return Performed(meeting=room.meeting, scope=room.scope, events=(), seq=done, replayed=True)
        registry = rooms.registry(room.scope)
        _do(rooms, registry, room, act, payload, from_media)
        session.connection().execute(
            _REMEMBER,
            {
                "tenant_id": room.meeting.tenant_id,
                "meeting_id": meeting_id,
                "participant": participant,
                "act_id": act_id,
                "seq": room.state.seq,
                "at": room.now,
            },
        )
        return Performed(
            meeting=room.meeting, scope=room.scope, events=tuple(room.events), seq=room.state.seq
        )


def _do(
    rooms: Rooms, registry: Registry, room: RoomTransaction, name: object, payload: object, from_media: bool
) -> None:
    actor = room.state.participants.get(room.actor_id or "")
    if actor is None:
        raise NotFound("not_in_room", _("You are not in this meeting any more. Join again."))
    act = _known_act(rooms, registry, actor.id, name, from_media)
    verdict = act.allowed.check(room.state, actor)
    if not verdict.allowed:
        raise NotAllowed("not_allowed", verdict.message)
    checked = validate(act, payload)
    owner = registry.owners[act.name]
    if registry.is_builtin(owner):
        act.handle(room, checked)
    else:
        _let_plugin_do(registry, owner, act, room, checked)
    close_what_is_not_allowed(room)


def _let_plugin_do(registry: Registry, plugin: str, act: Act, room: RoomTransaction, payload: Any) -> None:
    room.prefix = f"{plugin}."
    try:
        act.handle(room, payload)
    except Refused as refusal:
        raise refusal if room.actor.role == "presenter" else refusal.for_guest() from None
    except Exception as error:
        registry.failed(plugin, act.name, error)
        raise PluginFailed(plugin) from error
    finally:
        room.prefix = ""


def _known_act(rooms: Rooms, registry: Registry, participant: str, name: object, from_media: bool) -> Act:
    known = registry.acts.get(name) if isinstance(name, str) else None
    if known is None or (known.from_media and not from_media):
        rooms.limits.check(participant, "unknown", UNKNOWN)
        raise NotFound("unknown_act", _("This room does not know how to do that."))
    rooms.limits.check(participant, known.name, known.rate)
    return known


def validate(act: Act, payload: object) -> Any:
    """The payload as the act's model.

    :raises Refused: ``too_large``; ``bad_payload``, naming the first field that does not fit.
    """
    if not isinstance(payload, dict):
        raise Refused("bad_payload", _("The data of an act is an object."))
    try:
        size = len(json.dumps(payload, ensure_ascii=False, allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError):
        raise Refused("bad_payload", _("The data of this act cannot be read.")) from None
    if size > act.size:
        raise Refused("too_large", _("This is too large: {size} bytes at most.").format(size=act.size))
    try:
        return act.payload.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])[:100] or "data"
        raise Refused(
            "bad_payload", _("{field} does not fit: {problem}").format(field=field, problem=first["msg"])
        ) from None
