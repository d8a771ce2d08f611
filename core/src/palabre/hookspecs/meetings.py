"""Hooks about the course of a meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre.plugins.markers import collect, guard, notify

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from palabre.meetings import Chargeable, MeetingKind, MeetingOption, MeetingPlan, PlanCost, Usage
    from palabre.model import Account, Meeting


@collect
def meeting_kinds() -> list[MeetingKind]:
    """Add kinds of meetings that can be planned beside the web's, such as a telephone conference.

    Called whenever somebody plans, in the language of who reads it.

    :returns: kinds with names of their own, which ``meeting.kind`` then bears.
    """
    raise NotImplementedError


@collect
def meeting_options() -> list[MeetingOption]:
    """Add options to the form that plans a meeting: each with its control, its check, and what it will cost.

    Called whenever somebody plans, in the language of who reads it. What was chosen is in
    ``meeting.options["<plugin>"]["<option>"]``.

    :returns: options in the order they are shown.
    """
    raise NotImplementedError


@collect
def chargeables() -> list[Chargeable]:
    """Declare what can have a price. The core knows names and units; a plugin that sells gives them prices.

    Called whenever prices are shown or set, in the language of who reads them.

    :returns: chargeables named ``<plugin>``, or ``<plugin>.<name>``.
    """
    raise NotImplementedError


@collect
def plan_costs(session: Session, organiser: Account, plan: MeetingPlan) -> list[PlanCost]:
    """Say what a meeting will cost, beside the form that plans it.

    Called whenever what the form means is shown, as it is typed, in a session that reads.

    :param organiser: who plans.
    :param plan: as far as it can be understood; nothing is checked yet.
    :returns: lines in the reader's language, in the order they are shown.
    """
    raise NotImplementedError


@guard
def meeting_planning(session: Session, meeting: Meeting) -> None:
    """A meeting is about to be planned, or what was planned about one is about to change.

    Called inside the transaction, when everything is written: times in ``meeting.occurrences``, guests, links. What it
    writes is committed or rolled back with it. Not called when one time of a repeated meeting is moved.

    :raises Refused: to plan nothing; the organiser reads the message.
    """


@notify
def meeting_planned(meeting: Meeting) -> None:
    """A meeting is planned. Called after the commit, once for each meeting.

    :param meeting: detached from its session; write in a transaction of your own.
    """


@notify
def meeting_changed(meeting: Meeting) -> None:
    """What is planned about a meeting, or about one of its times, was changed. Called after the commit.

    :param meeting: detached from its session; ``revision`` has grown when it matters to the guests.
    """


@notify
def meeting_cancelled(meeting: Meeting) -> None:
    """A meeting was cancelled and does not take place. Called after the commit.

    :param meeting: detached from its session.
    """


@guard
def meeting_starting(session: Session, meeting: Meeting) -> None:
    """A meeting is about to become live: at its start, when its organiser starts it, or with a presenter who is early.

    A room without a start opens with the first who comes in.

    Called inside the transaction that opens the room; what it writes is committed or rolled back with it. Not
    called again while the meeting stays live.

    :param session: the open transaction.
    :param meeting: still in its old state.
    :raises Refused: to keep the room closed; the person at the door reads the message. When it should have opened at
        its start, the organiser is told by mail.
    """


@guard
def usage_starting(session: Session, meeting: Meeting, usage: Usage) -> None:
    """Something that can have a price is about to be used in a meeting: another plugin calls ``begin_usage``.

    Called inside the transaction in which it begins, once for each unit or number of units; what it writes is committed
    or rolled back with it. Called again with the same key when the other plugin is not sure that it was heard: then it
    is the same use.

    :param meeting: live, or over: a recording is kept for longer.
    :param usage: what, which and how much of it.
    :raises Refused: so that it does not begin; whoever asked for it reads the message.
    """


@notify
def meeting_started(meeting: Meeting) -> None:
    """A meeting has become live. Called after the commit, once for each opening.

    :param meeting: detached from its session; write in a transaction of your own.
    """


@notify
def meeting_ended(meeting: Meeting) -> None:
    """A meeting is over: everybody is out. Called after the commit, once for each opening.

    A repeated one is planned for its next time already; its occurrences say when each time began and ended, and one to
    which nobody came has neither.

    :param meeting: detached from its session; write in a transaction of your own.
    """
