"""Corrections: a transaction is never changed, it is undone by another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from palabre.toolkit import Refused
from palabre.toolkit import gettext as _
from palabre_billing.ledger.models import Transaction
from palabre_billing.ledger.posting import post
from palabre_billing.ledger.rows import Posting


def reverse(
    session: Session,
    wrong: Transaction,
    *,
    reason: str,
    author: str,
    now: datetime,
    not_below: Mapping[int, int] | None = None,
) -> Transaction:
    """Post the opposite of a transaction, once.

    :param not_below: as of ``post``.
    :raises Refused: ``no_reason``, ``no_author``; ``is_reversal`` for what is a correction itself.
    :raises KeyReused: when it was reversed before, for another reason or by somebody else.
    :raises NotEnoughCredits: as ``post`` does.
    """
    if not reason.strip():
        raise Refused("no_reason", _("Say why: a correction without a reason is not posted."))
    if not author.strip():
        raise Refused("no_author", _("Say who you are: a correction without an author is not posted."))
    if wrong.reverses_id is not None:
        raise Refused("is_reversal", _("This is a correction itself. Give or take credits to put it right."))
    return post(
        session,
        Posting(
            tenant_id=wrong.tenant_id,
            key=f"reverse:{wrong.id}",
            kind="reversal",
            entries={entry.account_id: -entry.credits for entry in wrong.entries},
            at=now,
            reason=reason.strip(),
            author=author.strip(),
            meeting=wrong.meeting,
            meeting_name=wrong.meeting_name,
            reverses_id=wrong.id,
        ),
        not_below=not_below,
    )
