"""How somebody uses a page: with a pointer, or with the keyboard alone."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Locator, Page, expect


class Hands(Protocol):
    """Uses the parts of a page."""

    def write(self, field: Locator, text: str) -> None:
        """Write into a field."""

    def press(self, part: Locator) -> None:
        """Press a button, follow a link, tick a box."""


class Pointer:
    """With a mouse or a finger."""

    def write(self, field: Locator, text: str) -> None:
        """See ``Hands``."""
        field.fill(text)

    def press(self, part: Locator) -> None:
        """See ``Hands``."""
        part.click()


class Keyboard:
    """With Tab, Enter and Space, and nothing else."""

    #: No page has more places where the keyboard stops.
    MOST_STOPS = 150

    def write(self, field: Locator, text: str) -> None:
        """See ``Hands``."""
        page = self._reach(field)
        page.keyboard.press("Control+a")
        page.keyboard.type(text)

    def press(self, part: Locator) -> None:
        """See ``Hands``."""
        page = self._reach(part)
        is_box = part.evaluate("one => one.matches('input[type=checkbox], input[type=radio]')")
        page.keyboard.press("Space" if is_box else "Enter")

    def _reach(self, part: Locator) -> Page:
        expect(part).to_be_visible()
        for _stop in range(self.MOST_STOPS):
            if part.evaluate("one => one === document.activeElement"):
                assert part.evaluate("one => one.matches(':focus-visible')"), "one cannot see where one is"
                return part.page
            part.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {part}")
