"""The number to call in an emergency: by country, by the athlete's time zone where no country is known.

Which numbers a country has is the phonenumbers library's knowledge (its short-number metadata, from the ITU's and the
regulators' plans). It does not say whose they are, so the order below and the ambulances are ours; a test holds both
against the library. What is not known is 112: mobile phones take it for an emergency call in every network (3GPP TS
22.101, 10.1).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel.core import get_global

from twinge.core.model import Athlete

ANYWHERE: Final = "112"
GENERAL: Final = ("911", "000", "999", ANYWHERE, "111")
"""Numbers for everything, the more particular first: 112 is known to many networks beside their own."""

AMBULANCE: Final = {
    country: number
    for number, countries in {
        "101": "IL PS",
        "102": "MV NP",
        "103": "AM BY KG MN",
        "104": "CU",
        "107": "AR",
        "110": "JM",
        "111": "PG",
        "112": "NL PL TZ",
        "113": "NO",
        "115": "IR VN",
        "116": "PE",
        "118": "BO SM",
        "119": "JP KH KR TW",
        "120": "CN",
        "122": "IQ",
        "123": "CO EG GT",
        "124": "BA",
        "128": "NI",
        "131": "CL",
        "14": "DZ",
        "140": "LB",
        "15": "GF GP MA MF NC PF PM WF",
        "190": "TN",
        "192": "BR",
        "193": "GH",
        "195": "LA",
        "511": "BB",
        "991": "BN",
        "995": "SG",
        "997": "BW SA",
        "998": "AE CK MW",
        "1122": "PK",
        "1669": "TH",
    }.items()
    for country in countries.split()
}
"""Where the ambulance has a number of its own, or the order above would lead to the police. Compiled by us."""


def emergency(athlete: Athlete, country: str | None = None) -> str:
    """The local emergency number, an ambulance's where there is one.

    Of `country` (ISO, two letters), else the athlete's own, else where the athlete's clock is.
    """
    return number_of(country or athlete.country or country_of(athlete.timezone))


def country_of(zone: str) -> str:
    """The country of a time zone by CLDR, its old names too; "" for UTC and its like."""
    aliases, countries = get_global("zone_aliases"), get_global("zone_territories")
    country = countries.get(aliases.get(zone, zone), "")
    return country if country.isalpha() and country != "ZZ" else ""


@lru_cache(maxsize=256)
def number_of(country: str) -> str:
    """The number of a country; the library is read when somebody first needs one."""
    from phonenumbers import is_emergency_number  # noqa: PLC0415  A tenth of a second, for few messages.

    place = country.upper()
    known = (number for number in GENERAL if is_emergency_number(number, place))
    return AMBULANCE.get(place) or next(known, ANYWHERE)
