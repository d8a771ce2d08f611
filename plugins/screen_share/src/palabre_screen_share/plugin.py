"""What the plugin contributes; the rules are in ``acts`` and the state in ``stage``."""

from __future__ import annotations

from palabre.toolkit import Act, Feature, Slice, TrackSource, hookimpl
from palabre.toolkit import gettext as _
from palabre_screen_share import acts, stage
from palabre_webui.toolkit import RoomModule


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
