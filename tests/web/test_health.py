"""Whether it lives, whether it can work, and what it counts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from conftest import NOW, Web, run
from twinge.core.model import Held, Severity
from twinge.store.footprint import footprint
from twinge.store.outages import Outage, Spent
from twinge.web.metrics import QUEUES


async def test_alive_and_ready_with_versions(web: Web) -> None:
    assert (await web.client.get("/health/live")).status == 200
    response = await web.client.get("/health/ready")
    body = await response.json()
    assert response.status == 200
    assert set(body["versions"]) == {"twinge", "rules", "sqlite"}
    assert body["channels"]["console"] == {"state": "up"}


async def test_a_channel_that_is_down_is_told_and_counted(web: Web) -> None:
    outage = Outage("console", NOW, NOW + timedelta(seconds=30), "not reached")
    async with web.store.write() as tx:
        await web.store.outages.begin(tx, outage)
        await web.store.outages.spend(tx, NOW, {"console": Spent(2, 5)})
    response = await web.client.get("/health/ready")
    told = {"state": "down", "since": "2026-05-04T10:00:00Z", "next_try": "2026-05-04T10:00:30Z"}
    assert (response.status, (await response.json())["channels"]["console"]) == (200, told)
    found = await scraped(web)
    assert found['twinge_channel_down{channel="console"}'] == 1
    assert found['twinge_channel_messages_today{channel="console"}'] == 2
    assert found['twinge_channel_segments_today{channel="console"}'] == 5


async def test_without_its_database_it_lives_but_is_not_ready(web: Web) -> None:
    async with web.store.write() as tx:
        await tx.exec_driver_sql("DROP TABLE inbox")
    response = await web.client.get("/health/ready")
    assert (response.status, (await response.json())["error"]["code"]) == (503, "not_ready")
    assert (await web.client.get("/health/live")).status == 200


async def scraped(web: Web) -> dict[str, float]:
    response = await web.client.get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    lines = [line for line in (await response.text()).splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_what_waits_and_what_was_held_is_counted(web: Web) -> None:
    await web.send(run())
    await web.send(run(), call_id="msg_1")
    await web.client.post("/hooks/generic", data=b"{}")
    alice = await web.alice()
    async with web.store.write() as tx:
        await web.store.outbox.hold(tx, [Held(alice, ("L01",), Severity.REST, "quiet", NOW)])
    web.clock.advance(timedelta(seconds=90))
    found = await scraped(web)
    assert found['twinge_deliveries{platform="generic",state="waiting"}'] == 1
    assert found["twinge_inbox_waiting"] == 1
    assert found["twinge_inbox_oldest_seconds"] == 90
    assert found['twinge_held{reason="quiet"}'] == 1
    assert found['twinge_hook_seconds_count{platform="generic"}'] == 3
    assert found['twinge_hook_refused_total{platform="generic",status="401"}'] == 1


async def test_a_state_that_has_emptied_is_gone_from_the_metrics(web: Web) -> None:
    await web.send(run())
    await scraped(web)
    async with web.store.write() as tx:
        await web.store.inbox.settle(tx, [(1, "done", "")], NOW)
    found = await scraped(web)
    assert 'twinge_deliveries{platform="generic",state="waiting"}' not in found
    assert found['twinge_deliveries{platform="generic",state="done"}'] == 1
    assert found["twinge_inbox_oldest_seconds"] == 0


async def test_every_queue_has_its_depth_and_age(web: Web) -> None:
    await web.send(run())
    web.clock.advance(timedelta(seconds=90))
    found = await scraped(web)
    queues = {name.split('"')[1] for name in found if name.startswith("twinge_queue_depth")}
    assert queues == set(QUEUES.values())
    assert found['twinge_queue_depth{queue="inbox"}'] == 1
    assert found['twinge_queue_oldest_seconds{queue="inbox"}'] == 90
    assert found['twinge_queue_oldest_seconds{queue="outbox"}'] == 0


async def test_the_size_of_the_database_and_who_this_is(web: Web, tmp_path: Path) -> None:
    found = await scraped(web)
    assert found['twinge_database_bytes{part="file"}'] == (tmp_path / "twinge.sqlite3").stat().st_size
    assert 'twinge_database_bytes{part="wal"}' in found
    assert found["twinge_loop_lag_seconds"] > 0
    [build] = [name for name in found if name.startswith("twinge_build_info")]
    assert 'twinge="0.' in build


def test_a_server_is_asked_by_its_own_exporter() -> None:
    assert footprint("postgresql+asyncpg://twinge@db/twinge") == {}
