"""The stable façade of the core: the one module that a plugin imports from.

What is listed in ``__all__`` keeps its meaning within one version of the hook contract (``API_VERSION``). Everything
else in ``palabre`` may change without notice. Hook specifications are in ``palabre.hookspecs``, what tests need is in
``palabre.testing``, and the web's part is ``palabre_webui.toolkit``.
"""

from palabre.application import Application, begin_usage, clock_of, settings_of, site_address
from palabre.clock import Clock
from palabre.config import Section
from palabre.db import Database
from palabre.duties import DutyKind, add_duty, finish, withdraw_duties
from palabre.errors import ConfigurationError, NotAllowed, NotFound, PalabreError, Refused, TooFast
from palabre.findings import Finding
from palabre.i18n import current_language, gettext, language_scope, ngettext
from palabre.mail import Attachment, Letter, LetterKind, check_address, queue_mail
from palabre.meetings import (
    BadUsage,
    Chargeable,
    MeetingKind,
    MeetingOption,
    MeetingPlan,
    PlanCost,
    Usage,
    known_chargeables,
)
from palabre.model import (
    Account,
    Base,
    Duty,
    Invitee,
    Mail,
    Meeting,
    MeetingState,
    RoomClass,
    Tenant,
    TenantScoped,
    public_id,
)
from palabre.model.base import UTCDateTime, enum_column
from palabre.plugins.features import Feature, Level
from palabre.plugins.markers import API_VERSION, collect, hookimpl
from palabre.rooms import (
    Act,
    Event,
    Joiner,
    Nothing,
    Opening,
    Participant,
    Payload,
    Rate,
    RoomState,
    RoomTransaction,
    Rule,
    Slice,
    Track,
    TrackSource,
    Verdict,
    end_meeting,
    everyone,
    in_room,
    may_speak,
    opening_after,
    presenters,
)
from palabre.tenants import TenantContext, current_tenant, tenant_scope

__all__ = [
    "API_VERSION",
    "Account",
    "Act",
    "Application",
    "Attachment",
    "BadUsage",
    "Base",
    "Chargeable",
    "Clock",
    "ConfigurationError",
    "Database",
    "Duty",
    "DutyKind",
    "Event",
    "Feature",
    "Finding",
    "Invitee",
    "Joiner",
    "Letter",
    "LetterKind",
    "Level",
    "Mail",
    "Meeting",
    "MeetingKind",
    "MeetingOption",
    "MeetingPlan",
    "MeetingState",
    "NotAllowed",
    "NotFound",
    "Nothing",
    "Opening",
    "PalabreError",
    "Participant",
    "Payload",
    "PlanCost",
    "Rate",
    "Refused",
    "RoomClass",
    "RoomState",
    "RoomTransaction",
    "Rule",
    "Section",
    "Slice",
    "Tenant",
    "TenantContext",
    "TenantScoped",
    "TooFast",
    "Track",
    "TrackSource",
    "UTCDateTime",
    "Usage",
    "Verdict",
    "add_duty",
    "begin_usage",
    "check_address",
    "clock_of",
    "collect",
    "current_language",
    "current_tenant",
    "end_meeting",
    "enum_column",
    "everyone",
    "finish",
    "gettext",
    "hookimpl",
    "in_room",
    "known_chargeables",
    "language_scope",
    "may_speak",
    "ngettext",
    "opening_after",
    "presenters",
    "public_id",
    "queue_mail",
    "settings_of",
    "site_address",
    "tenant_scope",
    "withdraw_duties",
]
