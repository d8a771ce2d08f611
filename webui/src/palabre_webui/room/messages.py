"""What browsers send, checked at the edge."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from palabre.errors import Refused
from palabre.i18n import gettext as _

_M = TypeVar("_M", bound="Message")

Identifier = Annotated[str, Field(min_length=1, max_length=64)]


class Message(BaseModel):
    """Base of all messages. Fields that we do not know are ignored, so that newer clients can say more."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Credentials(Message):
    """What the socket brings when it connects."""

    link: str = Field(max_length=200)
    language: str = Field("en", max_length=35)
    protocol: int


class Known(Message):
    """The participant that a browser was before."""

    id: Identifier
    secret: str = Field(max_length=200)


class Enter(Message):
    """Come in, or come back. The name is judged by the room."""

    name: Any = None
    participant: Known | None = None


class Act(Message):
    """Ask the room to do something. Name, id and data are judged by the room."""

    id: Any = None
    act: Any = None
    data: Any = Field(default_factory=dict)


class Since(Message):
    """Ask for what followed an event; -1 asks for the whole state."""

    seq: int = Field(ge=-1, le=2**53)


class Signal(Message):
    """Something to show and forget."""

    kind: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}(\.[a-z][a-z0-9_]{0,60})?$")
    data: Any = Field(default_factory=dict)
    to: Identifier | None = None


class MediaRequest(Message):
    """Something for the media engine."""

    method: str = Field(max_length=40)
    params: dict[str, Any] = Field(default_factory=dict)


class PublishedTrack(Message):
    """A section of the browser's offer and what it carries."""

    mid: str = Field(min_length=1, max_length=64)
    kind: Literal["audio", "video"]
    source: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")


class Publish(Message):
    """Everything that the browser sends from now on."""

    sdp: str
    tracks: list[PublishedTrack] = Field(max_length=16)


class Answer(Message):
    """The browser's answer to the engine's offer of that revision."""

    sdp: str
    revision: int


class Unpublish(Message):
    """A track that is not sent any more."""

    track: Identifier


class Restart(Message):
    """The connection that the browser gave up."""

    pc: Literal["publish", "subscribe"]


class Probe(Message):
    """An offer that tries the way to the engine and carries nothing."""

    sdp: str


def parse(model: type[_M], data: object) -> _M:
    """``data`` as a message.

    :raises Refused: code ``bad_payload``, naming the first field that does not fit.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])[:100] or "data"
        raise Refused(
            "bad_payload", _("{field} does not fit: {problem}").format(field=field, problem=first["msg"])
        ) from None
