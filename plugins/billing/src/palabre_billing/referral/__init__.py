"""Referral: who brings a customer gets a bonus at that customer's first payment, and so does the customer."""

from palabre_billing.referral.models import Referral, Referrer
from palabre_billing.referral.service import (
    LETTERS,
    brought_by,
    find_referrer,
    has_bonus,
    invite,
    link_of,
    note_referred,
    referrer_of,
    reward,
)

__all__ = [
    "LETTERS",
    "Referral",
    "Referrer",
    "brought_by",
    "find_referrer",
    "has_bonus",
    "invite",
    "link_of",
    "note_referred",
    "referrer_of",
    "reward",
]
