"""Meetings: planning, changing and cancelling them, finding them, and their course from one time to the next.

``plan``, ``change`` and ``cancel`` work in the caller's transaction; after the commit ``announce_planned``,
``announce_changed`` and ``announce_cancelled`` tell the plugins. A repeated meeting is one meeting with several
occurrences. The room where it takes place is ``palabre.rooms``.
"""

from palabre.meetings.attendance import Attendance, attendance, people_present
from palabre.meetings.changing import (
    EditedMeanwhile,
    add_guests,
    cancel,
    cancel_occurrence,
    change,
    change_occurrence,
    check_planned,
)
from palabre.meetings.checking import PlanRefused
from palabre.meetings.costs import (
    BadUsage,
    Chargeable,
    PlanCost,
    Usage,
    begin_usage,
    known_chargeables,
    plan_costs,
)
from palabre.meetings.drafts import drafts_of, drop_draft, load_draft, save_draft
from palabre.meetings.links import organiser_link, public_link, renew_public_link
from palabre.meetings.lists import Listing, MeetingLine, View, find_own, meetings_of, planned_of
from palabre.meetings.news import announce_cancelled, announce_changed, announce_planned
from palabre.meetings.offers import MeetingKind, MeetingOption, kinds, options, prices, read_options
from palabre.meetings.planning import PlannedAlready, plan, start_now
from palabre.meetings.plans import Difference, MeetingPlan, differences, plan_of
from palabre.meetings.service import find_meeting, plan_meeting, shown_name

__all__ = [
    "Attendance",
    "BadUsage",
    "Chargeable",
    "Difference",
    "EditedMeanwhile",
    "Listing",
    "MeetingKind",
    "MeetingLine",
    "MeetingOption",
    "MeetingPlan",
    "PlanCost",
    "PlanRefused",
    "PlannedAlready",
    "Usage",
    "View",
    "add_guests",
    "announce_cancelled",
    "announce_changed",
    "announce_planned",
    "attendance",
    "begin_usage",
    "cancel",
    "cancel_occurrence",
    "change",
    "change_occurrence",
    "check_planned",
    "differences",
    "drafts_of",
    "drop_draft",
    "find_meeting",
    "find_own",
    "kinds",
    "known_chargeables",
    "load_draft",
    "meetings_of",
    "options",
    "organiser_link",
    "people_present",
    "plan",
    "plan_costs",
    "plan_meeting",
    "plan_of",
    "planned_of",
    "prices",
    "public_link",
    "read_options",
    "renew_public_link",
    "save_draft",
    "shown_name",
    "start_now",
]
