"""P01, P02, P05, P06 and P07: from a report to the hold it deserves, told as pain diaries."""

from __future__ import annotations

import pytest

from core.pain.diary import Book, lines, story
from twinge.core.pain import Setting


def test_a_new_pain_in_a_run_is_a_day_of_rest() -> None:
    """P01: 2/10 in the buttock at km 4. One message holds and asks, the answer "none" needs no other."""
    assert story("0h pain 2 left buttock during live\n0h05 reply 1") == lines(
        """
        0h    TRIAGE
        0h    says rest_24 P01 asks signs
        0h05  REST24
        """
    )


def test_the_first_message_carries_what_it_needs() -> None:
    book = Book().write("0h pain 2 left buttock during live")
    assert book.last("rest_24").facts == {"site": "buttock", "side": "left", "score": 2, "hours": 24, "live": True}
    question = book.last("rest_24").question
    assert question is not None
    assert question.choices == ("none", "radiating", "tingling", "weak", "limp", "walking", "night", "spot", "alarm")


def test_the_word_pain_alone_stops_and_asks_for_a_number() -> None:
    """Bare PAIN, then 4, then 1: two messages in all."""
    assert story("0h pain\n0h05 reply 4\n0h10 reply 1\n20h wait") == lines(
        """
        0h    TRIAGE
        0h    says stop_now P01 asks score
        0h05  says rest_24 P01 asks signs
        0h10  REST24
        """
    )


def test_without_an_answer_to_the_menu_the_known_part_decides_after_half_an_hour() -> None:
    """And the menu is asked once more, along with the next hold, and never again."""
    assert story("0h pain 4 right knee\n24h reply 4\n3d reply 4") == lines(
        """
        0h    TRIAGE
        0h    says rest_24 P01 asks signs
        0h30  REST24
        24h   says ask_24h P03 asks check
        24h   REST72
        24h   says rest_72 P03 asks signs
        3d    says ask_72h P04 asks check
        3d    REFER(routine)
        3d    says see_doctor P04
        """
    )


def test_without_a_number_it_is_taken_for_a_three_after_a_day() -> None:
    """TRIAGE, no answers by 12 h + 12 h: REST24, with 24 hours from then. The number may still come."""
    assert story("0h pain left knee\n49h wait") == lines(
        """
        0h    TRIAGE
        0h    says stop_now P01 asks score
        12h   says ask_score P01 asks score
        24h   REST24
        24h   says rest_24 P01
        48h   says ask_24h P03 asks check
        """
    )


@pytest.mark.parametrize("site", ["stitch", "blister", "breath"])
def test_a_stitch_holds_nobody_back(site: str) -> None:
    assert story(f"0h pain 4 {site} during") == []


def test_no_pain_is_no_episode() -> None:
    assert story("0h pain 0 left knee") == []


def test_silence_never_opens_an_episode() -> None:
    assert story("0h run 10km 60min hard\n9d wait") == []


@pytest.mark.parametrize(
    ("report", "hold", "rule"),
    [
        ("pain 5 left knee", "rest_24", "P01"),
        ("pain 6 left knee", "rest_72", "P02"),
        ("pain 3 left knee limp", "rest_72", "P02"),
        ("pain 2 left buttock radiating", "rest_72", "P05"),
        ("pain 2 left buttock tingling", "rest_72", "P05"),
        ("pain 1 left foot numb", "rest_72", "P05"),  # "numb little toe"
        ("pain 4 shin spot", "rest_24", "P01"),
        ("pain 4 shin worse_longer", "rest_24", "P01"),  # worsens on running only
    ],
)
def test_the_hold_that_a_report_deserves(report: str, hold: str, rule: str) -> None:
    """P02: 5 is P01's, 6 and a limp are not. P05 without weakness rests at once. One bone sign alone is P01's."""
    assert story(f"0h {report}") == lines(f"0h TRIAGE\n0h says {hold} {rule} asks signs")


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("1", "REST24"),
        ("2", "REST72"),
        ("3", "REST72"),
        ("4", "REFER(soon)"),
        ("5", "REST72"),
        ("6", "REST24"),
        ("7", "REST24"),
        ("8", "REST24"),
        ("68", "REFER(soon)"),
        ("78", "REFER(soon)"),
        ("25", "REST72"),
        ("9", "URGENT"),
        ("469", "URGENT"),
    ],
)
def test_every_answer_to_the_menu(digits: str, expected: str) -> None:
    told = story(f"0h pain 3 left buttock\n0h05 reply {digits}")
    assert f"0h05 {expected}" in told


@pytest.mark.parametrize("digits", ["0", "12", "169", "44x", ""])
def test_digits_that_contradict_themselves_are_no_answer(digits: str) -> None:
    book = Book().write("0h pain 3 left buttock")
    before = book.pain
    book.write(f"0h05 reply {digits or '-'}")
    assert book.pain == before


# P05


def test_weakness_in_one_leg_is_a_doctor_soon_at_once() -> None:
    assert (
        story("0h pain 3 left buttock weak")
        == lines(
            """
        0h  TRIAGE
        0h  REFER(soon)
        0h  says see_doctor P05 asks signs
        """
        )[1:]
    )


def test_a_foot_that_slaps_is_an_emergency() -> None:
    assert story("0h pain 2 left shin weak_worse")[-1] == "0h says urgent P05"


def test_numbness_that_is_there_a_day_later_has_lasted() -> None:
    told = story("0h pain 2 left foot numb\n0h05 reply 1\n26h pain 1 left foot numb")
    assert told[-2:] == lines("26h REFER(soon)\n26h says see_doctor P05")


def test_numbness_told_again_after_an_hour_has_not() -> None:
    assert "1h REFER(soon)" not in story("0h pain 2 left foot numb\n1h pain 2 left foot numb")


def test_tingling_that_is_gone_in_a_day_settles_with_five_painless_days() -> None:
    book = Book().write("0h pain 2 left buttock tingling\n0h05 reply 3\n24h reply 0")
    assert book.lines[-2:] == lines("24h SETTLING\n24h says settling P03")
    assert book.last("settling").facts["days"] == 5


def test_the_check_of_a_nerve_sign_says_so() -> None:
    """A 0 there means that the tingling is gone too."""
    book = Book().write("0h pain 2 left buttock tingling\n0h05 reply 3\n24h wait")
    assert book.last("ask_24h").facts["nerve"] is True


def test_tingling_at_72_hours_is_a_doctor() -> None:
    """However low the number."""
    told = story("0h pain 2 left buttock tingling\n0h05 reply 3\n24h reply 1\n3d reply 1")
    assert told[-2:] == lines("3d REFER(soon)\n3d says see_doctor P05")


# P06


@pytest.mark.parametrize(
    "sign",
    [
        "bowel_bladder",  # "can't feel when I pee"
        "saddle_numb",  # "numb between my legs"
        "both_legs",
        "cannot_bear_weight",
        "unwell_chest",
    ],
)
def test_an_emergency_is_said_at_once(sign: str) -> None:
    assert story(f"0h pain 3 back {sign}") == ["0h URGENT", "0h says urgent P06"]


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ("pain 4 back fever", "URGENT"),
        ("pain 4 left buttock fever", "URGENT"),
        ("pain 4 fever", "URGENT"),
        ("pain 4 left knee fever", "REFER(soon)"),
        ("pain 8 left hip fall", "URGENT"),
        ("pain 4 left hip fall", "TRIAGE"),
        ("pain 2 back night_uneased", "REFER(soon)"),
        ("pain 2 back weight_loss", "REFER(soon)"),
        ("pain 2 back cancer_history", "REFER(soon)"),
    ],
)
def test_signs_that_need_a_place_or_a_number(report: str, expected: str) -> None:
    assert story(f"0h {report}")[0] == f"0h {expected}"


def test_an_emergency_without_a_number_or_a_place_is_one_too() -> None:
    assert story("0h pain bowel_bladder") == ["0h URGENT", "0h says urgent P06"]


def test_an_emergency_told_of_one_place_while_two_are_open_does_not_wait_to_be_sorted() -> None:
    told = story("0h pain 3 left knee\n1h pain 3 right hip\n2h pain saddle_numb")
    assert told[-2:] == ["2h URGENT", "2h says urgent P06"]


def test_a_red_flag_at_any_time_of_any_hold() -> None:
    told = story("0h pain 4 left buttock\n0h05 reply 1\n24h reply 4\n50h pain 4 left buttock bowel_bladder")
    assert told[-2:] == ["50h URGENT", "50h says urgent P06"]


def test_a_phrase_in_free_text_is_confirmed_by_one_tap() -> None:
    assert story("0h wrote saddle_numb\n0h02 reply 2") == lines(
        """
        0h    TRIAGE
        0h    says urgent_ask P06 asks confirm
        0h02  URGENT
        0h02  says urgent P06
        """
    )


def test_denied_and_nothing_else_told_it_is_over() -> None:
    """Nearly fainted in the heat, and no more: no pain was ever spoken of."""
    assert story("0h wrote saddle_numb\n0h02 reply 1")[-1] == "0h02 CLEAR"


def test_no_pain_after_all_holds_nobody() -> None:
    assert story("0h wrote\n0h02 reply 0")[-1] == "0h02 CLEAR"


def test_what_was_told_in_words_is_not_denied_by_a_one() -> None:
    """None on the menu means none besides: a limp that was told stays a limp."""
    assert "0h01 REST72" in " ".join(story("0h pain 3 left calf limp\n0h01 reply 1")).replace("  ", " ")


def test_unanswered_it_is_said_again_and_the_hold_begins() -> None:
    assert story("0h wrote saddle_numb\n13h wait") == lines(
        """
        0h    TRIAGE
        0h    says urgent_ask P06 asks confirm
        0h30  REFER(soon)
        0h30  says see_doctor P06
        12h   says urgent_ask P06 asks confirm
        """
    )


def test_confirmed_late_it_is_an_emergency_all_the_same() -> None:
    told = story("0h wrote saddle_numb\n20h reply 2 to urgent_ask")
    assert told[-2:] == ["20h URGENT", "20h says urgent P06"]


# P07


@pytest.mark.parametrize(
    "signs",
    ["spot walking", "night previous_bone", "spot worse_longer", "walking night"],
)
def test_two_bone_signs_are_a_doctor_soon(signs: str) -> None:
    assert story(f"0h pain 3 left shin {signs}") == lines("0h REFER(soon)\n0h says see_doctor P07 asks signs")


def test_one_bone_sign_after_a_run_of_double_the_usual_is_as_good_as_two() -> None:
    assert story("0h pain 3 left shin night", Setting(l01_large=True))[0] == "0h REFER(soon)"


def test_what_is_run_after_the_report_weighs_nothing_until_the_next_report() -> None:
    """The half hour is over, and in it came word of the long run: still a day of rest. Told again, it is a doctor's."""
    book = Book().write("0h pain 3 left shin night")
    book.setting = Setting(l01_large=True)
    assert book.write("10h wait").episode().state == "rest24"
    assert book.write("11h pain 3 left shin").says[-1].rule == "P07"


def test_load_alone_is_never_a_doctor() -> None:
    assert story("0h pain 3 left shin", Setting(l01_large=True)) == lines("0h TRIAGE\n0h says rest_24 P01 asks signs")


def test_with_one_bone_sign_the_other_two_are_asked_for() -> None:
    told = story("0h pain 6 left shin\n0h05 reply 8\n24h reply 4\n24h05 reply 2")
    assert told == lines(
        """
        0h     TRIAGE
        0h     says rest_72 P02 asks signs
        0h05   REST72
        24h    says ask_24h P03 asks check
        24h    says rest_on P03 asks bone
        24h05  REFER(soon)
        24h05  says see_doctor P07 asks site
        """.replace(" asks site", "")
    )


def test_the_other_two_are_not_asked_for_again_once_answered() -> None:
    book = Book().write("0h pain 6 left shin\n0h05 reply 8\n24h reply 4\n24h05 reply 1\n3d reply 4")
    assert book.says[-1].question is None


# Soreness


def test_sore_thighs_the_day_after_hills_are_soreness() -> None:
    """2/10 on both sides, 14 hours after a hilly run: no hold, one look after two days, and it is forgotten."""
    assert story(
        """
        0h      run 12km 70min climb 300m
        15h     pain 2 both thigh
        63h     reply 1
        80h     wait
        """
    ) == lines(
        """
        15h  says soreness P01
        63h  says ask_sore P01 asks sore
        """
    )


def test_the_word_is_enough_where_no_hard_day_was_recorded() -> None:
    assert story("0h pain 3 both calf soreness") == ["0h says soreness P01"]


def test_unanswered_the_look_at_soreness_is_not_repeated() -> None:
    book = Book().write("0h pain 3 both calf soreness\n40d wait")
    assert [say.kind for say in book.says] == ["soreness", "ask_sore"]
    assert book.pain.episodes == ()


@pytest.mark.parametrize(
    "report",
    [
        "pain 2 left thigh",
        "pain 4 both thigh",
        "pain 2 both thigh limp",
        "pain 2 both shin",
        "pain 2 both thigh during",
    ],
)
def test_what_is_no_soreness(report: str) -> None:
    """One side, more than 3, a limp, no muscle, or begun in the run itself."""
    assert "15h TRIAGE" in story(f"0h run 12km 70min hard\n15h {report}")


def test_both_thighs_with_no_hard_day_before_are_no_soreness() -> None:
    assert story("0h pain 2 both thigh")[0] == "0h TRIAGE"


def test_soreness_that_got_worse_is_triaged_and_its_time_runs_from_the_first_report() -> None:
    book = Book().write("0h pain 3 both thigh soreness\n48h reply 5")
    assert book.lines[-2:] == lines("48h TRIAGE\n48h says rest_24 P01 asks signs")
    assert book.episode().onset == book.says[0].at


def test_a_full_report_needs_no_menu() -> None:
    denied = "no_radiating no_tingling no_weak no_limp no_walking no_night no_spot"
    assert story(f"0h pain 3 left knee {denied}") == lines("0h REST24\n0h says rest_24 P01")
