"""What the plugin contributes; the rules are in ``acts`` and the state in ``stage``."""

from __future__ import annotations

from palabre.toolkit import Act, Feature, Slice, TrackSource, hookimpl
from palabre.toolkit import gettext as _
from palabre_screen_share import acts, stage
from palabre_webui.toolkit import HelpQuestion, HelpSection, RoomModule


@hookimpl
def feature() -> Feature:
    """The feature as tenants see it."""
    return Feature(
        name="screen_share",
        title=_("Screen sharing"),
        description=_("Show a screen, a window or a tab, with its sound."),
        level="room",
        default=True,
        api_version=1,
    )


@hookimpl
def room_acts() -> list[Act]:
    """Start, stop, ask for the screen, answer."""
    return acts.ACTS


@hookimpl
def room_slice() -> Slice:
    """Who is showing, who asks to."""
    return stage.SLICE


@hookimpl
def track_sources() -> list[TrackSource]:
    """The picture and the sound of a screen, for the person whose turn it is."""
    return acts.SOURCES


@hookimpl
def room_modules() -> list[RoomModule]:
    """The browser side."""
    return [RoomModule("screen_share.js", api_version=1)]


@hookimpl
def help_sections() -> list[HelpSection]:
    """What people ask about showing a screen."""
    return [
        HelpSection(
            "screen_share",
            _("Sharing a screen"),
            (
                HelpQuestion(
                    "screen_share-start",
                    _("How do I show my screen?"),
                    _(
                        "Press Share screen and choose a window, a tab or the whole screen. "
                        "In a tab, tick that its sound goes along."
                    ),
                ),
                HelpQuestion(
                    "screen_share-turns",
                    _("Somebody else is showing theirs. How do I get my turn?"),
                    _(
                        "Press Share screen all the same: the person who shows is asked politely "
                        "and may hand over."
                    ),
                ),
                HelpQuestion(
                    "screen_share-telephone",
                    _("Why can my telephone not show its screen?"),
                    _("The browsers of telephones do not offer it yet. Seeing what others show works there."),
                ),
            ),
        )
    ]
