"""Finding what a mail, or a calendar file, to a guest is about."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from palabre.config import MailSection
from palabre.invitations.inviter import Inviter, inviter_of
from palabre.invitations.links import Secret
from palabre.invitations.lists import personal_address
from palabre.invitations.occasion import Occasion
from palabre.model import Account, Invitee, JoinLink, Meeting, Occurrence, Response

# Written once, for they are executed for each mail.
_GUEST = (
    select(Invitee, Meeting, Account)
    .join(Meeting, Meeting.id == Invitee.meeting_id)
    .outerjoin(Account, Account.id == Meeting.organiser_id)
    .where(Invitee.id == bindparam("invitee"))
    .options(joinedload(Invitee.link))
)
_TIMES = (
    select(Occurrence).where(Occurrence.meeting_id == bindparam("meeting")).order_by(Occurrence.recurrence_id)
)


@dataclass(frozen=True)
class House:
    """The installation as guests see it.

    :param site: address of the tenant's site, without a slash at the end.
    :param brand: the tenant's name.
    """

    secret: Secret
    site: str
    brand: str
    mail: MailSection


def occasion_of(
    session: Session,
    house: House,
    *,
    invitee_id: int,
    language: str,
    occurrence_id: int | None = None,
    inviter: dict[str, str] | None = None,
) -> Occasion | None:
    """What a guest is told of; ``None`` when there is no such guest or occurrence any more.

    :param inviter: the organiser as ``Inviter.kept`` when the mail was owed.
    """
    found = session.execute(_GUEST, {"invitee": invitee_id}).first()
    if found is None:
        return None
    invitee, meeting, organiser = found
    occurrence = session.get(Occurrence, occurrence_id) if occurrence_id is not None else None
    if occurrence_id is not None and occurrence is None:
        return None
    who = Inviter.of(organiser) or (Inviter(**inviter) if inviter else None)
    return _occasion(session, house, meeting, who, invitee, invitee.link, language, occurrence)


def occasion_by_link(session: Session, house: House, *, link: JoinLink, language: str) -> Occasion:
    """What whoever has a join link may put into a calendar; by a link that is nobody's, without a name."""
    invitee = session.scalar(select(Invitee).where(Invitee.link_id == link.id))
    meeting = session.get_one(Meeting, link.meeting_id)
    organiser = inviter_of(session, meeting)
    return _occasion(session, house, meeting, organiser, invitee or _nobody(link), link, language)


def _occasion(
    session: Session,
    house: House,
    meeting: Meeting,
    organiser: Inviter | None,
    invitee: Invitee,
    link: JoinLink,
    language: str,
    occurrence: Occurrence | None = None,
) -> Occasion:
    return Occasion(
        meeting,
        tuple(session.scalars(_TIMES, {"meeting": meeting.id})),
        invitee,
        organiser,
        brand=house.brand,
        site=house.site,
        link=personal_address(house.secret, link, site=house.site),
        language=language,
        sender=house.mail.sender,
        answers_to=house.mail.sender if house.mail.imap_host else None,
        occurrence=occurrence,
    )


def _nobody(link: JoinLink) -> Invitee:
    # never in a session: it stands for whoever has the link
    return Invitee(email="", name=link.name, role=link.role, response=Response.NONE)
