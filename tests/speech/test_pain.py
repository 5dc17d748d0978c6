"""What the pain story says: the place with its grammar, one thing to do, and the question with its numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from diary import ALICE
from speech.pains import AMERICA, say
from twinge.core.model import Athlete
from twinge.core.pain.signs import CONFIRMABLE, SIDES, SITE_MENU, SITES
from twinge.speech import pain
from twinge.speech.place import GRAVITY, place
from twinge.speech.tongue import tongue

BERLIN = replace(ALICE, timezone="Europe/Berlin")
GERMAN, SPANISH, FRENCH = (replace(BERLIN, language=language) for language in ("de", "es", "fr"))
CLARA = replace(ALICE, timezone=AMERICA)


@pytest.mark.parametrize(
    ("language", "places"),
    [
        ("en", ("left buttock", "both calves", "right side of the back", "back of the left hip", "left side", "knee")),
        ("de", ("linkes Gesäß", "beide Waden", "Rücken rechts", "linke Hüfte hinten", "linke Seite", "Knie")),
        (
            "es",
            (
                *("el glúteo izquierdo", "ambas pantorrillas", "la espalda a la derecha"),
                *("la cadera izquierda por detrás", "el lado izquierdo", "la rodilla"),
            ),
        ),
        (
            "fr",
            (
                *("la fesse gauche", "les deux mollets", "le dos à droite"),
                *("derrière la hanche gauche", "le côté gauche", "le genou"),
            ),
        ),
    ],
)
def test_places_have_their_grammar(language: str, places: tuple[str, ...]) -> None:
    asked = [
        ("buttock", "left"),
        ("calf", "both"),
        ("back", "right"),
        ("behind_hip", "left"),
        ("", "left"),
        ("knee", ""),
    ]
    assert tuple(place(site, side, tongue(language)) for site, side in asked) == places
    assert place("other", "left", tongue(language)) == places[4]
    assert place("", "", tongue(language)) == ""


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
def test_no_two_places_are_called_the_same(language: str) -> None:
    named = [place(site, side, tongue(language)) for site in SITES for side in ("", *SIDES)]
    assert len(set(named)) == len(named)


@pytest.mark.parametrize(
    ("athlete", "text"),
    [
        (
            BERLIN,
            (
                "Left knee. If you are running, stop and walk in. Not medical advice. Emergency: 112. "
                "How bad is it, 0 (none) to 10 (worst)?"
            ),
        ),
        (
            GERMAN,
            (
                "Linkes Knie. Falls du läufst: anhalten und zurückgehen. Kein ärztlicher Rat. Notruf: 112. "
                "Wie stark ist es, 0 (gar nicht) bis 10 (extrem)?"
            ),
        ),
        (
            SPANISH,
            (
                "La rodilla izquierda. Si estas corriendo, para y vuelve a pie. No es consejo médico. "
                "Emergencias: 112. ¿Cuanto duele, de 0 (nada) a 10 (lo peor)?"
            ),
        ),
        (
            FRENCH,
            (
                "Le genou gauche. Si tu cours, arrete et rentre à pied. Pas un avis médical. Urgences : 112. "
                "Quelle douleur, de 0 (aucune) à 10 (la pire) ?"
            ),
        ),
    ],
)
def test_the_first_word_stops_a_run_and_carries_the_standing_line_in_short(athlete: Athlete, text: str) -> None:
    assert pain(say("stop_now", "score", site="knee"), athlete) == text


def test_where_is_asked_until_it_is_known() -> None:
    assert pain(say("ask_score", "score", site="", side=""), CLARA).startswith("How bad is it, 0 to 10, and where?")
    assert pain(say("ask_score", "score"), CLARA) == "Left buttock. How bad is it, 0 (none) to 10 (worst)?"


def test_the_hold_and_the_menu_of_signs_are_one_message() -> None:
    assert pain(say("rest_24", "signs"), CLARA).splitlines() == [
        "Left buttock, 4 of 10. No running for 24 h. Not medical advice. Emergency: 911. All that fit, like 25:",
        "1 none",
        "2 pain down the leg",
        "3 tingling/numb",
        "4 weak leg",
        "5 limping",
        "6 hurts to walk",
        "7 pain at night/rest",
        "8 one tiny spot",
        "9 no bladder/bowel control, numb between legs, both legs weak, can't stand",
    ]


def test_a_hold_says_what_is_left_of_it_and_what_is_fine() -> None:
    text = pain(say("rest_72", signs="tingling", nerve=True, hours=48), GERMAN)
    assert text == (
        "Linkes Gesäß, 4 von 10, Kribbeln oder Taubheit. 48 h nicht laufen. Dann fragen wir wieder. "
        "Was nicht wehtut, ist erlaubt. Kein ärztlicher Rat. Notruf: 112."
    )
    assert "No running for 14 days." in pain(say("rest_24", hours=336), BERLIN)
    assert "No running for 1 h." in pain(say("rest_24", hours=0), BERLIN)
    assert "At first it was 3. No running" in pain(say("rest_72", first=3, worse=True, signs=""), BERLIN)
    assert "Stop and walk in. No running" in pain(say("rest_24", live=True), BERLIN)
    assert "No number came, so gently at first. No running" in pain(say("rest_24", score=None), BERLIN)
    assert "What does not hurt is fine." in pain(say("rest_on"), BERLIN)


def test_a_score_of_nothing_is_said_and_an_unknown_one_is_not() -> None:
    assert pain(say("refer_on", score=0), BERLIN).startswith("Left buttock, 0 of 10. ")
    assert pain(say("refer_on", score=None), BERLIN).startswith("Left buttock. ")


@pytest.mark.parametrize(
    ("urgency", "action"),
    [
        ("routine", "A check by a doctor or physio may help."),
        ("soon", "A check by a doctor or physio in a day or two may help."),
        ("prompt", "A check by a doctor or physio this week may help."),
        ("review", "Still there on day 43: another look by a doctor or physio may help."),
    ],
)
def test_a_doctor_by_urgency(urgency: str, action: str) -> None:
    text = pain(say("see_doctor", urgency=urgency, day=43, signs=""), CLARA)
    assert action in text
    assert "No running" in text
    assert "Seeing one? Reply SEEING DR. Not medical advice." in text


def test_a_doctor_soon_says_what_was_told() -> None:
    text = pain(say("see_doctor", urgency="soon", signs="cancer_history night weak", score=None, site="hip"), CLARA)
    assert text.startswith("Left hip, a weak leg. No running")


@pytest.mark.parametrize(
    ("athlete", "text"),
    [
        (
            CLARA,
            (
                "Stop. You told us: numbness between the legs. That needs emergency care now: call 911. "
                "Not medical advice."
            ),
        ),
        (
            GERMAN,
            (
                "Stopp. Du schreibst: Taubheit zwischen den Beinen. Das braucht sofort Notfallhilfe: Ruf 112 an. "
                "Kein ärztlicher Rat."
            ),
        ),
        (
            SPANISH,
            (
                "Detente. Nos dices: adormecimiento entre las piernas. Necesita atencion de urgencia ya: llama al 112. "
                "No es consejo médico."
            ),
        ),
        (
            FRENCH,
            (
                "Arrete tout. Tu nous dis : engourdissement entre les jambes. Soins d'urgence tout de suite : "
                "appelle le 112. Pas un avis médical."
            ),
        ),
    ],
)
def test_an_emergency_names_the_sign_and_the_number(athlete: Athlete, text: str) -> None:
    assert pain(say("urgent", signs="limp saddle_numb tingling"), athlete) == text


def test_an_emergency_from_the_menu_names_what_number_nine_stands_for() -> None:
    for signs in ("alarm", ""):
        assert pain(say("urgent", signs=signs), CLARA) == (
            "Stop. Bladder or bowel trouble, numbness between the legs, both legs weak or no weight on a leg: "
            "emergency care now, call 911. Not medical advice."
        )
    assert "You told us: a fall or crash." in pain(say("urgent", signs="alarm fall"), CLARA)


def test_the_number_follows_the_country_that_is_known_better_than_the_clock() -> None:
    assert "call 000" in pain(say("urgent", signs="fall"), CLARA, "AU")


def test_what_free_text_spoke_of_is_asked_back_by_name() -> None:
    assert pain(say("urgent_ask", "confirm", found="fever saddle_numb"), CLARA) == (
        "You wrote: numbness between the legs; fever or feeling very unwell. Is that so? 1 no, 2 yes. "
        "If yes: emergency care now, call 911. Not medical advice."
    )


def test_checks_say_how_long_it_has_been_and_what_a_nought_means() -> None:
    assert pain(say("ask_24h", "check"), BERLIN) == (
        "Left buttock. One day on. How bad was it at worst walking, sitting or on stairs, 0 to 10?"
    )
    assert "Left buttock. Two days on. How bad" in pain(say("ask_24h", "check", hours_since=48), BERLIN)
    assert "Zwei Tage später." in pain(say("ask_24h", "check", hours_since=48), GERMAN)
    assert pain(say("ask_day", "check", day=14, nerve=True, again=True), BERLIN) == (
        "Left buttock. We ask again. Day 14. How bad was it at worst walking, sitting or on stairs, 0 to 10? "
        "0 only without tingling or numbness."
    )


def test_the_way_back_says_the_session() -> None:
    assert pain(say("stage_next"), BERLIN) == (
        "Left buttock. Your answers fit the next step: 5 x (3 min walk + 3 min run), flat and easy. "
        "Twice, 48 h apart. Your clinician's advice comes first."
    )
    walk: dict[str, Any] = {"stage": 0, "sets": 1, "walk_minutes": 30, "run_minutes_each": 0, "run_minutes": 0}
    run: dict[str, Any] = {"stage": 6, "sets": 1, "walk_minutes": 0, "run_minutes_each": 30, "run_minutes": 30}
    assert "30 min brisk walk on the flat. Twice" in pain(say("stage_next", **walk), BERLIN)
    assert "30 min laufen, flach, locker." in pain(say("stage_again", **run), GERMAN)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"reason": "long", "ran_minutes": 22}, "You ran 22 min, more than the step asks for."),
        ({"reason": "long", "ran_minutes": None}, "That was more than the step asks for."),
        ({"reason": "hard", "ran_minutes": 15}, "That was a hard run; the steps are easy."),
        ({"reason": "hills", "ran_minutes": 15}, "That was hilly; hills come later."),
    ],
)
def test_what_went_beyond_a_step(facts: dict[str, Any], sentence: str) -> None:
    assert f"Left buttock. {sentence} Next time: 5 x (" in pain(say("stage_breach", **facts), BERLIN)
    assert f"{sentence} The second time this week: rest 2 days, then 5 x (" in pain(say("stage_rest", **facts), BERLIN)


def test_a_run_is_asked_about_by_what_it_was() -> None:
    assert "Worst pain in the walk, 0 to 10?" in pain(say("ask_run", "run", stage=0), BERLIN)
    assert "Worst pain in the run, 0 to 10?" in pain(say("ask_run", "run", stage=2), BERLIN)
    assert "0 only without tingling or numbness." in pain(say("ask_run", "run", stage=2, nerve=True), BERLIN)


@pytest.mark.parametrize("ask", ["feel", "check", "score", "walk"])
def test_a_run_in_a_hold_is_asked_about_neutrally_whatever_the_question_was(ask: str) -> None:
    assert pain(say("run_in_hold_ask", ask), BERLIN) == (
        "Left buttock. We saw a run. How did it feel, 0 (no pain) to 10?"
    )


def test_a_run_in_a_hold_is_asked_about_again_in_the_same_words() -> None:
    assert pain(say("run_in_hold_ask", "feel", again=True), BERLIN) == pain(say("run_in_hold_ask", "feel"), BERLIN)


@pytest.mark.parametrize(
    ("athlete", "both"),
    [
        (BERLIN, "tingling/numbness"),
        (GERMAN, "Kribbeln/taub"),
        (SPANISH, "hormigueo/adormecimiento"),
        (FRENCH, "fourmillements/engourdi"),
    ],
)
def test_numbness_is_named_beside_tingling(athlete: Athlete, both: str) -> None:
    assert f", {both}, " in pain(say("ask_run", "run", stage=2), athlete)
    assert f", {both}, " in pain(say("ask_run", "run", stage=0), athlete)
    third = pain(say("rest_24", "signs"), athlete).splitlines()[3]
    assert re.fullmatch(r"3 \w+/(numb|taub|dormido|engourdi)", third), third


def test_a_sleeper_is_asked_what_its_state_calls_for() -> None:
    assert pain(say("ask_dormant", "check"), BERLIN).endswith("We saw a run. How is it now, 0 (no pain) to 10?")
    assert pain(say("how_did_it_go", "seen"), BERLIN).splitlines() == [
        "Left buttock. It has been a while. Has a doctor seen you about it?",
        "1 no",
        "2 yes, and I may move on",
        "3 yes, still in their care",
    ]


def test_choices_are_numbered_in_the_order_of_the_machine() -> None:
    places = ("left knee", "shin", "unnamed", "new", "right", "right other")
    assert pain(say("which_place", "which_place", places), FRENCH).splitlines()[1:] == [
        "1 le genou gauche",
        "2 le tibia",
        "3 celui sans nom encore",
        "4 un nouvel endroit",
        "5 le coté droit",
        "6 le coté droit",
    ]
    asked = ("check left knee", "weekly", "run back")
    assert pain(say("which_question", "which_question", asked), GERMAN).splitlines()[1:] == [
        "1 wie es heute ist (linkes Knie)",
        "2 Wochencheck",
        "3 der Lauf (Rücken)",
    ]
    assert pain(say("rest_on", "site", site="", side=""), SPANISH).splitlines()[1:] == [
        f"{number} {site}"
        for number, site in enumerate(
            ["gluteo", "cadera", "espalda", "muslo", "rodilla", "pantorrilla", "tobillo", "pie", "otra zona"], 1
        )
    ]
    assert len(SITE_MENU) == 9


def test_a_week_that_cost_a_good_deal_asks_where_it_hurts() -> None:
    assert pain(say("weekly_slow", "score"), CLARA) == (
        "It cost you a good deal this week: take it easy. Not medical advice. Emergency: 911. "
        "How bad is it, 0 to 10, and where? (Like: 4 left knee)"
    )
    assert pain(say("weekly_info", week_score=32), CLARA) == "Weekly check: 32 of 100."


def test_the_ladder_done_says_how_much_fits_this_week() -> None:
    assert "This week 65% of your usual distance." in pain(say("monitor", volume_percent=65), BERLIN)
    assert "Distance first, hills later, speed last." in pain(say("monitor", volume_percent=None), BERLIN)


def test_every_sign_has_its_place_in_the_order_of_gravity() -> None:
    assert set(GRAVITY) == {*CONFIRMABLE, "numb_long"}
