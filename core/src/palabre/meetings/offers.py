"""What can be chosen beside what the core knows: the kinds of meetings and the options that plugins add."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from palabre.errors import Refused
from palabre.hookspecs import meetings as hooks
from palabre.i18n import gettext as _
from palabre.plugins.host import PluginHost
from palabre.plugins.policy import PluginFailed

if TYPE_CHECKING:
    from palabre.meetings.plans import MeetingPlan

#: The kind of meeting that the core brings.
WEB = "web"


@dataclass(frozen=True)
class MeetingKind:
    """A kind of meeting.

    :param name: as in ``Meeting.kind``, at most 32 characters.
    :param description: what it is, in one sentence.
    """

    name: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class MeetingOption:
    """Something to choose when a meeting is planned. The choice is kept in ``meeting.options["<plugin>"]["<name>"]``.

    :param name: unique in its plugin.
    :param label: what stands beside the control, in the reader's language; ``help`` explains it.
    :param control: how it is chosen.
    :param value: what is chosen before anybody chose.
    :param choices: pairs of value and words, for ``select``.
    :param check: given what was chosen, returns what is kept, or raises ``Refused`` with a sentence for the form.
    :param price: given the plan and what is kept, says what it will cost; ``None`` says nothing.
    :param plugin: filled in by the core.
    """

    name: str
    label: str
    help: str = ""
    control: Literal["checkbox", "select", "text", "number"] = "checkbox"
    value: Any = None
    choices: tuple[tuple[str, str], ...] = ()
    check: Callable[[Any], Any] | None = None
    price: Callable[[MeetingPlan, Any], str | None] | None = None
    plugin: str = ""

    @property
    def key(self) -> str:
        """``<plugin>.<name>``, as forms name it."""
        return f"{self.plugin}.{self.name}"


def kinds(plugins: PluginHost) -> list[MeetingKind]:
    """The kinds of meetings that can be planned here, the web's first."""
    found = {
        WEB: MeetingKind(WEB, _("Web meeting"), _("In the browser, with camera, microphone and screen."))
    }
    for contribution in plugins.collect(hooks.meeting_kinds):
        for kind in contribution.value:
            if kind.name in found or not 0 < len(kind.name) <= 32:
                error = ValueError(f"the kind of meeting {kind.name!r} has a name that is taken or too long")
                plugins.health[contribution.plugin].failed("meeting_kinds", error)
            else:
                found[kind.name] = kind
    return list(found.values())


def options(plugins: PluginHost) -> list[MeetingOption]:
    """The options that plugins add for this tenant."""
    return [
        replace(option, plugin=contribution.plugin)
        for contribution in plugins.collect(hooks.meeting_options)
        for option in contribution.value
    ]


def read_options(
    plugins: PluginHost, typed: Mapping[str, str]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """What a form says about the plugins' options.

    :param typed: by ``<plugin>.<option>``; a box that is not ticked is missing, anything else that is missing is as it
        was before anybody chose.
    :returns: the options as a plan holds them, and a sentence for each field ``option.<plugin>.<option>`` that has to
        be changed.
    """
    chosen: dict[str, dict[str, Any]] = {}
    problems: dict[str, str] = {}
    for option in options(plugins):
        try:
            value = checked(plugins, option, _read(option, typed.get(option.key)))
        except Refused as refusal:
            problems[f"option.{option.key}"] = refusal.message
        else:
            chosen.setdefault(option.plugin, {})[option.name] = value
    return chosen, problems


def checked(plugins: PluginHost, option: MeetingOption, value: Any) -> Any:
    """What is kept of a choice.

    :raises Refused: when it cannot be chosen.
    """
    if option.control == "select" and value not in {known for known, _words in option.choices}:
        raise Refused("bad_option", _("Choose one of these."))
    if option.check is None:
        return value
    try:
        return option.check(value)
    except Refused:
        raise
    except Exception as error:
        plugins.health[option.plugin].failed("meeting_options", error)
        raise PluginFailed(option.plugin) from error


def prices(plugins: PluginHost, plan: MeetingPlan) -> tuple[tuple[str, str], ...]:
    """What the chosen options will cost: pairs of the option's label and a sentence."""
    found = []
    for option in options(plugins):
        if option.price is None:
            continue
        value = plan.options.get(option.plugin, {}).get(option.name, option.value)
        try:
            said = option.price(plan, value)
        except Exception as error:
            plugins.health[option.plugin].failed("meeting_options", error)
            continue
        if said:
            found.append((option.label, said))
    return tuple(found)


def _read(option: MeetingOption, typed: str | None) -> Any:
    if option.control == "checkbox":
        return bool(typed)
    if typed is None:
        return "" if option.control == "text" and option.value is None else option.value
    if option.control != "number":
        return typed
    try:
        return int(typed[:20])
    except ValueError:
        raise Refused("bad_option", _("Write a number.")) from None
