"""Coaches at the desk: whom an operator gives them, and what the terms of an athlete's sources keep from them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from conftest import NOW, Web
from operator_visit import Operator, sign_in
from twinge.core.model import Wellness
from visitor import words
from web.test_terms import Stage, connect, stage

__all__ = ["stage"]


async def new_coach(operator: Operator, **more: str) -> str:
    """A coach's key, made at the desk."""
    made = await operator.fill("/admin/keys", "/admin/keys", {"scope": "coach", "name": "Carol", **more})
    page = await made.text()
    assert "It sees nobody until you choose its athletes" in page
    [key] = re.findall(r"twk_[0-9a-f]{8}_[-_\w]{43}", page)
    assert f'href="/admin/keys/{key.split("_")[1]}"' in page
    return str(key)


async def test_a_coach_is_given_athletes_by_their_names_and_loses_them(web: Web) -> None:
    alice, bob = await web.alice(), await web.alice(name="Bob")
    operator = await sign_in(web)
    key = await new_coach(operator)
    here, carol = f"/admin/keys/{key.split('_')[1]}", await sign_in(web, key)
    assert "All 0" in words(await carol.get("/admin"))
    assert bob not in await operator.get(f"{here}?name=ali")
    given = await operator.fill(f"{here}?name=ali", f"/{alice}/grant")
    assert "may see this athlete from now on" in await given.text()
    assert "/grant" not in await operator.get(f"{here}?name=ali")
    page = words(await carol.get("/admin"))
    assert ("Alice" in page, "Bob" in page, "All 1" in page) == (True, False, True)
    assert (await carol.call("GET", f"/admin/athletes/{bob}")).status == 404
    assert "coach, 1 athlete" in words(await operator.get("/admin/keys"))
    await operator.fill(here, f"/{alice}/withdraw")
    assert (await carol.call("GET", f"/admin/athletes/{alice}")).status == 404
    done = [line["action"] for line in (await web.get("/api/v1/audit"))["items"]]
    assert [action for action in done if action in {"key.grant", "key.withdraw"}] == ["key.withdraw", "key.grant"]


async def test_a_key_ends_when_its_last_day_is_over(web: Web) -> None:
    operator = await sign_in(web)
    key = await new_coach(operator, last_day="2026-05-05")
    carol = await sign_in(web, key)
    web.clock.now = NOW.replace(day=5, hour=23)
    operator, carol = await sign_in(web), await sign_in(web, key)
    assert "All 0" in words(await carol.get("/admin"))
    web.clock.now = NOW.replace(day=6, hour=0, minute=0)
    assert (await carol.call("GET", "/admin")).status == 303
    assert "ended" in words(await operator.get("/admin/keys"))
    assert "/grant" not in await operator.get(f"/admin/keys/{key.split('_')[1]}?name=a")


@pytest.mark.parametrize("last_day", ["2026-05-03", "tomorrow", "2026-02-30", "9999-12-31"])
async def test_a_last_day_that_cannot_be_is_refused(web: Web, last_day: str) -> None:
    fields = {"scope": "coach", "name": "Carol", "last_day": last_day}
    answer = await (await sign_in(web)).fill("/admin/keys", "/admin/keys", fields)
    assert answer.status == 400
    assert len((await web.get("/api/v1/keys"))["items"]) == 2


async def test_only_an_operator_who_may_write_gives_athletes_away(web: Web) -> None:
    alice = await web.alice()
    key = (await web.store.keys.create("coach", "Carol", NOW)).split("_")[1]
    for scope in (web.reader, await web.store.keys.create("coach", "Dan", NOW, athletes=[alice])):
        visitor = await sign_in(web, scope)
        [proof] = re.findall(r'name="proof" value="(\w+)"', await visitor.get("/admin"))
        for end in ("grant", "withdraw"):
            answer = await visitor.post(f"/admin/keys/{key}/athletes/{alice}/{end}", {"proof": proof})
            assert answer.status == 403
    operator = await sign_in(web)
    assert (await operator.call("GET", f"/admin/keys/{web.reader.split('_')[1]}")).status == 404


# --- what is hidden from them -----------------------------------------------------------------------------------------


async def test_without_a_closed_source_a_coach_reads_what_an_operator_reads(stage: Stage) -> None:
    await stage.weeks("open")
    await stage.bring("open", 0.2, 14, "big")
    carol = await sign_in(stage.web, stage.carol)
    page = words(await carol.get(f"/admin/athletes/{stage.alice}"))
    assert "14.0 km" in page
    assert "hidden by the source" not in page


async def test_what_may_rest_on_a_closed_source_is_not_on_the_desk_and_that_is_said(stage: Stage) -> None:
    await connect(stage, 100)
    await stage.weeks("closed")
    await stage.bring("open", 0.2, 14.4, "big")
    await stage.tell("closed", Wellness("closed:m1", NOW.date(), resting_hr=48))
    carol, operator = await sign_in(stage.web, stage.carol), await sign_in(stage.web)
    where = f"/admin/athletes/{stage.alice}"
    whole, seen = words(await operator.get(where)), words(await carol.get(where))
    for told in ("9.0 km", "Longest run in 30 days", "Your 14.4 km run", "today: 14400"):
        assert told in whole
        assert told not in seen
    assert "From closed: hidden by the source's terms." in seen.replace("&#39;", "'")
    assert "Seen by the rules, its time hidden L01 Session spike Slow down" in seen
    assert "Message Slow down" in seen
    assert "14.4 km" in seen  # the open workout itself
    assert "Everything else" in seen


async def test_the_list_does_not_tell_when_a_closed_source_was_last_heard_of(stage: Stage) -> None:
    await connect(stage, 100)
    await stage.bring("closed", 40, 8)
    await stage.web.store.glances.note_quiet([(stage.alice, "closed", NOW - timedelta(days=40))])
    carol, operator = await sign_in(stage.web, stage.carol), await sign_in(stage.web)
    assert "fell silent" in words(await operator.get("/admin"))
    page = words(await carol.get("/admin"))
    assert "fell silent" not in page
    assert "hidden by the source" in page


async def test_a_cursor_at_the_desk_does_not_tell_when(stage: Stage) -> None:
    await connect(stage, 200)
    for number in range(70):
        await stage.bring("closed", 190 - number, 5)
    carol = await sign_in(stage.web, stage.carol)
    page = await carol.get(f"/admin/athletes/{stage.alice}")
    [onward] = re.findall(r'href="([^"]*)" rel="next"', page)
    assert "&cursor=eyJ" not in onward
    assert "To the beginning" in await carol.get(onward.replace("&amp;", "&"))
    assert (await carol.call("GET", f"/admin/athletes/{stage.alice}?cursor=abc")).status == 400
