"""Somebody who comes to a room through its door, with a Socket.IO client that is not ours."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import socketio

NAMESPACE = "/room"


class Refused(AssertionError):
    """The door said no."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]
        self.message = error["message"]


class Person:
    """A participant.

    :ivar events: what the room said, in the order it came.
    :ivar me: id and secret, once entered.
    """

    def __init__(self, url: str, link: str) -> None:
        self.url = url
        self.link = link
        self.events: list[dict[str, Any]] = []
        self.signals: list[dict[str, Any]] = []
        self.media: list[dict[str, Any]] = []
        self.messages: list[tuple[str, Any]] = []
        self.me: dict[str, Any] = {}
        self.entered: dict[str, Any] = {}
        self.name = ""
        self._changed = threading.Condition()
        self.socket = self._make_socket()

    def _make_socket(self) -> socketio.Client:
        socket = socketio.Client(reconnection=False)
        for name, where in (("event", self.events), ("signal", self.signals), ("media", self.media)):
            socket.on(name, self._noting(where), namespace=NAMESPACE)
        for name in ("admitted", "closed"):
            socket.on(name, self._noting_message(name), namespace=NAMESPACE)
        socket.on("connect_error", self._noting_message("connect_error"), namespace=NAMESPACE)
        socket.on(
            "disconnect",
            lambda *_reason: self._note(self.messages, ("disconnect", None)),
            namespace=NAMESPACE,
        )
        return socket

    def _noting(self, where: list[Any]) -> Callable[[Any], None]:
        return lambda data: self._note(where, data)

    def _noting_message(self, name: str) -> Callable[..., None]:
        return lambda *data: self._note(self.messages, (name, data[0] if data else None))

    def _note(self, where: list[Any], what: Any) -> None:
        with self._changed:
            where.append(what)
            self._changed.notify_all()

    def connect(self, *, language: str = "en", protocol: Any = 1, auth: Any = None) -> Person:
        """Open the socket."""
        auth = auth if auth is not None else {"link": self.link, "language": language, "protocol": protocol}
        try:
            self.socket.connect(
                self.url, namespaces=[NAMESPACE], transports=["websocket"], auth=auth, wait_timeout=20
            )
        except socketio.exceptions.ConnectionError:
            refusals = [data for name, data in self.messages if name == "connect_error"]
            self.socket.disconnect()
            if refusals and refusals[-1].get("data"):
                raise Refused(refusals[-1]["data"]) from None
            raise
        return self

    def ask(self, message: str, data: Any = None, *, timeout_s: float = 20) -> dict[str, Any]:
        """Send a message; the acknowledgement.

        :raises Refused: when it is a refusal.
        """
        answer: dict[str, Any] = self.socket.call(message, data, namespace=NAMESPACE, timeout=timeout_s)
        if not answer["ok"]:
            raise Refused(answer["error"])
        return answer

    def enter(self, name: Any = "Sam", *, again: bool = False) -> dict[str, Any]:
        """Come in, or come back as who one was."""
        known = {"id": self.me["id"], "secret": self.me["secret"], "seq": self.seq} if again else None
        self.entered = self.ask("enter", {"name": name, **({"participant": known} if known else {})})
        self.me = self.entered["me"]
        self.name = name
        return self.entered

    def come_back(self, url: str | None = None) -> dict[str, Any]:
        """A new socket for the same participant, as a browser does after a break."""
        self.url = url or self.url
        self.socket = self._make_socket()
        self.connect()
        return self.enter(self.name, again=True)

    @property
    def id(self) -> str:
        """Public id of the participant."""
        return str(self.me["id"])

    @property
    def seq(self) -> int:
        """Number of the last event known."""
        return int(self.events[-1]["seq"] if self.events else self.entered.get("seq", 0))

    def act(self, act: str, data: Any = None, *, id: str | None = None) -> int:  # noqa: A002 - the protocol's name
        """Ask the room to do something; the sequence number."""
        return int(self.ask("act", {"id": id or uuid.uuid4().hex, "act": act, "data": data or {}})["seq"])

    def refused(self, ask: Callable[[], Any]) -> str:
        """The code with which something is refused."""
        try:
            ask()
        except Refused as refusal:
            return str(refusal.code)
        raise AssertionError("it was allowed")

    def kinds(self) -> list[str]:
        """Kinds of the events that came."""
        return [event["kind"] for event in self.events]

    def heard(self, kind: str, timeout_s: float = 10, **data: Any) -> dict[str, Any]:
        """The first event of a kind with these data, once it has come."""

        def find() -> dict[str, Any] | None:
            return next(
                (
                    event
                    for event in self.events
                    if event["kind"] == kind and data.items() <= event.get("data", {}).items()
                ),
                None,
            )

        return self.wait_for(find, timeout_s, f"event {kind} {data}")

    def told(self, name: str, timeout_s: float = 10) -> Any:
        """What came with the first message of a name: ``closed``, ``admitted``, ``disconnect``."""
        found = self.wait_for(
            lambda: next(((said, data) for said, data in self.messages if said == name), None),
            timeout_s,
            name,
        )
        return found[1]

    def wait_for(self, find: Callable[[], Any], timeout_s: float = 10, what: str = "") -> Any:
        """What ``find`` finds, as soon as it finds something."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while not (found := find()):
                left = deadline - time.monotonic()
                assert left > 0, f"{what} did not come: {self.events} {self.messages} {self.media}"
                self._changed.wait(min(left, 1))
            return found

    def state(self) -> dict[str, Any]:
        """The room as it is now."""
        answer = self.ask("since", {"seq": -1})
        return dict(answer["state"])

    def go(self) -> None:
        """Close the socket."""
        self.socket.disconnect()
