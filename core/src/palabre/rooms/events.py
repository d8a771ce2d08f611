"""What happened in a room, as running code sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

#: Who may see an event: everybody, or presenters and the one who did it.
Audience = Literal["all", "presenters"]


@dataclass(frozen=True)
class Event:
    """One entry of the journal.

    :param seq: number in the room's journal, from 1, without gaps.
    :param kind: ``hand_raised``; a plugin's is ``<plugin>.<name>``.
    :param actor: public id of the participant who did it; ``None`` when the room itself did.
    """

    seq: int
    at: datetime
    kind: str
    actor: str | None
    data: dict[str, Any]
    audience: Audience = "all"

    @classmethod
    def of(cls, row: Any) -> Event:
        """The event in a row of the journal: anything with its columns as attributes."""
        audience: Audience = "presenters" if row.audience == "presenters" else "all"
        return cls(row.seq, row.at, row.kind, row.actor, row.data, audience)

    def seen_by(self, viewer: str, role: str) -> dict[str, Any]:
        """The event as the protocol writes it for one participant; hidden where it is not for them."""
        if self.audience == "presenters" and role != "presenter" and viewer != self.actor:
            return {"seq": self.seq, "kind": "hidden"}
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "kind": self.kind,
            "actor": self.actor,
            "data": self.data,
        }
