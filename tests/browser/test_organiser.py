"""The whole story of an organiser, with a real mail server: from signing up to who was there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from conftest import Launch
from hands import Hands, Keyboard, Pointer
from palabre.testing.mail import MailServer, Received
from person import ROOM, Person
from server import Server

BLUE, GREEN = (40, 70, 200), (32, 180, 64)


@dataclass(frozen=True)
class Words:
    """What stands on the pages in one language."""

    language: str
    name: str
    email: str
    sign_up: str
    password: str
    confirm: str
    meetings: str
    contacts: str
    add_contact: str
    keep: str
    plan: str
    meeting_name: str
    starts: str
    add_person: str
    reminder: str
    at_start: str
    plan_now: str
    invited: str
    planned: str
    join: str
    leave: str
    stop: str
    over: str


ENGLISH = Words(
    language="en-GB",
    name="Your name",
    email="E-mail address",
    sign_up="Sign up",
    password="Password",
    confirm="Confirm and sign in",
    meetings="Meetings",
    contacts="Contacts",
    add_contact="Add a contact",
    keep="Keep",
    plan="Plan a meeting",
    meeting_name="Name",
    starts="Starts",
    add_person="Add a name, an address, or paste a list",
    reminder="Other reminders, in minutes before the start (optional)",
    at_start="When it starts",
    plan_now="Plan the meeting",
    invited="1 person invited",
    planned="The meeting is planned.",
    join="Join",
    leave="Leave",
    stop="Stop this meeting",
    over="The meeting is over.",
)
FRENCH = Words(
    language="fr-FR",
    name="Votre nom",
    email="Adresse e-mail",
    sign_up="Créer un compte",
    password="Mot de passe",
    confirm="Confirmer et se connecter",
    meetings="Réunions",
    contacts="Contacts",
    add_contact="Ajouter un contact",
    keep="Enregistrer",
    plan="Planifier une réunion",
    meeting_name="Nom",
    starts="Début",
    add_person="Ajoutez un nom, une adresse, ou collez une liste",
    reminder="Autres rappels, en minutes avant le début (facultatif)",
    at_start="Au début",
    plan_now="Planifier la réunion",
    invited="1 personne invitée",
    planned="La réunion est planifiée.",
    join="Rejoindre",
    leave="Quitter",
    stop="Arrêter la réunion",
    over="La réunion est terminée.",
)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, mail_server: MailServer) -> Iterator[Server]:
    folder = tmp_path / "installation"
    folder.mkdir()
    running = Server(
        folder,
        PALABRE_MAIL__HOST="127.0.0.1",
        PALABRE_MAIL__PORT=str(mail_server.port),
        PALABRE_MAIL__SECURITY="none",
        PALABRE_MAIL__SENDER="meetings@example.org",
    )
    yield running
    running.stop()


def awaited(
    server: MailServer, recipient: str, fits: Callable[[Received], bool], *, timeout_s: float = 20
) -> Received:
    """The first mail to somebody that fits."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        for mail in server.to(recipient):
            if fits(mail):
                return mail
        time.sleep(0.1)
    raise AssertionError(f"waited in vain; {recipient} has {[mail.subject for mail in server.to(recipient)]}")


def link_in(mail: Received, path: str) -> str:
    """The address in a mail that begins with a path."""
    return re.search(rf"http://\S+{path}/\S+", mail.text)[0]


@dataclass
class Story:
    """One organiser, one guest, one meeting."""

    site: Server
    mails: MailServer
    lea: Person
    words: Words
    hands: Hands

    @property
    def page(self) -> Page:
        return self.lea.page

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def sign_up(self) -> None:
        self.lea.open(f"{self.site.url}/account/sign-up")
        self.hands.write(self.page.get_by_label(self.words.name), "Léa Martin")
        self.hands.write(self.page.get_by_label(self.words.email), "lea@example.org")
        self.hands.press(self.page.get_by_role("main").get_by_role("button", name=self.words.sign_up))
        self.page.wait_for_url("**/account/sign-up/mailed")
        mail = awaited(self.mails, "lea@example.org", lambda mail: "/account/confirm/" in mail.text)
        self.lea.open(link_in(mail, "/account/confirm"))
        self.hands.write(self.page.get_by_label(self.words.password, exact=True), "four words are enough")
        self.hands.press(self.button(self.words.confirm))
        self.page.wait_for_url("**/meetings")

    def keep_a_contact(self) -> None:
        page, words = self.page, self.words
        self.hands.press(page.get_by_role("link", name=words.contacts, exact=True))
        self.hands.press(page.get_by_role("link", name=words.add_contact).first)
        self.hands.write(page.get_by_label(words.meeting_name, exact=True), "Sam Okafor")
        self.hands.write(page.get_by_label(words.email), "sam@example.org")
        self.hands.press(self.button(words.keep))
        expect(page.locator(".rows")).to_contain_text("Sam Okafor")
        self.hands.press(page.get_by_role("link", name=words.meetings, exact=True))

    def plan(self) -> str:
        """A meeting that starts soon, with all three mails; the address of its page."""
        page, words = self.page, self.words
        self.hands.press(page.get_by_role("link", name=words.plan).first)
        page.wait_for_url("**/meetings/plan")
        # the form knows minutes only, and the reminder a minute before must still be ahead once it is filled in
        starts = datetime.now().astimezone() + timedelta(minutes=2, seconds=40)
        self.hands.write(page.get_by_label(words.meeting_name, exact=True), "Budget 2027")
        page.get_by_label(words.starts, exact=True).fill(starts.strftime("%Y-%m-%dT%H:%M"))
        self.hands.write(page.get_by_label(words.add_person), "oka")
        expect(page.get_by_role("option", name="Sam Okafor")).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator("#summary")).to_contain_text(starts.strftime("%H:%M"))
        expect(page.locator(".people-list")).to_contain_text("Sam Okafor")
        self.hands.write(page.get_by_label(words.reminder), "1")
        self.hands.press(page.get_by_label(words.at_start, exact=True))
        self.hands.press(self.button(words.plan_now))
        expect(page.get_by_text(words.planned)).to_be_visible()
        expect(page.get_by_role("heading", name=words.invited)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        return page.url

    def sees_all_mails(self) -> None:
        """The summary to the organiser; the guest's invitation, reminder and mail at the start, once each."""
        awaited(self.mails, "lea@example.org", lambda mail: "Budget 2027" in mail.subject)
        awaited(self.mails, "sam@example.org", lambda _mail: len(self.to_sam()) >= 2, timeout_s=120)
        awaited(self.mails, "sam@example.org", lambda _mail: len(self.to_sam()) >= 3, timeout_s=90)
        assert len({mail.message["Message-ID"] for mail in self.to_sam()}) == 3

    def to_sam(self) -> list[Received]:
        return self.mails.to("sam@example.org")

    def joins(self) -> Person:
        """From the page of the meeting into the room, in another window."""
        with self.lea.context.expect_page() as opened:
            self.hands.press(self.page.get_by_role("link", name=self.words.join, exact=True))
        room = Person("Léa", self.lea.browser, self.lea.context, opened.value, self.lea.errors)
        expect(room.page.get_by_label(self.words.name)).to_have_value("Léa Martin")
        self.hands.press(room.page.get_by_role("button", name=self.words.join, exact=True))
        expect(room.page.get_by_role("button", name=self.words.leave)).to_be_visible(timeout=15_000)
        return room

    def stops(self) -> None:
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.bring_to_front()
        self.hands.press(self.button(self.words.stop))
        expect(self.page.get_by_text(self.words.over)).to_be_visible()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("words", "hands", "width"),
    [
        pytest.param(ENGLISH, Keyboard(), 1280, id="in English, by keyboard alone"),
        pytest.param(FRENCH, Pointer(), 360, id="in French, on a telephone"),
    ],
)
def test_an_organiser_signs_up_plans_meets_and_sees_who_was_there(
    site: Server, mail_server: MailServer, person: Launch, words: Words, hands: Hands, width: int
) -> None:
    lea = person("Léa", colour=BLUE, width=width, locale=words.language)
    story = Story(site, mail_server, lea, words, hands)
    story.sign_up()
    story.keep_a_contact()
    address = story.plan()

    invitation = awaited(mail_server, "sam@example.org", lambda mail: "Budget 2027" in mail.subject)
    assert b"METHOD:REQUEST" in invitation.calendar()
    sam = person("Sam", colour=GREEN, locale=words.language)
    sam.open(link_in(invitation, "/join"))
    expect(sam.page.get_by_label(words.name)).to_have_value("Sam Okafor")
    story.sees_all_mails()

    # it opened by itself, and the organiser's page says so without being loaded again
    expect(lea.page.get_by_role("link", name=words.join, exact=True)).to_be_visible(timeout=20_000)
    sam.page.get_by_role("button", name=words.join, exact=True).click()
    expect(sam.page.get_by_role("button", name=words.leave)).to_be_visible(timeout=15_000)
    room = story.joins()
    room.waits_for_colour("Sam Okafor", GREEN)
    sam.waits_for_colour("Léa Martin", BLUE)
    assert room.page.evaluate(f"{ROOM}.me.role") == "presenter"
    for name in ("Sam Okafor", "Léa Martin"):
        expect(lea.page.locator("[data-now]")).to_contain_text(name, timeout=10_000)

    story.stops()
    expect(sam.page.get_by_role("button", name=words.leave)).to_be_hidden()
    lea.open(f"{address}/attendance")
    table = lea.page.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(3)
    for name in ("Sam Okafor", "Léa Martin"):
        expect(table).to_contain_text(name)
    assert lea.errors == []
    assert sam.errors == []
