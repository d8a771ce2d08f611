"""What can have a price, and what a plan will cost: the core knows names and units, never a price.

A plugin declares chargeables with the hook ``chargeables``; one that sells says with ``plan_costs`` what a plan costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from sqlalchemy.orm import Session

from palabre.hookspecs import meetings as hooks
from palabre.i18n import gettext as _
from palabre.model import Account, RoomClass
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
