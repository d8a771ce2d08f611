"""The organiser's meetings: the list, planning, the page of a meeting, editing, attendance.

Every view works for the account that is signed in; a meeting of anybody else is 404.
"""

from palabre_webui.site.meetings import attendance, editing, listing, one_time, page, people, planning
from palabre_webui.site.meetings.blueprint import meetings

__all__ = ["attendance", "editing", "listing", "meetings", "one_time", "page", "people", "planning"]
