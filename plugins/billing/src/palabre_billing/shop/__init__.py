"""The shop: who sells, what is sold, what was ordered, and the money that came for it.

An order is placed at a price that never changes. Credits appear in one place, ``settling``: once, in the transaction
that writes the payment down, whoever says that it came and however often.
"""

from palabre_billing.shop.models import (
    MethodSettings,
    Order,
    OrderState,
    Pack,
    Payment,
    PaymentKind,
    Seller,
    VatTreatment,
)
from palabre_billing.shop.money import in_money, in_percent
from palabre_billing.shop.orders import (
    BuyerEntry,
    Quote,
    cancel_order,
    find_order,
    last_entry,
    lock_order,
    note_step,
    own_order,
    own_orders,
    place_order,
    quote_for,
    quote_of,
    search_orders,
)
from palabre_billing.shop.references import readable, references_in
from palabre_billing.shop.sellers import (
    SellerEntry,
    add_pack,
    find_pack,
    packs_of,
    seller_of,
    set_seller,
    withdraw_pack,
)
from palabre_billing.shop.settling import AFTER_PAYMENT, SOLD, Money, give_back, restore, settle

__all__ = [
    "AFTER_PAYMENT",
    "SOLD",
    "BuyerEntry",
    "MethodSettings",
    "Money",
    "Order",
    "OrderState",
    "Pack",
    "Payment",
    "PaymentKind",
    "Quote",
    "Seller",
    "SellerEntry",
    "VatTreatment",
    "add_pack",
    "cancel_order",
    "find_order",
    "find_pack",
    "give_back",
    "in_money",
    "in_percent",
    "last_entry",
    "lock_order",
    "note_step",
    "own_order",
    "own_orders",
    "packs_of",
    "place_order",
    "quote_for",
    "quote_of",
    "readable",
    "references_in",
    "restore",
    "search_orders",
    "seller_of",
    "set_seller",
    "settle",
    "withdraw_pack",
]
