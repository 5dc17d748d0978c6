"""Phone numbers: the one form they are kept in, which cannot take a text, and which country they belong to.

The library that knows them is sixty modules: who has no account does not load it, who has one does at once, in
`known_countries`.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from twinge.plugin import Rejected

if TYPE_CHECKING:
    import phonenumbers

_WRONG_LENGTH = {
    "TOO_SHORT": "is too short for its country",
    "TOO_LONG": "is too long for its country",
    "INVALID_COUNTRY_CODE": "has a country code that does not exist",
    "INVALID_LENGTH": "has a length that its country does not use",
    "IS_POSSIBLE_LOCAL_ONLY": "lacks its area code",
}


def known_countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes of whatever has phone numbers of its own."""
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def read_number(address: str, countries: Collection[str]) -> str:
    """E.164, or `Rejected` saying what is wrong with the number. No `countries`: those of every country."""
    import phonenumbers

    try:
        number = phonenumbers.parse(address, None)
    except phonenumbers.NumberParseException:
        raise Rejected("A phone number begins with + and its country code.", field="address") from None
    if wrong := _unfit(number) or _abroad(number, countries):
        raise Rejected(f"The phone number {wrong}.", field="address")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


MMS = frozenset({"US", "CA"})
"""Where Twilio carries MMS from numbers there; elsewhere it makes a link of one, or refuses it.
https://help.twilio.com/articles/223179808"""


def takes_mms(address: str) -> bool:
    """Whether a number in E.164 belongs to a country that MMS can be sent to."""
    import phonenumbers

    return phonenumbers.region_code_for_number(phonenumbers.parse(address, None)) in MMS


def _unfit(number: phonenumbers.PhoneNumber) -> str | None:
    import phonenumbers

    if number.extension:
        return "has an extension, and those take no text messages"
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE:
        return "is a premium-rate one"
    found = phonenumbers.is_possible_number_with_reason(number)
    return _WRONG_LENGTH.get(phonenumbers.ValidationResult.to_string(found))


def _abroad(number: phonenumbers.PhoneNumber, countries: Collection[str]) -> str | None:
    """Why it is not among `countries`. Several share +1, +7 and +44: there only a number in use names one of them."""
    import phonenumbers

    country = phonenumbers.region_code_for_number(number)
    if not countries or country in countries:
        return None
    if country in phonenumbers.SUPPORTED_REGIONS:
        return f"belongs to {country}, and TWINGE_TWILIO_COUNTRIES does not name that"
    return "belongs to no country, and TWINGE_TWILIO_COUNTRIES names those that are written to"
