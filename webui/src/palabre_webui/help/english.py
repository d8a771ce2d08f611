"""The questions and answers, in English. Answers are plain text; an empty line begins a paragraph."""

from __future__ import annotations

from palabre_webui.modules import HelpQuestion as Q
from palabre_webui.modules import HelpSection

SECTIONS = (
    HelpSection(
        "general",
        "General",
        (
            Q(
                "what-is-it",
                "What is this?",
                "A place for meetings in the browser: people open a link, see and hear each other, raise a hand, get the floor, write in the chat and show their screen. Nothing has to be installed.",
            ),
            Q(
                "need-account",
                "Do I need an account?",
                "To join a meeting, no: the link is enough. To plan meetings and invite people, yes. Choose Sign up, give your name and your address, and follow the link that we mail you; there you choose a password.",
            ),
            Q(
                "which-browsers",
                "Which browsers work?",
                "Chrome, Edge, Firefox and Safari of the last two years, on a computer, a tablet or a telephone. If the page says that your browser is too old, update it or try another one.",
            ),
            Q(
                "what-equipment",
                "What do I need?",
                "A device with a browser and an Internet connection. A microphone to be heard, a camera to be seen: both are welcome and neither is required. A headset spares everybody the echo.\n\nYou can try all of it before: /equipment",
            ),
            Q(
                "price",
                "What does joining cost?",
                "Nothing. Whoever organises the meeting bears the costs, if there are any.",
            ),
            Q(
                "privacy",
                "Who can see and hear me?",
                "Only the people in the room. Picture, sound and text go through the server of whoever runs this site and through no other company. On the way they are encrypted.",
            ),
            Q(
                "my-data",
                "What is kept about me, and how do I get rid of it?",
                "Your name, your address, your contacts, the meetings you planned and who was there. Under My account you can download everything about you as a file, and close the account: contacts and drafts are then deleted at once.",
            ),
            Q(
                "change-language",
                "How do I change the language?",
                "At the top right of every page, or under My account, where it also counts for the mails you get.",
            ),
            Q(
                "password-forgotten",
                "I have forgotten my password.",
                "On the page Sign in choose Password forgotten? and write your address. We send you a link to a new one. It is good for two hours, and you are then signed out everywhere.",
            ),
            Q(
                "second-step",
                "How do I protect my account better?",
                "Under My account set up the second step: besides the password a code of an application on your telephone is asked for. Keep the ten codes for need where you find them without the telephone.",
            ),
        ),
    ),
    HelpSection(
        "planning",
        "Planning a meeting",
        (
            Q(
                "plan",
                "How do I plan a meeting?",
                "Choose Meetings, then Plan a meeting. Give it a name, choose day, time and expected duration, write down who comes, and press Plan the meeting. The summary beside the form says in words what will happen. What you type is kept as a draft, so you can go away and come back.",
            ),
            Q(
                "start-now",
                "Can I start a meeting at once?",
                "Yes: Meetings, then Start now. The meeting is open at that moment, and its page shows a link that you can pass on.",
            ),
            Q(
                "invite",
                "How do I invite people?",
                "In the form, under People: type an address, or a name and an address, and press Enter. You can also paste a whole list, or choose a file from your table program with the columns name, email and role. Lines that cannot be read stay in the field, so that you can correct them; the others are kept.",
            ),
            Q(
                "how-many",
                "How many people can I invite?",
                "As many as you like. The sizes S, M, L and XL say for how many people in the room sound and picture stay smooth.",
            ),
            Q(
                "presenter",
                "What is a presenter?",
                "Somebody who leads with you: presenters give and take the floor, let people in, mute, lock the room and end the meeting. In the list of people choose the role for each. You yourself are always one.",
            ),
            Q(
                "which-mails",
                "Which mails do the guests get?",
                "You choose, and the choices add up: an invitation as soon as it is planned, reminders from 1 minute to 4 hours before the start, and a mail when it starts. Each is in the reader's language, has a link of their own, and the invitation puts the meeting into their calendar.",
            ),
            Q(
                "time-zones",
                "We live in different time zones. What do the guests read?",
                "You choose the meeting's zone in the form, and with … beside a person the zone where they are. The invitation says the start in both, and the summary beside the form shows it to you. Calendar programs show it in the zone of their owner.",
            ),
            Q(
                "clock-change",
                "What happens when the clocks change?",
                "A repeated meeting keeps its time on the wall. If you choose a time that does not exist that night, or that comes twice, the form says so and lets you choose.",
            ),
            Q(
                "repeat",
                "How do I plan a meeting that repeats?",
                "In the form choose daily, weekly or monthly, and how often or until when. On the page of the meeting you find each time: one of them can be moved or cancelled without the others.",
            ),
            Q(
                "public-link",
                "What is a public link?",
                "A link that anyone may be given, besides the personal ones. Whoever has it may come. If it got into wrong hands, renew it on the page of the meeting: the old one is dead from then on.",
            ),
            Q(
                "wait-for-presenter",
                "Can I keep guests out until I am there?",
                "Yes: tick Guests wait for a presenter. They stand at the door, read why, and come in by themselves as soon as a presenter is in the room.",
            ),
            Q(
                "change-meeting",
                "Something has changed. Do the guests learn of it?",
                "Edit the meeting. If the change matters to the guests, such as another time, we ask whether to tell them; the mail then also moves the entry in their calendar.",
            ),
            Q(
                "cancel",
                "How do I cancel a meeting?",
                "On its page: Cancel the meeting. You choose whether the guests are told. Their links then say that the meeting was cancelled.",
            ),
            Q(
                "not-arrived",
                "A guest says that no invitation came.",
                "Look at the page of the meeting: beside each guest stands what was sent and when, whether the link was opened, and why a mail came back. Correct the address under Edit, or choose Send again.",
            ),
            Q(
                "copy",
                "Can I plan another meeting like it?",
                "Yes: on its page choose Plan another like it. Everything is taken over but the start.",
            ),
            Q(
                "contacts",
                "How do I keep the addresses of people I invite often?",
                "Under Contacts, one by one, or imported as CSV or vCard from another program. They are offered while you type in the list of people. On the page of a meeting a guest can be kept by one click.",
            ),
        ),
    ),
    HelpSection(
        "joining",
        "Joining",
        (
            Q(
                "join",
                "How do I join a meeting?",
                "Open the link in your invitation, give your name, choose camera and microphone, and press Join. If you have a code only, choose Join with a code or link on the first page.",
            ),
            Q(
                "too-early",
                "The page says that the meeting has not started.",
                "You came before the start. Leave the page open: you come in by itself when it begins.",
            ),
            Q(
                "waiting",
                "I am waiting at the door.",
                "The meeting waits for a presenter, or it is locked and a presenter has to let you in. The page says which. Leave it open: you come in by itself.",
            ),
            Q(
                "link-dead",
                "My link does not work.",
                "Check that it was copied whole. A link is dead when the meeting is over or was cancelled, when the link was renewed, or when you were taken off the list. Ask whoever invited you for a new one.",
            ),
            Q(
                "camera-microphone",
                "Camera or microphone do not work.",
                "The browser asks whether this site may use them: choose Allow. If you refused before, press the lock or the camera in the address bar, allow both, and load the page again.\n\nAnother program may be using the camera: close it. You can also join without and see, hear and write.",
            ),
            Q(
                "microphone-settings",
                "Does my microphone work? Which one is used?",
                "Try it here: start the test, allow the microphone, and speak. If the bars move, we hear you. If they do not, choose another microphone in the list, and check that it is not muted by a switch of its own.",
            ),
            Q(
                "no-sound",
                "I hear nothing.",
                "Look whether the device's volume is up and the right speaker is chosen: in the room under More, Sound, picture and settings. Play a sound tests it. If the page shows Click to hear, click it: browsers sometimes wait for that.",
            ),
            Q(
                "network-blocked",
                "My company's network lets nothing through.",
                "Open /equipment: it tries every way in turn and says which one is blocked. If one is, it writes the sentence for the administrator of your network, with ports and addresses. Another network, such as a telephone's, helps at once.",
            ),
            Q(
                "on-telephone",
                "Does it work on a telephone?",
                "Yes, in its browser, with the same link. Keep the screen on; when you change to another application the picture may stop, and it comes back with you.",
            ),
        ),
    ),
    HelpSection(
        "in-the-meeting",
        "In the meeting",
        (
            Q(
                "mute",
                "How do I switch microphone and camera on and off?",
                "With the two buttons at the bottom, or with the keys m and v. Holding the space bar opens the microphone for as long as you hold it.",
            ),
            Q(
                "raise-hand",
                "How do I ask to speak?",
                "Press Raise hand, or the key h. Presenters see who asked, in order. In a meeting where guests speak only with the floor, your microphone can be opened when a presenter gives it to you.",
            ),
            Q(
                "give-floor",
                "How do I give somebody the floor?",
                "As a presenter open People: who asks to speak stands on top, in order. Press Give the floor; the same place takes it back.",
            ),
            Q(
                "share-screen",
                "How do I show my screen?",
                "Press Share screen and choose a window, a tab or the whole screen. In a tab, tick that its sound goes along. Telephones cannot show their screen: that is up to their browsers.",
            ),
            Q(
                "chat",
                "Where do I write?",
                "Open the chat, or press c. Everybody in the room reads what you write, unless you choose presenters only.",
            ),
            Q(
                "echo",
                "There is an echo.",
                "Somebody's microphone hears a loudspeaker. Two devices in one room are the usual reason: use one, or headsets. Presenters can mute whoever it is.",
            ),
            Q(
                "bad-connection",
                "Picture or sound stutter.",
                "Look at the mark of your connection at the bottom left: it says what is wrong and what helps. Switch your camera off, come nearer to the router, or use a cable. Under More, Rejoin audio connects the sound anew.",
            ),
            Q(
                "lost-connection",
                "I was thrown out.",
                "If the connection broke, leave the page open: it comes back by itself and you keep your place. If the page is closed, open the link again.",
            ),
            Q(
                "remove",
                "Somebody disturbs. What can I do?",
                "As a presenter mute the person in the list of people, or remove them: they can then only come back when a presenter lets them in. You can also lock the room.",
            ),
            Q(
                "end",
                "How does a meeting end?",
                "A presenter chooses Leave, then End for everyone; or you press Stop this meeting on its page. It also ends by itself when everybody has left for ten minutes.",
            ),
            Q(
                "attendance",
                "Who was there?",
                "On the page of the meeting choose Who was there: everybody with the times they came and left and how long they stayed, also as a file for your table program.",
            ),
            Q(
                "shortcuts",
                "Are there keys for everything?",
                "Yes. In the room press the question mark, or More, Keyboard short cuts. Every page works by keyboard and with a screen reader.",
            ),
        ),
    ),
)
