"""The operator's desk: in by a key, who is urgent, what is dead, what was held, and nothing for anybody else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from yarl import URL

from conftest import NOW, Serve, Web, run
from fakes import NOON
from operator_visit import Operator, sign_in
from pages import page as page_of
from twinge.config import Settings
from twinge.core.model import EVERYTHING, Activity, Athlete, Finding, Held, Nudge, Severity, Voice
from twinge.core.pain.value import RANK
from twinge.core.state import begin
from twinge.core.view import describe
from twinge.plugin import Delivery
from twinge.store import Consent
from twinge.store.history import Recorded
from twinge.store.outages import Outage
from twinge.store.post import End
from twinge.store.provenance import Span
from twinge.store.receipts import FORWARD
from twinge.store.spoken import Spoken
from twinge.store.tables import api_key
from twinge.store.timeline import Line
from twinge.web import office
from twinge.web.answer import Problem
from twinge.web.api.veil import Veil
from twinge.web.office import Tries
from twinge.web.office.frame import ago
from twinge.web.office.lines import days, timeless
from twinge.web.office.words import REASONS, SEVERITIES, STAGES, STANDING, STATES
from twinge.worker import Worker
from visitor import Visitor, words

PAGES = ("", "/deliveries", "/held", "/health", "/keys", "/audit")
POSTS = [route.path for route in office.ROUTES if route.method == "POST" and route.path != "/admin/enter"]


async def work(web: Web, plugins: Any) -> None:
    """The worker takes in what waits."""
    nothing: Any = None
    await Worker(web.store, plugins.platforms, plugins.channels, nothing, web.clock).drain()


async def moved_in(web: Web, name: str = "Alice", owner: str = "a-1") -> str:
    return await web.alice(name=name, connections=[{"platform": "generic", "external_id": owner}])


async def dead(web: Web, key: str = "d1", note: str = "quarantined: a rule broke", state: str = "dead") -> int:
    """A delivery that was set aside."""
    await web.store.inbox.put(Delivery("generic", "POST", "", {}, {}, b"[]", NOW), key, "generic:a-1")
    [one] = [each for each in (await web.store.inbox.find()).items if each.key == key]
    async with web.store.write() as tx:
        await web.store.inbox.settle(tx, [(one.id, state, note)], NOW)
    return one.id


# --- in and out -------------------------------------------------------------------------------------------------------


async def test_a_key_lets_in_and_the_button_lets_out(web: Web) -> None:
    stranger = Operator(web)
    for page in PAGES:
        sent = await stranger.call("GET", f"/admin{page}")
        assert (sent.status, sent.headers["Location"]) == (303, "/admin/enter")
    operator = await sign_in(web)
    assert "Athletes" in words(await operator.get("/admin"))
    assert (await operator.call("GET", "/admin/enter")).status == 303
    out = await operator.fill("/admin", "/leave")
    assert "Sign in to the desk" in await out.text()
    assert operator.cookie == ""
    assert (await operator.call("GET", "/admin")).status == 303


async def test_a_left_visit_is_over_wherever_its_cookie_still_is(web: Web) -> None:
    operator = await sign_in(web)
    kept = operator.cookie
    await operator.fill("/admin", "/leave")
    operator.cookie = kept
    assert (await operator.call("GET", "/admin")).status == 303


async def test_a_visit_ends_after_twelve_hours_whatever_is_done(web: Web) -> None:
    operator = await sign_in(web)
    for _ in range(11):
        web.clock.now += timedelta(hours=1)
        await operator.get("/admin")
    web.clock.now += timedelta(hours=1)
    assert (await operator.call("GET", "/admin")).status == 303


async def test_a_revoked_key_is_out_at_once(web: Web) -> None:
    operator = await sign_in(web, web.reader)
    await operator.get("/admin")
    await web.store.keys.revoke(web.reader.split("_")[1], web.clock())
    assert (await operator.call("GET", "/admin")).status == 303
    answer = await Operator(web).post("/admin/enter", {"key": web.reader})
    assert answer.status == 403


@pytest.mark.parametrize("key", ["", "x", "twk_00000000_" + "a" * 43, "twk_ä_ö", "a" * 5000, "Bearer x"])
async def test_a_wrong_key_is_told_how_to_get_one(web: Web, key: str) -> None:
    operator = Operator(web)
    answer = await operator.post("/admin/enter", {"key": key})
    assert (answer.status, operator.cookie) == (403, "")
    assert "twinge keys create" in await answer.text()


async def test_guessing_is_stopped_and_forgiven_after_a_while(web: Web) -> None:
    operator = Operator(web)
    for _ in range(10):
        assert (await operator.post("/admin/enter", {"key": "x"})).status == 403
    refused = await operator.post("/admin/enter", {"key": web.admin})
    assert (refused.status, refused.headers["Retry-After"]) == (429, "600")
    assert "try again in 10 minutes" in await refused.text()
    web.clock.now += timedelta(minutes=10)
    assert (await operator.post("/admin/enter", {"key": web.admin})).status == 303


def test_who_guesses_does_not_lock_others_out_and_is_not_remembered_without_end() -> None:
    tries = Tries()
    for _ in range(10):
        tries.miss("mallory", NOW)
    with pytest.raises(Problem, match="Too many"):
        tries.check("mallory", NOW)
    tries.check("alice", NOW)
    for number in range(2_000):
        tries.miss(f"caller {number}", NOW)
    tries.check("mallory", NOW)


async def test_the_cookie_on_loopback_and_behind_tls(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, admin_hosts=("desk.example",)))
    answer = await Visitor(web).post("/admin/enter", {"key": web.admin})
    [plain] = answer.headers.getall("Set-Cookie")
    assert re.fullmatch(r"twinge-desk=[-_\w]{43}; HttpOnly; Max-Age=43200; Path=/admin; SameSite=Strict", plain)
    afar = Visitor(web, headers={"Host": "desk.example", "X-Forwarded-For": "192.0.2.1"})
    answer = await afar.post("/admin/enter", {"key": web.admin})
    [sealed] = answer.headers.getall("Set-Cookie")
    assert re.fullmatch(
        r"__Host-twinge-desk=[-_\w]{43}; HttpOnly; Max-Age=43200; Path=/; SameSite=Strict; Secure", sealed
    )
    assert "Athletes" in await afar.get("/admin")


# --- from where -------------------------------------------------------------------------------------------------------

ELSEWHERE = [
    {"Host": "twinge.example"},
    {"Host": "127.0.0.1.twinge.example"},
    {"Host": "[bad"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"X-Real-IP": "127.0.0.1"},
    {"Via": "1.1 proxy"},
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
async def test_the_desk_is_answered_on_loopback_only(web: Web, headers: dict[str, str]) -> None:
    for path in ("/admin", "/admin/enter", "/admin/static/desk.css"):
        answer = await web.client.get(path, headers=headers)
        assert answer.status == 403
        assert "TWINGE_ADMIN_HOSTS" in await answer.text()
    assert (await web.client.post("/admin/enter", data={"key": web.admin}, headers=headers)).status == 403


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "127.9.9.9:80", "[::1]:8700", "[::ffff:127.0.0.1]"])
async def test_every_name_of_this_machine_is_loopback(web: Web, host: str) -> None:
    assert (await web.client.get("/admin/enter", headers={"Host": host})).status == 200


# --- what a key may ---------------------------------------------------------------------------------------------------


async def test_a_read_key_looks_at_everything_and_changes_nothing(web: Web) -> None:
    alice, number = await moved_in(web), await dead(web)
    admin, reader = await sign_in(web), await sign_in(web, web.reader)
    for page in (*PAGES, f"/athletes/{alice}"):
        text = await reader.get(f"/admin{page}")
        assert re.findall(r'<form[^>]*method="post" action="([^"]*)"', text) == ["/admin/leave"]
    [proof] = re.findall(r'name="proof" value="(\w+)"', await reader.get("/admin/audit"))
    for path in POSTS:
        if path == "/admin/leave":
            continue
        where = path.format(athlete=alice, silence="x", key=web.admin.split("_")[1])
        answer = await reader.post(where, {"proof": proof, "ids": str(number), "scope": "admin", "days": "7"})
        assert answer.status == 403, path
        assert "may only look" in await answer.text()
    assert "Replay all shown" in await admin.get("/admin/deliveries")
    kept = await web.store.inbox.get(number)
    assert kept is not None
    assert kept.state == "dead"


@pytest.mark.parametrize("path", POSTS)
async def test_a_form_without_its_visits_proof_or_from_another_site_does_nothing(web: Web, path: str) -> None:
    alice = await moved_in(web)
    operator, other = await sign_in(web), await sign_in(web)
    [proof] = re.findall(r'name="proof" value="(\w+)"', await other.get("/admin/audit"))
    where = path.format(athlete=alice, silence="x", key=web.admin.split("_")[1])
    before = len((await web.get("/api/v1/audit"))["items"])
    assert (await operator.post(where, {"days": "7"})).status == 403
    assert (await operator.post(where, {"proof": proof, "days": "7"})).status == 403
    [own] = re.findall(r'name="proof" value="(\w+)"', await operator.get("/admin/audit"))
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        operator.headers = headers
        assert (await operator.post(where, {"proof": own, "days": "7"})).status == 403
    assert len((await web.get("/api/v1/audit"))["items"]) == before


async def test_a_scope_that_is_not_known_here_sees_nobody(web: Web) -> None:
    alice = await moved_in(web)
    async with web.store.write() as tx:
        await tx.execute(api_key.update().where(api_key.c.id == web.reader.split("_")[1]).values(scope="coach"))
    operator = await sign_in(web, web.reader)
    page = words(await operator.get("/admin"))
    assert "Alice" not in page
    assert "All 0" in page
    assert (await operator.call("GET", f"/admin/athletes/{alice}")).status == 404
    for closed in PAGES[1:]:
        assert (await operator.call("GET", f"/admin{closed}")).status == 403


async def test_every_answer_is_sealed_and_names_are_escaped(web: Web) -> None:
    await moved_in(web, "<b>Bobby</b>")
    operator = await sign_in(web)
    answer = await operator.call("GET", "/admin")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    text = await answer.text()
    assert "&lt;b&gt;Bobby" in text
    assert "<b>" not in text
    assert "style=" not in text
    assert "<script" not in text


# --- athletes at a glance ---------------------------------------------------------------------------------------------


async def test_the_light_follows_what_the_rules_saw_and_the_time(web: Web, plugins: Any) -> None:
    await moved_in(web)
    operator = await sign_in(web)
    assert lights(await operator.get("/admin")) == {"Alice": "no_data"}
    for number in range(20):
        start = (NOW - timedelta(days=41 - 2 * number)).isoformat()
        await web.send(run(f"old-{number}", start=start, distance_m=8_000), call_id=f"old-{number}")
    await work(web, plugins)
    assert lights(await operator.get("/admin")) == {"Alice": "fine"}
    await web.send(run("far", distance_m=17_000, moving_s=6_000), call_id="far")
    await work(web, plugins)
    assert lights(await operator.get("/admin"))["Alice"] in {"slow_down", "rest"}
    for more, light in ((4, "fine"), (12, "no_data")):
        web.clock.now += timedelta(days=more)
        operator = await sign_in(web)
        assert lights(await operator.get("/admin")) == {"Alice": light}


async def test_pain_is_the_most_urgent_and_the_list_filters(web: Web, plugins: Any) -> None:
    await moved_in(web, "Ämilia", "a-1")
    bob = await moved_in(web, "Bob", "a-2")
    await web.call("POST", f"/api/v1/athletes/{bob}/reports", {"pain": 6, "site": "knee", "side": "left"})
    await work(web, plugins)
    operator = await sign_in(web)
    page = await operator.get("/admin")
    assert list(lights(page)) == ["Bob", "Ämilia"]
    assert lights(page)["Bob"] == "pain"
    assert lights(await operator.get("/admin?light=pain")) == {"Bob": "pain"}
    assert lights(await operator.get("/admin?light=fine")) == {}
    assert lights(await operator.get("/admin?name=%C3%A4MI")) == {"Ämilia": "no_data"}
    assert lights(await operator.get("/admin?name=%25")) == {}
    assert len(lights(await operator.get("/admin?platform=generic"))) == 2
    assert lights(await operator.get("/admin?platform=strava")) == {}
    assert (await operator.call("GET", "/admin?light=purple")).status == 400
    assert (await operator.call("GET", "/admin?cursor=nonsense")).status == 400


async def test_many_athletes_come_in_pages_each_once(web: Web) -> None:
    for number in range(120):
        await web.alice(name=f"Runner {number:03d}")
    operator = await sign_in(web)
    where: str | None = "/admin"
    found: list[str] = []
    while where:
        page = await operator.get(where)
        found += lights(page)
        onward = re.findall(r'href="([^"]*)" rel="next"', page)
        where = onward[0].replace("&amp;", "&") if onward else None
    assert found == [f"Runner {number:03d}" for number in range(120)]


def lights(page: str) -> dict[str, str]:
    """Name → light, in their order."""
    rows = re.findall(r'class="light (\w+)".*?<th scope="row"[^>]*><a [^>]*>([^<]*)</a>', page, re.DOTALL)
    return {name: light for light, name in rows}


# --- one athlete ------------------------------------------------------------------------------------------------------


async def test_the_timeline_has_everything_by_day_with_filters(web: Web, plugins: Any) -> None:
    alice = await moved_in(web)
    await web.send(run())
    await web.call("POST", f"/api/v1/athletes/{alice}/reports", {"pain": 4, "site": "shin", "text": "my own words"})
    async with web.store.write() as tx:
        given = Consent(NOW, "test", purposes=EVERYTHING)
        place = await web.store.addresses.add(tx, alice, "console", "+4915112345689", given, verified_at=NOW)
        held = Held(alice, ("R02",), Severity.SLOW_DOWN, "over_budget", NOW, None, {"R02": {"days": 9}})
        await web.store.outbox.hold(tx, [held])
        end = NOW + timedelta(hours=4)
        said = Nudge("n1", alice, Severity.REST, ("L01",), "Rest & recover.", {"L01": {}}, NOW, NOW, end)
        code = replace(said, id="n2", text="Your code is 123456", facts={"notice": "code"}, rules=())
        await web.store.outbox.put(tx, [(said, place, Voice.PUSH), (code, place, Voice.PUSH)])
    await work(web, plugins)
    operator = await sign_in(web)
    page = await operator.get(f"/admin/athletes/{alice}")
    text = words(page)
    for expected in ("Monday, 4 May 2026", "10.0 km", "Rest &amp; recover.", "Pain 4 of 10, shin", "over_budget"):
        assert expected in text, expected
    assert "Not said: R02" in text
    assert "Stage:" in text
    for private in ("my own words", "123456", "+4915112345689"):
        assert private not in page
    only = words(await operator.get(f"/admin/athletes/{alice}?kind=workout"))
    assert "10.0 km" in only
    assert "over_budget" not in only
    assert (await operator.call("GET", f"/admin/athletes/{alice}?kind=gossip")).status == 400
    assert (await operator.call("GET", "/admin/athletes/nobody")).status == 404


async def test_a_long_timeline_comes_in_pages_each_line_once(web: Web, plugins: Any) -> None:
    alice = await moved_in(web)
    for number in range(150):
        start = (NOW - timedelta(days=1, hours=5 * number)).isoformat()
        await web.send(run(f"r{number}", start=start, distance_m=5_000 + number), call_id=f"c{number}")
    await work(web, plugins)
    operator = await sign_in(web)
    where: str | None = f"/admin/athletes/{alice}?kind=workout"
    count, pages = 0, 0
    while where:
        page = await operator.get(where)
        count, pages = count + page.count('<li class="workout'), pages + 1
        onward = re.findall(r'href="([^"]*)" rel="next"', page)
        where = onward[0].replace("&amp;", "&") if onward else None
    assert (count, pages) == (150, 3)


async def test_what_is_done_for_an_athlete_is_done_by_the_api_and_audited(web: Web, plugins: Any) -> None:
    alice = await moved_in(web)
    operator, here = await sign_in(web), f"/admin/athletes/{alice}"
    made = await operator.fill(here, "/link")
    assert re.search(r"https://twinge\.example/me/enter/[-_\w]{43}", await made.text())
    told = await operator.fill(here, "/report", {"pain": "5", "site": "knee", "side": "left", "sign": "limp"})
    assert "The report is taken in" in await told.text()
    await work(web, plugins)
    [episode] = (await web.get(f"/api/v1/athletes/{alice}/episodes"))["items"]
    assert (episode["site"], episode["side"], episode["signs"]) == ("knee", "left", ["limp"])
    await operator.fill(here, "/silence", {"kind": "race", "days": "3"})
    [silence] = (await web.get(f"/api/v1/athletes/{alice}/silences"))["items"]
    assert (silence["kind"], silence["until"]) == ("race", "2026-05-07T10:00:00Z")
    await operator.fill(here, f"/silences/{silence['id']}/end")
    assert (await web.get(f"/api/v1/athletes/{alice}/silences"))["items"] == []
    await operator.fill(here, "/pause", {"days": "7"})
    assert (await web.get(f"/api/v1/athletes/{alice}"))["preferences"]["paused_until"] == "2026-05-11T10:00:00Z"
    assert "All messages are paused" in await operator.get(here)
    await operator.fill(here, "/pause", {"days": "0"})
    assert (await web.get(f"/api/v1/athletes/{alice}"))["preferences"]["paused_until"] is None
    await operator.fill(here, "/disconnect")
    [connection] = (await web.get(f"/api/v1/athletes/{alice}/connections"))["items"]
    assert connection["state"] == "revoked"
    lines = (await web.get("/api/v1/audit"))["items"]
    actor = f"key:{web.admin.split('_')[1]}"
    done = [line["action"] for line in lines if line["actor"] == actor and line["object"] == f"athlete:{alice}"][::-1]
    wanted = ["link.create", "report.told", "silence.create", "silence.end", "athlete.edit", "athlete.edit"]
    assert done[-7:] == [*wanted, "connection.end"]


@pytest.mark.parametrize(
    ("ending", "fields"),
    [
        ("/report", {"pain": "11"}),
        ("/report", {"pain": "x"}),
        ("/report", {"pain": "5", "sign": "haunted"}),
        ("/silence", {"kind": "party", "days": "3"}),
        ("/silence", {"kind": "race", "days": "0"}),
        ("/silence", {"kind": "race", "days": "367"}),
        ("/pause", {"days": "8"}),
    ],
)
async def test_a_wrong_value_is_refused_by_the_name_of_its_field(web: Web, ending: str, fields: dict[str, str]) -> None:
    alice = await moved_in(web)
    operator = await sign_in(web)
    answer = await operator.fill(f"/admin/athletes/{alice}", ending, fields)
    assert answer.status == 400
    assert "That did not work" in await answer.text()
    assert (await web.get(f"/api/v1/athletes/{alice}/silences"))["items"] == []


def test_what_a_sources_terms_hide_is_there_without_its_numbers_and_words() -> None:
    run_ = Activity("strava:1", "run", NOON, distance_m=10_000)
    end = NOON + timedelta(hours=4)
    said = Nudge("n1", "a", Severity.REST, ("L01",), "17 km after 12.", {}, NOON, NOON, end, "strava:1")
    lines = [
        Line(NOON, "workout", "strava:1", Recorded(run_, None)),
        Line(NOON, "finding", "f", Finding("L01", Severity.REST, 1, NOON, "strava:1", {"metres": 17_000})),
        Line(NOON, "message", "n1", Spoken(said, "sent", "console", 1, NOON, None, None, None)),
        Line(NOON, "held", "h", Held("a", ("R02",), Severity.REST, "muted", NOON, "strava:1", {"days": 17})),
    ]
    veil = Veil({"strava": Span(NOON - timedelta(days=9), None)})
    [shown] = days(lines, ZoneInfo("UTC"), veil)
    text = str(shown)
    assert text.count("hidden by the source") == 2
    assert [line.kind for line in shown.lines] == ["message", "held"]
    assert timeless(lines, veil) == [("L01 Session spike", "Rest")]
    assert "muted" in text
    for number in ("10.0", "17", "12."):
        assert number not in text.replace("12:00", "")
    [shown] = days(lines, ZoneInfo("UTC"))
    assert "hidden" not in str(shown)
    assert "17 km after 12." in str(shown)


def test_times_are_told_as_one_says_them() -> None:
    assert [ago(NOW + timedelta(seconds=n), NOW) for n in (0, -3, 20)] == ["just now", "3 seconds ago", "in 20 seconds"]


def test_the_desk_has_words_for_every_reason_state_and_stage() -> None:
    reasons = re.findall(r"^\| `(\w+)` \|", page_of("messages").split("\n## ")[0], re.MULTILINE)
    assert set(REASONS) == set(reasons)
    assert set(STATES) == {*FORWARD, "expired", "void"}
    assert set(STAGES) == {*RANK, "clear"}
    assert set(SEVERITIES) == {one.word for one in Severity}
    assert set(STANDING) == set(describe(begin(), Athlete("a"), NOW))


# --- deliveries, held, health, keys, audit ----------------------------------------------------------------------------


async def test_a_dead_letter_is_replayed(web: Web) -> None:
    number, other = await dead(web), await dead(web, "d2", "nobody we know", "stray")
    operator = await sign_in(web)
    page = await operator.get("/admin/deliveries")
    assert "quarantined: a rule broke" in page
    assert "nobody we know" not in page
    assert "nobody we know" in await operator.get("/admin/deliveries?state=stray")
    done = await operator.fill("/admin/deliveries", "/replay")
    assert "waits again" in await done.text()
    kept = await web.store.inbox.get(number)
    assert kept is not None
    assert (kept.state, kept.note) == ("waiting", "replayed")
    assert (await web.get("/api/v1/audit"))["items"][0]["object"] == f"delivery:{number}"
    again = await operator.post("/admin/deliveries/replay", {"proof": await proof(operator), "ids": str(number)})
    assert again.status == 409
    several = {"proof": await proof(operator), "ids": f"{number},{other}"}
    assert (await operator.post("/admin/deliveries/replay", several)).status == 303
    assert (await web.store.survey.aside()) == {"waiting": 2, "stray": 0, "dead": 0}
    for wrong in ("", "x", "1,,2", "99999", "9" * 19):
        answer = await operator.post("/admin/deliveries/replay", {"proof": await proof(operator), "ids": wrong})
        assert answer.status == 404


async def proof(operator: Operator) -> str:
    [found] = re.findall(r'name="proof" value="(\w+)"', await operator.get("/admin/audit"))
    return str(found)


async def test_what_was_held_is_counted_by_reason_and_can_be_looked_into(web: Web) -> None:
    alice = await moved_in(web)
    async with web.store.write() as tx:
        ages = [("over_budget", 1), ("over_budget", 2), ("muted", 3), ("muted", 20)]
        held = [
            Held(alice, ("L01",), Severity.REST, reason, NOW - timedelta(days=days), f"a-{days}")
            for reason, days in ages
        ]
        await web.store.outbox.hold(tx, held)
    operator = await sign_in(web)
    text = words(await operator.get("/admin/held"))
    assert "over_budget the budget of messages is spent: it waits for the digest 2" in text
    assert "All 3" in text
    assert "All 4" in words(await operator.get("/admin/held?days=30"))
    looked = words(await operator.get("/admin/held?days=30&reason=muted"))
    assert looked.count("Alice") == 2
    assert (await operator.call("GET", "/admin/held?days=5")).status == 400


async def test_health_shows_what_is_down_paused_late_and_lost(web: Web) -> None:
    alice, later = await moved_in(web), NOW + timedelta(minutes=5)
    async with web.store.write() as tx:
        await web.store.outages.begin(tx, Outage("console", NOW - timedelta(hours=1), later, "it hums"))
        place = await web.store.addresses.add(tx, alice, "console", "x1234567", None, verified_at=NOW)
        said = Nudge("n1", alice, Severity.REST, ("L01",), "Rest.", {}, NOW, NOW, later)
        await web.store.outbox.put(tx, [(said, place, Voice.PUSH)])
    await web.store.vendors.pause("generic", later, "rate limit")
    await web.store.vendors.note("generic", "the webhook is gone", NOW)
    await dead(web)
    operator = await sign_in(web)
    text = words(await operator.get("/admin/health"))
    for expected in ("it hums", "rate limit", "the webhook is gone", "Dead letters 1", "Messages that are due 1"):
        assert expected in text, expected


async def test_messages_that_failed_are_listed_with_their_reason(web: Web) -> None:
    alice = await moved_in(web)
    async with web.store.write() as tx:
        place = await web.store.addresses.add(tx, alice, "console", "x1234567", None, verified_at=NOW)
        said = Nudge("n1", alice, Severity.REST, ("L01",), "Rest.", {}, NOW, NOW, NOW + timedelta(hours=4))
        await web.store.outbox.put(tx, [(said, place, Voice.PUSH)])
    [taken] = await web.store.post.claim(NOW, {"console": 5})
    async with web.store.write() as tx:
        await web.store.post.settle(tx, [(taken.nudge, End("failed", "the line is dead"))], NOW)
    operator = await sign_in(web)
    text = words(await operator.get("/admin/deliveries?state=failed"))
    assert "the line is dead" in text
    assert "Alice" in text
    assert await web.store.survey.failures(NOW - timedelta(days=7)) == {"console": 1}


async def test_keys_are_made_shown_once_and_revoked(web: Web) -> None:
    operator = await sign_in(web)
    made = await operator.fill("/admin/keys", "/admin/keys", {"scope": "read", "name": "Grafana"})
    [key] = re.findall(r"twk_[0-9a-f]{8}_[-_\w]{43}", await made.text())
    assert (await web.call("GET", "/api/v1/keys", key=key)).status == 200
    page = await operator.get("/admin/keys")
    assert "Grafana" in page
    assert key not in page
    number = key.split("_")[1]
    await operator.fill("/admin/keys", f"/keys/{number}/revoke")
    assert (await web.call("GET", "/api/v1/keys", key=key)).status == 401
    assert (await operator.post(f"/admin/keys/{number}/revoke", {"proof": await proof(operator)})).status == 404
    for wrong in ({"scope": "god", "name": "x"}, {"scope": "read", "name": "a\nb"}):
        assert (await operator.fill("/admin/keys", "/admin/keys", wrong)).status == 400
    text = words(await operator.get(f"/admin/audit?object=key:{number}"))
    assert "key.create" in text
    assert "key.revoke" in text
    assert key not in text


async def test_the_audit_is_filtered(web: Web) -> None:
    alice = await moved_in(web)
    operator = await sign_in(web)
    everything = words(await operator.get("/admin/audit"))
    assert "desk.enter" in everything
    assert "athlete.create" in everything
    filtered = words(await operator.get(f"/admin/audit?action=athlete.&object=athlete:{alice}"))
    assert "athlete.create" in filtered
    assert "desk.enter" not in filtered
    assert "Nothing matches" in words(await operator.get("/admin/audit?actor=key:nobody"))


async def test_files_of_the_desk_are_named_by_their_content(web: Web) -> None:
    operator = await sign_in(web)
    [where] = re.findall(r'rel="stylesheet" href="([^"]*)"', await operator.get("/admin"))
    answer = await operator.call("GET", where)
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("text/css", "public, max-age=31536000, immutable")
    assert (await operator.call("GET", "/admin/static/nothing.css")).status == 404


async def test_the_desk_below_a_path_of_the_public_address(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, public_url="https://example.org/run"))
    operator = Operator(web)
    answer = await operator.post("/admin/enter", {"key": web.admin})
    assert answer.headers["Location"] == "/run/admin"
    assert "Path=/run/admin" in answer.headers["Set-Cookie"]
    page = await operator.get("/admin")
    assert all(URL(href).path.startswith("/run/admin") for href in re.findall(r'(?:href|action)="(/[^"]*)"', page))
