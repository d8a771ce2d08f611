"""Text as searches compare it."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """``text`` without accents and in one case, so that *Réunion* is found by *reunion* in every database."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
