"""Doing an act: rate, right, validation, handler, journal; one transaction, and the same act twice is one act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from palabre.errors import NotAllowed, NotFound, Refused
from palabre.i18n import gettext as _
from palabre.model import Participant as ParticipantRow
from palabre.model import PerformedAct
from palabre.rooms.acts import Act, Rate, RoomTransaction
from palabre.rooms.builtin.tracks import close_what_is_not_allowed
from palabre.rooms.events import Event
from palabre.rooms.rooms import Rooms

#: Longest identifier of an act, in characters.
ACT_ID_LENGTH = 64

#: Rate of acts that nobody knows: few, and they never reach the database.
_UNKNOWN = Rate(per_second=1, burst=10)


@dataclass(frozen=True)
class Performed:
    """What an act did.

    :param seq: number of the last event it appended, or where the journal stood.
    :param events: what it appended; empty when ``replayed``.
    :param replayed: the same act had been done before.
    """

    meeting_id: int
    seq: int
    events: tuple[Event, ...]
    replayed: bool = False


def perform(
    session: Session, rooms: Rooms, *, participant: str, act: str, act_id: str, payload: dict[str, Any]
) -> Performed:
    """Do an act for a participant, in the caller's transaction.

    :param participant: public id of who acts.
    :param act_id: chosen by the sender; the same id again answers as the first time and does nothing.
    :raises Refused: with the code that the protocol documents.
    """
    if not act_id or len(act_id) > ACT_ID_LENGTH:
        raise Refused("bad_payload", _("An act needs an identifier of 1 to 64 characters."))
    row = session.scalar(select(ParticipantRow).where(ParticipantRow.public_id == participant))
    if row is None:
        raise NotFound("unknown_participant", _("You are not in this meeting any more. Join again."))
    room = rooms.change(session, row.meeting_id, participant)
    try:
        return _perform(session, rooms, room, act, act_id, payload)
    except Refused:
        rooms.unchanged(room)
        raise


def _perform(
    session: Session, rooms: Rooms, room: RoomTransaction, act: str, act_id: str, payload: dict[str, Any]
) -> Performed:
    participant, meeting_id = room.actor_id or "", room.meeting.id
    done = session.get(PerformedAct, (meeting_id, participant, act_id))
    if done is not None:
        rooms.keep(room)
        return Performed(meeting_id, done.seq, (), replayed=True)
    actor = room.state.participants.get(participant)
    if actor is None:
        raise NotFound("not_in_room", _("You are not in this meeting any more. Join again."))
    known = known_act(rooms, rooms.registry(room.meeting).acts, participant, act)
    checked = validate(known, payload)
    verdict = known.allowed.check(room.state, actor)
    if not verdict.allowed:
        raise NotAllowed("not_allowed", verdict.message)
    known.handle(room, checked)
    close_what_is_not_allowed(room)
    session.add(
        PerformedAct(
            tenant_id=room.meeting.tenant_id,
            meeting_id=meeting_id,
            participant=participant,
            act_id=act_id,
            seq=room.state.seq,
            at=room.now,
        )
    )
    rooms.keep(room)
    return Performed(meeting_id, room.state.seq, tuple(room.events))


def known_act(rooms: Rooms, acts: dict[str, Act], participant: str, name: str) -> Act:
    """The act of that name, if there is one and it was not done too often.

    :raises NotFound: code ``unknown_act``.
    :raises TooFast: code ``too_fast``.
    """
    known = acts.get(name)
    rooms.limits.check(participant, name[:100] if known else "", known.rate if known else _UNKNOWN)
    if known is None:
        raise NotFound("unknown_act", _("This room does not know how to do that."))
    return known


def validate(act: Act, payload: dict[str, Any]) -> Any:
    """The payload as the act's model.

    :raises Refused: code ``bad_payload``, naming the first field that does not fit.
    """
    try:
        return act.payload.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "data"
        raise Refused(
            "bad_payload", _("{field} does not fit: {problem}").format(field=field, problem=first["msg"])
        ) from None
