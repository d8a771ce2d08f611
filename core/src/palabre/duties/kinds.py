"""What can be owed: a name, and how it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from palabre.application import Application
    from palabre.model import Duty


@dataclass(frozen=True)
class DutyKind:
    """One kind of duty.

    :param name: as in ``Duty.kind``; a plugin's is ``<plugin>.<name>``.
    :param do: does it, outside any transaction, in the tenant's scope. What it writes and ``finish`` belong in one
        transaction, so that it is never done twice; a duty that is not finished when it returns is finished then.
        What it raises puts the duty off, with pauses that grow.
    :param at_once: how many of a tenant's a worker claims together, to do them one after the other. Only for what takes
        milliseconds: when a worker is killed, or is slow, the others of them wait until the claim runs out.
    """

    name: str
    do: Callable[[Application, Duty], None]
    at_once: int = 1
