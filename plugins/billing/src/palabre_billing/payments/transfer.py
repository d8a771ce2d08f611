"""Paying by bank transfer: IBAN, reference, and the code that banks' applications scan (EPC069-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from segno import helpers
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from palabre.toolkit import gettext as _
from palabre_billing.payments.desk import Desk
from palabre_billing.payments.method import Ordered, Step

#: Longest name in the code.
_LONGEST_NAME = 70


class Transfer:
    """Bank transfers. The operator says when one has come, or imports the bank's statement."""

    name = "transfer"

    def title(self) -> str:
        """What buyers choose."""
        return _("Bank transfer")

    def fields(self) -> Sequence[Mapping[str, Any]]:
        """The account that is paid to."""
        return [
            {"name": "holder", "label": _("Account holder"), "help": _("As the bank writes it.")},
            {"name": "iban", "label": _("IBAN")},
            {"name": "bic", "label": _("BIC"), "is_needed": False},
        ]

    def problem(self, values: Mapping[str, str]) -> tuple[str, str] | None:
        """What is wrong with the settings: field and sentence."""
        try:
            ibans.validate(values.get("iban", ""))
        except ValidationError:
            return "iban", _("This is no IBAN: a sign is missing or wrong.")
        return None

    def begin(self, order: Ordered, desk: Desk) -> Step:
        """Say where to send the money, and what to write."""
        iban = ibans.compact(desk.settings["iban"])
        lines = [
            (_("Amount"), order.price),
            (_("Account holder"), desk.settings["holder"]),
            (_("IBAN"), ibans.format(iban)),
            *([(_("BIC"), desk.settings["bic"])] if desk.settings.get("bic") else []),
            (_("Reference"), order.reference),
        ]
        note = _(
            "Write the reference, so that we know whose money it is. Your credits appear when it has come."
        )
        if order.currency != "EUR":
            return desk.instructions(lines, note=note)
        code = helpers.make_epc_qr(
            name=desk.settings["holder"][:_LONGEST_NAME],
            iban=iban,
            amount=Decimal(order.total) / 100,
            text=order.reference,
            bic=desk.settings.get("bic") or None,
        )
        return desk.instructions(
            lines,
            note=note,
            picture=code.svg_data_uri(scale=4, border=4, light="#ffffff"),
            picture_text=_("Code of this transfer, to scan with your bank’s application"),
        )
