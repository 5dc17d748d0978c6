"""The catalogues: the same messages with the same facts in every language, plurals, and nothing half translated."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from sayings import PHRASES, SPREAD
from twinge.speech import LANGUAGES
from twinge.speech.catalogue import Entry, catalogue
from twinge.speech.tongue import TELL, tongue

OTHERS = [language for language in LANGUAGES if language != "en"]


def raw(language: str) -> Catalog:
    with files("twinge.speech").joinpath(f"{language}.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


def facts(entry: Entry) -> set[tuple[str, str]]:
    """Every fact that the message tells, and how."""
    return {(piece.fact, piece.told) for form in entry.forms for piece in form if piece.fact is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_there_in_every_language_and_no_other(language: str) -> None:
    assert set(catalogue(language).entries) == set(catalogue("en").entries)


@pytest.mark.parametrize("language", OTHERS)
def test_a_message_tells_the_same_facts_in_every_language(language: str) -> None:
    ours, english = catalogue(language).entries, catalogue("en").entries
    different = {kind for kind in english if facts(ours[kind]) != facts(english[kind])}
    assert different == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_half_translated(language: str) -> None:
    messages = [message for message in raw(language) if message.id]
    assert [message.id for message in messages if message.fuzzy or not all(_forms(message.string))] == []
    assert len(messages) == len(catalogue(language).entries)
    assert raw(language).locale_identifier == language


def _forms(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, tuple | list) else (string or "",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_is_told_in_a_way_we_know(language: str) -> None:
    told = {how for entry in catalogue(language).entries.values() for _, how in facts(entry)}
    assert told <= set(TELL)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_counted_has_its_plurals_and_every_form_tells_all_but_the_count(language: str) -> None:
    forms = raw(language).num_plurals
    for kind, entry in catalogue(language).entries.items():
        assert len(entry.forms) == (1 if entry.counted is None else forms), kind
        told = [{(piece.fact, piece.told) for piece in form if piece.told != "n"} for form in entry.forms]
        assert all(each == told[0] for each in told), kind
        assert sum(how == "n" for _, how in facts(entry)) <= 1, kind


@pytest.mark.parametrize(
    ("language", "days", "rests"),
    [
        ("en", ("1 day", "2 days"), ("0 rest days in 14 days", "1 rest day in 14 days")),
        ("de", ("1 Tag", "2 Tage"), ("0 Ruhetage in 14 Tagen", "1 Ruhetag in 14 Tagen")),
        ("es", ("1 día", "2 días"), ("0 días de descanso en 14 días", "1 día de descanso en 14 días")),
        ("fr", ("1 jour", "2 jours"), ("0 jour de repos sur 14", "1 jour de repos sur 14")),
    ],
)
def test_plurals(language: str, days: tuple[str, str], rests: tuple[str, str]) -> None:
    speaker = tongue(language)
    assert (speaker.days(24), speaker.days(48)) == days
    assert tuple(speaker.render("R02.reason.rests", {"rest_days_14d": count}) for count in (0, 1)) == rests


def test_every_rule_has_its_reason_its_brief_and_its_name() -> None:
    known = catalogue("en").entries
    for rule in SPREAD:
        assert any(kind == f"{rule}.reason" or kind.startswith(f"{rule}.reason.") for kind in known), rule
        assert f"{rule}.brief" in known, rule
        assert f"name.{rule}" in known, rule


def test_every_answer_has_its_example() -> None:
    parts = ("out", "and", "week", "brief", "any", "unit", "sport", "earlier", "ground", "sign", "name", *SPREAD)
    talk = ("did", "place", "told", "menu", "ask", "asked", "session", "breach", "pain", "status", "why")
    answers = {kind for kind in catalogue("en").entries if kind.partition(".")[0] not in {*parts, *talk}}
    assert answers == set(PHRASES)


def test_a_message_that_a_language_lacks_is_said_in_english() -> None:
    german = tongue("de")
    empty = replace(german, catalogue=replace(german.catalogue, entries={}))
    assert empty.render("unit.days", {"days": 1}) == "1 day"
    assert empty.knows("help")
