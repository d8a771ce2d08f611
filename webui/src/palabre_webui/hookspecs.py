"""Hooks by which a plugin adds to the web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre.plugins.markers import collect, for_installation

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy.orm import Session

    from palabre.model import Meeting
    from palabre_webui.modules import HelpSection, MeetingFact, MenuItem, RoomModule


@collect
@for_installation
def blueprints() -> list[Blueprint]:
    """Add pages and addresses below ``/plugins/<plugin>/``.

    Called once when the web service starts, at installation level. For a tenant that has the plugin switched off,
    every one of these addresses is 404. Each view declares its permission; one without is never called.

    :returns: blueprints named like the plugin, or ``<plugin>_<something>``.
    """
    raise NotImplementedError


@collect
def room_modules() -> list[RoomModule]:
    """Add JavaScript modules to the room page.

    Called whenever a room page is written, in the tenant's scope, and with the features that the room opened with.

    :returns: modules in the plugin package's ``static`` folder, which is served below
        ``/plugins/<plugin>/static/``.
    """
    raise NotImplementedError


@collect
def menu_items() -> list[MenuItem]:
    """Add places to the navigation of the site, after *Meetings* and *Contacts*.

    Called whenever a page is written for somebody who is signed in, in the tenant's scope and the reader's language.

    :returns: the places. An address that is not a path of this site is left out, and logged.
    """
    raise NotImplementedError


@collect
def meeting_facts(session: Session, meeting: Meeting) -> list[MeetingFact]:
    """Add lines to what stands on the page of a meeting: what it has cost, where its recording is.

    Called whenever its organiser looks at the page, in a session that reads, in the reader's language.

    :returns: lines in the order they are shown, after ours.
    """
    raise NotImplementedError


@collect
def help_sections() -> list[HelpSection]:
    """Add questions and answers to the help page, after ours.

    Called whenever the page is written, in the tenant's scope and the reader's language.

    :returns: sections whose ids, and those of their questions, begin with the plugin's name. A section with an id that
        is taken is left out, and logged.
    """
    raise NotImplementedError
