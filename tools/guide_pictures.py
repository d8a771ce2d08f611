"""Takes the pictures of the organiser's guide (docs/organiser) from an installation of its own, in every language.

A picture is of what the product shows at this moment: run it again after a page has changed.

    .venv/bin/python tools/guide_pictures.py
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, Playwright, expect, sync_playwright

# The browser tests start installations and people's browsers; the pictures are taken by the same means.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/browser"))

from person import Person, launch  # type: ignore[import-not-found]  # not on mypy's path
from server import Server  # type: ignore[import-not-found]  # see above

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs/organiser/img"
WIDTH, HEIGHT = 1280, 800
ZONE = "Europe/Paris"
#: The address of the installation, as the invitation shows it.
ADDRESS = "https://meet.example.org"
#: What a browser remembers of how its owner enters: without a picture, and whether one is heard.
ENTRY = """localStorage.setItem('palabre.entry', '{"camera": false, "microphone": %s}')"""
#: Where the content of a page of the site ends, in pixels from the top of the window.
CONTENT_END = "document.querySelector('.site-main')?.lastElementChild.getBoundingClientRect().bottom"


@dataclass(frozen=True)
class Scene:
    """What the people of the pictures type, in one language."""

    language: str
    locale: str
    name: str
    description: str
    weekly: str
    public: str
    board: str


SCENES = (
    Scene(
        "en",
        "en-GB",
        name="Budget 2027",
        description="We decide what next year may cost. Please bring the figures of your team.",
        weekly="Weekly team meeting",
        public="Open evening for members",
        board="board",
    ),
    Scene(
        "fr",
        "fr-FR",
        name="Budget 2027",
        description="Nous décidons des dépenses de l'an prochain. Merci d'apporter les chiffres de votre équipe.",
        weekly="Point d'équipe",
        public="Soirée ouverte aux adhérents",
        board="bureau",
    ),
)
PEOPLE = (
    ("Sam Okafor", "sam@example.org", "+33 6 12 34 56 78"),
    ("Kim Larsen", "kim@example.org", ""),
    ("Inès Moreau", "ines@example.org", "+33 6 98 76 54 32"),
    ("Jonas Weber", "jonas@example.org", ""),
)


class Album:
    """Léa's afternoon in one language, and the pictures of it."""

    def __init__(self, playwright: Playwright, server: Server, folder: Path, scene: Scene) -> None:
        self.playwright, self.server, self.folder, self.scene = playwright, server, folder, scene
        self.browsers: list[Person] = []
        self.page: Page = self.browser("Léa Martin").page

    def browser(self, name: str, *, speaks: bool = False) -> Person:
        """A browser of somebody's own, in the language of the pictures."""
        person = launch(
            self.playwright,
            name,
            self.folder,
            width=WIDTH,
            height=HEIGHT,
            locale=self.scene.locale,
            reduced_motion="reduce",
        )
        person.context.add_init_script(ENTRY % str(speaks).lower())
        self.browsers.append(person)
        return person

    def take(self) -> None:
        """Every picture, in the order in which an organiser comes to the pages."""
        self.server.sign_in(self.page, name="Léa Martin", language=self.scene.language)
        self.lives_in(ZONE)
        self.keeps_contacts()
        self.plans_two_more()
        address = self.plans()
        self.reads_the_invitation()
        self.page.goto(f"{self.server.url}/meetings")
        self.snap("meetings")
        self.meets(address)

    def close(self) -> None:
        for one in self.browsers:
            one.browser.close()

    def lives_in(self, zone: str) -> None:
        self.open("/account")
        self.page.locator("#time_zone").select_option(zone)
        self.send("/account/settings")

    def keeps_contacts(self) -> None:
        lines = ["name,email,phone,labels", *(f"{name},{email},{phone}," for name, email, phone in PEOPLE)]
        lines[1] += self.scene.board
        self.open("/contacts/import")
        self.page.locator("#text").fill("\n".join(lines))
        self.send("/contacts/import/preview")
        self.send("/contacts/import")
        self.open("/contacts")
        expect(self.page.locator(".rows")).to_contain_text(PEOPLE[0][0])
        self.snap("contacts")

    def plans_two_more(self) -> None:
        self.begins_a_plan(self.scene.weekly, days=3, hour=9)
        self.page.locator("#repeat").select_option("weekly")
        self.invites(*PEOPLE[:3])
        self.send("/meetings/plan")
        self.begins_a_plan(self.scene.public, days=9, hour=18)
        self.page.locator("#is_public").check()
        self.send("/meetings/plan")

    def plans(self) -> str:
        """The meeting that the guide tells about; the address of its page."""
        page = self.page
        self.begins_a_plan(self.scene.name, days=1, hour=14)
        page.locator("#description").fill(self.scene.description)
        self.invites(*PEOPLE)
        page.locator(".people-list select").first.select_option("presenter")
        page.locator("#before-15").check()
        expect(page.locator("#summary")).to_contain_text("14:00")
        self.snap("plan")
        self.snap("people", top=page.locator("#people"))
        self.send("/meetings/plan")
        expect(page.locator(".guests")).to_contain_text(PEOPLE[0][0])
        address = page.url
        self.until_mailed(len(PEOPLE))
        page.goto(address)
        self.snap("meeting")
        return address

    def begins_a_plan(self, name: str, *, days: int, hour: int) -> None:
        self.open("/meetings/plan")
        self.page.locator("#name").fill(name)
        day = datetime.now().astimezone().date() + timedelta(days=days)
        self.page.locator("#start").fill(datetime.combine(day, time(hour)).strftime("%Y-%m-%dT%H:%M"))

    def invites(self, *people: tuple[str, str, str]) -> None:
        entry = self.page.locator("#people-entry")
        entry.fill("; ".join(f"{name} <{email}>" for name, email, _phone in people))
        entry.press("Enter")
        expect(self.page.locator(".people-list li")).to_have_count(len(people))

    def until_mailed(self, invited: int) -> None:
        """Wait until every guest has an invitation in the mailbox of this machine."""
        page = self.page
        for _ in range(60):
            self.open("/dev/mailbox")
            named = [page.get_by_text(email) for _name, email, _phone in PEOPLE[:invited]]
            if all(one.count() for one in named) and page.get_by_text(self.scene.name).count() >= invited:
                return
            page.wait_for_timeout(500)
        raise AssertionError("the invitations were not mailed")

    def reads_the_invitation(self) -> None:
        self.open("/dev/mailbox")
        mail = self.page.locator("li, tr").filter(has_text=PEOPLE[1][1]).filter(has_text=self.scene.name)
        mail.get_by_role("link").first.click()
        self.page.wait_for_url("**/dev/mailbox/*")
        source = self.page.locator("iframe.mail-html").get_attribute("src")
        written = self.page.request.get(f"{self.server.url}{source}").text()
        self.open("/healthz")  # a page without a policy that would forbid the mail's own style
        self.page.set_content(written.replace(self.server.url, ADDRESS))
        self.snap("invitation", end="document.body.getBoundingClientRect().bottom")

    def meets(self, address: str) -> None:
        """The meeting has begun; two guests are there, and one of them asks to speak."""
        self.page.goto(address)
        self.send("/start")
        identifier = address.rstrip("/").rpartition("/")[2]
        lea = self.page
        lea.goto(f"{address}/enter")
        self.enters(lea)
        for name, speaks in ((PEOPLE[0][0], True), (PEOPLE[1][0], False)):
            guest = self.browser(name, speaks=speaks).page
            guest.goto(self.server.link(name, meeting=identifier))
            self.enters(guest)
        guest.locator(".bar-hand button").click()
        lea.locator(".bar-people button").click()
        expect(lea.locator("pal-people")).to_contain_text(PEOPLE[1][0])
        lea.wait_for_timeout(1500)  # until the connection has been measured and the notices are gone
        self.snap("room")

    def enters(self, page: Page) -> None:
        page.locator(".prejoin-form button[type=submit]").click()
        expect(page.locator("pal-bar .bar-hand button")).to_be_visible(timeout=15_000)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.server.url}{path}")

    def send(self, action: str) -> None:
        """Send the form whose address ends so, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.locator(f"form[action$='{action}'] button[type=submit]").last.click()

    def snap(self, name: str, *, top: Locator | None = None, end: str = CONTENT_END) -> None:
        """Keep what the window shows, from ``top`` on, to the end of the page's content at most."""
        if top is None:
            self.page.evaluate("scrollTo(0, 0)")
        else:
            top.evaluate("place => scrollTo(0, place.getBoundingClientRect().top + scrollY - 24)")
        self.page.mouse.move(0, 0)
        height = min(HEIGHT, (self.page.evaluate(end) or HEIGHT) + 24)
        path = PICTURES / f"{name}.{self.scene.language}.png"
        self.page.screenshot(
            path=path,
            animations="disabled",
            caret="hide",
            clip={"x": 0, "y": 0, "width": WIDTH, "height": height},
        )
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


def main() -> None:
    """Start an installation for each language, take the pictures, stop it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        for scene in SCENES:
            with tempfile.TemporaryDirectory() as folder:
                server = Server(Path(folder))
                album = Album(playwright, server, Path(folder), scene)
                try:
                    album.take()
                finally:
                    album.close()
                    server.stop()


if __name__ == "__main__":
    main()
