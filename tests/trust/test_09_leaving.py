"""9. What is theirs comes along as JSON and CSV, and goes for good, with a proof; old things go by themselves.

What vendors are told, crashes on the way, and 48 hours after a deauthorisation: tests/test_erasure.py and
tests/test_retention.py.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import aiohttp

from conftest import Serve
from fakes import NOON, FakeTokens, run, said
from house import house
from twinge.connections import Rounds
from twinge.erasure import Eraser
from twinge.registry import load_plugins
from twinge.testing import MemoryChannel
from twinge.worker import Worker

WORDS, PHONE, NAME = "it burns behind the left hip", "+4915112345689", "Zerlina Quixano"


async def test_she_takes_it_along_and_it_goes_for_good(serve: Serve, tmp_path: Path) -> None:
    web = await serve(channels={"memory": MemoryChannel()})
    there = {"channel": "memory", "address": PHONE}
    ids = {"platform": "generic", "external_id": "zerlina-7"}
    zerlina = await web.alice(name=NAME, channels=[there], connections=[ids])
    assert (await web.call("POST", f"/api/v1/athletes/{zerlina}/reports", {"pain": 4, "text": WORDS})).status < 300
    nothing: Any = None
    await Worker(web.store, load_plugins({}).platforms, {"memory": MemoryChannel()}, nothing, web.clock).drain()
    answer = await web.call("GET", f"/api/v1/athletes/{zerlina}/export")
    found = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert {"athlete.json", "reports.json", "reports.csv", "activities.csv"} <= set(found.namelist())
    assert json.loads(found.read("reports.json"))[0]["text"] == WORDS
    assert NAME in json.loads(found.read("athlete.json"))["profile"]["name"]
    async with web.store.write() as tx:
        everywhere = (await web.store.addresses.load(tx, [zerlina]))[zerlina]
        [place] = [one for one in everywhere if one.channel == "memory"]
        await web.store.addresses.stop(tx, place, web.clock())
    assert (await web.call("DELETE", f"/api/v1/athletes/{zerlina}")).status in {200, 202, 204}
    assert (await web.call("GET", f"/api/v1/athletes/{zerlina}")).status == 404
    async with aiohttp.ClientSession() as http:
        eraser = Eraser(web.store, {}, {}, web.clock, http)
        for _ in range(8):
            await eraser.round()
    await web.store.fold_log()
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("twinge.sqlite3*"))
    assert [word for word in (WORDS, PHONE, NAME, "zerlina-7", zerlina) if word.encode() in raw] == []
    again = await web.alice(name="Another", channels=[there])
    assert {one.shut for one in await web.store.addresses.of(again) if one.channel == "memory"} == {"stopped"}


async def test_what_is_old_goes_by_the_nightly_round(tmp_path: Path) -> None:
    """Used deliveries after 30 days, whatever else happens."""
    async with house(tmp_path) as home:
        await home.move_in("Alice")
        await home.deliver(said("alice", run("r1", NOON)), lane="fake:alice")
        await home.worker.drain()
        nothing: Any = None
        for days, left in ((29, 1), (2, 0)):
            home.clock.forward(days=days)
            await Rounds(home.store, {}, {}, FakeTokens(), home.clock, nothing).purge()
            assert len((await home.store.inbox.find()).items) == left
