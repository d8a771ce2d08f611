"""What plugins contribute to the web, as values."""

from __future__ import annotations

from dataclasses import dataclass

#: Version of the contract between the room page and a plugin's browser module.
ROOM_API_VERSION = 1


@dataclass(frozen=True)
class RoomModule:
    """A plugin's browser side.

    :param path: the JavaScript module, relative to the plugin package's ``static`` folder.
    :param api_version: version of the room page's contract that it was written for.
    """

    path: str
    api_version: int = ROOM_API_VERSION


@dataclass(frozen=True)
class MenuItem:
    """A place in the navigation of people who are signed in.

    :param label: in the reader's language, a word or two.
    :param address: a path of this site, usually below ``/plugins/<plugin>/``.
    :param order: smaller stands further left; items of the same order stand by label.
    """

    label: str
    address: str
    order: int = 100


@dataclass(frozen=True)
class MeetingFact:
    """A line on the page of a meeting, in the reader's language.

    :param address: a path of this site that the line leads to; ``None`` leads nowhere.
    """

    label: str
    said: str
    address: str | None = None


@dataclass(frozen=True)
class HelpQuestion:
    """A question with its answer.

    :param id: names it in addresses, unique on the page: lower case, with hyphens; a plugin's begin with its name.
    :param answer: plain text; an empty line begins a paragraph, and a path of this site becomes a link.
    """

    id: str
    question: str
    answer: str


@dataclass(frozen=True)
class HelpSection:
    """Questions about one subject.

    :param id: as of a question.
    """

    id: str
    title: str
    questions: tuple[HelpQuestion, ...]
