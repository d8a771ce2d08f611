"""Guests and their ways into a meeting: the guest list, personal and public join links, and the mails that are owed."""

from palabre.invitations.audience import fan_out
from palabre.invitations.guests import Guest, GuestChange, ask_again, set_guests
from palabre.invitations.links import Secret, find_link, make_link, revoke_link, token_of, use_token
from palabre.invitations.lists import (
    GuestLine,
    MailProgress,
    guest_list,
    mail_progress,
    never_opened,
    opened_by_link,
    personal_address,
)
from palabre.invitations.mails import (
    invite,
    invite_now,
    schedule_mails,
    send_again,
    send_cancellation,
    send_start_refused,
    send_update,
)
from palabre.invitations.reading import GuestLines, join_lists, read_guests
from palabre.invitations.writing import guests_as_text

__all__ = [
    "Guest",
    "GuestChange",
    "GuestLine",
    "GuestLines",
    "MailProgress",
    "Secret",
    "ask_again",
    "fan_out",
    "find_link",
    "guest_list",
    "guests_as_text",
    "invite",
    "invite_now",
    "join_lists",
    "mail_progress",
    "make_link",
    "never_opened",
    "opened_by_link",
    "personal_address",
    "read_guests",
    "revoke_link",
    "schedule_mails",
    "send_again",
    "send_cancellation",
    "send_start_refused",
    "send_update",
    "set_guests",
    "token_of",
    "use_token",
]
