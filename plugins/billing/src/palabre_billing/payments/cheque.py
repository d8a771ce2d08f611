"""Paying by cheque: whom to make it out to, where to send it. An operator says when it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from palabre.toolkit import gettext as _
from palabre_billing.payments.desk import Desk
from palabre_billing.payments.method import Ordered, Step


class Cheque:
    """Cheques sent by post."""

    name = "cheque"

    def title(self) -> str:
        """What buyers choose."""
        return _("Cheque")

    def fields(self) -> Sequence[Mapping[str, Any]]:
        """Payee and address."""
        return [
            {"name": "payee", "label": _("Payee"), "help": _("To whose order cheques are made out.")},
            {"name": "address", "label": _("Postal address"), "help": _("Where they are sent."), "lines": 4},
        ]

    def takes(self, currency: str) -> bool:
        """Cheques are paid in euros only where they are used at all."""
        return currency == "EUR"

    def begin(self, order: Ordered, desk: Desk) -> Step:
        """Say what to write and where to send it."""
        return desk.instructions(
            [
                (_("Amount"), order.price),
                (_("To the order of"), desk.settings["payee"]),
                (_("Send it to"), desk.settings["address"]),
                (_("Write on the back"), order.reference),
            ],
            note=_("Your credits appear when the cheque has come."),
        )
