"""What can be mailed: a kind, and who writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from palabre.mail.letter import Letter

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from palabre.application import Application
    from palabre.model import Mail


@dataclass(frozen=True)
class LetterKind:
    """One kind of mail.

    :param name: as in ``Mail.kind``; a plugin's is ``<plugin>.<name>``.
    :param write: writes it when it is about to be sent, as things stand then, in the tenant's scope and the reader's
        language; ``None`` when nobody needs it any more.
    """

    name: str
    write: Callable[[Application, Session, Mail], Letter | None]
