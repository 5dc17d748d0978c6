"""8. Nobody reaches another's things by their ids: a coach by the API and the desk, an athlete by the page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from conftest import Serve, Web
from operator_visit import sign_in
from twinge.testing import MemoryChannel
from twinge.web import office, pages
from visitor import Forms, come_in


@pytest.fixture
async def web(serve: Serve) -> Web:
    return await serve(channels={"memory": MemoryChannel()})


async def people(web: Web) -> tuple[str, str, str]:
    """Alice and Bob, and the key of Carol, who coaches Alice."""
    alice = await web.alice(channels=[{"channel": "memory", "address": "+4915112345689"}])
    bob = await web.alice(name="Bobolino", channels=[{"channel": "memory", "address": "+4915112345690"}])
    return alice, bob, await web.store.keys.create("coach", "Carol", web.clock(), athletes=[alice])


async def test_every_route_of_the_api_with_the_others_id_answers_as_for_nobody(web: Web) -> None:
    _, bob, carol = await people(web)
    tried = 0
    for route in web.client.app.router.routes():
        place = route.resource.canonical if route.resource else ""
        if not place.startswith("/api/v1/") or "{athlete}" not in place:
            continue
        path = re.sub(r"{\w+}", "1", place.replace("{athlete}", "{0}").replace("{rule}", "L01"))
        answers = [await web.call(route.method, path.replace("{0}", one), {}, key=carol) for one in (bob, "nobody")]
        assert [one.status for one in answers] == [404, 404], (route.method, place)
        assert await answers[0].text() == await answers[1].text()
        tried += 1
    assert tried > 40


async def test_no_list_names_the_other(web: Web) -> None:
    _, bob, carol = await people(web)
    for path in ("athletes", "keys", "connections", "deliveries", "audit", "rules", "plugins"):
        text = await (await web.call("GET", f"/api/v1/{path}", key=carol)).text()
        assert bob not in text
        assert "Bobolino" not in text


async def test_a_coach_at_the_desk_sees_and_does_nothing_of_the_other(web: Web) -> None:
    alice, bob, carol = await people(web)
    coach = await sign_in(web, carol)
    page = await coach.get("/admin")
    assert alice in page
    assert "Bobolino" not in page
    proof = Forms(page).of("/leave")[1]
    for route in office.ROUTES:
        if "{athlete}" in route.path:
            path = route.path.replace("{athlete}", bob).replace("{silence}", "s1")
            answer = await coach.call(route.method, path, data=proof if route.method == "POST" else None)
            assert answer.status in {403, 404}, path
            assert "Bobolino" not in await answer.text()


async def test_an_athlete_reaches_nothing_of_anothers_by_its_number(web: Web) -> None:
    alice, bob, _ = await people(web)
    [hers] = await web.store.addresses.of(alice)
    visitor = await come_in(web, bob)
    proof = Forms(await visitor.get()).of("/me/stop")[1]
    tried = 0
    for route in pages.ROUTES:
        if "{channel}" in route.path or "{connection}" in route.path or "{silence}" in route.path:
            path = route.path.format(channel=hers.id, connection=1, silence="s1")
            assert (await visitor.post(path, proof)).status == 404, path
            tried += 1
    assert tried >= 9
    [still] = await web.store.addresses.of(alice)
    assert still == hers


async def test_a_withdrawn_athlete_is_gone_with_the_next_request(web: Web) -> None:
    alice, _, carol = await people(web)
    path = f"/api/v1/athletes/{alice}"
    assert (await web.call("GET", path, key=carol)).status == 200
    async with web.store.write() as tx:
        await web.store.keys.withdraw(tx, carol.split("_")[1], alice)
    web.clock.advance(timedelta(seconds=1))
    assert (await web.call("GET", path, key=carol)).status == 404
