"""The law of time: it makes no difference how often anybody looks."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from core.pain.diary import START
from core.pain.play import DAY, HOUR, LIVES, SETTINGS, Act, Wait, act, live
from twinge.core.pain import Pain, Say, Setting, next_wake, pass_time

MOMENTS = st.integers(0, 120 * DAY) | st.integers(0, 2 * DAY)


@given(LIVES, SETTINGS, MOMENTS, MOMENTS)
@settings(max_examples=300)
def test_time_in_two_steps_is_time_in_one(life: list[tuple[int, Act]], setting: Setting, one: int, two: int) -> None:
    pain, at = live(life, setting)
    first, last = at + min(one, two), at + max(one, two)
    halfway, said = pass_time(pain, first, setting)
    stepped, rest = pass_time(halfway, last, setting)
    assert (stepped, said + rest) == pass_time(pain, last, setting)


@given(LIVES, SETTINGS, st.integers(HOUR, 9 * DAY))
@settings(max_examples=200)
def test_a_history_folded_and_a_service_woken_end_alike(
    life: list[tuple[int, Act]], setting: Setting, beat: int
) -> None:
    """Live: woken when the machine says so, and by some other clock that has nothing to do with it. Fold: only the
    events."""
    folded, lived, at = Pain(), Pain(), START
    told: list[Say] = []
    spoken: list[Say] = []
    for number, (gap, what) in enumerate([*life, (100 * DAY, Wait())]):
        now, at = at, at + gap
        while now < at:
            wake = next_wake(lived)
            now = min(at, now + beat, at if wake is None else max(wake, now + 1))
            lived, says = pass_time(lived, now, setting)
            spoken += says
        folded, says = act(folded, what, at, setting, f"k{number}")
        told += says
        lived, says = act(lived, what, at, setting, f"k{number}")
        spoken += says
    assert lived == folded
    assert spoken == told


@given(LIVES, SETTINGS)
@settings(max_examples=150)
def test_nothing_happens_before_the_next_wake_and_something_does_at_it(
    life: list[tuple[int, Act]], setting: Setting
) -> None:
    pain, at = live(life, setting)
    pain, _ = pass_time(pain, at, setting)
    wake = next_wake(pain)
    if wake is None:
        assert pass_time(pain, at + 1000 * DAY, setting) == (pain, ())
    else:
        assert wake > at
        assert pass_time(pain, wake - 1, setting) == (pain, ())
        assert pass_time(pain, wake, setting)[0] != pain


@given(LIVES, SETTINGS, MOMENTS)
@settings(max_examples=100)
def test_what_was_run_has_no_say_in_what_time_does(life: list[tuple[int, Act]], setting: Setting, later: int) -> None:
    """A large run weighs only in the moment in which the athlete tells: no timer turns it into a doctor."""
    pain, at = live(life, setting)
    other = replace(setting, l01_large=not setting.l01_large)
    assert pass_time(pain, at + later, other) == pass_time(pain, at + later, setting)
