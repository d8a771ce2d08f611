"""Meetings: planning them and finding them."""

from palabre.meetings.service import find_meeting, plan_meeting, shown_name

__all__ = ["find_meeting", "plan_meeting", "shown_name"]
