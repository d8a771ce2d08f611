"""Lists of several pages."""

from __future__ import annotations

from flask import request


def page_number() -> int:
    """The page that is asked for, from 1; what is no number is the first."""
    typed = request.args.get("page", "1")
    return max(1, int(typed)) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
