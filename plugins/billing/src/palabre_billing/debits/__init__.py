"""Debits: a meeting is paid at its start, and at the start of each hour that it is still live.

``opening`` charges the first hour in the transaction that opens the room, ``hours`` the following ones by a duty for
each, ``warnings`` tells people before the credits run out.
"""

from palabre_billing.debits.models import ChargedHour, Fate, Opening

__all__ = ["ChargedHour", "Fate", "Opening"]
