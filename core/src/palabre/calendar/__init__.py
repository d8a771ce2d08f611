"""Times and zones, repeated meetings, and iCalendar (RFC 5545)."""
