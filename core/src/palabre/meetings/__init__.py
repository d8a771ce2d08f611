"""Meetings: planning them and finding them."""

from palabre.meetings.service import find_meeting, plan_meeting

__all__ = ["find_meeting", "plan_meeting"]
