"""The page of one message: its numbers, a chart of them, the evidence, what clears it; for its own athlete only."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from conftest import NOW, Serve, Web
from core.pain.diary import Book
from diary import ALICE, judged
from speech.test_law import forbidden
from test_report import EVIDENCE
from twinge.core.model import EVERYTHING, Athlete, Finding, Held, Nudge, Severity, Voice
from twinge.core.pack import STANDARD
from twinge.core.rules import CATALOGUE
from twinge.core.state import State, begin
from twinge.report.words import REASONS
from twinge.speech import say
from twinge.speech.tongue import tongue
from twinge.store import Consent
from twinge.store.history import Kept
from twinge.web.pages import words as room
from twinge.web.pages.image import warmed
from twinge.web.pages.now import UNKNOWN
from twinge.web.pages.reasons import KINDS, group, strength
from twinge.web.pages.words import LANGUAGES, texts, words_of
from twinge.why import Manner, plot, tell
from twinge.why.chart import png, svg
from twinge.why.levels import FORMS, levels
from twinge.why.links import Links
from visitor import Visitor, come_in, words

SPIKE = """
    every tue thu sat from 2026-03-17 for 7 weeks 07:00 run 8km 48min
    every sun from 2026-03-17 for 6 weeks 09:00 run 12km 72min
    2026-05-03 09:00 run 16km 100min
"""
"""Sunday's run is a third over the longest of the month."""
LABELS = tuple((kind, kind.title()) for kind in KINDS)


def told(diary: str, rule: str = "L01") -> tuple[State, Finding]:
    """The state after a diary, and what `rule` saw in its last workout."""
    outcome = judged(diary)
    found = [one for one in outcome.findings if one.rule == rule]
    return outcome.state, found[-1]


async def spoken(web: Web, athlete: str, state: State, *findings: Finding, name: str = "n1", **more: Any) -> None:
    """A message about `findings` was put into the outbox; `state` is what is known."""
    facts = {one.rule: dict(one.facts) for one in findings}
    given = {"severity": Severity.SLOW_DOWN, "rules": tuple(one.rule for one in findings), "facts": facts, **more}
    text = "Noted." if "text" in more or not findings else say(findings, Severity.SLOW_DOWN, ALICE)
    activity = findings[0].activity if findings else None
    times = {"made_at": NOW, "not_before": NOW, "expires_at": NOW + timedelta(hours=12)}
    nudge = Nudge(id=name, athlete=athlete, **{"text": text, "activity": activity, **times, **given})
    async with web.store.write() as tx:
        consent = Consent(NOW, "test", purposes=EVERYTHING)
        place = await web.store.addresses.add(tx, athlete, "console", "Alice", consent, verified_at=NOW)
        await web.store.history.save_states(tx, [(athlete, Kept("stamp", state))], NOW)
        await web.store.outbox.put(tx, [(nudge, place, Voice.PRINT)])


def charts(page: str) -> list[str]:
    """The addresses of the pictures."""
    found = re.findall(r'(?:src|srcset)="([^"]+/why/[^"]+[.]svg[^"]*)"', page)
    return [each.replace("&amp;", "&") for each in found]


async def test_a_message_leads_to_its_numbers_its_chart_and_its_evidence(web: Web) -> None:
    alice = await web.alice()
    await spoken(web, alice, *told(SPIKE))
    visitor = await come_in(web, alice)
    assert 'href="/me/why/n1"' in await visitor.get()
    page = await visitor.get("/me/why/n1")
    text = words(page)
    assert "Long runs (L01)" in text
    assert "Your 16.0 km run was 33% over your 30-day longest (12.0 km)." in text
    assert "This time 16.0 km Most before 12.0 km Limit 13.2 km" in text
    assert "Sun, Apr 5 12.0 km" in text
    assert text.count("16.0 km") >= 3
    for part in (
        "Moderately supported.",
        "One study, no trial.",
        "5,205 runners",
        "Keep the next runs under the limit.",
    ):
        assert part in text
    assert "own limit, the same for everybody here." in text
    assert 'value="MUTE L01"' in page
    assert not re.search(r"<style|style=|<script>| on\w+=", page)


async def test_the_chart_is_a_file_that_changes_its_address_with_what_it_shows(web: Web) -> None:
    alice = await web.alice()
    state, finding = told(SPIKE)
    await spoken(web, alice, state, finding)
    visitor = await come_in(web, alice)
    dark, light = charts(await visitor.get("/me/why/n1"))
    bodies = []
    for path in (light, dark):
        answer = await visitor.call("GET", path)
        assert (answer.status, answer.content_type) == (200, "image/svg+xml")
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        bodies.append(await answer.text())
    assert all("Limit 13.2 km" in body for body in bodies)
    assert "#b45309" in bodies[0]
    assert "#b45309" not in bodies[1]
    assert "#f0a445" in bodies[1]
    other = await visitor.call("GET", re.sub(r"v=\w+", "v=old", light))
    assert other.headers["Cache-Control"] == "private, no-cache"
    async with web.store.write() as tx:
        shorter = tuple(one._replace(metres=7000) if one.metres == 8000 else one for one in state.sessions)
        await web.store.history.save_states(tx, [(alice, Kept("s", replace(state, sessions=shorter)))], NOW)
    assert charts(await visitor.get("/me/why/n1"))[1] != light


async def test_it_is_for_its_own_athlete_only(web: Web) -> None:
    alice, bob = await web.alice(), await web.alice(name="Bob")
    await spoken(web, alice, *told(SPIKE))
    await spoken(web, alice, begin(), name="code", facts={"notice": "code"}, text="123456")
    theirs = await come_in(web, bob)
    for path in ("/me/why/n1", "/me/why/n1/L01.svg", "/me/why/nothing", "/me/why/n1%27/L01.svg"):
        assert (await theirs.call("GET", path)).status == 404
        assert (await Visitor(web).call("GET", path)).status == 403
    own = await come_in(web, alice)
    for path in ("/me/why/code", "/me/why/n1/R01.svg", "/me/why/n1/story.svg", "/me/why/n1/X.svg"):
        assert (await own.call("GET", path)).status == 404


async def test_without_the_libraries_that_draw_the_table_says_it_all(serve: Serve) -> None:
    web = await serve(draws=False)
    alice = await web.alice()
    await spoken(web, alice, *told(SPIKE))
    visitor = await come_in(web, alice)
    page = await visitor.get("/me/why/n1")
    assert charts(page) == []
    assert "There is no picture here" in page
    assert "This time 16.0 km Most before 12.0 km Limit 13.2 km" in words(page)
    assert (await visitor.call("GET", "/me/why/n1/L01.svg")).status == 404


async def test_a_record_that_was_edited_since_is_told_of_and_the_levels_stay(web: Web) -> None:
    alice = await web.alice()
    state, finding = told(SPIKE)
    edited = tuple(one._replace(metres=11_000) if one.metres == 12_000 else one for one in state.sessions)
    await spoken(web, alice, replace(state, sessions=edited), finding)
    text = words(await (await come_in(web, alice)).get("/me/why/n1"))
    assert "The bars are your records as they are now" in text
    assert "Most before 12.0 km" in text


async def test_what_is_no_longer_remembered_leaves_the_levels_alone(web: Web) -> None:
    alice = await web.alice()
    await spoken(web, alice, begin(), told(SPIKE)[1])
    visitor = await come_in(web, alice)
    page = await visitor.get("/me/why/n1")
    assert "these are the numbers of the message itself" in page
    assert "Everything on the picture" not in page
    answer = await visitor.call("GET", charts(page)[0])
    assert "This time 16.0 km" in await answer.text()


async def test_an_own_limit_is_called_one(web: Web) -> None:
    alice = await web.alice(limits={"l01.small": 120})
    await spoken(web, alice, *told(SPIKE))
    text = words(await (await come_in(web, alice)).get("/me/why/n1"))
    assert "A limit of your own" in text
    assert "We speak from 20% on" in text


async def test_a_notice_follows_from_no_rule(web: Web) -> None:
    alice = await web.alice()
    await spoken(web, alice, begin())
    visitor = await come_in(web, alice)
    assert "/me/why/" not in await visitor.get()
    assert "No rule spoke here" in await visitor.get("/me/why/n1")


async def test_facts_of_another_version_cost_their_numbers_only(web: Web) -> None:
    alice = await web.alice()
    odd = Finding("L01", Severity.SLOW_DOWN, 1, NOW, "generic:1", {"today_m": 10_000})
    await spoken(web, alice, begin(), odd, text="Slow down.", facts={"L01": odd.facts, "L99": {"a": 1}})
    page = await (await come_in(web, alice)).get("/me/why/n1")
    assert "Long runs (L01)" in page
    assert charts(page) == []


PAIN = """
    0h     pain 4 left buttock during
    0h10   reply 2
    24h    reply 4
"""


async def test_a_message_of_the_pain_story_has_the_storys_picture_and_table(web: Web) -> None:
    alice, pain = await web.alice(), Book().write(PAIN).pain
    [episode] = pain.episodes
    facts = {"P03": {"kind": "rest_72", "episode": episode.id, "site": "buttock", "side": "left", "score": 4}}
    told: dict[str, Any] = {"rules": ("P03",), "facts": facts, "text": "Rest.", "severity": Severity.REST}
    await spoken(web, alice, State(pain=pain), **told)
    visitor = await come_in(web, alice)
    page = await visitor.get("/me/why/n1")
    text = words(page)
    assert "What you told us of pain" in text
    assert "You told us: left buttock, 4 of 10." in text
    assert "4 of 10" in text.partition("This pain story so far")[2]
    dark, light = charts(page)
    for path in (light, dark):
        answer = await visitor.call("GET", path)
        assert (answer.status, answer.content_type) == (200, "image/svg+xml")
    assert "Left buttock." in words(await visitor.get())
    assert "Nothing has to be answered." in text
    told["facts"] = {"P03": {**facts["P03"], "question": 3, "asks": "check"}}
    await spoken(web, alice, State(pain=pain), name="n2", **told)
    assert "Its numbers or words stand in the message." in words(await visitor.get("/me/why/n2"))


# --- every rule -------------------------------------------------------------------------------------------------------


def facts_of(rule: str) -> Mapping[str, Any]:
    return EVIDENCE[rule][0]


@pytest.mark.parametrize("rule", sorted(FORMS))
def test_every_rules_own_facts_make_levels_that_can_be_told(rule: str) -> None:
    found = levels(rule, facts_of(rule), STANDARD)
    if found is None:
        assert (rule, facts_of(rule)["limit_hr"]) == ("W01", None)
        return
    for units in ("km", "mi"):
        for language in LANGUAGES:
            for one in found.found:
                assert one.kind in KINDS
                assert re.search(r"\d", tell(one.value, found.measure, tongue(language, units)))


def test_every_rule_that_has_numbers_has_levels() -> None:
    without = {"F03", "X01", *(rule.id for rule in CATALOGUE if rule.kind in {"pain", "return", "message"})}
    assert {rule.id for rule in CATALOGUE} - set(FORMS) == without


@pytest.mark.parametrize("rule", sorted(FORMS))
def test_levels_alone_are_drawn_with_their_words(rule: str) -> None:
    found = plot(rule, facts_of(rule), None, 739_000, begin(), STANDARD)
    if found is None or not found.drawable:
        return
    manner = Manner("de", "mi", "Europe/Berlin", LABELS)
    drawn = svg(found, manner)
    assert all(dict(LABELS)[one.kind] in drawn for one in found.levels.found)
    assert svg(found, manner, dark=True) != drawn
    assert png(found, manner).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("rule", "diary"),
    [
        ("L01", SPIKE),
        ("R02", "every day from 2026-04-27 for 1 weeks 07:00 run 8km 48min"),
    ],
)
def test_the_records_behind_a_message_are_in_the_picture(rule: str, diary: str) -> None:
    state, finding = told(diary, rule)
    found = plot(rule, finding.facts, finding.activity, 0, state, STANDARD)
    assert found is not None
    assert found.records is not None
    assert "Apr" in svg(found, Manner("en", "km", "Europe/Berlin", LABELS))


# --- words ------------------------------------------------------------------------------------------------------------


def test_every_rule_reason_and_gap_has_its_texts() -> None:
    known = texts("en")
    rules = [rule for rule in CATALOGUE if rule.kind != "message"]
    groups = {*(group(rule.id) for rule in rules), "RPE"}
    assert {f"{part}.{each}" for part in ("watches", "clears") for each in groups} <= set(known)
    assert {f"level.{kind}" for kind in KINDS} <= set(known)
    assert {f"strength.{strength(rule)}" for rule in rules} <= set(known)
    assert {f"held.{word}" for word in (*REASONS, "other")} <= set(known)
    assert {f"unknown.{word}" for word in UNKNOWN.values()} <= set(known)


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ("L01", "moderate"),
        ("R02", "contested"),
        ("R01", "mixed"),
        ("T01", "weak"),
        ("P05", "strong"),
        ("P01", "practice"),
        ("X01", "own"),
    ],
)
def test_the_strength_in_words_is_that_of_the_catalogue(rule: str, word: str) -> None:
    assert strength(next(one for one in CATALOGUE if one.id == rule)) == word


OURS = (
    "why.",
    "now.",
    "watches.",
    "clears.",
    "level.",
    "strength.",
    "story.",
    "held.",
    "unknown.",
    "chart.",
    "limit.",
    "pictures.",
    "records.",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_keeps_the_wording_law(language: str) -> None:
    with (Path(room.__file__).parent / f"{language}.po").open("rb") as file:
        ours = {str(one.id): str(one.string) for one in read_po(file) if str(one.id).startswith(OURS)}
    assert {name: word for name, text in ours.items() if (word := forbidden(language, text))} == {}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_has_the_whole_page(web: Web, language: str) -> None:
    alice = await web.alice(language=language)
    await spoken(web, alice, *told(SPIKE))
    visitor = await come_in(web, alice)
    page = await visitor.get("/me/why/n1")
    ours = words_of(language)
    for name in ("why.title", "why.clears", "why.grounds", "clears.L01", "level.limit"):
        assert ours.say(name) in words(page).replace("&#39;", "'")
    home = words(await visitor.get()).replace("&#39;", "'")
    assert ours.say("now.title") in home


# --- what it sees now -------------------------------------------------------------------------------------------------


async def test_the_page_says_what_it_sees_and_what_it_cannot(web: Web) -> None:
    alice = await web.alice(hr_rest=50)
    await spoken(web, alice, told(SPIKE)[0])
    text = words(await (await come_in(web, alice)).get())
    assert "Longest run in 30 days 16.0 km next up to 13.2 km" in text
    assert "Training days in a row 2 days last rest day Fri, May 1" in text
    assert "usually" in text.partition("Load of 7 days")[2][:40]
    assert "Your resting pulse of these mornings" in text
    assert "Your maximum heart rate" in text
    assert "Your resting heart rate as a number" not in text


async def test_before_the_first_workout_nothing_is_taken_for_nothing(web: Web) -> None:
    text = words(await (await come_in(web, await web.alice())).get())
    assert "Longest run in 30 days none" in text
    assert "what is usual is not known yet" in text


async def test_what_was_held_back_stands_there_with_its_reason(web: Web) -> None:
    alice = await web.alice()
    state, finding = told(SPIKE)
    await spoken(web, alice, state)
    silences = [
        Held(alice, ("L01",), Severity.SLOW_DOWN, "muted", NOW, "a:1", {"L01": dict(finding.facts)}),
        Held(alice, ("R02",), Severity.SLOW_DOWN, "a new word", NOW, "a:2", {}),
    ]
    async with web.store.write() as tx:
        await web.store.outbox.hold(tx, silences)
    text = words(await (await come_in(web, alice)).get())
    assert "Your 16.0 km run was 33% over your 30-day longest (12.0 km). You muted this kind." in text
    assert "Something spoke against it." in text


# --- pictures in messages ---------------------------------------------------------------------------------------------


def wanting(athlete: Athlete = ALICE) -> Athlete:
    return replace(athlete, preferences=replace(athlete.preferences, pictures=True))


def about(finding: Finding, athlete: str = "alice", **more: Any) -> Nudge:
    given = {"severity": Severity.SLOW_DOWN, "rules": (finding.rule,), "facts": {finding.rule: finding.facts}, **more}
    return Nudge(
        "n1",
        athlete,
        **{"text": "Easy.", "made_at": NOW, "not_before": NOW, "expires_at": NOW + timedelta(hours=12), **given},
    )


def house(public_url: str = "https://twinge.example", secret: bytes = b"s" * 40) -> Links:
    return Links([secret], public_url)


def test_an_address_is_sealed_and_ends_with_its_message() -> None:
    links, nudge = house(), about(told(SPIKE)[1])
    url = links.url(nudge, wanting(), NOW)
    assert url is not None
    assert url.startswith("https://twinge.example/i/")
    token = url.rpartition("/")[2].removesuffix(".png")
    assert links.open(token, NOW) == ("alice", "n1")
    assert "alice" not in url
    assert links.open(token, NOW + timedelta(hours=12)) is None
    assert house(secret=b"t" * 40).open(token, NOW) is None
    for broken in ("", "x", token[:-3], "A" + token[1:], token.upper(), "é", token * 9):
        assert links.open(broken, NOW) is None


def test_only_those_who_want_it_get_an_address_and_only_for_load_and_recovery() -> None:
    links, finding = house(), told(SPIKE)[1]
    assert links.url(about(finding), ALICE, NOW) is None
    assert house("http://10.0.0.2:8700").url(about(finding), wanting(), NOW) is None
    for severity in set(Severity) - {Severity.SLOW_DOWN, Severity.REST}:
        assert links.url(about(finding, severity=severity), wanting(), NOW) is None
    for rules in ((), ("P01",), ("X01",), ("F03",)):
        assert links.url(about(finding, rules=rules), wanting(), NOW) is None
    assert links.url(about(finding, facts={"L01": {}}), wanting(), NOW) is None


async def test_whoever_has_the_address_sees_the_chart_and_nothing_else(serve: Serve) -> None:
    links = house()
    web = await serve(links=links)
    alice = await web.alice(preferences={"pictures": True})
    state, finding = told(SPIKE)
    await spoken(web, alice, state, finding)
    one = await web.store.athletes.get(alice)
    assert one is not None
    url = links.url(about(finding, alice), one, NOW)
    assert url is not None
    path = url.removeprefix("https://twinge.example")
    answer = await web.client.get(path)
    body = await answer.read()
    assert (answer.status, answer.content_type, body[:8]) == (200, "image/png", b"\x89PNG\r\n\x1a\n")
    assert len(body) < 300_000
    assert answer.headers["X-Robots-Tag"] == "noindex, noimageindex"
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert (await web.client.head(path)).status == 200
    for wrong in ("/i/x.png", path.replace(".png", "A.png")):
        assert (await web.client.get(wrong)).status == 404
    visitor = await come_in(web, alice)
    assert (await visitor.send("/me/pictures", {})).headers["Location"] == "/me?done=saved"
    assert (await web.client.get(path)).status == 404
    await visitor.send("/me/pictures", {"on": "1"})
    assert (await web.client.get(path)).status == 200
    web.clock.now += timedelta(hours=12)
    assert (await web.client.get(path)).status == 404
    audit = json.dumps(await web.get("/api/v1/audit"))
    assert "pictures.off" in audit
    assert "pictures.on" in audit


def test_what_a_message_gets_is_the_address_itself() -> None:
    links, finding = house(), told(SPIKE)[1]
    url = warmed(links)(about(finding), wanting(), NOW)
    assert url is not None
    assert links.open(url.rpartition("/")[2].removesuffix(".png"), NOW) == ("alice", "n1")
    assert warmed(links)(about(finding), ALICE, NOW) is None


async def test_where_no_address_is_given_out_nothing_is_offered(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    assert "Pictures in messages" not in await visitor.get()
    assert (await web.client.get("/i/x.png")).status == 404
