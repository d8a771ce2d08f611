"""Telling the plugins what became of a plan, after the commit and in the tenant's scope."""

from __future__ import annotations

from palabre.hookspecs import meetings as hooks
from palabre.model import Meeting
from palabre.plugins.host import PluginHost


def announce_planned(plugins: PluginHost, meeting: Meeting) -> None:
    """A meeting was planned; said once, however often *Plan* was pressed."""
    if meeting.is_news:
        meeting.is_news = False
        plugins.notify(hooks.meeting_planned, meeting=meeting)


def announce_changed(plugins: PluginHost, meeting: Meeting) -> None:
    """What is planned about a meeting was changed."""
    plugins.notify(hooks.meeting_changed, meeting=meeting)


def announce_cancelled(plugins: PluginHost, meeting: Meeting) -> None:
    """A meeting was cancelled."""
    plugins.notify(hooks.meeting_cancelled, meeting=meeting)
