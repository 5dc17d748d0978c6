"""A conversation by text message, through inbox, worker and sender: from the first twinge to what follows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes import NOON, run, said
from house import House, house
from twinge.core.model import Activity, Preferences, Report, Wellness
from twinge.plugin import OWN, Delivery
from twinge.store.codec import pack
from twinge.store.inbox import Kept

ALICE = "+15550100000"
STANDING = "nobody monitors"
STRANGER = "+15550199999"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def writes(home: House, text: str, sender: str = ALICE, **more: Any) -> None:
    """A text message comes in, and everything that follows at once goes out."""
    home.clock.forward(minutes=1)
    body = json.dumps({"from": sender, "text": text, **more}).encode()
    await home.deliver(body, lane=f"channel:sms:{sender}", platform="channel:sms")
    await settles(home)


async def settles(home: House) -> None:
    await home.worker.drain()
    await home.sender.drain()


async def waits(home: House, **span: float) -> None:
    """Time passes; whoever is due by the clock is looked up."""
    home.clock.forward(**span)
    await settles(home)


async def heard(home: House) -> list[str]:
    """The kinds of the pain story's messages and the rules of the others, in the order they went out."""
    spoken = (await home.store.outbox.find_nudges(home.people["Alice"], limit=200)).items
    told = {one.nudge.id: one.nudge for one in spoken}
    kinds = []
    for message in home.channel.sent:
        if STANDING in message.text:
            continue
        nudge = told[message.id]
        inner = next(iter(nudge.facts.values()), None)
        kind = inner.get("kind") if isinstance(inner, dict) else None
        kinds.append(kind or " ".join(nudge.rules) or "answer")
    return kinds


async def standing(home: House) -> list[tuple[str, str, str]]:
    kept = await home.store.history.state(home.people["Alice"])
    assert kept is not None
    return [(one.state, one.side, one.site) for one in kept.state.pain.episodes]


async def delivery(home: House, number: int) -> Kept:
    found = await home.store.inbox.get(number)
    assert found is not None
    return found


def swim(minutes: int = 40) -> Activity:
    return Activity("fake:swim", "swim", NOON, elapsed_s=60 * minutes, moving_s=60 * minutes, version=1)


async def test_a_twinge_is_asked_about_held_and_followed_up(home: House) -> None:
    await home.move_in("Alice")
    await writes(home, "pain 4 left buttock")
    assert (await heard(home), await standing(home)) == (["rest_24"], [("triage", "left", "buttock")])
    await writes(home, "1")
    assert await standing(home) == [("rest24", "left", "buttock")]
    await waits(home, hours=24)
    assert (await heard(home))[-1] == "ask_24h"
    await writes(home, "0")
    assert await standing(home) == [("settling", "left", "buttock")]


async def test_pain_that_stays_ends_with_a_doctor_s_word(home: House) -> None:
    await home.move_in("Alice")
    await writes(home, "Knee hurts 4")
    await writes(home, "1")
    await waits(home, hours=24)
    await writes(home, "4")
    await waits(home, hours=49)
    assert (await heard(home))[-1] == "ask_72h"
    await writes(home, "5")
    assert (await heard(home))[-1] == "see_doctor"
    assert [state for state, *_ in await standing(home)] == ["refer"]


async def test_an_emergency_is_confirmed_by_one_digit_and_answered_at_night(home: House) -> None:
    await home.move_in("Alice", Preferences(quiet_from=time(20), quiet_to=time(9)), language="de")
    home.clock.forward(hours=11)
    await writes(home, "hab rückenschmerzen und bin taub zwischen den beinen")
    assert await heard(home) == ["urgent_ask"]
    await writes(home, "2")
    assert await heard(home) == ["urgent_ask", "urgent"]
    assert "112" in home.channel.sent[-1].text


async def test_at_night_only_what_finds_out_how_urgent_it_is_goes_out(home: House) -> None:
    await home.move_in("Alice", Preferences(quiet_from=time(20), quiet_to=time(9)))
    home.clock.forward(hours=11)
    await writes(home, "pain 3 right knee")
    assert await heard(home) == ["rest_24"]
    await writes(home, "5")
    assert await heard(home) == ["rest_24"]
    await waits(home, hours=10)
    assert await heard(home) == ["rest_24", "rest_72"]


async def test_what_came_while_the_service_was_down_is_no_talk_at_night(home: House) -> None:
    """It counts from when it came, not from when it was worked off."""
    await home.move_in("Alice", Preferences(quiet_from=time(20), quiet_to=time(9)))
    home.clock.forward(hours=7)
    written = home.clock()
    body = json.dumps({"from": ALICE, "text": "pain 3 right knee"}).encode()
    await home.deliver(body, lane=f"channel:sms:{ALICE}", platform="channel:sms")
    await waits(home, hours=6)
    assert await heard(home) == []
    kept = await home.store.history.state(home.people["Alice"])
    assert kept is not None
    assert [one.id for one in kept.state.pain.episodes] == [int(written.timestamp())]
    await waits(home, hours=9)
    assert await heard(home) == ["rest_24"]


async def test_a_reminder_by_the_clock_waits_for_the_morning(home: House) -> None:
    await home.move_in("Alice", Preferences(quiet_from=time(20), quiet_to=time(9)))
    home.clock.forward(hours=7)
    await writes(home, "knee hurts")
    assert await heard(home) == ["stop_now"]
    await waits(home, hours=6)
    assert await heard(home) == ["stop_now"]
    await waits(home, hours=9)
    assert await heard(home) == ["stop_now", "ask_score"]


async def test_a_record_takes_back_nothing_that_was_told_during_the_run(home: House) -> None:
    """Written at the kerb of a race, answered there too; the record comes when the watch is home."""
    await home.move_in("Alice", Preferences(quiet_from=None, quiet_to=None))
    start = home.clock()
    await writes(home, "pain 4 left knee")
    await writes(home, "9")
    before = await heard(home), await standing(home)
    assert before == (["rest_24", "urgent"], [("urgent", "left", "knee")])
    home.clock.forward(minutes=60)
    await home.deliver(said("alice", replace(run("race", start, minutes=45), race=True)), lane="fake:alice")
    await settles(home)
    assert (await heard(home), await standing(home)) == before


async def test_after_stop_nothing_but_the_answer_to_an_emergency(home: House) -> None:
    await home.move_in("Alice")
    await writes(home, "pain 4 left buttock")
    await writes(home, "STOP")
    await writes(home, "knee hurts too")
    await waits(home, hours=30)
    assert await heard(home) == ["rest_24"]
    await writes(home, "I can't feel when I pee")
    assert await heard(home) == ["rest_24", "urgent_ask"]


async def test_while_something_hurts_load_says_nothing(home: House) -> None:
    await home.move_in("Alice")
    for days in (40, 30, 20, 10):
        await home.deliver(said("alice", run(f"h{days}", NOON - timedelta(days=days), 8)), lane="fake:alice")
    await writes(home, "pain 4 left buttock")
    await writes(home, "1")
    home.clock.forward(hours=2)
    await home.deliver(said("alice", run("far", NOON + timedelta(hours=1), 15)), lane="fake:alice")
    await settles(home)
    assert "L01" not in await heard(home)
    held = (await home.store.outbox.find_held(home.people["Alice"])).items
    assert ("inhibited", ("L01",)) in [(one.reason, one.rules) for one in held]


async def test_why_mute_snooze_and_status(home: House) -> None:
    await home.move_in("Alice")
    for days in (40, 30, 20, 10):
        await home.deliver(said("alice", run(f"h{days}", NOON - timedelta(days=days), 8)), lane="fake:alice")
    await home.deliver(said("alice", run("far", NOON - timedelta(hours=2), 15)), lane="fake:alice")
    await settles(home)
    assert await heard(home) == ["L01"]
    await writes(home, "why?")
    assert "8.0 km" in home.channel.sent[-1].text
    await writes(home, "mute")
    await writes(home, "snooze 3d")
    athlete = await home.store.athletes.get(home.people["Alice"])
    assert athlete is not None
    assert athlete.preferences.mute == ("L01",)
    assert athlete.preferences.paused_until is not None
    await writes(home, "status")
    assert "15.0 km" in home.channel.sent[-1].text
    assert await heard(home) == ["L01", "answer", "answer", "answer", "answer"]


async def test_an_effort_is_asked_once_and_changes_the_load_in_silence(home: House) -> None:
    alice = await home.move_in("Alice", Preferences(quiet_from=None, quiet_to=None, ask_effort=True))
    home.clock.forward(hours=2)
    await home.deliver(said("alice", swim()), lane="fake:alice")
    await settles(home)
    assert await heard(home) == ["RPE"]
    before = await load(home, alice)
    await writes(home, "8")
    assert (await heard(home), await load(home, alice) > before) == (["RPE"], True)
    await home.deliver(said("alice", swim()), lane="fake:alice", key="again")
    await settles(home)
    assert await heard(home) == ["RPE"]


async def load(home: House, alice: str) -> int:
    kept = await home.store.history.state(alice)
    assert kept is not None
    assert kept.state.sessions[-1].load is not None
    return kept.state.sessions[-1].load


@pytest.mark.parametrize("text", ["7", "blah blah", "🤷", "2 6"])
async def test_what_is_not_understood_is_answered_once_a_day(home: House, text: str) -> None:
    await home.move_in("Alice")
    await writes(home, text)
    await writes(home, text + " ")
    assert await heard(home) == ["answer"]
    await waits(home, days=1)
    await writes(home, text)
    assert await heard(home) == ["answer", "answer"]


async def test_a_number_that_nobody_has_gets_silence_and_a_record(home: House) -> None:
    await home.move_in("Alice")
    await writes(home, "pain 9 numb between my legs", STRANGER)
    assert (home.channel.sent, (await delivery(home, 1)).state) == ([], "stray")


async def test_the_same_reply_twice_has_one_effect(home: House) -> None:
    await home.move_in("Alice")
    body = json.dumps({"from": ALICE, "text": "pain 4 left buttock"}).encode()
    for _ in range(2):
        await home.deliver(body, lane="channel:sms:a", platform="channel:sms", key="SM1")
        await settles(home)
    assert (await heard(home), len(await standing(home))) == (["rest_24"], 1)


async def test_a_report_by_another_way_is_asked_about_by_message(home: House) -> None:
    """From a page or an app: the generic report goes into the same story."""
    await home.move_in("Alice")
    await home.deliver(said("alice", Report("fake:r1", NOON, pain=7, site="knee", side="right", limp=True)))
    await settles(home)
    assert ([state for state, *_ in await standing(home)], len(await heard(home))) == (["triage"], 1)


async def test_silence_is_asked_into_twice_and_then_left_alone(home: House) -> None:
    await home.move_in("Alice")
    await writes(home, "pain 4 left buttock")
    for _ in range(60):
        await waits(home, hours=12)
    asked = [kind for kind in await heard(home) if kind.startswith(("ask", "rest"))]
    assert 3 <= len(asked) <= 8
    count = len(home.channel.sent)
    for _ in range(20):
        await waits(home, hours=12)
    assert len(home.channel.sent) == count


async def test_what_is_told_to_us_directly_takes_the_same_way(home: House) -> None:
    """A report over the API is one delivery of our own, for one athlete."""
    alice = await home.move_in("Alice")
    for number, report in enumerate(
        (Report("twinge:1", NOON, pain=4, site="knee"), Report("twinge:2", NOON, limp=True))
    ):
        own = Delivery(OWN, "POST", alice, {}, {}, pack(report), home.clock())
        await home.store.inbox.put(own, f"k{number}", f"{OWN}:{alice}")
    await home.store.inbox.put(Delivery(OWN, "POST", "nobody", {}, {}, pack(report), home.clock()), "k9", "")
    await settles(home)
    assert [site for _, _, site in await standing(home)] == ["knee"]
    assert [(await delivery(home, number)).state for number in (1, 2, 3)] == ["done", "done", "stray"]


async def test_a_report_of_tomorrow_is_set_aside(home: House) -> None:
    """Taken in, it would make everything real late."""
    await home.move_in("Alice")
    await home.deliver(said("alice", Report("fake:r1", NOON + timedelta(days=3), pain=4)))
    await home.deliver(said("alice", Wellness("fake:w1", NOON.date() + timedelta(days=3), resting_hr=50)))
    await settles(home)
    assert [(await delivery(home, number)).note.partition(" in the future")[0] for number in (1, 2)] == [
        "a report is",
        "a morning is",
    ]


async def test_a_newer_word_takes_the_place_of_one_that_waits_for_the_morning(home: House) -> None:
    """A check answered in the evening, an emergency at night: the morning says nothing of a gentle rest."""
    await home.move_in("Alice", Preferences(quiet_from=time(20), quiet_to=time(9)))
    await writes(home, "pain 3 left knee")
    await writes(home, "1")
    await waits(home, hours=21, minutes=30)
    await waits(home, hours=2, minutes=30)
    await waits(home, hours=9)
    await writes(home, "3")
    await writes(home, "both legs are numb")
    await writes(home, "2")
    assert (await heard(home))[-2:] == ["urgent_ask", "urgent"]
    await waits(home, hours=12)
    assert (await heard(home))[-1] == "urgent"


async def test_a_report_that_comes_late_brings_no_older_word(home: House) -> None:
    """Two reports of one second, the second read first: rest was said, and to ask how bad it is comes too late."""
    await home.move_in("Alice")
    hurts = Report("fake:r1", NOON, site="knee", side="right", hurts=True, onset="after")
    for told in (replace(hurts, key="fake:r2", pain=6, hurts=None, onset=None), hurts):
        await home.deliver(said("alice", told))
        await settles(home)
    assert await heard(home) == ["rest_72"]
    spoken = (await home.store.outbox.find_nudges(home.people["Alice"], limit=9)).items
    assert [(one.state, one.reason) for one in spoken if "P01" in one.nudge.rules] == [
        ("void", "a newer word took its place")
    ]


@pytest.mark.parametrize(
    ("language", "yes"), [("en", "Yes"), ("en", "yep"), ("de", "ja stimmt"), ("es", "sí"), ("fr", "oui")]
)
async def test_a_plain_yes_confirms_an_emergency(home: House, language: str, yes: str) -> None:
    await home.move_in("Alice", language=language)
    await writes(home, "numb between my legs")
    await writes(home, yes)
    assert await heard(home) == ["urgent_ask", "urgent"]


async def test_what_is_no_answer_to_an_emergency_question_brings_it_again(home: House) -> None:
    await home.move_in("Alice")
    await writes(home, "lovely weather")
    await writes(home, "numb between my legs")
    await writes(home, "hm what?")
    assert await heard(home) == ["answer", "urgent_ask", "urgent_ask"]
    await writes(home, "no")
    assert "urgent" not in await heard(home)


async def test_an_old_menu_takes_no_later_number(home: House) -> None:
    """Hours after the menu was answered, 9 is a number and no bladder trouble."""
    await home.move_in("Alice")
    await writes(home, "pain 4 left knee")
    await writes(home, "1")
    await waits(home, hours=8)
    await writes(home, "9")
    assert "urgent" not in await heard(home)


async def test_an_old_illness_is_no_emergency(home: House) -> None:
    await home.move_in("Alice")
    await writes(home, "hip pain 3, had cancer years ago")
    assert (await heard(home), [state for state, *_ in await standing(home)]) == (["see_doctor"], ["refer"])


async def test_the_story_cannot_be_muted(home: House) -> None:
    await home.move_in("Alice")
    await writes(home, "mute p01")
    await writes(home, "mute l99")
    await writes(home, "pain 4 left knee")
    athlete = await home.store.athletes.get(home.people["Alice"])
    assert athlete is not None
    assert (athlete.preferences.mute, await heard(home)) == ((), ["answer", "answer", "rest_24"])


async def test_a_clinician_s_word_opens_the_way_back(home: House) -> None:
    await home.move_in("Alice")
    await writes(home, "pain 6 left knee")
    await writes(home, "1")
    await writes(home, "cleared by my physio")
    assert (await standing(home))[0][0] == "return"


async def test_four_swims_are_asked_about_once(home: House) -> None:
    await home.move_in("Alice", Preferences(quiet_from=None, quiet_to=None, ask_effort=True))
    for number in range(4):
        early = replace(swim(), key=f"fake:s{number}", start=NOON - timedelta(hours=10 - 2 * number))
        await home.deliver(said("alice", early), lane="fake:alice")
        await settles(home)
    assert await heard(home) == ["RPE"]
    await writes(home, "3")
    await writes(home, "3")
    assert await heard(home) == ["RPE", "answer"]


async def test_each_story_begins_with_what_we_are_and_are_not(home: House) -> None:
    await home.move_in("Alice")
    await writes(home, "pain 4 left knee")
    await writes(home, "1")
    await waits(home, hours=24)
    await writes(home, "2")
    assert [STANDING in message.text for message in home.channel.sent].count(True) == 1
