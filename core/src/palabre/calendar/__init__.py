"""Times and repetition: what is said on a wall somewhere, and the moments it means."""

from palabre.calendar.repeat import Every, Repeat, check_repeat, in_words, repeat_of, rule, starts
from palabre.calendar.times import LocalStart, Moment, local_of, resolve, when, zone_of, zones

__all__ = [
    "Every",
    "LocalStart",
    "Moment",
    "Repeat",
    "check_repeat",
    "in_words",
    "local_of",
    "repeat_of",
    "resolve",
    "rule",
    "starts",
    "when",
    "zone_of",
    "zones",
]
