"""Hooks about accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre.plugins.markers import guard, notify

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from palabre.model import Account


@guard
def account_registering(session: Session, email: str, name: str) -> None:
    """Somebody asks for an account, whether or not there is one of that address.

    Called inside the transaction that makes it. Not called for accounts that the operator makes.

    :param email: in lower case; nobody has confirmed it yet.
    :raises Refused: to make none; the person reads the message, so it must not tell whether the address is known.
    """


@notify
def account_registered(account: Account) -> None:
    """Somebody has asked for an account, and a mail with a link is on its way. Called after the commit.

    :param account: detached from its session, and not confirmed; nobody can sign in to it.
    """


@notify
def account_confirmed(account: Account) -> None:
    """The address of an account is confirmed: the person is signed in for the first time. Called after the commit.

    :param account: detached from its session.
    """


@guard
def account_closing(session: Session, account: Account) -> None:
    """An account is about to be deleted, with everything that belongs to it.

    Called inside the transaction; delete or hand over here what the plugin keeps about the person.

    :raises Refused: to keep it, such as while something is owed; the person reads the message.
    """
