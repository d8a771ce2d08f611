"""What ``palabre doctor`` has to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """How one thing is.

    :param what: the thing, in a word or two.
    :param text: what was seen, and what to do when it is not ``ok``.
    """

    what: str
    state: Literal["ok", "warning", "failed"]
    text: str
