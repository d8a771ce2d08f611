"""Mails to the guests of a meeting and to its organiser."""
