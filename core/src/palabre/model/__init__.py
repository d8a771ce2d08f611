"""The core's tables, and nothing but tables: no rule lives here."""

from palabre.model.account import Account, AccountSession, Passkey
from palabre.model.base import Base, TenantScoped, public_id
from palabre.model.contact import Contact, ContactLabel
from palabre.model.duty import Duty, Mail, MailState
from palabre.model.guest import Invitee, MeetingDraft, Response
from palabre.model.journal import JournalEvent, PerformedAct, RoomSnapshot
from palabre.model.meeting import (
    JoinLink,
    LinkKind,
    Meeting,
    MeetingState,
    Microphones,
    Occurrence,
    Role,
    RoomClass,
)
from palabre.model.participant import Participant, Presence
from palabre.model.tenant import Tenant, TenantFeature

__all__ = [
    "Account",
    "AccountSession",
    "Base",
    "Contact",
    "ContactLabel",
    "Duty",
    "Invitee",
    "JoinLink",
    "JournalEvent",
    "LinkKind",
    "Mail",
    "MailState",
    "Meeting",
    "MeetingDraft",
    "MeetingState",
    "Microphones",
    "Occurrence",
    "Participant",
    "Passkey",
    "PerformedAct",
    "Presence",
    "Response",
    "Role",
    "RoomClass",
    "RoomSnapshot",
    "Tenant",
    "TenantFeature",
    "TenantScoped",
    "public_id",
]
