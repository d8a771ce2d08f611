"""What plugins contribute to a room: acts, slices of its state, sources of tracks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from palabre.errors import PalabreError
from palabre.rooms.events import Audience, Event
from palabre.rooms.rules import Rule
from palabre.rooms.state import Participant, RoomState
from palabre.tenants.scope import TenantContext

if TYPE_CHECKING:
    from palabre.model import Meeting


class Payload(BaseModel):
    """Base of what an act carries: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Nothing(Payload):
    """An act that carries nothing."""


@dataclass(frozen=True)
class Rate:
    """How often one participant may do an act.

    :param per_second: acts a second in the long run.
    :param burst: acts at once.
    """

    per_second: float = 5.0
    burst: int = 20


@dataclass(frozen=True)
class Act:
    """Something a participant can ask the room to do.

    :param name: bare for what the core brings; ``<plugin>.<name>`` for a plugin.
    :param payload: model of the data it carries.
    :param allowed: who may.
    :param handle: does it, by appending events; raises ``Refused`` to decline.
    :param size: longest payload, in bytes of JSON.
    :param from_media: only the media door performs it, when the engine has agreed; a participant's own message of
        that name is refused.
    """

    name: str
    payload: type[BaseModel]
    allowed: Rule
    handle: Callable[[RoomTransaction, Any], None]
    rate: Rate = field(default_factory=Rate)
    size: int = 32_768
    from_media: bool = False


@dataclass(frozen=True)
class Slice:
    """A feature's part of the room's state: JSON values only.

    :param name: the plugin's name.
    :param initial: makes the slice of an empty room.
    :param apply: by kind of event, what it does to the slice, in place; own kinds, and the core's such as ``left``.
    :param view: the slice as one participant may see it.
    """

    name: str
    initial: Callable[[], Any]
    apply: dict[str, Callable[[Any, Event], None]]
    view: Callable[[Any, Participant], Any] = lambda value, _viewer: value


@dataclass(frozen=True)
class TrackSource:
    """A kind of track that participants may publish.

    :param name: ``microphone``, ``camera``, ``screen`` …
    :param allowed: who may publish it; a track whose rule stops holding is stopped in the engine.
    """

    name: str
    kind: Literal["audio", "video"]
    allowed: Rule


class ForeignEvent(PalabreError):
    """A plugin appended an event in another's name."""


@dataclass
class RoomTransaction:
    """What the handler of an act works with. It lives as long as the transaction.

    :param scope: the meeting's tenant, with the features the room opened with.
    :param state: the room's state; changed only by ``append``.
    :param now: time of everything that happens in it.
    :param sources: from where tracks may come in this room, by name.
    :param prefix: what the kinds of appended events begin with: nothing for the core, ``<plugin>.`` for a plugin.
    """

    session: Session
    meeting: Meeting
    scope: TenantContext
    state: RoomState
    now: datetime
    apply: Callable[[RoomState, Event], None]
    sources: dict[str, TrackSource]
    actor_id: str | None = None
    events: list[Event] = field(default_factory=list)
    prefix: str = ""

    @property
    def actor(self) -> Participant:
        """Who acts."""
        assert self.actor_id is not None
        return self.state.participants[self.actor_id]

    def append(self, kind: str, data: dict[str, Any], *, audience: Audience = "all") -> Event:
        """Add an event to the journal and apply it to the state at once.

        :param audience: ``presenters`` hides it from guests other than the actor.
        :raises ForeignEvent: when a plugin appends an event that does not bear its name.
        """
        if not kind.startswith(self.prefix):
            raise ForeignEvent(f"its event {kind} must be named {self.prefix}{kind}")
        event = Event(self.state.seq + 1, self.now, kind, self.actor_id, data, audience)
        self.apply(self.state, event)
        self.state.seq = event.seq
        self.events.append(event)
        return event
