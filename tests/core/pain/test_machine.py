"""The machine under any life: never stuck, never loud on its own, never two of a place, and always the same value."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.pain.diary import START
from core.pain.play import (
    ACTS,
    DAY,
    GAPS,
    LIVES,
    SETTINGS,
    Act,
    Activity,
    Digits,
    Report,
    act,
    capped,
    check_says,
    check_state,
    closed,
    live,
    never_alone,
)
from twinge.core.model import Severity
from twinge.core.pain import (
    LIMITS,
    STAGES,
    Pain,
    Run,
    Say,
    Setting,
    Told,
    answer,
    governing,
    hear,
    next_wake,
    pass_time,
    ran,
)
from twinge.core.pain.questions import is_open
from twinge.core.pain.value import RETURN

GOOD = {"score": "0", "check": "0", "walk": "0", "run": "0", "return": "0", "feel": "0", "sore": "0"} | {
    "signs": "1",
    "bone": "1",
    "site": "1",
    "same": "2",
    "confirm": "1",
    "seen": "2",
    "clearance": "2",
    "which_place": "1",
    "which_question": "1",
    "weekly": "1111",
}
"""How somebody answers who is getting better."""


class Life(RuleBasedStateMachine):
    """One athlete, from the first day on."""

    def __init__(self) -> None:
        super().__init__()
        self.pain, self.at, self.count = Pain(), START, 0
        self.setting = Setting(weekly_since=START)
        self.says: list[Say] = []
        self.onsets: dict[int, int] = {}
        self.told = 0
        """Reports and answers so far."""

    def _passes(self, until: int) -> None:
        before = self.pain
        self.pain, says = pass_time(before, until, self.setting)
        check_says(self.pain, says, self.at, until)
        never_alone(before, self.pain)
        assert self.told or not any(say.severity >= Severity.SEE_DOCTOR for say in says)
        self.at = until
        self.says += says

    @rule(gap=GAPS, what=ACTS)
    def something_happens(self, gap: int, what: Act) -> None:
        self._passes(self.at + gap)
        self.count += 1
        before = self.pain
        said = len(self.says)
        self._did(act(before, what, self.at, self.setting, f"k{self.count}"))
        if isinstance(what, Activity):
            assert all(say.severity < Severity.SEE_DOCTOR for say in self.says[said:])
            never_alone(before, self.pain)
        self.told += isinstance(what, Report | Digits)

    @rule(gap=GAPS)
    def nothing_happens(self, gap: int) -> None:
        self._passes(self.at + gap)

    @rule(steps=st.integers(1, 60))
    def lives_by_the_book(self, steps: int) -> None:
        """Answers every question well, and runs what the step asks for: so an episode comes to its end."""
        for _ in range(steps):
            wake = next_wake(self.pain)
            if wake is None:
                return
            self._passes(max(wake, self.at))
            for asked in self.pain.asked:
                if is_open(asked):
                    self._did(answer(self.pain, asked.id, GOOD[asked.kind], self.at, self.setting))
                    self.told += 1
            self._runs_the_step()

    def _runs_the_step(self) -> None:
        episode = governing(self.pain)
        if episode is None or episode.state != RETURN or episode.stage == 0 or episode.run is not None:
            return
        step = STAGES[episode.stage]
        earliest = 0 if episode.last_run is None else episode.last_run + 2 * DAY
        self._passes(max(self.at, earliest + step.session_s))
        self.count += 1
        run = Run(f"k{self.count}", "run", self.at - step.session_s, self.at, step.run_s)
        self._did(ran(self.pain, run, self.setting))

    def _did(self, outcome: tuple[Pain, tuple[Say, ...]]) -> None:
        self.pain, says = outcome
        check_says(self.pain, says, self.at, self.at)
        self.says += says

    @rule(large=st.booleans(), plan=st.booleans(), weekly=st.booleans())
    def things_stand_otherwise(self, large: bool, plan: bool, weekly: bool) -> None:
        self.setting = Setting(weekly_since=self.at if weekly else None, l01_large=large, own_plan=plan)

    @invariant()
    def the_state_is_sound(self) -> None:
        check_state(self.pain)
        assert closed(self.pain) <= LIMITS.closed

    @invariant()
    def time_runs_from_the_onset(self) -> None:
        for episode in self.pain.episodes:
            assert self.onsets.setdefault(episode.id, episode.onset) == episode.onset
            assert episode.onset <= self.at
            assert not episode.history or episode.history[0].at == episode.onset

    @invariant()
    def a_day_has_room_for_two(self) -> None:
        bound = [say.at for say in self.says if capped(say)]
        assert all(later - sooner >= DAY for sooner, later in zip(bound, bound[LIMITS.daily :], strict=False))

    @invariant()
    def a_doctor_is_never_mentioned_more_often_than_something_was_told(self) -> None:
        loud = [say for say in self.says if say.severity >= Severity.SEE_DOCTOR and not say.facts.get("found")]
        assert len(loud) <= self.told


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=40)


@given(LIVES, SETTINGS, st.integers(0, 5), st.sampled_from(["0", "1", "3", "26", "2"]))
@settings(max_examples=200)
def test_the_same_answer_twice_is_one(life: list[tuple[int, Act]], setting: Setting, place: int, digits: str) -> None:
    """By id, at once or an hour later: the second changes nothing and says nothing."""
    pain, at = live(life, setting)
    if not pain.asked:
        return
    number = pain.asked[place % len(pain.asked)].id
    once, _ = answer(pain, number, digits, at, setting)
    again, said = answer(once, number, digits, at, setting)
    assert (again, said) == (once, ())
    later = at + 3600
    assert answer(once, number, digits, later, setting) == pass_time(once, later, setting)


@given(LIVES, SETTINGS, st.integers(0, 10))
@settings(max_examples=200)
def test_the_same_report_twice_is_one(life: list[tuple[int, Act]], setting: Setting, pain_now: int) -> None:
    pain, at = live(life, setting)
    told = Told("twice", at, pain=pain_now, site="knee", side="left")
    once, _ = hear(pain, told, setting)
    assert hear(once, told, setting) == (once, ()) or once == pass_time(pain, at, setting)[0]


@given(LIVES, SETTINGS)
@settings(max_examples=200)
def test_answers_to_two_episodes_in_either_order_lead_to_the_same(
    life: list[tuple[int, Act]], setting: Setting
) -> None:
    """Their own course is the same; only which of two messages finds room first may differ."""
    pain, at = live(life, setting)
    open_ones = {q.episode: q.id for q in pain.asked if q.episode and q.due is not None and q.digits is None}
    if len(open_ones) < 2:
        return
    one, other = list(open_ones.values())[:2]
    courses = []
    for first, second in ((one, other), (other, one)):
        after, _ = answer(pain, first, "2", at, setting)
        after, _ = answer(after, second, "2", at, setting)
        courses.append([(e.site, e.side, e.state, e.score, e.stage, e.signs) for e in after.episodes])
    assert courses[0] == courses[1]


@given(LIVES, SETTINGS)
@settings(max_examples=100)
def test_another_setting_never_breaks_a_state(life: list[tuple[int, Act]], setting: Setting) -> None:
    pain, at = live(life, setting)
    after, _ = pass_time(pain, at + 30 * DAY, replace(setting, l01_large=not setting.l01_large, weekly_since=None))
    check_state(after)
