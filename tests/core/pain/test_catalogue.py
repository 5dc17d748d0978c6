"""The catalogue of messages is complete, none is dead, and nothing in it names a condition."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from core.pain.diary import START, Book
from twinge.core.model import Report, Severity
from twinge.core.pain import CATALOGUE, FORMS, KINDS, Form, Kind, Run, Setting, Told, standing, told_of
from twinge.core.pain.facts import FACTS
from twinge.core.pain.signs import MENU, SIGNS, SITE_MENU, SITES
from twinge.core.pain.turn import remember
from twinge.core.pain.value import Entry, Pain

SETTLED = "0h pain 2 left knee\n0h05 reply 1\n24h reply 0\n3d reply 0\n5d reply 0\n7d reply 0\n"
LADDER = SETTLED + "".join(
    f"{day}d run 5km 30min ran {minutes}min\n{day}d20h reply 0\n"
    for day, minutes in zip(range(9, 33, 2), (10, 10, 15, 15, 20, 20, 25, 25, 28, 28, 30, 30), strict=True)
)

DIARIES = {
    "0h pain\n13h wait": Setting(),
    "0h pain 4 knee\n0h05 reply 1\n24h reply 3\n3d reply 1\n7d reply 2\n14d wait\n15d reply 1\n28d reply 1": Setting(),
    "0h pain 2 both thigh soreness\n3d wait": Setting(),
    "0h wrote saddle_numb\n0h05 reply 2\n2d wait": Setting(),
    "0h pain 4 left shin spot walking\n5d pain 0 left shin\n11d wait": Setting(),
    "0h pain 4 knee\n1h pain 4 hip\n2h pain 4\n3h reply 1\n26h reply 3": Setting(),
    "0h pain 4 knee\n10h run 3km 20min\n60h run 3km 20min\n40d run 3km 20min": Setting(),
    "0h pain 4 knee\n24h reply 4\n3d reply 4\n200d wait": Setting(),
    SETTLED + "9d run 5km 30min ran 10min\n10d reply 4\n12d run 5km 30min ran 10min\n13d reply 4": Setting(),
    SETTLED + "9d run 5km 30min ran 20min\n12d run 5km 30min ran 20min": Setting(),
    SETTLED + "30d wait": Setting(),
    SETTLED.replace("3d reply 0", "3d reply 2"): Setting(),
    LADDER: Setting(),
    "6d1h reply 2111": Setting(weekly_since=START),
    "6d1h reply 1311": Setting(weekly_since=START),
    "6d1h reply 1411": Setting(weekly_since=START),
}


def test_every_kind_of_message_is_said_by_some_diary() -> None:
    said = {say.kind for diary, setting in DIARIES.items() for say in Book(setting).write(diary).says}
    assert said == set(KINDS)


def test_every_fact_has_a_maker_and_every_maker_a_use() -> None:
    assert {fact for kind in CATALOGUE for fact in kind.facts} == set(FACTS)


def test_every_question_is_asked_by_some_message_and_repeated_by_one_that_asks_it() -> None:
    assert {ask for kind in CATALOGUE for ask in kind.asks} == set(FORMS)
    for form in FORMS.values():
        assert not form.says or form.kind in KINDS[form.says].asks


def test_kinds_have_one_name_each() -> None:
    assert len(KINDS) == len(CATALOGUE)


def test_only_p_rules_speak_of_a_doctor() -> None:
    """Nothing that a run alone can cause is louder than REST."""
    for kind in CATALOGUE:
        if kind.severity >= Severity.SEE_DOCTOR:
            assert set(kind.rules) <= {"P04", "P05", "P06", "P07", "P08", "P10"}


FORBIDDEN = re.compile(
    r"piriformis|sciatic|fracture|tendin|syndrome|diagnos|patient|treatment|rehab|massage|inject|surg|ibuprofen|"
    r"anti-inflam|drug|abnormal|danger|\brisk",
    re.IGNORECASE,
)


@pytest.mark.parametrize("what", [*CATALOGUE, *FORMS.values()], ids=str)
def test_nothing_names_a_condition_or_a_cure(what: Kind | Form) -> None:
    assert what.means
    assert not FORBIDDEN.search(what.means)


def test_menus_hold_words_we_know() -> None:
    assert set(MENU) - {"none"} <= set(SIGNS)
    assert set(SITE_MENU) <= set(SITES)
    assert len(MENU) == 9


# What comes in


def test_a_report_is_heard_with_every_field_that_it_has() -> None:
    report = Report("sms:7", datetime.fromtimestamp(START, UTC), pain=4, site="knee", side="left", limp=True)
    assert told_of(report) == Told("sms:7", START, pain=4, site="knee", side="left", limp=True)


def test_ten_metres_a_kilometre_are_hills_and_not_known_is_not() -> None:
    flat = Run("k", "run", 0, 1800)
    assert not flat.hilly(10)
    assert Run("k", "run", 0, 1800, climb_m=50, metres=5000).hilly(10)
    assert not Run("k", "run", 0, 1800, climb_m=49, metres=5000).hilly(10)


def test_who_has_no_pain_is_clear() -> None:
    assert standing(Pain()) == "clear"


# The timeline


def test_a_long_timeline_keeps_its_beginning_and_its_end_and_counts_what_is_left_out() -> None:
    history: tuple[Entry, ...] = ()
    for number in range(200):
        history = remember(history, Entry(number, "score", "", number), 60)
    assert len(history) == 60
    assert [entry.at for entry in history[:10]] == list(range(10))
    assert (history[10].what, history[10].number) == ("gap", 200 - 59)
    assert [entry.at for entry in history[11:]] == list(range(151, 200))


def test_a_timeline_tells_the_story() -> None:
    book = Book().write("0h pain 4 left knee limp\n0h05 reply 5\n24h reply 3\n30h run 3km 20min\n40h seeing someone")
    assert [(entry.what, entry.word, entry.number) for entry in book.episode().history] == [
        ("state", "triage", None),
        ("sign", "limp", None),
        ("score", "", 4),
        ("state", "rest72", None),
        ("score", "", 3),
        ("run", "run", 1200),
        ("care", "seeing_someone", None),
    ]
