"""The athlete's page: in by a link, out by a button, and nothing of it for anybody else."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from conftest import NOW, Serve, Web
from twinge.config import Settings
from twinge.core.model import EVERYTHING, Nudge, Purpose, Severity, Voice
from twinge.registry import load_plugins
from twinge.store import Address, Consent
from twinge.web import pages
from twinge.web.pages.words import LANGUAGES, words_for, words_of
from visitor import SUBSCRIPTION, FakePush, Forms, Visitor, come_in, link, words

PO = Path(pages.__file__).parent / "words"


@pytest.fixture
async def web(serve: Serve, plugins: Any) -> Web:
    return await serve(channels={**plugins.channels, "webpush": FakePush()})


async def reach(web: Web, athlete: str, number: str = "+15550100001", channel: str = "console") -> Address:
    """The athlete agreed to everything at one more address."""
    async with web.store.write() as tx:
        given = Consent(NOW, "test", purposes=EVERYTHING)
        return await web.store.addresses.add(tx, athlete, channel, number, given, verified_at=NOW)


async def say(web: Web, place: Address, text: str, name: str = "n1", **more: Any) -> None:
    """A message waits for this address."""
    given = {"severity": Severity.REST, "rules": ("L01",), "facts": {}, "made_at": web.clock(), **more}
    times = {"not_before": web.clock(), "expires_at": web.clock() + timedelta(hours=4)}
    async with web.store.write() as tx:
        nudge = Nudge(id=name, athlete=place.athlete_id, text=text, **{**given, **times})
        await web.store.outbox.put(tx, [(nudge, place, Voice.PUSH)])


async def entries(web: Web, athlete: str, channel: str) -> list[Address]:
    return [one for one in await web.store.addresses.of(athlete) if one.channel == channel]


async def inbox(web: Web) -> Sequence[Any]:
    return (await web.store.inbox.find(None, "channel:me")).items


# --- in and out -------------------------------------------------------------------------------------------------------


async def test_a_link_is_looked_at_without_harm_and_works_once(web: Web) -> None:
    path = await link(web, await web.alice())
    scanner, alice, later = Visitor(web), Visitor(web), Visitor(web)
    for _ in range(3):
        shown = await scanner.call("GET", path)
        assert (shown.status, scanner.cookie) == (200, "")
        assert "Open my page" in await shown.text()
    assert "Alice" not in await scanner.get(path)
    went = await alice.call("POST", path)
    assert (went.status, went.headers["Location"]) == (303, "/me")
    assert "Hello, Alice" in await alice.get()
    for method in ("GET", "POST"):
        again = await later.call(method, path)
        assert (again.status, later.cookie) == (410, "")
        assert "This link does not open any more" in await again.text()


async def test_a_link_ends_after_half_an_hour(web: Web) -> None:
    path = await link(web, await web.alice())
    web.clock.now += timedelta(minutes=30)
    assert (await Visitor(web).call("GET", path)).status == 410
    assert (await Visitor(web).call("POST", path)).status == 410


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00" * 43, "%C3%A4" * 43, "..%2f..", "a" * 5000])
async def test_a_wrong_link_says_how_to_get_a_new_one(web: Web, token: str) -> None:
    for method in ("GET", "POST"):
        answer = await Visitor(web).call(method, f"/me/enter/{token}")
        assert answer.status == 410
        assert "twinge link" in await answer.text()


async def test_the_api_makes_links_with_an_admin_key_only(web: Web) -> None:
    alice = await web.alice()
    made = await web.call("POST", f"/api/v1/athletes/{alice}/links")
    body = await made.json()
    assert made.status == 201
    assert re.fullmatch(r"https://twinge\.example/me/enter/[-_A-Za-z0-9]{43}", body["url"])
    assert body["expires_at"] == "2026-05-04T10:30:00Z"
    assert (await web.call("POST", f"/api/v1/athletes/{alice}/links", key=web.reader)).status == 403
    assert (await web.call("POST", "/api/v1/athletes/nobody/links")).status == 404
    audit = (await web.get("/api/v1/audit"))["items"]
    assert audit[0]["action"] == "link.create"
    assert body["url"].rpartition("/")[2] not in str(audit)


async def test_the_cookie_is_for_the_page_alone_and_for_no_script(web: Web) -> None:
    visitor = Visitor(web)
    answer = await visitor.call("POST", await link(web, await web.alice()))
    [cookie] = answer.headers.getall("Set-Cookie")
    assert re.fullmatch(
        r"__Secure-twinge-visit=[-_A-Za-z0-9]{43}; HttpOnly; Max-Age=7776000; Path=/me; SameSite=Lax; Secure", cookie
    )


async def test_over_plain_http_the_cookie_has_a_plain_name(serve: Serve, settings: Settings) -> None:
    from dataclasses import replace  # noqa: PLC0415 - only here

    web = await serve(settings=replace(settings, public_url="http://10.0.0.2:8700/run"))
    visitor = Visitor(web)
    answer = await visitor.call("POST", (await link(web, await web.alice())).removeprefix("/run"))
    assert answer.headers["Location"] == "/run/me"
    assert re.fullmatch(
        r"twinge-visit=[-_A-Za-z0-9]{43}; HttpOnly; Max-Age=7776000; Path=/run/me; SameSite=Lax",
        answer.headers["Set-Cookie"],
    )
    assert 'action="/run/me/answer"' in await visitor.get()
    assert (await visitor.call("GET", "/me/sw.js")).headers["Service-Worker-Allowed"] == "/run/me"


async def test_tokens_are_kept_as_hashes(web: Web, settings: Settings) -> None:
    alice = await web.alice()
    path, visitor = await link(web, alice), await come_in(web, alice)
    raw = b"".join(each.read_bytes() for each in settings.data_dir.glob("twinge.sqlite3*"))
    assert path.rpartition("/")[2].encode() not in raw
    assert visitor.cookie.partition("=")[2].encode() not in raw


async def test_a_visit_lasts_ninety_days_from_its_last_use(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    for _ in range(3):
        web.clock.now += timedelta(days=60)
        await visitor.get()
    web.clock.now += timedelta(days=90)
    assert (await visitor.call("GET", "/me")).status == 403


async def test_leaving_ends_the_visit_itself(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    before = visitor.cookie
    left = await visitor.send("/me/leave")
    assert (left.status, visitor.cookie) == (200, "")
    visitor.cookie = before
    assert (await visitor.call("GET", "/me")).status == 403


async def test_a_new_visit_in_the_same_browser_ends_the_old_one(web: Web) -> None:
    alice, bob = await web.alice(), await web.alice(name="Bob")
    visitor = await come_in(web, alice)
    before = visitor.cookie
    await visitor.call("POST", await link(web, bob))
    assert "Hello, Bob" in await visitor.get()
    visitor.cookie = before
    assert (await visitor.call("GET", "/me")).status == 403


async def test_an_athlete_has_twenty_open_links_at_most(web: Web) -> None:
    alice = await web.alice()
    first = await link(web, alice)
    for _ in range(20):
        web.clock.now += timedelta(seconds=1)
        last = await link(web, alice)
    assert (await Visitor(web).call("GET", first)).status == 410
    assert (await Visitor(web).call("GET", last)).status == 200


# --- the app on a home screen -----------------------------------------------------------------------------------------


async def test_an_installed_app_begins_its_own_visit(web: Web) -> None:
    safari = await come_in(web, await web.alice())
    manifest = json.loads(await safari.get("/me/manifest.webmanifest"))
    assert (manifest["scope"], manifest["id"], manifest["display"]) == ("/me", "/me", "standalone")
    assert re.fullmatch(r"/me/enter/[-_A-Za-z0-9]{43}\?installed=1", manifest["start_url"])
    web.clock.now += timedelta(days=6)
    app = Visitor(web)
    assert "Open my page" in await app.get(manifest["start_url"])
    assert (await app.call("POST", manifest["start_url"].partition("?")[0])).status == 303
    again = await app.call("GET", manifest["start_url"])
    assert (again.status, again.headers["Location"]) == (303, "/me")
    assert (await Visitor(web).call("GET", manifest["start_url"])).status == 410


async def test_a_stranger_and_chromium_get_a_manifest_without_a_link(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    visitor.headers["User-Agent"] = (
        "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36"
    )
    for each in (visitor, Visitor(web)):
        manifest = json.loads(await each.get("/me/manifest.webmanifest"))
        assert manifest["start_url"] == "/me"
        for icon in manifest["icons"]:
            answer = await each.call("GET", icon["src"])
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert "immutable" in answer.headers["Cache-Control"]


# --- what is on it ----------------------------------------------------------------------------------------------------


async def test_messages_stand_newest_first_with_what_became_of_them(web: Web) -> None:
    alice = await web.alice()
    place = await reach(web, alice)
    await say(web, place, "Rest <b>today</b>.", "n1")
    web.clock.now += timedelta(hours=1)
    await say(web, place, "Withdrawn.", "n2")
    async with web.store.write() as tx:
        await web.store.outbox.withdraw(tx, alice, ["n2"], "changed", NOW)
    web.clock.now += timedelta(hours=1)
    await say(web, place, "How bad is it?", "n3", severity=Severity.QUESTION)
    page = await (await come_in(web, alice)).get()
    assert "Withdrawn." not in page
    assert "Rest &lt;b&gt;today&lt;/b&gt;." in page
    assert "Earlier" not in words(page)
    assert words(page).index("A question Mon, May 4, 2:00") < words(page).index("Rest Mon, May 4, 12:00")
    assert "not sent yet, Printed" in words(page)


async def test_the_same_words_to_several_addresses_stand_there_once(web: Web) -> None:
    alice = await web.alice()
    first, second = await reach(web, alice), await reach(web, alice, "+15550100002", "ntfy")
    await say(web, first, "See somebody.", "n1", severity=Severity.SEE_DOCTOR)
    await say(web, second, "See somebody.", "n1-2", severity=Severity.SEE_DOCTOR, copy_of="n1")
    page = words(await (await come_in(web, alice)).get())
    assert page.count("See somebody.") == 1
    assert "not sent yet, Printed · not sent yet, ntfy" in page or "not sent yet, ntfy · not sent yet, Printed" in page


async def test_a_code_is_read_where_it_was_sent_and_not_on_the_page(web: Web) -> None:
    alice = await web.alice()
    async with web.store.write() as tx:
        await web.store.addresses.add(tx, alice, "console", "+15550100009", None, verified_at=None)
    visitor = await come_in(web, alice)
    [place] = await entries(web, alice, "console")
    assert (await visitor.send(f"/channels/{place.id}/code")).headers["Location"] == "/me?done=code"
    [nudge] = (await web.store.outbox.find_nudges(alice)).items
    [code] = re.findall(r"\b\d{6}\b", nudge.nudge.text)
    assert code not in await visitor.get()
    wrong = await visitor.send(f"/channels/{place.id}/confirm", {"code": f"{(int(code) + 1) % 1_000_000:06d}"})
    assert wrong.headers["Location"] == "/me?done=wrong_code"
    right = await visitor.send(f"/channels/{place.id}/confirm", {"code": f" {code[:3]} {code[3:]} "})
    assert right.headers["Location"] == "/me?done=confirmed"
    [place] = await entries(web, alice, "console")
    assert place.verified_at == NOW
    again = await visitor.post(f"/me/channels/{place.id}/code", Forms(await visitor.get()).of("/me/stop")[1])
    assert again.status == 409


async def test_a_test_goes_out_at_once_and_once_a_minute(web: Web) -> None:
    alice = await web.alice()
    place = await reach(web, alice)
    visitor = await come_in(web, alice)
    assert (await visitor.send(f"/channels/{place.id}/test")).headers["Location"] == "/me?done=test"
    assert (await visitor.send(f"/channels/{place.id}/test")).status == 409
    web.clock.now += timedelta(minutes=1)
    assert (await visitor.send(f"/channels/{place.id}/test")).status == 303
    tests = (await web.store.outbox.find_nudges(alice)).items
    assert [one.nudge.facts["notice"] for one in tests] == ["test", "test"]
    await visitor.send(f"/channels/{place.id}/stop")
    proof = Forms(await visitor.get()).of("/me/stop")[1]
    assert (await visitor.post(f"/me/channels/{place.id}/test", proof)).status == 409


async def test_an_empty_page_says_so(web: Web) -> None:
    page = words(await (await come_in(web, await web.alice())).get())
    assert "Nothing was said yet." in page
    assert "Nowhere yet:" in page


@pytest.mark.parametrize(
    ("language", "hello", "day"),
    [
        ("de-CH", "Hallo, Alice", "Mo., 4. Mai"),
        ("es", "Hola, Alice", "lun, 4 may"),
        ("fr", "Bonjour, Alice", "lun. 4 mai"),
    ],
)
async def test_it_speaks_the_language_of_the_athlete(web: Web, language: str, hello: str, day: str) -> None:
    alice = await web.alice(language=language)
    await say(web, await reach(web, alice), "…")
    page = await (await come_in(web, alice)).get()
    assert f'<html lang="{language[:2]}">' in page
    assert hello in page
    assert day in page


async def test_a_stranger_is_spoken_to_as_their_browser_asks(web: Web) -> None:
    answer = await Visitor(web).call("GET", "/me", headers={"Accept-Language": "pt, fr-CH;q=0.8, en;q=0.5"})
    assert "Tu n’es pas connecté ici" in await answer.text()


async def test_addresses_are_masked_and_say_how_they_stand(web: Web) -> None:
    alice = await web.alice()
    usable, stopped, dead = [await reach(web, alice, f"+1555010000{n}") for n in range(3)]
    async with web.store.write() as tx:
        await web.store.addresses.stop(tx, stopped, NOW, alone=True)
        await web.store.addresses.disable(tx, dead.id, "number not in service")
        await web.store.addresses.add(tx, alice, "console", "+15550100009", None, verified_at=None)
    page = await (await come_in(web, alice)).get()
    assert usable.address not in page
    assert "Printed +1…00" in words(page)
    for told in ("Messages reach you here.", "Stopped on Mon, May 4.", "Switched off: number not in service"):
        assert told in words(page)
    assert "Waits for its code." in words(page)


async def test_the_page_itself_is_an_address_agreed_to_for_nothing(web: Web) -> None:
    alice = await web.alice()
    await come_in(web, alice)
    await come_in(web, alice)
    [own] = await entries(web, alice, "me")
    assert (own.address, own.purposes, own.usable, own.shut) == (alice, frozenset(), False, None)
    assert own.consent_how == "opened their page"
    assert len(await web.store.addresses.ledger(alice)) == 1


# --- answering --------------------------------------------------------------------------------------------------------


async def test_an_answer_goes_the_way_of_every_reply(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    went = await visitor.send("/me/answer", {"text": "  pain 4\r\n left knee "})
    assert (went.status, went.headers["Location"]) == (303, "/me?done=answer")
    [kept] = await inbox(web)
    assert json.loads(kept.delivery.body) == {"athlete": alice, "text": "pain 4 left knee"}
    assert (kept.delivery.path, dict(kept.delivery.headers), kept.state) == ("inbound", {}, "waiting")
    assert "Taken." in await visitor.get("/me?done=answer")


async def test_a_double_click_counts_once_and_other_words_in_the_same_form_count_too(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    action, fields = Forms(await visitor.get()).of("/me/answer")
    for text in ("OK", "OK", "WHY"):
        assert (await visitor.post(action, {**fields, "text": text})).status == 303
    assert sorted(json.loads(one.delivery.body)["text"] for one in await inbox(web)) == ["OK", "WHY"]
    await visitor.send("/me/answer", {"text": "OK"})
    assert len(await inbox(web)) == 3


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001, "a\0b"])
async def test_an_answer_has_one_to_a_thousand_letters(web: Web, text: str) -> None:
    visitor = await come_in(web, await web.alice())
    answer = await visitor.send("/me/answer", {"text": text})
    assert (answer.status, answer.content_type) == (400, "text/html")
    assert "1 to 1,000 letters" in await answer.text()
    assert await inbox(web) == []


async def test_an_open_question_brings_its_numbers() -> None:
    from twinge.core.model import Athlete  # noqa: PLC0415 - only here
    from twinge.core.pain.value import TRIAGE, Asked, Episode, Pain  # noqa: PLC0415
    from twinge.web.pages.sheet import Question, open_question  # noqa: PLC0415

    def asked(kind: str, number: int = 1, **more: Any) -> Asked:
        return Asked(number, kind, 0, 0, 1, **{"due": 9, **more})

    def shown(*questions: Asked) -> Question | None:
        knee = Episode(5, 0, TRIAGE, 0, None, 0, site="knee", side="left")
        return open_question(Pain(asked=questions, episodes=(knee,)), Athlete("a"), words_of("en"))

    assert shown() is None
    assert shown(asked("score")) == Question("score", [(str(n), "") for n in range(11)])
    assert shown(asked("score", due=None)) is None
    assert shown(asked("score", digits="4")) is None
    assert shown(asked("check"), asked("confirm", 2)) == Question("choice", [("1", "No"), ("2", "Yes")])
    places = shown(asked("which_place", options=(5, 6, 0)))
    assert places == Question("choice", [("1", "left knee"), ("2", ""), ("3", "a new place")])
    signs = shown(asked("signs"))
    assert signs is not None
    assert (signs.kind, signs.choices[0], signs.choices[4]) == ("several", ("1", "None of these"), ("5", "limping"))
    assert shown(asked("weekly")) == Question("weekly", ())


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
async def test_every_number_of_every_question_is_named(language: str) -> None:
    from twinge.core.model import Athlete  # noqa: PLC0415 - only here
    from twinge.core.pain import FORMS  # noqa: PLC0415
    from twinge.core.pain.value import Asked, Pain  # noqa: PLC0415
    from twinge.web.pages.sheet import open_question  # noqa: PLC0415

    for kind, meant in FORMS.items():
        story = Pain(asked=(Asked(1, kind, 0, 0, 1, 9),))
        question = open_question(story, Athlete("a", language=language), words_of(language))
        assert question is not None
        if question.kind not in {"score", "weekly"}:
            assert [each for _, each in question.choices if not each or (each in meant.choices and "_" in each)] == []


async def test_ticked_numbers_are_one_answer(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    action, fields = Forms(await visitor.get()).of("/me/answer")
    assert (await visitor.post(action, {**fields, "digit": ["2", "5"]})).status == 303
    assert [json.loads(one.delivery.body)["text"] for one in await inbox(web)] == ["25"]


# --- channels ---------------------------------------------------------------------------------------------------------


async def test_consent_is_ticked_and_unticked_with_the_words_that_stood_there(web: Web) -> None:
    alice = await web.alice()
    place = await reach(web, alice)
    visitor = await come_in(web, alice)
    went = await visitor.send(f"/channels/{place.id}/consent", {"purpose": ["pain"]})
    assert went.headers["Location"] == "/me?done=saved"
    [now] = await entries(web, alice, "console")
    assert now.purposes == {Purpose.PAIN}
    await visitor.send(f"/channels/{place.id}/consent", {"purpose": ["digest", "load"]})
    [now] = await entries(web, alice, "console")
    assert now.purposes == {Purpose.LOAD, Purpose.DIGEST}
    mine = [one for one in await web.store.addresses.ledger(alice) if one.address_id == place.id]
    assert [(one.what, one.purposes, one.by) for one in mine[1:]] == [
        ("withdrawn", ("load", "digest"), "athlete"),
        ("given", ("load", "digest"), "athlete"),
        ("withdrawn", ("pain",), "athlete"),
    ]
    assert mine[2].words.startswith("I agree to get here · Load and recovery")


async def test_one_channel_is_stopped_and_started_again(web: Web) -> None:
    alice = await web.alice()
    first, second = await reach(web, alice), await reach(web, alice, "+15550100002")
    await say(web, first, "Rest.")
    visitor = await come_in(web, alice)
    await visitor.send(f"/channels/{first.id}/stop")
    assert [one.shut for one in await entries(web, alice, "console")] == ["stopped", None]
    [nudge] = (await web.store.outbox.find_nudges(alice)).items
    assert nudge.state == "void"
    await visitor.send(f"/channels/{first.id}/start")
    assert [one.shut for one in await entries(web, alice, "console")] == [None, None]
    assert second.usable


async def test_stop_silences_everything_at_once_and_start_takes_it_back(web: Web) -> None:
    alice = await web.alice()
    place = await reach(web, alice)
    await say(web, place, "Rest.")
    visitor = await come_in(web, alice)
    await visitor.send("/me/stop")
    assert {one.shut for one in await web.store.addresses.of(alice)} == {"stopped"}
    [nudge] = (await web.store.outbox.find_nudges(alice)).items
    assert nudge.state == "void"
    assert "Everything is stopped." in await visitor.get()
    await visitor.send("/me/start")
    assert {one.shut for one in await web.store.addresses.of(alice)} == {None}
    assert "Everything is stopped." not in await visitor.get()
    assert [one["action"] for one in (await web.get("/api/v1/audit"))["items"][:2]] == ["address.start", "address.stop"]


@pytest.mark.parametrize("deed", ["consent", "test", "stop", "start", "code", "confirm"])
async def test_another_athletes_channel_is_not_there(web: Web, deed: str) -> None:
    alice, bob = await web.alice(), await web.alice(name="Bob")
    hers, visitor = await reach(web, alice), await come_in(web, bob)
    [own] = await entries(web, bob, "me")
    proof = Forms(await visitor.get()).of("/me/stop")[1]
    for number in (str(hers.id), str(own.id), "0", "-1", "9" * 30, "x"):
        answer = await visitor.post(f"/me/channels/{number}/{deed}", proof)
        assert answer.status == 404
    [still] = await entries(web, alice, "console")
    assert (still.purposes, still.stopped_at) == (frozenset(EVERYTHING), None)


# --- push -------------------------------------------------------------------------------------------------------------


async def test_push_is_turned_on_with_the_words_that_were_shown_and_off_again(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    assert 'data-key="BKey"' in await visitor.get()
    for _ in range(2):
        answer = await visitor.json("POST", "/me/push", SUBSCRIPTION)
        assert (answer.status, await answer.json()) == (201, {"on": True})
    [place] = await entries(web, alice, "webpush")
    assert place.usable
    assert json.loads(place.address)["key"] == "BKey"
    assert (place.purposes, place.verified_at) == (frozenset(EVERYTHING), NOW)
    assert "Push in a browser fcm.googleapis.com" in words(await visitor.get())
    [*_, given] = await web.store.addresses.ledger(alice)
    assert (given.how, given.by) == ("subscribed on their page", "athlete")
    assert given.words.startswith("By turning it on you agree")
    assert (await visitor.json("DELETE", "/me/push", SUBSCRIPTION)).status == 204
    assert await entries(web, alice, "webpush") == []
    assert (await visitor.json("DELETE", "/me/push", SUBSCRIPTION)).status == 204


async def test_a_subscription_moves_to_whoever_subscribes_and_by_a_click_only(web: Web) -> None:
    alice, bob = await web.alice(), await web.alice(name="Bob")
    hers, his = await come_in(web, alice), await come_in(web, bob)
    await hers.json("POST", "/me/push", SUBSCRIPTION)
    [place] = await entries(web, alice, "webpush")
    await say(web, place, "Rest, Alice.")
    seen = await his.json("PUT", "/me/push", {"subscription": SUBSCRIPTION, "instead": ""})
    assert await seen.json() == {"on": False}
    assert await entries(web, bob, "webpush") == []
    await his.json("POST", "/me/push", SUBSCRIPTION)
    assert await entries(web, alice, "webpush") == []
    assert len(await entries(web, bob, "webpush")) == 1
    async with web.store.read() as tx:
        [gone, _] = await web.store.addresses.at(tx, "webpush", place.address)
    assert (gone.athlete_id, gone.usable, gone.shut) == (alice, False, "no_channel")  # what waits goes another way


async def test_a_new_endpoint_takes_over_what_the_old_one_was_agreed_to_for(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    await visitor.json("POST", "/me/push", SUBSCRIPTION)
    [old] = await entries(web, alice, "webpush")
    await visitor.send(f"/channels/{old.id}/consent", {"purpose": ["pain"]})
    new = {**SUBSCRIPTION, "endpoint": "https://fcm.googleapis.com/fcm/send/two"}
    unknown = await visitor.json("PUT", "/me/push", {"subscription": new})
    assert await unknown.json() == {"on": False}
    renewed = await visitor.json("PUT", "/me/push", {"subscription": new, "instead": SUBSCRIPTION["endpoint"]})
    assert await renewed.json() == {"on": True}
    [place] = await entries(web, alice, "webpush")
    assert json.loads(place.address)["endpoint"].endswith("/two")
    assert place.purposes == {Purpose.PAIN}
    again = await visitor.json("PUT", "/me/push", {"subscription": new, "instead": SUBSCRIPTION["endpoint"]})
    assert await again.json() == {"on": True}


async def test_a_stopped_channel_stays_stopped_under_its_new_endpoint(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    await visitor.json("POST", "/me/push", SUBSCRIPTION)
    [old] = await entries(web, alice, "webpush")
    await visitor.send(f"/channels/{old.id}/stop")
    new = {**SUBSCRIPTION, "endpoint": "https://fcm.googleapis.com/fcm/send/two"}
    await visitor.json("PUT", "/me/push", {"subscription": new, "instead": SUBSCRIPTION["endpoint"]})
    [place] = await entries(web, alice, "webpush")
    assert place.shut == "stopped"


@pytest.mark.parametrize(
    ("method", "body", "status", "code"),
    [
        ("POST", b"{", 400, "not_json"),
        ("POST", b'{"endpoint": 1}', 400, "invalid"),
        ("POST", b'"' + b"x" * 5000 + b'"', 400, "invalid"),
        ("PUT", b'{"instead": ""}', 400, "invalid"),
        ("PUT", b'{"subscription": []}', 400, "invalid"),
        ("DELETE", b"[]", 400, "invalid"),
    ],
)
async def test_what_is_no_subscription_is_refused(web: Web, method: str, body: bytes, status: int, code: str) -> None:
    visitor = await come_in(web, await web.alice())
    answer = await visitor.call(method, "/me/push", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)


async def test_push_wants_json_a_visit_and_the_channel(web: Web, serve: Serve) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    as_form = await visitor.call(
        "POST", "/me/push", data=json.dumps(SUBSCRIPTION), headers={"Content-Type": "text/plain"}
    )
    assert as_form.status == 415
    stranger = await Visitor(web).json("POST", "/me/push", SUBSCRIPTION)
    assert (stranger.status, (await stranger.json())["error"]["code"]) == (403, "no_visit")
    bare = await serve()
    visitor = await come_in(bare, alice)
    absent = await visitor.json("POST", "/me/push", SUBSCRIPTION)
    assert (absent.status, (await absent.json())["error"]["code"]) == (404, "not_configured")
    assert 'id="push"' not in await visitor.get()


# --- nobody else's ----------------------------------------------------------------------------------------------------

POSTS = [
    path
    for route in pages.ROUTES
    if route.method == "POST" and "enter" not in (path := route.path) and path != "/me/push"
]


@pytest.mark.parametrize("path", POSTS)
async def test_a_form_counts_with_the_proof_of_its_own_visit_only(web: Web, path: str) -> None:
    alice = await web.alice()
    place = await reach(web, alice)
    mine, other = await come_in(web, alice), await come_in(web, alice)
    proof = Forms(await other.get()).of("/me/stop")[1]["proof"]
    path = path.format(channel=place.id, platform="strava", silence="x", connection=1)
    for given in ({}, {"proof": ""}, {"proof": "é"}, {"proof": proof}):
        answer = await mine.post(path, {"text": "STOP", "nonce": "n" * 20, **given})
        assert (answer.status, answer.content_type) == (403, "text/html")
    assert (await Visitor(web).post(path, {"proof": proof})).status == 403
    assert await inbox(web) == []
    assert {one.shut for one in await web.store.addresses.of(alice)} == {None}
    await mine.get()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://twinge.example"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://twinge.example"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://twinge.example.evil.example"}, 403),
        ({"Origin": "null"}, 303),
        ({}, 303),
    ],
)
async def test_only_the_page_itself_may_send_forms(web: Web, headers: dict[str, str], status: int) -> None:
    visitor = await come_in(web, await web.alice())
    action, fields = Forms(await visitor.get()).of("/me/answer")
    visitor.headers = headers
    assert (await visitor.post(action, {**fields, "text": "OK"})).status == status
    stranger = Visitor(web, headers=headers)
    assert (await stranger.call("POST", await link(web, await web.alice()))).status == status


@pytest.mark.parametrize(
    "cookie", ["__Secure-twinge-visit=x", f"__Secure-twinge-visit={'a' * 43}", "twinge-visit=", ""]
)
async def test_without_a_visit_there_is_nothing_to_see(web: Web, cookie: str) -> None:
    answer = await Visitor(web, cookie).call("GET", "/me")
    assert answer.status == 403
    assert "You are not signed in here" in await answer.text()


async def test_a_body_that_is_no_form_is_refused(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    for body in (b"\xff=1", b"&".join(b"a=%d" % n for n in range(50)), b"proof", b""):
        answer = await visitor.call("POST", "/me/answer", data=body)
        assert answer.status in {400, 403}
    assert (await visitor.call("POST", "/me/answer", data=b"x" * 300_000)).status == 413


SEALED = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@pytest.mark.parametrize("route", pages.ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_answer_below_me_is_sealed(web: Web, route: Any) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    names = {"token": "a" * 43, "channel": 1, "name": "me.css", "platform": "strava", "silence": "x", "connection": 1}
    path = route.path.format(**names, nudge="n1", rule="L01")
    for each in (visitor, Visitor(web)):
        answer = await each.call(route.method, path)
        assert {name: answer.headers[name] for name in SEALED} == SEALED
        assert answer.headers["Permissions-Policy"]
        personal = not path.startswith("/me/static") and not path.endswith("sw.js")
        assert answer.headers["Cache-Control"] == "no-store" if personal else "no-cache"


async def test_the_page_loads_nothing_from_elsewhere_and_is_small(web: Web) -> None:
    alice = await web.alice()
    place = await reach(web, alice)
    for n in range(30):
        await say(web, place, "Your 13.1 km run was 31% over your 30-day longest (10.0 km). " * 2, f"n{n}")
    visitor = await come_in(web, alice)
    page = await visitor.get()
    assert page.count('<li class="rest">') == 20
    assert not re.search(r"(?:src|href|action)=\"(?!/me)", page)
    assert not re.search(r"<style|style=|<script>| on\w+=", page)
    loaded = re.findall(r'<(?:script|link)\b[^>]* (?:src|href)="([^"]+)"', page)
    files = {name: await (await visitor.call("GET", name)).read() for name in loaded}
    assert len(files) == 6
    assert len(page.encode()) + sum(map(len, files.values())) < 60_000
    assert len(set(Forms(page).ids)) == len(Forms(page).ids)


async def test_files_are_named_by_their_content(web: Web) -> None:
    visitor = Visitor(web)
    assert (await visitor.call("GET", "/me/static/me.css?v=other")).headers["Cache-Control"] == "no-cache"
    for name in ("sw.js", "..%2fhome.py", "nothing.css"):
        assert (await visitor.call("GET", f"/me/static/{name}")).status == 404


async def test_nothing_of_a_visit_reaches_the_log(web: Web, everything_logged: pytest.LogCaptureFixture) -> None:
    alice = await web.alice()
    path = await link(web, alice)
    visitor = Visitor(web)
    await visitor.call("POST", path)
    await visitor.send("/me/answer", {"text": "my knee hurts"})
    for secret in (path.rpartition("/")[2], visitor.cookie.partition("=")[2], "knee", alice):
        assert secret not in everything_logged.text


# --- words ------------------------------------------------------------------------------------------------------------


def texts(language: str) -> dict[str, str]:
    with (PO / f"{language}.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, abort_invalid=True) if one.id and not one.fuzzy}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_facts(language: str) -> None:
    ours, english = texts(language), texts("en")
    assert set(ours) == set(english)
    assert all(ours.values())
    facts = re.compile(r"{\w+}")
    assert [each for each in english if set(facts.findall(ours[each])) != set(facts.findall(english[each]))] == []


def test_every_severity_state_and_purpose_has_its_word() -> None:
    known = texts("en")
    states = ("waiting", "taken", "sent", "delivered", "failed", "unknown", "expired")
    assert {f"severity.{one.word}" for one in Severity} <= set(known)
    assert {f"state.{one}" for one in states} <= set(known)
    assert {f"consent.{one}" for one in Purpose} <= set(known)


def test_a_language_that_we_do_not_speak_is_english() -> None:
    assert words_of("pt-BR").language == "en"
    assert words_of("de-XX").language == "de"
    assert words_for("").language == "en"
    assert words_for("zz;;;,,de;q=1").language == "de"


# --- where workouts come from -----------------------------------------------------------------------------------------


async def test_a_platform_is_connected_from_the_page(serve: Serve) -> None:
    env = {
        "TWINGE_WAHOO_CLIENT_ID": "id",
        "TWINGE_WAHOO_CLIENT_SECRET": "secret",
        "TWINGE_WAHOO_WEBHOOK_TOKEN": "t" * 20,
        "TWINGE_WAHOO_HOOK_TOKEN": "h" * 20,
    }
    web = await serve(platforms=load_plugins(env).platforms)
    alice = await web.alice()
    visitor = await come_in(web, alice)
    assert "Not connected." in words(await visitor.get())
    sent = await visitor.send("/me/connect/wahoo")
    assert sent.status == 303
    assert re.match(r"https://twinge\.example/connect/wahoo\?ticket=[-_A-Za-z0-9]{43}$", sent.headers["Location"])
    assert (await visitor.post("/me/connect/wahoo", {})).status == 403
    async with web.store.write() as tx:
        await web.store.athletes.connect(tx, alice, "wahoo", "77", NOW)
    page = await visitor.get()
    assert "Connected." in words(page)
    assert "/me/connect/wahoo" not in page
