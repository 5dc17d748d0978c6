"""The number to call: by country, by the clock, and 112 where nothing is known."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from subprocess import run
from sys import executable
from zoneinfo import available_timezones

import pytest
from phonenumbers import is_emergency_number

from diary import ALICE
from twinge.speech import emergency
from twinge.speech.rescue import AMBULANCE, ANYWHERE, country_of


@pytest.mark.parametrize(
    ("number", "countries"),
    [
        ("911", "US CA MX PH DO PR"),
        ("112", "DE ES FR IT AT CH IN NL SE TR ZA PT"),
        ("999", "GB HK IE"),
        ("000", "AU"),
        ("111", "NZ"),
        ("119", "JP KR TW"),
        ("192", "BR"),
        ("120", "CN"),
        ("113", "NO"),
    ],
)
def test_the_numbers_people_know(number: str, countries: str) -> None:
    for country in countries.split():
        assert emergency(ALICE, country) == number, country
        assert emergency(ALICE, country.lower()) == number


@pytest.mark.parametrize(
    ("zone", "number"),
    [
        ("America/Chicago", "911"),
        ("US/Eastern", "911"),
        ("Europe/Berlin", "112"),
        ("Europe/Kiev", "112"),
        ("Asia/Calcutta", "112"),
        ("Asia/Tokyo", "119"),
        ("Australia/ACT", "000"),
        ("America/Sao_Paulo", "192"),
        ("UTC", "112"),
        ("Etc/GMT+5", "112"),
        ("Mars/Olympus", "112"),
    ],
)
def test_where_no_country_is_known_the_clock_tells(zone: str, number: str) -> None:
    assert emergency(replace(ALICE, timezone=zone)) == number


def test_a_country_that_nobody_knows_is_112() -> None:
    assert emergency(ALICE, "XX") == ANYWHERE


def test_the_library_agrees_with_every_number_of_ours() -> None:
    wrong = {country: number for country, number in AMBULANCE.items() if not is_emergency_number(number, country)}
    assert wrong == {}


def test_every_zone_leads_to_a_number_that_its_country_has_or_to_112() -> None:
    for zone in sorted(available_timezones()):
        country, number = country_of(zone), emergency(replace(ALICE, timezone=zone))
        assert number == ANYWHERE or is_emergency_number(number, country), zone


def test_the_library_is_read_when_somebody_needs_a_number() -> None:
    code = "import sys, twinge.speech; sys.exit('phonenumbers' in sys.modules)"
    assert run([executable, "-c", code], check=False).returncode == 0
    assert import_module("twinge.speech.rescue").number_of("DE") == "112"
