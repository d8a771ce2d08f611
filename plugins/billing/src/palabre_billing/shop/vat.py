"""Value-added tax: which rate an order bears, and why (directive 2006/112/EC, French rates by default)."""

from __future__ import annotations

from stdnum.eu import vat as vat_numbers
from stdnum.exceptions import ValidationError

from palabre.toolkit import Refused
from palabre.toolkit import gettext as _
from palabre_billing.shop.models import Seller, VatTreatment

#: Members of the Union (ISO 3166-1), and Monaco, which is France's for VAT.
UNION = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"),
        *("IT", "LT", "LU", "LV", "MC", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)
#: What VAT numbers begin with where it is not the country's code.
_PREFIX = {"GR": "EL", "MC": "FR"}
#: France's, in hundredths of a per cent.
FRENCH_RATE = 2000


def checked_vat_number(typed: str, country: str) -> str:
    """A VAT number in its plain form, empty when none was typed. Its form is checked, not whether it is in use.

    :raises Refused: code ``bad_vat_number``.
    """
    plain = "".join(sign for sign in typed.upper() if sign.isalnum())
    if not plain:
        return ""
    prefix = _PREFIX.get(country, country)
    if country not in UNION:
        return plain[:20]
    try:
        number: str = vat_numbers.validate(plain if plain.startswith(prefix) else prefix + plain)
    except ValidationError:
        raise Refused(
            "bad_vat_number",
            _(
                "This is no VAT number of that country. It begins with {prefix}; leave it empty if you have none."
            ).format(prefix=prefix),
        ) from None
    return number


def treatment_for(seller: Seller, *, country: str, vat_number: str) -> VatTreatment:
    """Why a buyer pays VAT to a seller, or does not.

    A consumer in another member state pays the seller's rate: below the threshold of article 59c that is the rule.
    """
    if not seller.vat_number:
        return VatTreatment.EXEMPT
    if country not in UNION and seller.country in UNION:
        return VatTreatment.OUTSIDE
    same_area = _PREFIX.get(country, country) == _PREFIX.get(seller.country, seller.country)
    if vat_number and not same_area and {country, seller.country} <= UNION:
        return VatTreatment.REVERSE_CHARGE
    return VatTreatment.DOMESTIC
