"""Remembers what set-up has done, so that the next run does only what has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from layout import ROOT, VENV

FILE = VENV / "palabre-set-up.json"


def digest(paths: Iterable[Path], *more: str) -> str:
    """A hash of the files' names and contents and of ``more``."""
    total = hashlib.sha256("\0".join(more).encode())
    for path in sorted(paths):
        total.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return total.hexdigest()


def is_done(step: str, state: str) -> bool:
    """Whether ``step`` was last done with ``state``, a digest of what goes into it."""
    return _read().get(step) == state


def mark_done(step: str, state: str) -> None:
    """Remember that ``step`` was done with ``state``."""
    FILE.write_text(json.dumps({**_read(), step: state}, indent=2) + "\n")


def _read() -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(FILE.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found
