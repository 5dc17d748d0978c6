"""What is in the athlete's own hands on /me: pain, plans, wishes, the profile, limits, addresses and sources."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import aiohttp
import pytest

from conftest import KEY, NOW, Serve, Web
from fakes import FakeTokens
from recordings.maker import a_run
from twinge.core.bounds import safe
from twinge.core.judge import begin
from twinge.core.model import EVERYTHING, Athlete, Purpose
from twinge.core.pack import STANDARD
from twinge.core.pain.value import OPEN, REST24, Episode, Pain
from twinge.core.rules import CATALOGUE
from twinge.core.silence import KINDS
from twinge.core.talk import MUTABLE
from twinge.person import stamp_of
from twinge.recordings import Readers
from twinge.registry import load_plugins
from twinge.store import Address, Consent, Kept
from twinge.store.verifications import EACH_A_DAY
from twinge.testing import MemoryChannel
from twinge.web.pages import limits as limits_page
from twinge.web.pages import plan as plan_page
from twinge.web.pages import wishes as wishes_page
from twinge.web.pages.pain import ALARMS, ASKED
from twinge.web.pages.words import LANGUAGES, texts
from twinge.worker import Worker
from visitor import Forms, Visitor, come_in, words

PAGES = ("pain", "pain?site=knee&side=left", "pain/urgent", "plan", "wishes", "about", "limits", "reach", "workouts")
MAIL = {"TWINGE_MAIL_HOST": "mail.example", "TWINGE_MAIL_FROM": "twinge@example.org", "TWINGE_MAIL_SECRET": "m" * 40}
NUMBER = "+15550100001"


@pytest.fixture
async def web(serve: Serve, plugins: Any) -> Web:
    mail = load_plugins(MAIL).channels["mail"]
    return await serve(channels={**plugins.channels, "texts": MemoryChannel("sms"), "mail": mail})


async def told(web: Web) -> list[dict[str, Any]]:
    """The reports that the page has put into the inbox, oldest first, without what was not said."""
    found = (await web.store.inbox.find(None, "channel:me")).items
    reports = [json.loads(one.delivery.body)["told"] for one in reversed(found)]
    return [{name: value for name, value in each.items() if value not in (None, [])} for each in reports]


async def send(visitor: Visitor, page: str, action: str = "", **fields: Any) -> aiohttp.ClientResponse:
    """Fill in a form of one of these pages and send it."""
    where, hidden = Forms(await visitor.get(f"/me/{page}")).of(action or f"/me/{page.partition('?')[0]}")
    return await visitor.post(where, {**hidden, **fields})


async def athlete(web: Web, alice: str) -> Athlete:
    found = await web.store.athletes.get(alice)
    assert found is not None
    return found


async def hurting(web: Web, alice: str, *episodes: Episode) -> None:
    """A pain story is under way."""
    state = replace(begin(), pain=Pain(episodes=episodes))
    async with web.store.write() as tx:
        kept = Kept(stamp_of(await athlete(web, alice), STANDARD), state)
        await web.store.history.save_states(tx, [(alice, kept)], NOW)


async def places(web: Web, alice: str, channel: str = "texts") -> list[Address]:
    return [one for one in await web.store.addresses.of(alice) if one.channel == channel]


async def codes(web: Web, alice: str) -> list[str]:
    """The codes that were sent for this athlete, newest first."""
    found = (await web.store.outbox.find_nudges(alice)).items
    return [re.findall(r"\b\d{6}\b", one.nudge.text)[0] for one in found if one.nudge.facts.get("notice") == "code"]


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_speaks_the_language_and_is_whole(web: Web, language: str) -> None:
    alice = await web.alice(language=language)
    await hurting(web, alice, *(Episode(n, 0, state, 0, None, 0, "knee") for n, state in enumerate(sorted(OPEN))))
    visitor = await come_in(web, alice)
    for kind in plan_page.OFFERED:
        assert (await send(visitor, "plan", kind=kind, **{"from": "2026-05-04", "until": "2026-06-01"})).status == 303
    for path in PAGES:
        page = await visitor.get(f"/me/{path}")
        assert f'<html lang="{language}">' in page
        assert len(set(Forms(page).ids)) == len(Forms(page).ids)
        assert not re.search(r"(?:src|action)=\"(?!/me)|href=\"(?!/me|tel:)", page)
        assert not re.search(r"<style|style=|<script| on\w+=", page)


async def test_a_word_about_what_was_done_is_one_of_ours(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    assert "Saved." in await visitor.get("/me/plan?done=saved")
    assert "<b>" not in await visitor.get("/me/plan?done=%3Cb%3E")


async def test_without_a_visit_there_is_nothing_to_see(web: Web) -> None:
    for path in PAGES:
        assert (await Visitor(web).call("GET", f"/me/{path}")).status == 403


def test_whatever_can_be_chosen_has_its_words() -> None:
    known = texts("en")
    assert {f"lost.{rule.id}" for rule in CATALOGUE if rule.id in MUTABLE - wishes_page.SILENT} <= set(known)
    assert {f"plan.{kind}{more}" for kind in KINDS for more in ("", ".quiet")} <= set(known)
    assert {f"limit.{path}" for path in limits_page.OFFERED} <= set(known)
    assert {f"pain.state.{state}" for state in OPEN - {"monitor"}} <= set(known)


# --- it hurts ---------------------------------------------------------------------------------------------------------


async def test_three_taps_are_one_report_by_the_door_of_every_answer(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    where = Forms(await visitor.get("/me/pain"))
    assert '<a class="button" href="/me/pain?site=knee&amp;side=left">Left knee</a>' in await visitor.get("/me/pain")
    assert where.forms == []
    assert "Left knee: how bad is it?" in await visitor.get("/me/pain?site=knee&side=left")
    went = await send(visitor, "pain?site=knee&side=left", pain="4")
    assert (went.status, went.headers["Location"]) == (303, "/me?done=answer")
    assert await told(web) == [{"site": "knee", "side": "left", "pain": 4}]
    [kept] = (await web.store.inbox.find(None, "channel:me")).items
    assert (kept.delivery.platform, kept.delivery.path) == ("channel:me", "inbound")


async def test_a_double_tap_is_one_report(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    action, hidden = Forms(await visitor.get("/me/pain?site=back&side=")).of("/me/pain")
    for score in ("4", "4", "5"):
        assert (await visitor.post(action, {**hidden, "pain": score})).status == 303
    assert sorted(one["pain"] for one in await told(web)) == [4, 5]


async def test_signs_that_were_looked_through_are_denied_and_others_unknown(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    await send(visitor, "pain?site=shin&side=right", pain="3", sign=["limp", "night"])
    await send(visitor, "pain?site=shin&side=right", pain="3", sign="none")
    both, none = await told(web)
    assert {name for name, value in both.items() if value is True} == {"limp", "night"}
    assert {name for name, value in both.items() if value is False} == {*ASKED} - {"limp", "night"}
    assert {name for name, value in none.items() if value is False} == {*ASKED}
    assert not {*ALARMS} & {*both, *none}


@pytest.mark.parametrize("sign", sorted({*ALARMS} - {"fall", "fever"}))
async def test_an_emergency_leads_at_once_to_what_to_do(web: Web, sign: str) -> None:
    visitor = await come_in(web, await web.alice(country="US"))
    went = await send(visitor, "pain?site=back&side=", sign=sign)
    assert went.headers["Location"] == "/me/pain/urgent"
    page = await visitor.get("/me/pain/urgent")
    assert 'href="tel:911"' in page
    assert "Call 911" in words(page)
    assert await told(web) == [{"site": "back", sign: True}]


@pytest.mark.parametrize(
    ("site", "fields", "urgent"),
    [
        ("back", {"sign": "fever", "pain": "2"}, True),
        ("knee", {"sign": "fever", "pain": "2"}, False),
        ("knee", {"sign": "fall", "pain": "9"}, True),
        ("knee", {"sign": "fall", "pain": "2"}, False),
    ],
)
async def test_a_fall_and_a_fever_are_urgent_as_the_rules_say(
    web: Web, site: str, fields: dict[str, str], urgent: bool
) -> None:
    visitor = await come_in(web, await web.alice())
    went = await send(visitor, f"pain?site={site}&side={'' if site == 'back' else 'left'}", **fields)
    assert went.headers["Location"] == ("/me/pain/urgent" if urgent else "/me?done=answer")


async def test_a_story_goes_on_with_one_tap(web: Web) -> None:
    alice = await web.alice()
    await hurting(web, alice, Episode(1_777_000_000, 0, REST24, 0, None, 0, "knee", "left"))
    visitor = await come_in(web, alice)
    page = await visitor.get("/me/pain")
    assert "Left knee" in words(page)
    assert "A day without running." in words(page)
    for fields in ({"pain": "0"}, {"cleared_by": "physio"}, {"cleared_by": "doctor"}):
        assert (await send(visitor, "pain", **fields)).headers["Location"] == "/me?done=answer"
    assert (await send(visitor, "pain?episode=1777000000", pain="6")).status == 303
    episode = {"episode": 1_777_000_000}
    assert await told(web) == [
        {**episode, "pain": 0},
        {**episode, "cleared_by": "physio"},
        {**episode, "cleared_by": "doctor"},
        {**episode, "pain": 6},
    ]


async def test_a_report_that_says_nothing_comes_back_with_what_to_do(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    for fields in ({}, {"pain": "11"}, {"pain": "x"}, {"sign": "nonsense"}):
        answer = await send(visitor, "pain?site=knee&side=left", **fields)
        assert answer.status == 400
        page = await answer.text()
        assert "Choose a number from 0 to 10" in page
        assert "<title>Not yet: Left knee: how bad is it? · Twinge</title>" in page
    for path in ("pain?site=nose&side=left", "pain?site=knee&side=up", "pain?episode=7"):
        assert "Where does it hurt?" in await visitor.get(f"/me/{path}")
    _, hidden = Forms(await visitor.get("/me/pain?site=knee&side=left")).of("/me/pain")
    assert (await visitor.post("/me/pain", {**hidden, "site": "nose", "pain": "3"})).status == 404
    assert (await visitor.post("/me/pain", {**hidden, "nonce": "x", "pain": "3"})).status == 400
    assert await told(web) == []


async def test_a_report_is_answered_on_the_page_and_its_question_has_buttons(web: Web) -> None:
    alice = await web.alice(preferences={"quiet_from": None, "quiet_to": None})
    visitor = await come_in(web, alice)
    await send(visitor, "pain?site=knee&side=left", pain="4")
    channels = load_plugins({}).channels
    worker = Worker(web.store, {}, channels, FakeTokens(), web.clock)
    await worker.drain()
    page = await visitor.get()
    assert "Left knee, 4 of 10." in words(page)
    assert '<input type="checkbox" name="digit" value="5"> <span>5 limping</span>' in page
    web.clock.now += timedelta(minutes=1)
    await visitor.send("/me/answer", {"digit": ["5"]})
    await worker.drain()
    [episode] = (await web.get(f"/api/v1/athletes/{alice}/episodes"))["items"]
    assert (episode["site"], episode["side"], "limp" in episode["signs"]) == ("knee", "left", True)


# --- planned life -----------------------------------------------------------------------------------------------------


async def test_a_race_is_planned_and_ended_early(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    went = await send(visitor, "plan", kind="race", **{"from": "2026-05-09", "until": "2026-05-10"})
    assert went.headers["Location"] == "/me/plan?done=planned"
    [silence] = (await athlete(web, alice)).silences
    assert (silence.kind, silence.by) == ("race", f"athlete:{alice}")
    assert silence.since == datetime(2026, 5, 8, 22, tzinfo=UTC)
    assert silence.until == datetime(2026, 5, 10, 22, tzinfo=UTC)
    assert "A race Sat, May 9 to Sun, May 10" in words(await visitor.get("/me/plan"))
    assert (await send(visitor, "plan", "/end")).headers["Location"] == "/me/plan?done=ended"
    assert "Nothing is planned." in await visitor.get("/me/plan")
    proof = {"proof": Forms(await visitor.get("/me/plan")).of("/me/plan")[1]["proof"]}
    assert (await visitor.post(f"/me/plan/{silence.id}/end", proof)).status == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"until": "2026-06-01"}, "kind"),
        ({"kind": "rules", "until": "2026-06-01"}, "kind"),
        ({"kind": "race", "until": ""}, "until"),
        ({"kind": "race", "until": "June"}, "until"),
        ({"kind": "race", "until": "9999-12-31"}, "until"),
        ({"kind": "race", "from": "0001-01-01", "until": "2026-06-01"}, "from"),
        ({"kind": "race", "from": "x", "until": "2026-06-01"}, "from"),
        ({"kind": "race", "from": "2026-05-10", "until": "2026-05-09"}, "until"),
        ({"kind": "race", "from": "2026-04-01", "until": "2026-04-02"}, "until"),
    ],
)
async def test_a_plan_that_can_not_be_comes_back_with_what_to_do(web: Web, fields: dict[str, str], field: str) -> None:
    alice = await web.alice()
    answer = await send(await come_in(web, alice), "plan", **{"from": "2026-05-04", **fields})
    page = await answer.text()
    assert answer.status == 400
    assert f'id="{field}-wrong"' in page
    assert page.count(" autofocus") == 1
    assert (await athlete(web, alice)).silences == ()


async def test_fifty_plans_are_enough(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    action, hidden = Forms(await visitor.get("/me/plan")).of("/me/plan")
    for _ in range(50):
        assert (await visitor.post(action, {**hidden, "kind": "race", "from": "2026-06-01", "until": "2026-06-01"})).ok
    answer = await visitor.post(action, {**hidden, "kind": "race", "from": "2026-06-01", "until": "2026-06-01"})
    assert "End one first." in await answer.text()


async def test_everything_is_paused_until_a_day_and_goes_on(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    for text in ("", "x", "2026-05-03"):
        assert (await send(visitor, "plan", "/me/pause", paused_until=text)).status == 400
    await send(visitor, "plan", "/me/pause", paused_until="2026-05-10")
    assert (await athlete(web, alice)).preferences.paused_until == datetime(2026, 5, 10, 22, tzinfo=UTC)
    page = await visitor.get("/me/plan")
    assert "Paused up to and including Sun, May 10." in words(page)
    _, hidden = Forms(page).of("/me/pause")
    assert hidden["end"] == "1"
    await visitor.post("/me/pause", hidden)
    assert (await athlete(web, alice)).preferences.paused_until is None


# --- wishes -----------------------------------------------------------------------------------------------------------

STANDING = {"quiet_from": "20:00", "quiet_to": "09:00", "digest_at": "18:00", "digest_day": "7", "delay_min": "20"}
STANDING |= {"daily_cap": "", "weekly_cap": ""}


async def test_wishes_are_kept_as_the_api_keeps_them(web: Web) -> None:
    alice = await web.alice(preferences={"mute": ["F03", "L02"]})
    visitor = await come_in(web, alice)
    fields = {**STANDING, "quiet_from": "21:30", "weekly_cap": "3", "digest_day": "5", "ask_effort": "on"}
    went = await send(visitor, "wishes", **fields, weekly_check="on", mute=["L01", "R02"])
    assert went.headers["Location"] == "/me/wishes?done=saved"
    now = (await athlete(web, alice)).preferences
    assert (now.quiet_from, now.quiet_to, now.weekly_cap, now.digest_day) == (time(21, 30), time(9), 3, 5)
    assert (now.ask_effort, now.daily_runner, now.weekly_since) == (True, False, NOW)
    assert now.mute == ("F03", "L01", "R02")  # what does not stand on the page stays
    page = await visitor.get("/me/wishes")
    assert '<input type="checkbox" name="mute" value="L01" checked>' in page
    assert '<input type="checkbox" name="weekly_check" checked>' in page
    await send(visitor, "wishes", **{**STANDING, "quiet_from": "", "quiet_to": "", "digest_at": ""})
    now = (await athlete(web, alice)).preferences
    assert (now.quiet_from, now.quiet_to, now.digest_at, now.weekly_since, now.mute) == (
        None,
        None,
        None,
        None,
        ("F03",),
    )
    assert (await web.get("/api/v1/audit"))["items"][0]["actor"] == f"athlete:{alice}"


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"delay_min": "5"}, "delay_min", "Write a whole number from 20 to 90."),
        ({"delay_min": ""}, "delay_min", "Write a whole number from 20 to 90."),
        ({"daily_cap": "9"}, "daily_cap", "Write a whole number from 1 to 5."),
        ({"weekly_cap": "many"}, "weekly_cap", "Write a whole number from 1 to 14."),
        ({"quiet_from": ""}, "quiet_from", "Give both hours"),
        ({"quiet_to": "9"}, "quiet_to", "Write an hour such as 09:00"),
        ({"digest_at": "25:00"}, "digest_at", "Write an hour such as 18:00"),
    ],
)
async def test_a_wish_that_can_not_be_is_named_beside_its_field(
    web: Web, fields: dict[str, str], field: str, told: str
) -> None:
    alice = await web.alice()
    answer = await send(await come_in(web, alice), "wishes", **{**STANDING, **fields, "mute": "L01"})
    page = await answer.text()
    assert answer.status == 400
    assert re.search(rf'id="{field}-wrong">{told}', page)
    assert re.search(
        rf'<input id="{field}" [^>]*aria-describedby="[^"]*{field}-wrong" aria-invalid="true" autofocus>', page
    )
    assert '<input type="checkbox" name="mute" value="L01" checked>' in page
    assert (await athlete(web, alice)).preferences.mute == ()


# --- about me ---------------------------------------------------------------------------------------------------------

WHO = {"name": "Alice", "language": "en", "units": "km", "timezone": "Europe/Berlin"}


async def test_a_profile_is_kept_and_what_is_empty_is_unknown(web: Web) -> None:
    alice = await web.alice(hr_max=180, bmi=22.5)
    visitor = await come_in(web, alice)
    fields = {**WHO, "language": "de", "units": "mi", "country": "CH", "birth_year": "1985", "sex": "female"}
    body = {"hr_max": "", "hr_rest": "48", "threshold_pace_s": "4:05", "ftp_w": "250", "novice": "no"}
    went = await send(visitor, "about", **fields, **body, runs_before="800", declared_longest_m="12,5")
    assert went.headers["Location"] == "/me/about?done=saved"
    now = await athlete(web, alice)
    assert (now.language, now.units, now.country, now.birth_year, now.sex) == ("de", "mi", "CH", 1985, "female")
    assert (now.hr_max, now.hr_rest, now.threshold_pace_s, now.ftp_w, now.novice) == (None, 48, 245, 250, False)
    assert (now.runs_before, now.declared_longest_m, now.bmi) == (800, 12_500, 22.5)
    page = await visitor.get("/me/about")
    assert "Über mich" in page
    assert 'name="threshold_pace_s" type="text" value="4:05"' in page
    assert 'name="declared_longest_m" type="text" value="7.767"' in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"language": "klingon"}, "language"),
        ({"units": "leagues"}, "units"),
        ({"country": "xx"}, "country"),
        ({"birth_year": "85"}, "birth_year"),
        ({"hr_max": "300"}, "hr_max"),
        ({"hr_max": "110", "hr_rest": "115"}, "hr_rest"),
        ({"threshold_pace_s": "4:5"}, "threshold_pace_s"),
        ({"threshold_pace_s": "1:00"}, "threshold_pace_s"),
        ({"declared_longest_m": "far"}, "declared_longest_m"),
        ({"declared_longest_m": "nan"}, "declared_longest_m"),
        ({"declared_longest_m": "1e400"}, "declared_longest_m"),
        ({"declared_longest_m": "-3"}, "declared_longest_m"),
    ],
)
async def test_a_profile_that_can_not_be_changes_nothing(web: Web, fields: dict[str, str], field: str) -> None:
    alice = await web.alice(hr_max=180)
    answer = await send(await come_in(web, alice), "about", **{**WHO, "ftp_w": "222", **fields})
    page = await answer.text()
    assert answer.status == 400
    assert f'id="{field}-wrong"' in page
    assert 'name="ftp_w" type="text" value="222"' in page
    assert (await athlete(web, alice)).hr_max == 180


# --- own limits -------------------------------------------------------------------------------------------------------


async def test_own_limits_are_kept_beside_those_that_stand_elsewhere(web: Web) -> None:
    alice = await web.alice(limits={"f01.cadence": 25, "l01.small": 120})
    visitor = await come_in(web, alice)
    page = await visitor.get("/me/limits")
    assert "As shipped: 110. It may be 105 to 130." in page
    assert "Set elsewhere, and kept: f01.cadence" in page
    went = await send(visitor, "limits", **{"l01.small": "", "r02.slow": "6"})
    assert went.headers["Location"] == "/me/limits?done=saved"
    assert (await athlete(web, alice)).limits == (("f01.cadence", 25), ("r02.slow", 6))


@pytest.mark.parametrize("path", limits_page.OFFERED)
async def test_no_limit_leaves_its_bounds(web: Web, path: str) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    part, name = path.split(".")
    low, high = safe(path, getattr(getattr(STANDARD, part), name))
    for value in (str(low - 1), str(high + 1), "1.5", "x"):
        answer = await send(visitor, "limits", **{path: value})
        assert answer.status == 400
        assert f'id="{path}-wrong">Write a whole number from {low} to {high}.' in await answer.text()
    assert (await athlete(web, alice)).limits == ()


async def test_steps_of_a_limit_rise(web: Web) -> None:
    alice = await web.alice()
    answer = await send(await come_in(web, alice), "limits", **{"l01.small": "130", "l01.moderate": "120"})
    assert answer.status == 400
    assert 'id="l01.moderate-wrong">This does not go with' in await answer.text()


# --- where messages reach me ------------------------------------------------------------------------------------------


async def test_an_own_address_gets_a_code_first_and_nothing_else(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    went = await send(visitor, "reach", channel="texts", address=" +1 555 010 0001 ".replace(" ", ""), purpose="pain")
    assert went.headers["Location"] == "/me/reach?done=code"
    [place] = await places(web, alice)
    assert (place.address, place.shut, place.purposes) == (NUMBER, "not_verified", frozenset({Purpose.PAIN}))
    [code] = await codes(web, alice)
    page = await visitor.get("/me/reach")
    assert code not in page
    assert NUMBER not in page
    went = await send(visitor, "reach", "/confirm", code=code)
    assert went.headers["Location"] == "/me?done=confirmed"
    [place] = await places(web, alice)
    assert place.usable
    ledger = [one for one in await web.store.addresses.ledger(alice) if one.address_id == place.id]
    assert [(one.what, one.purposes, one.by) for one in ledger] == [("given", ("pain",), "athlete")]
    assert ledger[0].words == "I agree to get here · Pain: questions, rest, see a doctor, emergencies"


async def test_the_answer_is_the_same_for_known_and_unknown_numbers(web: Web) -> None:
    alice, bob = await web.alice(), await web.alice(name="Bob")
    known, stopped, flooded, unknown = (f"+1555010000{n}" for n in range(4))
    async with web.store.write() as tx:
        for number in (known, stopped):
            given = Consent(NOW, "test", purposes=EVERYTHING)
            made = await web.store.addresses.add(tx, bob, "texts", number, given, verified_at=NOW)
        await web.store.addresses.stop(tx, made, NOW, alone=True)
        place = await web.store.addresses.add(tx, bob, "texts", flooded, None, verified_at=None)
        for _ in range(3):
            await web.store.verifications.begin(tx, place, NOW)
    visitor = await come_in(web, alice)
    shown = []
    for number in (known, stopped, flooded, unknown):
        went = await send(visitor, "reach", channel="texts", address=number, purpose="pain")
        page = await visitor.get("/me/reach?done=code")
        shown.append((went.status, went.headers["Location"], words(page).count("Waits for its code.")))
    assert shown == [(303, "/me/reach?done=code", n) for n in range(1, 5)]
    due = await web.store.post.claim(web.clock(), {"texts": 10})
    assert sorted(one.address.address for one in due if one.address) == [known, unknown]
    for place in await places(web, alice):
        page = await visitor.get("/me/reach")
        proof = {"proof": Forms(page).of("/me/reach")[1]["proof"]}
        went = await visitor.post(f"/me/channels/{place.id}/code", proof)
        assert (went.status, went.headers["Location"]) == (303, "/me?done=code")


async def test_nobody_floods_a_list_of_numbers(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    for n in range(EACH_A_DAY):
        went = await send(visitor, "reach", channel="texts", address=f"+1555010{n:04}", purpose="pain")
        assert went.status == 303
        await send(visitor, "reach", "/remove")
    answer = await send(visitor, "reach", channel="texts", address="+15550109999", purpose="pain")
    assert answer.status == 400
    assert "You have asked for ten codes today." in await answer.text()
    assert await places(web, alice) == []
    assert len(await codes(web, alice)) == EACH_A_DAY
    web.clock.now += timedelta(days=1, seconds=1)
    assert (await send(visitor, "reach", channel="texts", address="+15550109999", purpose="pain")).status == 303


async def test_ten_addresses_are_enough(web: Web) -> None:
    alice = await web.alice()
    async with web.store.write() as tx:
        for n in range(10):
            await web.store.addresses.add(tx, alice, "texts", f"+1555010000{n}", None, verified_at=NOW)
    answer = await send(await come_in(web, alice), "reach", channel="texts", address="+15550109999", purpose="pain")
    assert "Remove one first." in await answer.text()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"channel": "console", "address": "x"}, "channel"),
        ({"channel": "me", "address": "x"}, "channel"),
        ({"channel": "webhook", "address": "https://x.example"}, "channel"),
        ({"channel": "mail", "address": "nobody"}, "address"),
        ({"channel": "mail", "address": ""}, "address"),
        ({"channel": "mail", "address": "a@example.org", "purpose": []}, "purpose"),
        ({"channel": "mail", "address": "a@example.org", "purpose": "everything"}, "address"),
    ],
)
async def test_an_address_that_can_not_be_is_named_beside_its_field(
    web: Web, fields: dict[str, Any], field: str
) -> None:
    alice = await web.alice()
    answer = await send(await come_in(web, alice), "reach", **{"purpose": "pain", **fields})
    assert answer.status == 400
    assert f'id="{field}-wrong"' in await answer.text()
    assert len(await web.store.addresses.of(alice)) == 1


async def test_the_order_is_changed_and_an_address_removed(web: Web) -> None:
    alice = await web.alice()
    async with web.store.write() as tx:
        for number in ("+15550100001", "+15550100002", "+15550100003"):
            given = Consent(NOW, "test", purposes=EVERYTHING)
            await web.store.addresses.add(tx, alice, "texts", number, given, verified_at=NOW)
    visitor = await come_in(web, alice)
    first, second, third = await places(web, alice)
    for place, to in ((third, "up"), (first, "down"), (first, "down"), (third, "up")):
        assert (await send(visitor, "reach", f"/{place.id}/move", to=to)).status == 303
    assert [one.id for one in await places(web, alice)] == [third.id, second.id, first.id]
    await send(visitor, "reach", f"/{second.id}/remove")
    assert [one.id for one in await places(web, alice)] == [third.id, first.id]
    mine = [one for one in await web.store.addresses.ledger(alice) if one.address_id == second.id]
    assert [(one.what, one.by) for one in mine] == [("given", "operator"), ("withdrawn", "athlete")]


async def test_an_address_that_comes_back_is_shown_to_be_theirs_again(web: Web) -> None:
    alice = await web.alice()
    async with web.store.write() as tx:
        await web.store.addresses.add(tx, alice, "texts", NUMBER, None, verified_at=NOW)
    visitor = await come_in(web, alice)
    await send(visitor, "reach", "/remove")
    await send(visitor, "reach", channel="texts", address=NUMBER, purpose="load")
    [place] = await places(web, alice)
    assert place.shut == "not_verified"
    assert len(await codes(web, alice)) == 1


async def test_where_nothing_can_be_added_the_page_says_so(serve: Serve) -> None:
    web = await serve()
    page = await (await come_in(web, await web.alice())).get("/me/reach")
    assert "No way is set up here" in page


# --- where workouts come from -----------------------------------------------------------------------------------------

WAHOO = {
    "TWINGE_WAHOO_CLIENT_ID": "id",
    "TWINGE_WAHOO_CLIENT_SECRET": "secret",
    "TWINGE_WAHOO_WEBHOOK_TOKEN": "t" * 20,
    "TWINGE_WAHOO_HOOK_TOKEN": "h" * 20,
}


GENERIC = {"TWINGE_GENERIC_SECRET": f"whsec_{KEY}"}


@pytest.fixture
async def connected(serve: Serve) -> Web:
    return await serve(platforms=load_plugins({**WAHOO, **GENERIC}).platforms)


@pytest.fixture
async def readers() -> AsyncIterator[Readers]:
    made = Readers()
    yield made
    await made.close()


async def test_a_connection_tells_how_it_fares_and_is_ended(connected: Web) -> None:
    web, alice = connected, await connected.alice()
    async with web.store.write() as tx:
        await web.store.athletes.connect(tx, alice, "wahoo", "77", NOW)
        await web.store.backfills.begin(tx, alice, "wahoo", "77", NOW - timedelta(days=120), NOW)
    visitor = await come_in(web, alice)
    page = words(await visitor.get("/me/workouts"))
    for said in (
        "Wahoo",
        "Connected.",
        "No workout has come from there yet.",
        "Your past since Sun, Jan 4 is on its way",
    ):
        assert said in page
    await web.store.athletes.mark_connection("wahoo", "77", "expired", NOW)
    page = words(await visitor.get("/me/workouts"))
    assert "The connection has run out: connect again." in page
    assert "Connect again" in page
    assert (await send(visitor, "workouts", "/end")).headers["Location"] == "/me/workouts?done=disconnected"
    [link] = await web.store.athletes.connections(alice)
    assert (link.state, link.ended_at) == ("revoked", NOW)
    assert "Ended on Mon, May 4." in words(await visitor.get("/me/workouts"))
    audit = (await web.get("/api/v1/audit"))["items"]
    assert (audit[0]["action"], audit[0]["actor"]) == ("connection.end", f"athlete:{alice}")


async def test_nobody_ends_a_connection_of_somebody_else(connected: Web) -> None:
    web, alice, bob = connected, await connected.alice(), await connected.alice(name="Bob")
    async with web.store.write() as tx:
        await web.store.athletes.connect(tx, bob, "wahoo", "77", NOW)
    [link] = await web.store.athletes.connections(bob)
    visitor = await come_in(web, alice)
    proof = {"proof": Forms(await visitor.get("/me/workouts")).of("/me/files")[1]["proof"]}
    for number in (str(link.id), "wahoo", "0"):
        assert (await visitor.post(f"/me/connections/{number}/end", proof)).status == 404
    assert (await web.store.athletes.connections(bob))[0].state == "connected"


async def test_who_fell_silent_is_told_since_when(connected: Web) -> None:
    web, alice = connected, await connected.alice()
    async with web.store.write() as tx:
        await web.store.athletes.connect(tx, alice, "generic", "a-1", NOW)
    for n in range(6):
        start = NOW - timedelta(days=40 + n)
        event = {"sport": "run", "start": start.isoformat(), "moving_s": 3000, "distance_m": 9000}
        await web.send({"type": "activity", "athlete": "a-1", "id": f"r{n}", "activity": event}, call_id=f"m{n}")
    await Worker(web.store, load_plugins(GENERIC).platforms, {}, FakeTokens(), web.clock).drain()
    page = words(await (await come_in(web, alice)).get("/me/workouts"))
    assert "The last workout from there: Wed, Mar 25." in page
    assert "Quiet since Wed, Mar 25" in page


async def upload(visitor: Visitor, body: bytes, *, first: str = "proof", **fields: str) -> aiohttp.ClientResponse:
    """The form of the page with a file, as a browser sends it."""
    _, hidden = Forms(await visitor.get("/me/workouts")).of("/me/files")
    form = aiohttp.FormData()
    for name, value in {**hidden, **fields}.items() if first == "proof" else ():
        form.add_field(name, value)
    form.add_field("file", body, filename="run.fit" if body else "", content_type="application/octet-stream")
    if first != "proof":
        form.add_field("proof", hidden["proof"])
    return await visitor.call("POST", "/me/files", data=form)


async def test_a_file_is_uploaded_once_and_its_result_stands_there(web: Web, readers: Readers) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    assert (await upload(visitor, a_run())).headers["Location"] == "/me/workouts?done=file_new"
    assert "being read" in words(await visitor.get("/me/workouts"))
    platforms = load_plugins({}).platforms
    worker = Worker(web.store, platforms, {}, FakeTokens(), web.clock, open_recording=readers.open_recording)
    await worker.drain()
    assert "read, it counts" in words(await visitor.get("/me/workouts"))
    assert (await upload(visitor, a_run())).headers["Location"] == "/me/workouts?done=file_known"
    [run] = (await web.get(f"/api/v1/athletes/{alice}/activities"))["items"]
    assert run["sport"] == "run"


@pytest.mark.parametrize("body", [b"", b"no file of ours", b"PK\x03\x04 broken"])
async def test_a_file_that_can_not_be_read_is_named_beside_its_field(web: Web, body: bytes) -> None:
    answer = await upload(await come_in(web, await web.alice()), body)
    if answer.status == 303:  # only its inside is broken: the worker finds out
        assert body.startswith(b"PK")
        return
    assert answer.status == 400
    assert 'id="file-wrong">This is no FIT, TCX or GPX file' in await answer.text()


async def test_a_file_without_the_proof_before_it_is_not_read(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    assert (await upload(visitor, a_run(), proof="0" * 64)).status == 403
    assert (await upload(visitor, a_run(), first="file")).status == 403
    stranger = Visitor(web)
    form = aiohttp.FormData({"proof": "x"})
    form.add_field("file", a_run(), filename="run.fit")
    assert (await stranger.call("POST", "/me/files", data=form)).status == 403
    assert (
        await visitor.call("POST", "/me/files", data=b"x", headers={"Content-Type": "multipart/form-data"})
    ).status == 400
    assert (await web.store.inbox.find(None, "files")).items == []


async def test_a_file_over_the_cap_is_refused(serve: Serve, settings: Any) -> None:
    web = await serve(settings=replace(settings, file_cap_kb=64))
    answer = await upload(await come_in(web, await web.alice()), b"x" * 66_000)
    assert answer.status == 413
