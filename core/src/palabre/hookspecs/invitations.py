"""Hooks about the mails that guests are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palabre.plugins.markers import filter_

if TYPE_CHECKING:
    from palabre.mail import Letter
    from palabre.model import Invitee, Meeting


@filter_
def compose_invitation(letter: Letter, invitee: Invitee, meeting: Meeting) -> Letter:
    """Change what a guest is told of a meeting: add the number to dial, a document to read.

    Called in the worker when a mail to a guest is about to be sent (invitation, change, reminder, start), in the
    tenant's scope and the guest's language, and on the web when a guest fetches the calendar file; not for
    cancellations. Details also go into the calendar entry.

    :param letter: plain text everywhere; it is escaped when it becomes HTML.
    :param invitee: who is told; detached from its session.
    :param meeting: detached from its session.
    :returns: another letter, made with ``dataclasses.replace``; ``None`` leaves this one as it is.
    """
    raise NotImplementedError
