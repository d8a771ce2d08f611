"""What stops set-up and that a person can do something about."""

from __future__ import annotations


class Problem(Exception):
    """One sentence that says what is wrong and what to do. It is printed as it is, without a traceback."""
