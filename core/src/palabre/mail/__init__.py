"""Mail: what is to be sent is a row; the worker writes and sends it.

``queue_mail`` owes a mail in the caller's transaction; ``Letter`` is what one says, in plain text;
``message`` makes an e-mail of it, ``delivery`` hands that to a mail server, or to the development mailbox where there
is none.
"""

from palabre.mail.addresses import check_address, clean_line
from palabre.mail.kinds import LetterKind
from palabre.mail.letter import Attachment, Letter
from palabre.mail.outbox import NewMail, queue_mail, queue_mails, withdraw_mails

__all__ = [
    "Attachment",
    "Letter",
    "LetterKind",
    "NewMail",
    "check_address",
    "clean_line",
    "queue_mail",
    "queue_mails",
    "withdraw_mails",
]
