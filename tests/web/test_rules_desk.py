"""Limits at the desk: shown with their bounds, tried before they are saved, taken back, and by operators only."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from conftest import NOW, Serve, Web
from fakes import FakePlatform, FakeTokens, run, said
from operator_visit import Operator, sign_in
from twinge.core.bounds import safe
from twinge.core.pack import STANDARD
from twinge.meanings import limits
from twinge.plugin import Delivery
from twinge.testing import MemoryChannel
from twinge.web.office.limits import parts
from twinge.web.parts import PREVIEWER
from twinge.worker import Worker
from visitor import Forms, words

LIMITS = "/api/v1/rules/limits"


async def kept(web: Web) -> Any:
    return (await web.get(LIMITS))["limits"]


async def tried(operator: Operator, part: str, **values: str) -> str:
    """The preview of a part with these values in its form."""
    answer = await operator.fill(f"/admin/rules/{part}", "/rules/preview", {"days": "120", **values})
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def save(operator: Operator, page: str) -> str:
    """The button of the preview."""
    action, fields = Forms(page).of("/admin/rules")
    answer = await operator.post(action, fields)
    assert answer.status == 303, await answer.text()
    return await operator.get(answer.headers["Location"])


def test_every_limit_of_the_pack_can_be_moved_at_the_desk() -> None:
    shown = {limit.path: limit for part in parts(STANDARD, STANDARD) for limit in part.limits}
    assert (shown["l01.small"].low, shown["l01.small"].high) == safe("l01.small", STANDARD.l01.small)
    assert shown["l01.window_d"].unit == "days"
    assert shown["l01.window_d"].about.startswith("Days before the run in which the longest run is looked for")
    assert [path for path, one in shown.items() if one.switch] == ["l04.on"]
    assert not any(part.changes for part in parts(STANDARD, STANDARD))
    assert {rule.id for part in parts(STANDARD, STANDARD) for rule in part.rules} >= {"L01", "P01", "M01"}


async def test_the_catalogue_leads_to_every_part(web: Web) -> None:
    operator = await sign_in(web)
    page = await operator.get("/admin/rules")
    assert "L01 Session spike" in words(page)
    linked = set(re.findall(r'href="/admin/rules/(\w+)"', page))
    assert linked == {part.name for part in parts(STANDARD, STANDARD)}
    for name in linked:
        assert "May be" in await operator.get(f"/admin/rules/{name}")
    assert limits()["l01.small"] in words(await operator.get("/admin/rules/l01"))
    assert (await operator.call("GET", "/admin/rules/version")).status == 404
    assert (await operator.call("GET", "/admin/rules/nothing")).status == 404


async def test_a_preview_says_what_would_change_and_only_saving_changes_it(serve: Serve) -> None:
    web = await serve(platforms={"fake": FakePlatform()}, channels={"memory": MemoryChannel()})
    await web.alice(connections=[{"platform": "fake", "external_id": "alice"}])
    runs = [run(str(days), NOW - timedelta(days=days), 9) for days in range(44, 5, -3)]
    for number, one in enumerate([*runs, run("far", NOW - timedelta(days=1), 10.3)]):
        await web.store.inbox.put(Delivery("fake", "POST", "", {}, {}, said("alice", one), NOW), f"d{number}", "")
    await Worker(web.store, {"fake": FakePlatform()}, {}, FakeTokens(), web.clock).drain()
    operator = await sign_in(web)
    page = await tried(operator, "l01", **{"l01.small": "120", "l01.floor_m": "500"})
    text = words(page)
    assert "l01.small : 110 in force, 120 tried" in text
    assert "1 of 1 athlete," in text
    assert "Alice" in page[page.index("No longer said") :]
    assert "L01 Session spike 1 0" in text
    assert await kept(web) == {}
    assert "The limits are set" in await save(operator, page)
    assert await kept(web) == {"l01.small": 120, "l01.floor_m": 500}
    line = (await web.get("/api/v1/audit"))["items"][0]
    assert (line["action"], line["actor"]) == ("rules.limits", f"key:{web.admin.split('_')[1]}")
    assert "2 changed" in words(await operator.get("/admin/rules"))


async def test_other_parts_stay_and_a_part_or_all_is_taken_back(web: Web) -> None:
    operator = await sign_in(web)
    await save(operator, await tried(operator, "l01", **{"l01.small": "105"}))
    await save(operator, await tried(operator, "l04", **{"l04.on": "on"}))
    await save(operator, await tried(operator, "r02", **{"r02.slow": "6"}))
    assert await kept(web) == {"l01.small": 105, "l04.on": True, "r02.slow": 6}
    await save(operator, await tried(operator, "r02", **{"r02.slow": ""}))
    assert await kept(web) == {"l01.small": 105, "l04.on": True}
    await operator.fill("/admin/rules/l01", "/rules/reset", {"part": "l01"})
    assert await kept(web) == {"l04.on": True}
    await operator.fill("/admin/rules", "/rules/reset")
    assert await kept(web) == {}
    assert "/rules/reset" not in await operator.get("/admin/rules")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("l01.small", "131", "131 is not safe; it may be 105 to 130 (110 as shipped)."),
        ("l01.small", "1e3", "This must be a whole number such as 110."),
        ("r02.slow", "12", "Must be higher than r02.slow (12)."),
        ("l04.on", "maybe", "This must be on or off."),
        ("l01.nothing", "1", "There is no such limit."),
        ("no.thing", "1", "There is no such limit."),
    ],
)
async def test_a_wrong_value_is_told_with_what_would_do_and_changes_nothing(
    web: Web, path: str, value: str, told: str
) -> None:
    operator, part = await sign_in(web), path.partition(".")[0].replace("no", "l01")
    answer = await operator.fill(f"/admin/rules/{part}", "/rules/preview", {path: value, "part": part})
    page = unescape(await answer.text())
    assert answer.status == 400
    assert told in page
    assert await kept(web) == {}


async def test_while_another_preview_runs_the_page_says_when_to_try_again(web: Web) -> None:
    operator = await sign_in(web)
    async with web.client.app[PREVIEWER]._turn:
        answer = await operator.fill("/admin/rules/l01", "/rules/preview", {"l01.small": "107", "days": "30"})
        page = await answer.text()
    assert answer.status == 409
    assert "ask again in a minute" in page
    assert 'value="107"' in page


async def test_what_was_changed_meanwhile_is_not_overwritten(web: Web) -> None:
    operator = await sign_in(web)
    page = await tried(operator, "l01", **{"l01.small": "105"})
    assert (await web.call("PUT", LIMITS, {"limits": {"r02.slow": 6}})).status == 200
    action, fields = Forms(page).of("/admin/rules")
    answer = await operator.post(action, fields)
    assert answer.status == 409
    assert "changed meanwhile" in await answer.text()
    assert await kept(web) == {"r02.slow": 6}


async def test_a_reader_looks_and_a_coach_sees_none_of_it(web: Web) -> None:
    coach = await web.store.keys.create("coach", "Carol", NOW)
    reader, carol = await sign_in(web, web.reader), await sign_in(web, coach)
    page = await reader.get("/admin/rules/l01")
    assert "105 to 130" in page
    assert "rules/preview" not in page
    [proof] = re.findall(r'name="proof" value="(\w+)"', page)
    for path in ("/admin/rules", "/admin/rules/preview", "/admin/rules/reset"):
        assert (await reader.post(path, {"proof": proof, "l01.small": "105"})).status == 403
    for path in ("/admin/rules", "/admin/rules/l01"):
        assert (await carol.call("GET", path)).status == 403
    assert "Rules" not in words(await carol.get("/admin"))
    [proof] = re.findall(r'name="proof" value="(\w+)"', await carol.get("/admin"))
    for path in ("/admin/rules", "/admin/rules/preview", "/admin/rules/reset"):
        assert (await carol.post(path, {"proof": proof, "l01.small": "105"})).status == 403
    assert await kept(web) == {}
