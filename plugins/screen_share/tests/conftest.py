"""A room with screen sharing, on the fixtures of ``palabre.testing``: presenters, and a guest."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import palabre_screen_share.plugin
from palabre.testing.room import HeadlessRoom, VirtualParticipant


@pytest.fixture
def plugins() -> Sequence[object]:
    return [palabre_screen_share.plugin]


@pytest.fixture
def lea(room: HeadlessRoom) -> VirtualParticipant:
    """A presenter."""
    return room.person("Léa", role="presenter")


@pytest.fixture
def noor(room: HeadlessRoom, lea: VirtualParticipant) -> VirtualParticipant:
    """Another presenter."""
    return room.person("Noor", role="presenter")


@pytest.fixture
def sam(room: HeadlessRoom, lea: VirtualParticipant) -> VirtualParticipant:
    """A guest."""
    return room.person("Sam")
