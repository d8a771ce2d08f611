"""The ledger: accounts, transactions, entries. What is posted stays; what was wrong is reversed.

The invariants, which the database holds as far as it can and ``verify`` proves:

- The entries of a transaction sum to zero, and so does the whole ledger of a tenant. Credits are integers.
- Nothing is changed and nothing is deleted: the database refuses both.
- One key is one transaction of a tenant, however often and by however many processes it is posted.
- A balance is the sum of an account's entries. A snapshot makes that quick; it is never believed without being checked.
"""

from palabre_billing.ledger.accounts import (
    GIFTS,
    USED,
    customer_account,
    own_account,
    system_account,
    system_account_id,
)
from palabre_billing.ledger.balance import balance
from palabre_billing.ledger.models import Entry, LedgerAccount, Snapshot, Transaction
from palabre_billing.ledger.posting import (
    Change,
    KeyReused,
    NotEnoughCredits,
    Unbalanced,
    lock_accounts,
    post,
    watch,
)
from palabre_billing.ledger.reversing import reverse
from palabre_billing.ledger.rows import Posting
from palabre_billing.ledger.verifying import Check, verify_ledger

__all__ = [
    "GIFTS",
    "USED",
    "Change",
    "Check",
    "Entry",
    "KeyReused",
    "LedgerAccount",
    "NotEnoughCredits",
    "Posting",
    "Snapshot",
    "Transaction",
    "Unbalanced",
    "balance",
    "customer_account",
    "lock_accounts",
    "own_account",
    "post",
    "reverse",
    "system_account",
    "system_account_id",
    "verify_ledger",
    "watch",
]
