"""What can have a price, and what a plan will cost: the core knows names and units, never a price.

A plugin declares chargeables with the hook ``chargeables``, and says with ``begin_usage`` that one is used. One that
sells says with ``plan_costs`` what a plan costs, and takes what a use costs in ``usage_starting``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from sqlalchemy.orm import Session

from palabre.errors import PalabreError
from palabre.hookspecs import meetings as hooks
from palabre.i18n import gettext as _
from palabre.model import Account, Meeting, RoomClass
from palabre.plugins.host import PluginHost

if TYPE_CHECKING:
    from palabre.meetings.plans import MeetingPlan


@dataclass(frozen=True)
class Chargeable:
    """Something that can have a price.

    :param name: bare for what the core brings; ``<plugin>`` or ``<plugin>.<name>`` for a plugin's.
    :param unit: what one pays for: a started hour, a month, a piece.
    :param variants: pairs of value and words, where there are several with a price each; empty otherwise.
    :param plugin: filled in by the core; empty for its own.
    """

    name: str
    title: str
    unit: Literal["hour", "month", "piece"]
    variants: tuple[tuple[str, str], ...] = ()
    plugin: str = ""


@dataclass(frozen=True)
class PlanCost:
    """A line beside the planning form: what something will cost, in the reader's language."""

    label: str
    said: str


#: Longest key of a use.
MOST_KEY = 100


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Something with a price that is about to be used: an hour of recording that starts, a month of keeping one.

    :param chargeable: its name, as it was declared.
    :param key: names this use among all of the chargeable: the same key again is the same use, and not paid twice.
    :param variant: which, where the chargeable has variants.
    :param quantity: so many units begin now.
    :param goes_on: it continues what was paid for before, so that a debt may be allowed for it.
    :param said: what the customer reads beside it, in the customer's language; may be empty.
    """

    chargeable: str
    key: str
    variant: str = ""
    quantity: int = 1
    goes_on: bool = False
    said: str = ""


class BadUsage(PalabreError):
    """A plugin says that something is used which nobody declared, or says it wrongly."""


def known_chargeables(plugins: PluginHost) -> list[Chargeable]:
    """Everything that can have a price for the tenant of the moment, the core's first."""
    found = {
        "room": Chargeable("room", _("Room"), "hour", tuple((one.value, one.value) for one in RoomClass))
    }
    for contribution in plugins.collect(hooks.chargeables):
        plugin = contribution.plugin
        for one in contribution.value:
            if one.name != plugin and not one.name.startswith(f"{plugin}."):
                error = ValueError(
                    f"the chargeable {one.name!r} must be named {plugin!r}, or begin so with a dot"
                )
                plugins.health[plugin].failed("chargeables", error)
            else:
                found[one.name] = replace(one, plugin=plugin)
    return list(found.values())


def plan_costs(
    session: Session, *, plugins: PluginHost, organiser: Account, plan: MeetingPlan
) -> tuple[PlanCost, ...]:
    """What the plugins say that a plan will cost."""
    return tuple(
        line
        for contribution in plugins.collect(hooks.plan_costs, session=session, organiser=organiser, plan=plan)
        for line in contribution.value
    )


def begin_usage(session: Session, *, plugins: PluginHost, meeting: Meeting, usage: Usage) -> None:
    """Ask the plugins that sell, in the caller's transaction, whether something may be used now; they note it as used.

    :raises Refused: from a plugin's guard ``usage_starting``; then it must not begin.
    :raises BadUsage: for what is not declared in the tenant of the moment.
    """
    known = next((one for one in known_chargeables(plugins) if one.name == usage.chargeable), None)
    if known is None:
        raise BadUsage(f"no plugin that is switched on declares {usage.chargeable!r}")
    if usage.variant not in ([value for value, _words in known.variants] or [""]):
        raise BadUsage(f"{usage.chargeable} has no variant {usage.variant!r}")
    if usage.quantity < 1 or not 0 < len(usage.key) <= MOST_KEY:
        raise BadUsage(f"a use has a quantity and a key of at most {MOST_KEY} characters: {usage}")
    plugins.guard(hooks.usage_starting, session=session, meeting=meeting, usage=usage)
