"""Rooms: the live side of a meeting.

A room is a fold of its journal. ``perform`` does an act, ``enter`` lets somebody in, ``snapshot`` and
``events_since`` show it, ``JournalFollower`` finds what other processes wrote, and the presence functions keep true
who is there.
"""

from palabre.rooms.acts import Act, Nothing, Payload, Rate, RoomTransaction, Slice, TrackSource
from palabre.rooms.announce import Outcome, announce
from palabre.rooms.doors import do_act
from palabre.rooms.entering import Comeback, Entered, Joiner, enter
from palabre.rooms.events import Event
from palabre.rooms.follower import JournalFollower, follow
from palabre.rooms.media import MediaRights, blocked_tracks, may_publish, media_rights, track_id
from palabre.rooms.opening import refuse_when_over, start_meeting, stop_meeting
from palabre.rooms.outside import Opening, end_meeting, in_room, opening_after
from palabre.rooms.perform import Performed, perform
from palabre.rooms.presence import (
    Gone,
    admissible,
    connection_dropped,
    expire_leases,
    expire_leases_in,
    renew_leases,
    rooms_to_sweep,
)
from palabre.rooms.rooms import Rooms
from palabre.rooms.rules import Rule, Verdict, everyone, may_speak, presenters
from palabre.rooms.state import Participant, RoomState, Track
from palabre.rooms.timing import close_unused, empty_rooms, end_when_empty, open_at_start
from palabre.rooms.views import CaughtUp, events_since, snapshot

__all__ = [
    "Act",
    "CaughtUp",
    "Comeback",
    "Entered",
    "Event",
    "Gone",
    "Joiner",
    "JournalFollower",
    "MediaRights",
    "Nothing",
    "Opening",
    "Outcome",
    "Participant",
    "Payload",
    "Performed",
    "Rate",
    "RoomState",
    "RoomTransaction",
    "Rooms",
    "Rule",
    "Slice",
    "Track",
    "TrackSource",
    "Verdict",
    "admissible",
    "announce",
    "blocked_tracks",
    "close_unused",
    "connection_dropped",
    "do_act",
    "empty_rooms",
    "end_meeting",
    "end_when_empty",
    "enter",
    "events_since",
    "everyone",
    "expire_leases",
    "expire_leases_in",
    "follow",
    "in_room",
    "may_publish",
    "may_speak",
    "media_rights",
    "open_at_start",
    "opening_after",
    "perform",
    "presenters",
    "refuse_when_over",
    "renew_leases",
    "rooms_to_sweep",
    "snapshot",
    "start_meeting",
    "stop_meeting",
    "track_id",
]
