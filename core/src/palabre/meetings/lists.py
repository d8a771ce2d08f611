"""Finding meetings: the organiser's lists, and one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from palabre.errors import NotFound
from palabre.i18n import gettext as _
from palabre.i18n.folding import folded
from palabre.model import Invitee, Meeting, MeetingState, Participant, Presence

View = Literal["to_come", "live", "past"]

#: Words of a search that are looked for; each costs a look at every guest.
MOST_WORDS = 5
#: What each list shows.
_STATES: dict[View, tuple[MeetingState, ...]] = {
    "to_come": (MeetingState.PLANNED,),
    "live": (MeetingState.LIVE,),
    "past": (MeetingState.ENDED, MeetingState.CANCELLED),
}


@dataclass(frozen=True)
class MeetingLine:
    """One meeting of a list.

    :param invited: people on its guest list.
    :param present: people in its room now.
    """

    meeting: Meeting
    invited: int
    present: int


@dataclass(frozen=True)
class Listing:
    """One page of a list.

    :param total: meetings of the view that fit the search; ``counts`` says the same of every view.
    :param page: the page shown, from 1; the last one when there are fewer.
    """

    lines: tuple[MeetingLine, ...]
    total: int
    counts: dict[View, int]
    page: int
    pages: int


def find_own(session: Session, *, organiser_id: int, public_id: str) -> Meeting:
    """A meeting of an organiser.

    :raises NotFound: code ``unknown_meeting``; the same for somebody else's and for none.
    """
    meeting = session.scalar(
        select(Meeting).where(Meeting.public_id == public_id, Meeting.organiser_id == organiser_id)
    )
    if meeting is None:
        raise NotFound("unknown_meeting", _("There is no such meeting among yours."))
    return meeting


def planned_of(session: Session, *, organiser_id: int) -> list[Meeting]:
    """The meetings of an organiser that are live or to come, the next first."""
    return list(
        session.scalars(
            select(Meeting)
            .where(
                Meeting.organiser_id == organiser_id,
                Meeting.state.in_((MeetingState.PLANNED, MeetingState.LIVE)),
            )
            .order_by(Meeting.starts_at, Meeting.id)
        )
    )


def meetings_of(
    session: Session,
    *,
    organiser_id: int,
    view: View = "to_come",
    search: str = "",
    page: int = 1,
    per_page: int = 50,
    kind: str | None = None,
) -> Listing:
    """One page of an organiser's meetings, in four queries however many there are.

    To come: the next first, then rooms that are always open. Live: the longest first. Past: the last first.

    :param search: part of its name, or of the name or address of somebody on its guest list; accents and capitals do
        not count. Several words, up to ``MOST_WORDS``, must all be there.
    :param kind: only meetings of this kind.
    """
    fits: list[ColumnElement[bool]] = [Meeting.organiser_id == organiser_id]
    fits += [_speaks_of(word, organiser_id) for word in folded(search).split()[:MOST_WORDS]]
    if kind is not None:
        fits.append(Meeting.kind == kind)
    if search:
        by_state, found, page = _searched(session, fits, view, page, per_page)
    else:
        by_state, found, page = _counted_and_found(session, fits, view, page, per_page)
    counts = _by_view(by_state)
    ids = [meeting.id for meeting in found]
    invited = _counted(session, Invitee.meeting_id, Invitee.meeting_id.in_(ids), Invitee.removed_at.is_(None))
    present = _counted(
        session,
        Participant.meeting_id,
        Participant.meeting_id.in_(ids),
        Participant.presence == Presence.PRESENT,
    )
    lines = tuple(MeetingLine(one, invited.get(one.id, 0), present.get(one.id, 0)) for one in found)
    return Listing(lines, counts[view], counts, page, _pages(counts[view], per_page))


_Found = tuple[Mapping[MeetingState, int], Sequence[Meeting], int]


def _counted_and_found(
    session: Session, fits: list[ColumnElement[bool]], view: View, page: int, per_page: int
) -> _Found:
    by_state: dict[MeetingState, int] = dict(
        session.execute(select(Meeting.state, func.count()).where(*fits).group_by(Meeting.state)).all()
    )
    page = min(max(1, page), _pages(_by_view(by_state)[view], per_page))
    query = select(Meeting).where(*fits, Meeting.state.in_(_STATES[view])).order_by(*_order(view))
    return by_state, session.scalars(query.offset((page - 1) * per_page).limit(per_page)).all(), page


def _searched(
    session: Session, fits: list[ColumnElement[bool]], view: View, page: int, per_page: int
) -> _Found:
    """The same for a search, which looks at every guest and so is made once for counting and finding."""
    states: dict[int, MeetingState] = dict(
        session.execute(select(Meeting.id, Meeting.state).where(*fits).order_by(*_order(view))).all()
    )
    ids = [meeting_id for meeting_id, state in states.items() if state in _STATES[view]]
    page = min(max(1, page), _pages(len(ids), per_page))
    ids = ids[(page - 1) * per_page : page * per_page]
    by_id = {one.id: one for one in session.scalars(select(Meeting).where(Meeting.id.in_(ids)))}
    return Counter(states.values()), [by_id[one] for one in ids if one in by_id], page


def _by_view(by_state: Mapping[MeetingState, int]) -> dict[View, int]:
    return {name: sum(by_state.get(state, 0) for state in states) for name, states in _STATES.items()}


def _pages(total: int, per_page: int) -> int:
    return max(1, -(-total // per_page))


def _speaks_of(word: str, organiser_id: int) -> ColumnElement[bool]:
    guests = (
        select(Invitee.meeting_id)
        .join(Meeting, Meeting.id == Invitee.meeting_id)
        .where(
            Meeting.organiser_id == organiser_id,
            Invitee.removed_at.is_(None),
            Invitee.search_text.contains(word, autoescape=True),
        )
        .correlate(None)
    )
    return or_(Meeting.search_name.contains(word, autoescape=True), Meeting.id.in_(guests))


def _order(view: View) -> tuple[ColumnElement[Any], ...]:
    if view == "to_come":
        return Meeting.starts_at.is_(None), Meeting.starts_at.asc(), Meeting.id.asc()
    if view == "live":
        return Meeting.started_at.asc(), Meeting.id.asc()
    last = func.coalesce(Meeting.started_at, Meeting.starts_at, Meeting.created_at)
    return last.desc(), Meeting.id.desc()


def _counted(session: Session, by: Any, *where: ColumnElement[bool]) -> dict[int, int]:
    return dict(session.execute(select(by, func.count()).where(*where).group_by(by)).all())
