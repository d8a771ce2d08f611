"""Prices: what chargeables cost a tenant's customers. A list is never changed; a new one follows it.

A meeting pins the list of the moment it starts, so what is changed later counts from the next start.
"""

from palabre_billing.prices.lists import DEFAULTS, Prices, current_prices, prices_of, set_prices
from palabre_billing.prices.models import Price, PriceList, Terms, WhenEmpty
from palabre_billing.prices.terms import set_terms, terms_of

__all__ = [
    "DEFAULTS",
    "Price",
    "PriceList",
    "Prices",
    "Terms",
    "WhenEmpty",
    "current_prices",
    "prices_of",
    "set_prices",
    "set_terms",
    "terms_of",
]
