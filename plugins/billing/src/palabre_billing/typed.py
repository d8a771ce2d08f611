"""What people type, before it is anything."""

from __future__ import annotations

#: Longest number in figures: every such number fits into 31 bits.
_LONGEST = 9


def whole_number(typed: str) -> int | None:
    """A number of nothing or more in figures; ``None`` for anything else."""
    plain = typed.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= _LONGEST else None
