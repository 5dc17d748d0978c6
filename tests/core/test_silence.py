"""Planned life: a race, a camp, an illness; and the digest that says on Sunday what was not worth a Wednesday."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from diary import ALICE
from twinge.core.bounds import Unsafe, check_own, own_pack
from twinge.core.digest import digest, next_digest
from twinge.core.fold import fold
from twinge.core.model import Athlete, Finding, Held, Preferences, Said, Severity, Silence, Voice
from twinge.core.pack import STANDARD
from twinge.core.policy import Ear, decide
from twinge.core.rules import CATALOGUE
from twinge.core.silence import KINDS, silenced

SUNDAY = datetime(2026, 3, 1, 11, tzinfo=UTC)
SPIKE = {
    "measure": "distance_m",
    "today": 21_100,
    "longest_30d": 16_000,
    "over_percent": 32,
    "ceiling": 17_600,
    "limit_percent": 10,
    "source": "observed",
    "race": True,
}
EAR = Ear(Voice.PUSH)


def planned(kind: str, rules: tuple[str, ...] = (), days: int = 2) -> Athlete:
    since = SUNDAY - timedelta(days=1)
    return replace(ALICE, silences=(Silence("s1", kind, since, since + timedelta(days=days), rules),))


def finding(rule: str, severity: Severity = Severity.SLOW_DOWN, at: datetime = SUNDAY) -> Finding:
    return Finding(rule, severity, 2, at, "garmin:1", SPIKE)


@pytest.mark.parametrize(
    ("kind", "quiet", "heard"),
    [
        ("race", "L01 R01 T02 W01", "R03 R06 P01"),
        ("overload", "L01 L05 R01 R02", "R03 R04 R06 T03"),
        ("taper", "L03 R07 T04", "L01 R01 R03"),
        ("travel", "R03 R04 R05 T01 T03", "L01 R01 R06"),
        ("illness", "R03 R04 R05", "L01 R06"),
        ("daily_runner", "R02", "R01"),
        ("warm_up", "W01", "L01"),
        ("own_plan", "RR02", "R06"),
    ],
)
def test_each_kind_keeps_its_own_rules_quiet(kind: str, quiet: str, heard: str) -> None:
    silences = planned(kind).silences
    assert [rule for rule in quiet.split() if silenced(finding(rule), silences) is None] == []
    assert [rule for rule in heard.split() if silenced(finding(rule), silences) is not None] == []


def test_every_rule_that_is_kept_quiet_is_one_of_ours() -> None:
    known = {rule.id for rule in CATALOGUE}
    assert {rule for rules in KINDS.values() for rule in rules} <= known


def test_a_race_says_nothing_and_its_reason_is_kept() -> None:
    decision = decide(planned("race"), [finding("L01")], EAR, SUNDAY + timedelta(hours=1), STANDARD)
    assert (decision.nudges, [held.reason for held in decision.held]) == ((), ["silenced"])


def test_a_silence_ends_by_itself() -> None:
    after = SUNDAY + timedelta(days=1)
    decision = decide(planned("race"), [finding("L01", at=after)], EAR, after + timedelta(hours=1), STANDARD)
    assert [nudge.rules for nudge in decision.nudges] == [("L01",)]


def test_a_silence_of_chosen_rules_names_them() -> None:
    assert silenced(finding("L01"), planned("rules", ("L01",)).silences) is not None
    assert silenced(finding("R01"), planned("rules", ("L01",)).silences) is None


def test_what_the_athlete_reported_is_never_silenced() -> None:
    assert silenced(finding("L01", Severity.SEE_DOCTOR), planned("rules", ("L01",)).silences) is None


def test_a_silence_changes_no_history() -> None:
    assert fold(planned("race"), []).state == fold(ALICE, []).state


# ---- the athlete's own limits ----------------------------------------------------------------------------------------


def test_an_athlete_s_own_limit_takes_the_place_of_everybody_s() -> None:
    careful = replace(ALICE, limits=(("l01.small", 105),))
    assert (own_pack(careful, STANDARD).l01.small, own_pack(ALICE, STANDARD).l01.small) == (105, 110)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((("l01.small", 200),), "l01.small: 200 is not safe"),
        ((("l01.small", 130),), "l01.moderate: must be higher than l01.small"),
        ((("policy.daily", 3),), "policy.daily: is no limit of one athlete"),
        ((("l01", 3),), "l01: is no limit of one athlete"),
        ((("l99.small", 3),), "l99: no such part"),
        ((("l01.tiny", 3),), "l01.tiny: no such limit"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_by_name(limits: tuple[tuple[str, int], ...], words: str) -> None:
    with pytest.raises(Unsafe, match=words.replace(".", r"\.")):
        check_own(limits)


def test_limits_that_do_not_go_with_the_operator_s_pack_are_left_out() -> None:
    """Better the pack as it stands than an athlete nobody judges."""
    odd = replace(ALICE, limits=(("l01.small", 130),))
    assert own_pack(odd, STANDARD) is STANDARD


# ---- the weekly digest -----------------------------------------------------------------------------------------------


def kept(rule: str, days_ago: float = 1, reason: str = "digest", severity: Severity = Severity.INFO) -> Held:
    facts = {
        "L03": {"measure": "distance_m", "now": 40_000, "usual": 30_000, "over_percent": 33, "weeks": 2},
        "R02": {"days": 5, "rest_days_14d": 1, "limit_days": 7},
        "L02": {
            "measure": "moving_s",
            "today": 9000,
            "most_30d": 6000,
            "over_percent": 50,
            "limit_percent": 60,
            "sport": "ride",
        },
    }
    return Held("alice", (rule,), severity, reason, EVENING - timedelta(days=days_ago), "garmin:1", {rule: facts[rule]})


EVENING = datetime(2026, 3, 1, 17, tzinfo=UTC)
"""Sunday, six in the evening in Berlin."""


def told(ear: Ear, *held: Held, athlete: Athlete = ALICE) -> tuple[str, ...]:
    made = digest(athlete, held, ear, EVENING, STANDARD)
    return () if made is None else made.rules


HEARD = EAR


def test_the_week_in_one_message_the_most_serious_first() -> None:
    held = [kept("L02"), kept("R02", 2), kept("L03", 3, "over_budget", Severity.SLOW_DOWN)]
    made = digest(ALICE, held, HEARD, EVENING, STANDARD)
    assert made is not None
    assert (made.rules, made.severity, made.not_before) == (("L03", "L02"), Severity.INFO, EVENING)


def test_nothing_to_say_is_nothing_said() -> None:
    assert told(HEARD) == ()
    assert told(HEARD, kept("L02", 8)) == ()
    assert told(HEARD, kept("L02", reason="said_already")) == ()


def test_a_digest_repeats_nothing_that_was_said_lately() -> None:
    said = Said(("L02",), (1,), 0, EVENING - timedelta(days=6), None, None)
    assert told(replace(HEARD, said=(said,)), kept("L02"), kept("R02")) == ("R02",)


def test_a_muted_rule_and_a_pause_hold_for_the_digest_too() -> None:
    muted = replace(ALICE, preferences=Preferences(mute=("L02",)))
    paused = replace(ALICE, preferences=Preferences(paused_until=EVENING + timedelta(days=1)))
    nobody = Ear(Voice.NONE)
    assert told(HEARD, kept("L02"), athlete=muted) == told(HEARD, kept("L02"), athlete=paused) == ()
    assert told(nobody, kept("L02")) == ()


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-02-25T12:00", "2026-03-01T17:00"),  # a Wednesday
        ("2026-03-01T16:59", "2026-03-01T17:00"),
        ("2026-03-01T17:00", "2026-03-08T17:00"),
        ("2026-03-25T12:00", "2026-03-29T16:00"),  # summer time begins that Sunday
    ],
)
def test_the_digest_comes_at_the_athlete_s_own_hour(now: str, due: str) -> None:
    found = next_digest(ALICE, datetime.fromisoformat(f"{now}+00:00"))
    assert found == datetime.fromisoformat(f"{due}+00:00")


def test_the_day_and_the_hour_are_the_athlete_s_choice() -> None:
    monday = replace(ALICE, preferences=Preferences(digest_day=1, digest_at=time(7, 30)))
    never = replace(ALICE, preferences=Preferences(digest_at=None))
    assert next_digest(monday, SUNDAY) == datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
    assert next_digest(never, SUNDAY) is None


def test_a_line_in_the_digest_keeps_no_louder_word_back() -> None:
    said = Said(("L01",), (1,), 0, SUNDAY - timedelta(days=1), None, None)
    decision = decide(ALICE, [finding("L01")], Ear(Voice.PUSH, (said,)), SUNDAY + timedelta(hours=1), STANDARD)
    assert len(decision.nudges) == 1


def test_a_digest_is_in_nobody_s_budget_and_waits_for_no_answer() -> None:
    said = Said(("L02",), (1,), 0, SUNDAY + timedelta(minutes=10), None, None)
    decision = decide(ALICE, [finding("L01")], Ear(Voice.SMS, (said, said)), SUNDAY + timedelta(hours=1), STANDARD)
    assert len(decision.nudges) == 1
    made = digest(ALICE, [kept("L02")], Ear(Voice.SMS), EVENING, STANDARD)
    assert made is not None
    assert Ear(Voice.SMS).heard(made).answered is None
