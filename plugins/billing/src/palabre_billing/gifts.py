"""Credits that an operator gives and takes, and what an operator corrects. Each has a reason and an author."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from palabre.toolkit import Account, NotFound, Refused, ngettext
from palabre.toolkit import gettext as _
from palabre_billing.ledger import (
    GIFTS,
    Entry,
    KeyReused,
    LedgerAccount,
    NotEnoughCredits,
    Posting,
    Transaction,
    customer_account,
    post,
    reverse,
    system_account,
)

#: Most credits that are given or taken at once.
MOST_AT_ONCE = 1_000_000


def account_of(session: Session, *, tenant_id: int, email: str) -> Account:
    """The account of an address.

    :raises NotFound: code ``unknown_account``.
    """
    found = session.scalar(
        select(Account).where(Account.tenant_id == tenant_id, Account.email == email.strip().lower())
    )
    if found is None:
        raise NotFound(
            "unknown_account", _("Nobody has an account with the address {email}.").format(email=email)
        )
    return found


def give(
    session: Session, *, owner: Account, credits: int, reason: str, author: str, key: str, now: datetime
) -> Transaction:
    """Give somebody credits.

    :param key: names this gift; the same key with the same content is given once.
    :raises Refused: ``no_reason``, ``no_author``, ``bad_amount``, ``key_reused``.
    """
    return _move(session, owner, credits, "gift", reason, author, key, now)


def take(
    session: Session, *, owner: Account, credits: int, reason: str, author: str, key: str, now: datetime
) -> Transaction:
    """Take credits that somebody has.

    :raises Refused: as ``give``; ``not_enough_credits`` when they are not there.
    """
    return _move(session, owner, -credits, "taken", reason, author, key, now)


def correct(
    session: Session,
    *,
    tenant_id: int,
    number: int,
    reason: str,
    author: str,
    now: datetime,
    may_owe: bool = False,
) -> Transaction:
    """Undo a transaction by its opposite, once.

    :param number: the transaction's id, as movements show it.
    :param may_owe: whether a customer may owe something afterwards.
    :raises NotFound: code ``unknown_transaction``.
    :raises Refused: ``no_reason``, ``no_author``, ``is_reversal``, ``corrected_already``, ``not_enough_credits``.
    """
    wrong = session.scalar(
        select(Transaction).where(Transaction.tenant_id == tenant_id, Transaction.id == number)
    )
    if wrong is None:
        raise NotFound(
            "unknown_transaction", _("There is no movement number {number}.").format(number=number)
        )
    taken_from = [entry.account_id for entry in wrong.entries if entry.credits > 0]
    customers = session.scalars(
        select(LedgerAccount.id).where(LedgerAccount.id.in_(taken_from), LedgerAccount.is_customer)
    )
    floors: dict[int, int] = {} if may_owe else dict.fromkeys(customers, 0)
    try:
        return reverse(session, wrong, reason=reason, author=author, now=now, not_below=floors)
    except KeyReused as error:
        raise Refused(
            "corrected_already", _("Movement {number} was corrected already.").format(number=number)
        ) from error
    except NotEnoughCredits as error:
        raise _too_little(error) from error


def _move(
    session: Session,
    owner: Account,
    credits: int,
    kind: str,
    reason: str,
    author: str,
    key: str,
    now: datetime,
) -> Transaction:
    if not 0 < abs(credits) <= MOST_AT_ONCE or (credits < 0) != (kind == "taken"):
        raise Refused("bad_amount", _("Choose between 1 and {most} credits.").format(most=MOST_AT_ONCE))
    if not reason.strip():
        raise Refused("no_reason", _("Say why: credits do not move without a reason."))
    if not author.strip():
        raise Refused("no_author", _("Say who you are: credits do not move without an author."))
    theirs = customer_account(session, owner, now=now)
    ours = system_account(session, GIFTS, tenant_id=owner.tenant_id, now=now)
    posting = Posting(
        tenant_id=owner.tenant_id,
        key=key,
        kind=kind,
        entries={theirs.id: credits, ours.id: -credits},
        at=now,
        reason=reason.strip(),
        author=author.strip(),
    )
    try:
        return post(session, posting, not_below={theirs.id: 0} if credits < 0 else None)
    except KeyReused as error:
        raise Refused("key_reused", _("Something else was posted under this key before.")) from error
    except NotEnoughCredits as error:
        raise _too_little(error) from error


def _too_little(error: NotEnoughCredits) -> Refused:
    return Refused(
        "not_enough_credits",
        ngettext(
            "There is {num} credit on the account: {missing} are missing.",
            "There are {num} credits on the account: {missing} are missing.",
            error.balance,
        ).format(num=error.balance, missing=error.missing),
    )


def balances(session: Session, *, tenant_id: int) -> Sequence[tuple[str, int]]:
    """Every customer with a balance that is not nothing: address (or what is left of a closed account) and credits."""
    total = func.sum(Entry.credits)
    rows = session.execute(
        select(func.coalesce(Account.email, LedgerAccount.code), total)
        .join_from(LedgerAccount, Entry, Entry.account_id == LedgerAccount.id)
        .outerjoin(Account, Account.id == LedgerAccount.owner_id)
        .where(LedgerAccount.tenant_id == tenant_id, LedgerAccount.is_customer)
        .group_by(LedgerAccount.id, Account.email, LedgerAccount.code)
        .having(total != 0)
        .order_by(func.coalesce(Account.email, LedgerAccount.code))
    )
    return [(str(who), int(credits)) for who, credits in rows]
