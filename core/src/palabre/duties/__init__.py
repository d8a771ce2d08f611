"""Duties: what has to happen at its time, whichever process does it and however often one is killed.

A duty is a row, added in the transaction that brings the obligation about. The worker claims what is due and does it;
what it does, and that it is done, are one transaction wherever the effect is in the database.
"""

from palabre.duties.kinds import DutyKind
from palabre.duties.rows import (
    CLAIM_S,
    add_duty,
    claim_alike,
    claim_due,
    finish,
    leave,
    postpone,
    withdraw_duties,
)

__all__ = [
    "CLAIM_S",
    "DutyKind",
    "add_duty",
    "claim_alike",
    "claim_due",
    "finish",
    "leave",
    "postpone",
    "withdraw_duties",
]
