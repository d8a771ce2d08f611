"""Ways to pay: one small interface, cheque and transfer here, others by the hook ``payment_methods``."""

from palabre_billing.payments.beginning import CHECK, begin_payment, check_payment, do_check
from palabre_billing.payments.cheque import Cheque
from palabre_billing.payments.desk import Desk
from palabre_billing.payments.letters import LETTERS
from palabre_billing.payments.method import Call, MethodField, Ordered, PaymentMethod, Step
from palabre_billing.payments.paypal import PayPal
from palabre_billing.payments.registry import Known, desk_for, known_methods, offered_methods
from palabre_billing.payments.stripe import Card
from palabre_billing.payments.transfer import Transfer

__all__ = [
    "CHECK",
    "LETTERS",
    "Call",
    "Card",
    "Cheque",
    "Desk",
    "Known",
    "MethodField",
    "Ordered",
    "PayPal",
    "PaymentMethod",
    "Step",
    "Transfer",
    "begin_payment",
    "check_payment",
    "desk_for",
    "do_check",
    "known_methods",
    "offered_methods",
]
