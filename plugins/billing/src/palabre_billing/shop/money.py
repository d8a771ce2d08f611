"""Amounts: integers in the currency's minor unit, and as people read them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import format_currency, get_currency_precision, list_currencies

from palabre.toolkit import Refused, current_language
from palabre.toolkit import gettext as _

#: Dearest thing that is sold, in minor units.
MOST = 10**11


def is_currency(code: str) -> bool:
    """Whether a code is a currency (ISO 4217)."""
    return code in list_currencies()


def minor_units(typed: str, currency: str) -> int:
    """An amount as somebody typed it, ``12,50`` or ``12.50``.

    :raises Refused: code ``bad_amount``.
    """
    digits = get_currency_precision(currency)
    plain = typed.strip().replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".")
    try:
        scaled = Decimal(plain).scaleb(digits)
    except InvalidOperation:
        scaled = Decimal("NaN")
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or not 0 < scaled <= MOST:
        raise Refused(
            "bad_amount", _("Write an amount such as {example}.").format(example=plain_amount(1250, currency))
        )
    return int(scaled)


def plain_amount(amount: int, currency: str) -> str:
    """An amount in figures alone, as forms and files have it: ``12.50``."""
    return f"{Decimal(amount).scaleb(-get_currency_precision(currency)):f}"


def in_money(amount: int, currency: str) -> str:
    """An amount as the reader writes it: ``€12.50``, ``12,50 €``."""
    return format_currency(Decimal(plain_amount(amount, currency)), currency, locale=current_language())


def share(amount: int, rate: int) -> int:
    """A part of an amount, in minor units.

    :param rate: hundredths of a per cent. Half a unit is rounded up.
    """
    return int((Decimal(amount) * rate / 10_000).quantize(Decimal(1), ROUND_HALF_UP))


def in_percent(rate: int) -> str:
    """A rate in hundredths of a per cent, as the reader writes it: ``5,5 %``."""
    from babel.numbers import format_percent

    return format_percent(Decimal(rate) / 10_000, "#,##0.## %", locale=current_language())
