"""The stable façade of the core: the one module that a plugin imports from.

What is listed in ``__all__`` keeps its meaning within one version of the hook contract (``API_VERSION``). Everything
else in ``palabre`` may change without notice. Hook specifications are in ``palabre.hookspecs``, what tests need is in
``palabre.testing``, and the web's part is ``palabre_webui.toolkit``.
"""

from palabre.application import Application, settings_of
from palabre.clock import Clock
from palabre.config import Section
from palabre.db import Database
from palabre.duties import DutyKind, add_duty, finish, withdraw_duties
from palabre.errors import ConfigurationError, NotAllowed, NotFound, PalabreError, Refused, TooFast
from palabre.i18n import current_language, gettext, language_scope, ngettext
from palabre.mail import Letter
from palabre.meetings import MeetingKind, MeetingOption, MeetingPlan
from palabre.model import Account, Base, Duty, Invitee, Meeting, Tenant, TenantScoped, public_id
from palabre.model.base import UTCDateTime, enum_column
from palabre.plugins.features import Feature, Level
from palabre.plugins.markers import API_VERSION, hookimpl
from palabre.rooms import (
    Act,
    Event,
    Joiner,
    Nothing,
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
    everyone,
    may_speak,
    presenters,
)
from palabre.tenants import TenantContext, current_tenant, tenant_scope

__all__ = [
    "API_VERSION",
    "Account",
    "Act",
    "Application",
    "Base",
    "Clock",
    "ConfigurationError",
    "Database",
    "Duty",
    "DutyKind",
    "Event",
    "Feature",
    "Invitee",
    "Joiner",
    "Letter",
    "Level",
    "Meeting",
    "MeetingKind",
    "MeetingOption",
    "MeetingPlan",
    "NotAllowed",
    "NotFound",
    "Nothing",
    "PalabreError",
    "Participant",
    "Payload",
    "Rate",
    "Refused",
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
    "Verdict",
    "add_duty",
    "current_language",
    "current_tenant",
    "enum_column",
    "everyone",
    "finish",
    "gettext",
    "hookimpl",
    "language_scope",
    "may_speak",
    "ngettext",
    "presenters",
    "public_id",
    "settings_of",
    "tenant_scope",
    "withdraw_duties",
]
