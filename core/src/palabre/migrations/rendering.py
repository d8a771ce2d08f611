"""How our column types are written in a new migration: as plain SQLAlchemy, so that old ones keep their meaning."""

from __future__ import annotations

from typing import Any, Literal

from palabre.model.base import UTCDateTime


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """The source text of ``item``; ``False`` leaves it to Alembic."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False
