"""The core's tables, and nothing but tables: no rule lives here."""

from palabre.model.account import Account
from palabre.model.base import Base, TenantScoped, public_id
from palabre.model.journal import JournalEvent, PerformedAct, RoomSnapshot
from palabre.model.meeting import JoinLink, LinkKind, Meeting, MeetingState, Microphones, Role, RoomClass
from palabre.model.participant import Participant, Presence
from palabre.model.tenant import Tenant, TenantFeature

__all__ = [
    "Account",
    "Base",
    "JoinLink",
    "JournalEvent",
    "LinkKind",
    "Meeting",
    "MeetingState",
    "Microphones",
    "Participant",
    "PerformedAct",
    "Presence",
    "Role",
    "RoomClass",
    "RoomSnapshot",
    "Tenant",
    "TenantFeature",
    "TenantScoped",
    "public_id",
]
