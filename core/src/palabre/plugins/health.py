"""How each plugin is doing: what the operator's list shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum


class State(Enum):
    """Whether a plugin runs."""

    ACTIVE = "active"
    UNHEALTHY = "unhealthy"
    QUARANTINED = "quarantined"


@dataclass
class Health:
    """Counters and state of one plugin in this process.

    :param reason: one sentence, when it is not ``ACTIVE``.
    :param until_upgraded: kept out only until its tables are upgraded.
    :param errors: failures by hook.
    :param calls: calls by hook.
    :param seconds: time spent by hook.
    """

    name: str
    version: str = ""
    builtin: bool = False
    state: State = State.ACTIVE
    reason: str = ""
    until_upgraded: bool = False
    errors: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def count(self, hook: str, seconds: float) -> None:
        """Note one call."""
        self.calls[hook] += 1
        self.seconds[hook] = self.seconds.get(hook, 0.0) + seconds

    def failed(self, hook: str, error: BaseException) -> None:
        """Note one failure."""
        self.errors[hook] += 1
        if self.state is State.ACTIVE:
            self.state = State.UNHEALTHY
        self.reason = f"{hook}: {type(error).__name__}: {error}"
