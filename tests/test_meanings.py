"""What the limits mean, in words: none without them, each one short line."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, make_dataclass

from twinge.core.pack import STANDARD, Pack
from twinge.core.pack.progression import SessionSpike
from twinge.meanings import fields_of, limits

LONGEST = 160
"""Letters of a line that still reads under a limit's name on a phone."""
PARTS = {field.name: getattr(STANDARD, field.name) for field in fields(Pack)}
PATHS = [f"{name}.{one.name}" for name, part in PARTS.items() if is_dataclass(part) for one in fields(part)]


def test_no_limit_is_without_words() -> None:
    assert list(limits()) == PATHS


def test_each_is_one_short_line() -> None:
    lines = limits().items()
    assert [path for path, words in lines if not words.endswith(".")] == []
    assert [path for path, words in lines if len(words) > LONGEST] == []
    assert [path for path, words in lines if "\n" in words or "`" in words] == []


def test_a_limit_has_the_words_that_stand_under_it_without_the_evidence_below() -> None:
    assert limits()["l01.floor_m"] == fields_of(SessionSpike)["floor_m"]
    assert limits()["r06.spacings"].endswith("in the four weeks before.")


def test_a_type_without_source_has_none_and_is_no_error() -> None:
    assert fields_of(make_dataclass("Made", [("small", int)])) == {}
