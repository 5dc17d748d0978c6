"""What a message says: own numbers, one action, a way out, in the athlete's language and units."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from diary import ALICE, judged
from sayings import AT, SPREAD
from twinge.core.model import Finding, Severity
from twinge.core.rules import CATALOGUE
from twinge.speech import amount, phrase, say, without_way_out

LONG = "every mon from 2026-01-05 for 7 weeks 07:00 run 10km 60min rpe 3\n2026-02-20 07:00 run {}km 80min rpe 3"  # L01
TWICE = (
    "every mon thu from 2026-01-05 for 6 weeks 18:00 run 8km 50min rpe 3\n"
    "2026-02-16 18:00 run 8km 50min rpe 7\n2026-02-17 18:00 run 12km 72min rpe 7"
)


def seen(diary: str, *rules: str) -> list[Finding]:
    return [found for found in judged(diary).findings if found.rule in rules and found.severity > Severity.INFO]


def test_the_numbers_are_the_athletes_own() -> None:
    [spike] = seen(LONG.format("13.1"), "L01")
    assert say([spike], Severity.SLOW_DOWN, ALICE) == (
        "Your 13.1 km run was 31% over your 30-day longest (10.0 km). "
        "Rest a day or two, then stay under 11.0 km. Reply OK, MUTE or STOP."
    )
    assert say([spike], Severity.SLOW_DOWN, replace(ALICE, units="mi")).startswith("Your 8.1 mi run was 31% over")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "de",
            (
                "Dein Lauf (13,1 km) war 31 % länger als dein längster in 30 Tagen (10,0 km). "
                "Mach 1-2 Tage Pause, dann bleib unter 11,0 km. Antworte OK, MUTE oder STOP."
            ),
        ),
        (
            "es",
            (
                "Corriste 13,1 km, un 31 % mas que tu salida mas larga en 30 dias (10,0 km). "
                "Descansa 1-2 dias y luego no pases de 11,0 km. Responde OK, MUTE o STOP."
            ),
        ),
        (
            "fr",
            (
                "Ta sortie (13,1 km) dépasse de 31 % ta plus longue en 30 jours (10,0 km). "
                "Repose-toi 1-2 jours, puis reste sous 11,0 km. Réponds OK, MUTE ou STOP."
            ),
        ),
    ],
)
def test_the_same_in_the_athletes_language(language: str, text: str) -> None:
    [spike] = seen(LONG.format("13.1"), "L01")
    assert say([spike], Severity.SLOW_DOWN, replace(ALICE, language=language)) == text


@pytest.mark.parametrize(
    ("language", "start"),
    [
        ("de-AT", "Dein Lauf (13,1 km)"),
        ("de-CH", "Dein Lauf (13.1 km)"),
        ("es-MX", "Corriste 13.1 km"),
        ("fr-ZZ", "Ta sortie (13,1 km)"),
        ("pt-BR", "Your 13.1 km run"),
    ],
)
def test_a_country_writes_its_own_numbers_and_an_unknown_language_is_english(language: str, start: str) -> None:
    [spike] = seen(LONG.format("13.1"), "L01")
    assert say([spike], Severity.SLOW_DOWN, replace(ALICE, language=language)).startswith(start)


def test_two_reasons_fit_one_segment() -> None:
    text = say(seen(TWICE, "L01", "R01"), Severity.REST, ALICE)
    assert len(text) <= 160, text
    assert "50% over" in text
    assert "hard 23 h after a hard session (better 48 h)" in text


def test_where_two_reasons_leave_no_room_the_action_gets_brief_and_then_the_second_reason() -> None:
    spike, sleep = finding("L01", today=13_100), finding("R05", mean_min=400)
    assert say([spike, sleep], Severity.REST, replace(ALICE, language="de")) == (
        "Dein Lauf (13,1 km) war 31 % länger als dein längster in 30 Tagen (10,0 km); 6:40 h Schlaf pro Nacht. "
        "Mach 2 Tage Pause. Antworte OK, MUTE oder STOP."
    )


def finding(rule: str, **wanted: object) -> Finding:
    """A finding with the plainest facts, but for those wanted."""
    return Finding(rule, Severity.SLOW_DOWN, 1, AT, "w:1", {**PLAIN[rule], **wanted})


PLAIN = {rule: rows[0] for rule, rows in SPREAD.items()} | {
    "L01": {
        "measure": "distance_m",
        "today": 13_100,
        "longest_30d": 10_000,
        "over_percent": 31,
        "ceiling": 11_000,
        "source": "observed",
        "race": False,
    }
}


ALIKE = "Your last 7 days were all much alike and 12% heavier than your usual week."
NIGHTS = {"mean_min": 430, "limit_min": 420, "short_nights": 3, "nights": 6}
TIRED = {"cadence": -41, "contact": 67, "bounce": None, "decoupling": None}
COSTLY = {"cadence": -52, "contact": None, "bounce": 5, "decoupling": 80}


@pytest.mark.parametrize(
    ("rule", "facts", "sentence"),
    [
        ("L05", {"load": 78_400, "usual": 70_000}, ALIKE),
        ("L05", {"load": 60_000, "usual": 70_000}, "Your last 7 days were full and all much alike."),
        ("L05", {"load": 60_000, "usual": None}, "Your last 7 days were full and all much alike."),
        ("L06", {"what": "balance", "fatigue": 9_000, "fitness": 6_000}, "Your last 7 days were 50% heavier than"),
        ("L07", {"days": 1, "week_m": 6_500}, "6.5 km on your first day of running; "),
        ("R01", {"gap_h": 23.9, "wanted_h": 48}, "Hard 23 h after a brisk session (better 48 h)."),
        ("R01", {"gap_h": 11.0, "wanted_h": 168}, "Hard 11 h after a brisk session (better 7 days)."),
        ("R01", {"gap_h": 25.0, "wanted_h": 168}, "Hard 1 day after a brisk session (better 7 days)."),
        ("R01", {"gap_h": None, "wanted_h": 48}, "Hard again within 48 h of a brisk session."),
        ("R02", {"days": 3, "rest_days_14d": 1}, "1 rest day in 14 days."),
        ("R05", NIGHTS, "3 of your last 6 nights were short."),
        ("R07", {}, "Your training grew 3 weeks in a row. Make next week 20-30% lighter."),
        ("T01", {"over_percent": None, "most_30d": 0}, "150 m of climb, after 30 days with next to none."),
        ("T02", {"estimated": True, "steep_m": 1_450}, "About 1,450 m of steep downhill, 31% over"),
        ("T03", {"longest_42d_min": 0}, "45 min on trails, your first in 6 weeks."),
        ("T04", {"ground": "sand"}, "94% of your last 6 runs was on such ground."),
        ("W01", {"times_28d": 3}, "You started 3 hard sessions in 28 days without easy minutes first."),
        ("F01", TIRED, "Late in your run 4% fewer steps a minute and 7% longer on the ground."),
        ("F01", COSTLY, "Late in your run 5% fewer steps a minute and 8% more pulse for the pace."),
        ("F01", {**COSTLY, "cadence": None}, "Late in your run 8% more pulse for the pace."),
    ],
)
def test_what_the_facts_call_for(rule: str, facts: dict[str, object], sentence: str) -> None:
    assert say([finding(rule, **facts)], Severity.SLOW_DOWN, ALICE).startswith(sentence)


def test_form_that_shifts_to_one_side_is_a_question_answered_by_a_digit() -> None:
    shifted = finding("F02", left=5_200, usual=5_020, shift=180)
    assert say([shifted], Severity.QUESTION, ALICE) == (
        "Your left foot carried 52.0% of the ground time, usually 50.2% (2 such runs in 7 days). "
        "Does anything hurt? Reply 0 (no) to 10 (a lot), or STOP."
    )
    right = replace(shifted, facts={**shifted.facts, "left": 4_840, "shift": -180})
    assert say([right], Severity.QUESTION, replace(ALICE, language="de")).startswith(
        "Dein rechter Fuß trug 51,6 % der Bodenkontaktzeit, sonst 49,8 % (2 solche Läufe in 7 Tagen). Tut dir"
    )


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
def test_a_shift_is_told_by_both_shares_in_every_language(language: str) -> None:
    for left, shares in ((5_200, ("52", "50")), (4_840, ("51", "49"))):
        text = say([finding("F02", left=left, usual=5_020)], Severity.QUESTION, replace(ALICE, language=language))
        assert tuple(re.findall(r"(\d+)[.,]\d ?%", text)) == shares, text


def test_heights_are_feet_for_those_who_run_miles() -> None:
    assert say([finding("T01", climb_m=450)], Severity.SLOW_DOWN, replace(ALICE, units="mi")).startswith("1,476 ft of")
    assert say([finding("T02", steep_m=2_450)], Severity.REST, replace(ALICE, language="de")).startswith(
        "2.450 m steil"
    )


def test_every_rule_that_speaks_has_words() -> None:
    speaking = {rule.id for rule in CATALOGUE if rule.severities and rule.kind not in {"pain", "return", "compound"}}
    assert speaking <= set(SPREAD)


def test_any_message_of_the_catalogue_can_be_said_by_its_name() -> None:
    spanish = replace(ALICE, language="es")
    assert (
        phrase("started", {}, spanish) == "Qué bien que vuelvas: los mensajes siguen. STOP los termina cuando quieras."
    )
    assert phrase("muted", {"rules": ["X01", "L01", "R01"]}, ALICE).startswith(
        "Muted: long runs (L01) and hard after hard (R01)."
    )
    with pytest.raises(LookupError, match="no catalogue has a message hello"):
        phrase("hello", {}, ALICE)
    with pytest.raises(LookupError, match="until"):
        phrase("snoozed", {"days": 3}, ALICE)


def test_a_page_shows_the_message_without_its_way_out() -> None:
    for rule, severity in (("L01", Severity.REST), ("L01", Severity.INFO), ("F02", Severity.QUESTION)):
        assert "STOP" not in without_way_out(say([finding(rule)], severity, ALICE))
    text = say([finding("L01")], Severity.REST, replace(ALICE, language="de"))
    assert without_way_out(text, "de").endswith("dann bleib unter 11,0 km.")


def test_amounts_are_told_by_what_was_measured() -> None:
    assert amount(13_050, "distance_m", "km") == "13.1 km"
    assert amount(13_050, "distance_m", "mi", "de") == "8,1 mi"
    assert [amount(seconds, "moving_s", "km") for seconds in (59 * 60, 3_600, 3_930)] == ["59 min", "1h00", "1h06"]
    assert amount(13_249, "load", "km") == "load 132"


def test_small_answers() -> None:
    assert phrase("effort_ask", {"sport": "swim", "minutes": 40}, ALICE) == (
        "How hard was your 40 min swim? Reply 0 (rest) to 10 (all-out), or STOP."
    )
    assert phrase("effort_ask", {"sport": "trail_run", "minutes": None}, replace(ALICE, language="fr")) == (
        "Quel effort pour ta séance de course ? Réponds de 0 (aucun) à 10 (à fond), ou STOP."
    )
    assert phrase("unmuted", {"rules": ["L01"]}, replace(ALICE, language="es")) == (
        "Otra vez activo: salidas largas (L01). MUTE lo silencia de nuevo."
    )
    assert phrase("noted", {}, ALICE) == "Thanks, noted. Write PAIN whenever it changes."


@pytest.mark.parametrize(
    ("language", "call"),
    [("en", "call 911."), ("de", "Ruf im Notfall 911 an."), ("es", "llama al 911."), ("fr", "appelle le 911.")],
)
def test_the_standing_line_names_the_athletes_own_number(language: str, call: str) -> None:
    athlete = replace(ALICE, language=language, timezone="America/New_York")
    assert phrase("standing", {}, athlete).endswith(call)
    assert call in phrase("welcome", {}, athlete)
    assert phrase("standing", {}, replace(athlete, country="PK")) == phrase("standing", {}, athlete).replace(
        "911", "1122"
    )


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
def test_the_welcome_has_the_whole_standing_line_and_what_is_not_understood_is_told_what_is(language: str) -> None:
    athlete = replace(ALICE, language=language)
    assert phrase("standing", {}, athlete) in phrase("welcome", {}, athlete)
    assert {"PAIN", "HELP", "STOP"} <= set(phrase("welcome", {}, athlete).replace(",", "").split())
    assert phrase("help", {}, athlete).startswith("Twinge")
    assert {"PAIN", "STOP", "START"} <= set(re.findall(r"[A-Z]+", phrase("help", {}, athlete)))
    for word in ("PAIN", "STATUS", "WHY", "STOP", "MUTE", "OK"):
        assert word in phrase("unclear", {}, athlete)
