"""One specification of each kind, to try the host with."""

from palabre.plugins.markers import collect, filter_, for_installation, guard, notify


@guard
def door_opening(name: str) -> None:
    """Somebody is at the door."""


@notify
def door_opened(name: str, hour: int) -> None:
    """Somebody came in."""


@collect
def sweets(for_whom: str) -> list[str]:
    """What there is to eat."""
    raise NotImplementedError


@collect
@for_installation
def tools() -> list[str]:
    """What the house has."""
    raise NotImplementedError


@filter_
def greeting(text: str, name: str) -> str:
    """What is said at the door."""
    raise NotImplementedError
