"""The desk: where whoever administers a tenant confirms orders, sets prices and packs, gives and corrects credits."""

from __future__ import annotations

from flask import Blueprint

from palabre_billing.desk.customers import add_customers
from palabre_billing.desk.orders import add_orders
from palabre_billing.desk.setting_up import add_setting_up
from palabre_billing.desk.statements import add_statements


def add_desk(pages: Blueprint) -> None:
    """Put the desk's pages on a blueprint. Each is for administrators only."""
    add_orders(pages)
    add_customers(pages)
    add_setting_up(pages)
    add_statements(pages)


__all__ = ["add_desk"]
