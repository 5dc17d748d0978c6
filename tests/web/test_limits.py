"""Limits of the installation: bounds, who may, what happens with the next event, and what a preview tells before."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conftest import NOW, Serve, Web
from fakes import FakePlatform, FakeTokens, run, said
from twinge.core.bounds import Unsafe, check_own, house_pack
from twinge.core.model import Voice
from twinge.core.pack import STANDARD
from twinge.meanings import limits as limits_in_words
from twinge.plugin import Delivery
from twinge.portion import FEW, Portion
from twinge.preview.run import Busy, Previewer, Wish
from twinge.testing import MemoryChannel
from twinge.worker import Worker

LIMITS = "/api/v1/rules/limits"
PREVIEW = "/api/v1/rules/preview"
STRICT = {"l01.small": 105, "l01.floor_m": 500}


class Track:
    """Alice, who runs nine kilometres every third day and longer today; judged by a worker of one of two replicas."""

    def __init__(self, web: Web, alice: str) -> None:
        self.web, self.alice = web, alice
        self.first, self.second = self.worker(), self.worker()
        self._count = 0

    def worker(self) -> Worker:
        """A replica's."""
        platforms = {"fake": FakePlatform()}
        return Worker(self.web.store, platforms, {"memory": MemoryChannel()}, FakeTokens(), self.web.clock)

    async def ran(self, days: float, kilometres: float, by: Worker | None = None) -> None:
        """A run so many days ago."""
        self._count += 1
        event = run(str(self._count), self.web.clock() - timedelta(days=days), kilometres)
        delivery = Delivery("fake", "POST", "", {}, {}, said("alice", event), self.web.clock())
        await self.web.store.inbox.put(delivery, f"d{self._count}", "")
        await (by or self.first).drain()

    async def nudges(self) -> list[Any]:
        """What Alice was told, newest first."""
        found: list[Any] = (await self.web.get(f"/api/v1/athletes/{self.alice}/nudges"))["items"]
        return found

    async def stamp(self) -> str:
        """Under what her state was folded."""
        kept = await self.web.store.history.state(self.alice)
        assert kept is not None
        return kept.stamp


@pytest.fixture
async def track(serve: Serve) -> Track:
    web = await serve(platforms={"fake": FakePlatform()}, channels={"memory": MemoryChannel()})
    alice = await web.alice(
        channels=[{"channel": "memory", "address": "+4915112345689"}],
        connections=[{"platform": "fake", "external_id": "alice"}],
    )
    made = Track(web, alice)
    for days in range(42, 0, -3):
        await made.ran(days, 9)
    return made


async def put(web: Web, limits: Any, status: int = 200) -> Any:
    response = await web.call("PUT", LIMITS, {"limits": limits})
    assert response.status == status, await response.text()
    return await response.json()


# --- setting them -----------------------------------------------------------------------------------------------------


async def test_limits_are_set_shown_and_taken_back(web: Web) -> None:
    before = await web.get(LIMITS)
    nothing = {"since": None, "by": None, "in_force": True}
    assert before == {"limits": {}, "about": {}, "version": STANDARD.version, "ground": STANDARD.version, **nothing}
    made = await put(web, STRICT)
    assert (made["limits"], made["in_force"], made["by"]) == (STRICT, True, f"key:{web.admin.split('_')[1]}")
    assert made["version"].startswith(f"{STANDARD.version}+")
    [l01] = [one for one in (await web.get("/api/v1/rules"))["items"] if one["id"] == "L01"]
    assert l01["limits"]["small"] == 105
    assert l01["about"]["small"] == made["about"]["l01.small"] == limits_in_words()["l01.small"]
    assert (await (await web.client.get("/health/ready")).json())["versions"]["rules"] == made["version"]
    assert (await put(web, {}))["version"] == STANDARD.version


@pytest.mark.parametrize(
    ("limits", "field", "said"),
    [
        ({"l01.small": 131}, "limits.l01.small", "131 is not safe; it may be 105 to 130 (110 as shipped)."),
        ({"l01.small": True}, "limits.l01.small", "Must be a whole number"),
        ({"l01.nothing": 1}, "limits.l01.nothing", "No such limit"),
        ({"l99.small": 1}, "limits.l99", "No such part"),
        ({"small": 1}, "limits.small", "Is no limit; name it like l01.small."),
        ({"version.x": 1}, "limits.version.x", "Is no limit"),
        ({"r02.slow": 12}, "limits.r02.rest", "Must be higher than r02.slow (12)."),
    ],
)
async def test_a_limit_out_of_its_bounds_is_refused_with_the_range_and_changes_nothing(
    web: Web, limits: Any, field: str, said: str
) -> None:
    await put(web, STRICT)
    for method, path in (("PUT", LIMITS), ("POST", PREVIEW)):
        response = await web.call(method, path, {"limits": limits})
        error = (await response.json())["error"]
        assert (response.status, error["field"]) == (400, field)
        assert error["message"].startswith(said)
    assert (await web.get(LIMITS))["limits"] == STRICT


async def test_only_an_operator_may_change_or_preview(web: Web) -> None:
    coach = await web.store.keys.create("coach", "Carol", NOW)
    for key in (web.reader, coach):
        for method, path in (("PUT", LIMITS), ("POST", PREVIEW)):
            assert (await web.call(method, path, {"limits": {}}, key=key)).status == 403


async def test_the_audit_has_what_was_and_what_is_and_nothing_for_no_change(web: Web) -> None:
    await put(web, {"l01.small": 105})
    await put(web, {"l01.small": 105})
    await put(web, {"l01.small": 115})
    lines = [line for line in (await web.get("/api/v1/audit"))["items"] if line["action"] == "rules.limits"]
    assert [line["detail"] for line in lines] == [
        'before={"l01.small":105} after={"l01.small":115}',
        'before={} after={"l01.small":105}',
    ]


def test_the_version_follows_from_what_differs() -> None:
    strict = house_pack(STRICT)
    assert house_pack(dict(reversed(STRICT.items()))) == strict
    assert house_pack({**STRICT, "l01.moderate": STANDARD.l01.moderate}) == strict
    assert house_pack({"l01.small": STANDARD.l01.small}) is STANDARD
    other = replace(STANDARD, version="x" * 40)
    assert len(house_pack(STRICT, other).version) <= 40
    assert house_pack(STRICT, replace(STANDARD, version="x" * 39)).version != house_pack(STRICT, other).version
    check_own((("l01.small", 120),), strict)
    with pytest.raises(Unsafe):
        house_pack({"l01.small": 1})


# --- what happens then ------------------------------------------------------------------------------------------------


async def test_a_change_counts_with_the_next_event_at_every_replica_and_is_silent_about_the_past(track: Track) -> None:
    await track.ran(0.4, 9.6)
    assert await track.nudges() == []
    old = await track.stamp()
    made = await put(track.web, STRICT)
    assert await track.stamp() == old  # nobody is folded because of the change itself
    await track.ran(0.3, 2, by=track.second)
    assert made["version"] in await track.stamp()
    assert await track.nudges() == []  # the 9.6 km would be a finding now; it is past
    await track.ran(0.1, 10.3)
    [nudge] = await track.nudges()
    assert (nudge["rules"], nudge["activity_id"]) == (["L01"], "fake:17")


async def test_set_back_the_old_state_is_the_state_again(track: Track) -> None:
    before = await track.stamp()
    await put(track.web, STRICT)
    await put(track.web, {})
    await track.ran(0.3, 2)
    assert await track.stamp() == before


def test_the_worker_takes_few_at_once_while_histories_are_folded_anew() -> None:
    portion = Portion(100)
    sizes = []
    for version, folded in (("1", 0), ("1", 0), ("1", 0), ("1", 0), ("1", 1), ("2", 8), ("2", 8), ("2", 0), ("2", 0)):
        portion.begin(version)
        sizes.append(portion.size)
        portion.done(folded)
    assert sizes == [FEW, 16, 32, 64, 100, FEW, FEW, FEW, 16]


# --- the preview ------------------------------------------------------------------------------------------------------


async def test_a_preview_tells_what_would_be_said_otherwise_and_changes_nothing(track: Track) -> None:
    await track.ran(5.2, 9.7)
    before = await track.nudges(), await track.stamp(), await track.web.get(LIMITS)
    response = await track.web.call("POST", PREVIEW, {"limits": STRICT, "days": 60})
    told = await response.json()
    assert response.status == 200
    assert told["limits"] == STRICT
    assert (told["now"], told["then"]) == (STANDARD.version, house_pack(STRICT).version)
    assert told["athletes"] == {"known": 1, "judged": 1, "left_out": 0}
    assert told["messages"] == {"now": 0, "then": 1}
    assert told["by_rule"] == {"L01": {"now": 0, "then": 1}}
    assert told["by_severity"] == {"slow_down": {"now": 0, "then": 1}}
    assert told["per_week_median"]["now"] == 0
    assert 0 < told["per_week_median"]["then"] < 1
    assert told["no_longer"] == {"count": 0, "examples": []}
    [new] = told["newly"]["examples"]
    assert (new["athlete"], new["rules"], new["at"][:10]) == (track.alice, ["L01"], "2026-04-29")
    assert new["text"].startswith("Your 9.7 km run")
    assert (await track.nudges(), await track.stamp(), await track.web.get(LIMITS)) == before


async def test_a_preview_is_held_against_what_is_in_force(track: Track) -> None:
    await track.ran(5.2, 9.7)
    await put(track.web, STRICT)
    told = await (await track.web.call("POST", PREVIEW, {"limits": {}, "athletes": [track.alice]})).json()
    assert told["messages"] == {"now": 1, "then": 0}
    assert told["no_longer"]["count"] == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [({"athletes": ["nobody"]}, "athletes[0]"), ({"athletes": []}, "athletes"), ({"days": 6}, "days"), ({"x": 1}, "x")],
)
async def test_a_wrong_wish_is_refused(web: Web, more: Any, field: str) -> None:
    response = await web.call("POST", PREVIEW, {"limits": STRICT, **more})
    assert (response.status, (await response.json())["error"]["field"]) == (400, field)


PACKS = (STANDARD, house_pack(STRICT))


async def test_one_preview_at_a_time(track: Track) -> None:
    previewer = Previewer(track.web.store, {})
    first = asyncio.create_task(previewer.run(Wish(PACKS), NOW))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await previewer.run(Wish(PACKS), NOW)
    assert len((await first).found) == 1
    assert len((await previewer.run(Wish(PACKS), NOW)).found) == 1


async def test_a_preview_ends_in_time_and_says_who_is_left_out(track: Track) -> None:
    found = await Previewer(track.web.store, {"memory": Voice.SMS}, within_s=0).run(Wish(PACKS), NOW)
    assert (list(found.found), found.known, found.left_out) == ([], 1, 1)


async def test_own_limits_that_would_fall_out_are_named(track: Track) -> None:
    path = f"/api/v1/athletes/{track.alice}"
    assert (await track.web.call("PATCH", path, {"limits": {"l01.small": 128}})).status == 200
    told = await (await track.web.call("POST", PREVIEW, {"limits": {"l01.moderate": 116}})).json()
    assert told["own_limits_lost"] == [track.alice]


async def test_of_many_athletes_a_bounded_sample_is_judged(track: Track) -> None:
    found = await Previewer(track.web.store, {}, within_s=0).run(Wish(PACKS, [f"a{n}" for n in range(95)]), NOW)
    assert (found.known, found.left_out) == (95, 30)
