"""Headers, sports, dates and numbers, one at a time."""

from __future__ import annotations

import pytest

from twinge.files.dates import Order, moment, order_of
from twinge.files.numbers import decimal_mark, measure, span
from twinge.files.words import header, sport_of

DAY_FIRST = Order(day_first=True)


@pytest.mark.parametrize(
    ("cell", "field", "unit"),
    [
        ("Activity Date", "start", None),
        ("Distance.1", "distance", None),
        ("distance_km", "distance", "km"),
        ("Distancia (km)", "distance", "km"),
        ("Durée (min)", "elapsed", "min"),
        ("mov_s", "moving", "s"),
        ("avgHr", "avg_hr", None),
        ("Ø Herzfrequenz", "avg_hr", None),
        ("Miles", "distance", "mi"),
        ("Minutes", "elapsed", "min"),
        ("Elevation Gain (ft)", "climb", "ft"),
        ('<span title="x">Start Time</span>', "start", None),
        ("Tempo em movimento", "moving", None),
    ],
)
def test_headers(cell: str, field: str, unit: str | None) -> None:
    found = header(cell)
    assert found is not None
    assert (found.field, found.unit) == (field, unit)


@pytest.mark.parametrize(
    "cell", ["Grade Adjusted Distance", "Max Speed", "Dirt Distance", "Average Cadence", "Sunrise Time", "", "Load"]
)
def test_headers_that_only_look_like_one(cell: str) -> None:
    assert header(cell) is None


@pytest.mark.parametrize(
    ("label", "sport"),
    [
        ("root='Run'", "run"),
        ("Hardloopsessie", "run"),
        ("Course à pied", "run"),
        ("Corrida", "run"),
        ("Carrera", "run"),
        ("Laufband", "treadmill"),
        ("Trail Running", "trail_run"),
        ("Langlauf", "nordic_ski"),
        ("Virtuele fietsrit", "virtual_ride"),
        ("Radfahrt", "ride"),
        ("Ciclismo", "ride"),
        ("Wandeling", "walk"),
        ("Wanderung", "hike"),
        ("Randonnée", "hike"),
        ("Caminhada", "walk"),
        ("Entrenamiento con pesas", "strength"),
        ("Krachttraining", "strength"),
        ("Natación", "swim"),
        ("Escursione", "hike"),
        ("Kitesurfen", "other"),
        ("Training", "other"),
        ("", None),
    ],
)
def test_sports(label: str, sport: str | None) -> None:
    assert sport_of(label) == sport


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("5 sept 2020, 7:33:12 p. m.", "2020-09-05T19:33:12"),
        ("mar. 7 févr. 2023 à 14h30", "2023-02-07T14:30:00"),
        ("mar, 18/07/2023", "2023-07-18T00:00:00"),
        ("Mar 7, 2023", "2023-03-07T00:00:00"),
        ("1. März 2024, 06:05", "2024-03-01T06:05:00"),
        ("3 de mayo de 2021", "2021-05-03T00:00:00"),
        ("2023/7/5 6:05", "2023-07-05T06:05:00"),
        ("Sat Jul 18 2023 10:00:00 GMT+0000 (CET)", "2023-07-18T10:00:00+00:00"),
        ("1689711351", "2023-07-18T20:15:51+00:00"),
    ],
)
def test_dates(cell: str, at: str) -> None:
    found = moment(cell, DAY_FIRST)
    assert found is not None
    assert found.at.isoformat() == at


@pytest.mark.parametrize(
    "cell",
    [
        "soon",
        "2021",
        "12",
        "31/02/2020",
        "30 juin",
        "2024-13-01",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-10:00",
        "x" * 200,
    ],
)
def test_what_is_no_date(cell: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        moment(cell, DAY_FIRST)


def test_a_column_sorted_only_one_way_tells_its_order() -> None:
    weekly = ["02/01/2024", "09/01/2024", "06/02/2024", "05/03/2024"]
    assert order_of(weekly, english=True).day_first


def test_the_decimal_mark_is_the_columns() -> None:
    assert decimal_mark(["9,72", "1.500"]) == ","
    assert decimal_mark(["9.72", "1,250"]) == "."
    assert decimal_mark(["1,250", "12"]) == "."
    assert decimal_mark(["1,250", "12"], comma_likely=True) == ","


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [("1,250", ".", 1250), ("1.500", ",", 1500), ("3107.0", ",", 3107), ("1'250", ".", 1250), ("5,2 km", ",", 5.2)],
)
def test_numbers(text: str, mark: str, value: float) -> None:
    found = measure(text, mark)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize("text", ["--", "", "NaN", "n/a", "null"])
def test_blank_is_not_zero(text: str) -> None:
    assert measure(text) is None
    assert span(text) is None
