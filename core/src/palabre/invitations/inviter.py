"""Who invites, as guests are told: the organiser, also when the account has been closed since."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Self

from sqlalchemy.orm import Session

from palabre.model import Account, Meeting


@dataclass(frozen=True)
class Inviter:
    """The organiser in the mails to guests.

    :param language: language tag of mails to guests who have none of their own.
    """

    name: str
    email: str
    language: str

    @classmethod
    def of(cls, account: Account | None) -> Self | None:
        """An account as inviter."""
        return cls(account.name, account.email, account.language) if account else None

    def kept(self) -> dict[str, str]:
        """For the data of a duty or mail that may outlive the account."""
        return asdict(self)


def inviter_of(session: Session, meeting: Meeting, kept: dict[str, str] | None = None) -> Inviter | None:
    """Who invites to a meeting; ``None`` when it has no organiser.

    :param kept: the one that was kept when the mail was owed.
    """
    if meeting.organiser_id is not None:
        return Inviter.of(session.get(Account, meeting.organiser_id))
    return Inviter(**kept) if kept else None
