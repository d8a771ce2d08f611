"""Telephone numbers: typed as people write them, kept as E.164."""

from __future__ import annotations

import phonenumbers
from babel.core import get_global
from phonenumbers import NumberParseException, PhoneNumberFormat

from palabre.errors import Refused
from palabre.i18n import gettext as _
from palabre.mail import clean_line

#: Where a language is enough to guess the country: its speakers elsewhere have a zone that says so.
_COUNTRY_OF_LANGUAGE = {"fr": "FR"}


def country_of(*, time_zone: str, language: str) -> str | None:
    """The country whose numbers need no ``+`` in front: two letters (ISO 3166), or ``None`` when it cannot be told.

    :param time_zone: name of a zone (IANA), which most often lies in one country.
    """
    country = get_global("zone_territories").get(time_zone)
    if country in phonenumbers.SUPPORTED_REGIONS:
        return str(country)
    return _COUNTRY_OF_LANGUAGE.get(language)


def check_phone(text: str, *, country: str | None) -> str:
    """A telephone number in E.164.

    :param country: for a number that is written without ``+``.
    :raises Refused: code ``bad_phone``.
    """
    text = text.strip().removeprefix("tel:")
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Refused(
            "bad_phone",
            _(
                "{number} is not a telephone number. Write it with + and the country code, such as +33 6 12 34 56 78."
            ).format(number=clean_line(text, longest=40)),
        )
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def phone_as_read(number: str) -> str:
    """A number in E.164 as people read it: in groups, with the country code."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number, None), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return number


def phone_as_typed_at_home(number: str) -> str:
    """The digits that somebody of the same country types: *0612345678* for *+33612345678*."""
    try:
        national = phonenumbers.format_number(phonenumbers.parse(number, None), PhoneNumberFormat.NATIONAL)
    except NumberParseException:
        return ""
    return "".join(sign for sign in national if sign.isdigit())
