"""An athlete leaves for good: what goes, what stays, what vendors are told, and that no crash leaves a trace."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from consent_standin import Vendor, Watched
from fakes import NOON, FakeChannel, run, said, several
from house import SECRET, House, house
from twinge.connections.leave import say_goodbye
from twinge.core.model import Report, Silence, Wellness
from twinge.erasure import Eraser, begin
from twinge.intake import filed, take_in
from twinge.plugin import Delivery, GiveUp, Tokens, TryLater
from twinge.store import Consent, Store
from twinge.store.erasures import Erasure

NAME, NUMBER, SECOND = "Zerlina Quixano-Fernández", "+15550177123", "+15550188456"
WORDS = "the left buttock burns like fire since Tuesday"
OWNER, ACCESS, REFRESH = "owner-of-zerlina-77", "access-zerlina", "refresh-zerlina"
SECRETS = (NAME, NUMBER, NUMBER[1:], SECOND[1:], WORDS, OWNER, ACCESS, REFRESH, "zerlina")


class Keeping(FakeChannel):
    """A channel whose vendor keeps messages until it is asked; `troubles` are its next answers."""

    def __init__(self) -> None:
        super().__init__()
        self.forgotten: list[str] = []
        self.troubles: list[Exception] = []

    async def forget(self, provider_id: str, http: aiohttp.ClientSession, now: object) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.forgotten.append(provider_id)

    def kept(self, delivery: Delivery) -> Sequence[str]:
        return [f"in-{delivery.path}"]


@dataclass
class Scene:
    """A house where Zerlina and Bob live, everything of hers in it, and a vendor to be told."""

    house: House
    folder: Path
    vendor: Vendor
    http: aiohttp.ClientSession
    adapter: Watched
    channel: Keeping = field(default_factory=Keeping)
    zerlina: str = ""
    bob: str = ""

    @property
    def store(self) -> Store:
        return self.house.store

    def eraser(self, **more: Any) -> Eraser:
        """An eraser as after a restart."""
        files = str(self.folder / "files")
        parts = (self.store, self.house.platforms, self.house.channels, self.house.clock, self.http)
        return Eraser(*parts, files_dir=files, **more)

    async def erase(self, by: str = "key:1") -> Erasure:
        """The first transaction alone."""
        begun = await begin(self.store, self.house.platforms, self.house.channels, self.zerlina, by, self.house.clock())
        assert begun is not None
        return begun.erasure

    async def tell_vendors(self) -> None:
        """What the clock does once a minute."""
        for one in await self.store.endings.take(self.house.clock()):
            await say_goodbye(self.store, self.adapter, one, self.http, self.house.clock())
        await self.eraser().run_errands()

    async def proof(self) -> Erasure:
        found = await self.store.erasures.of(self.zerlina)
        assert found is not None
        return found

    def left(self, *words: str) -> list[str]:
        """Which of `words` (all of hers by default) are in any file of the database, in whatever spelling."""
        raw = b"".join(path.read_bytes() for path in sorted(self.folder.glob("twinge.db*")))
        raw += b"".join(path.read_bytes() for path in self.folder.rglob("files/**/*") if path.is_file())
        wanted = words or (*SECRETS, self.zerlina)
        spelled = {word: {word.encode(), json.dumps(word)[1:-1].encode(), word.encode("utf-16-le")} for word in wanted}
        return [word for word, ways in spelled.items() if any(way in raw for way in ways)]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    from aiohttp.test_utils import TestServer  # noqa: PLC0415 - only here

    at = Vendor(owner=OWNER, live={ACCESS: REFRESH})
    async with house(tmp_path) as home, TestServer(at.app()) as server, aiohttp.ClientSession() as http:
        made = Scene(home, tmp_path, at, http, Watched(str(server.make_url("")).rstrip("/")))
        home.platforms["acme"] = made.adapter
        home.channels["sms"] = made.channel
        await move_in(made)
        yield made


async def move_in(scene: Scene) -> None:
    """Zerlina with everything that one may have here; Bob beside her."""
    home, store = scene.house, scene.store
    scene.bob = await home.move_in("Bob")
    scene.zerlina = await home.move_in(NAME)
    home.worker, home.sender = home.new_worker(), home.new_sender()
    async with store.write() as tx:
        athlete = (await store.athletes.load(tx, [scene.zerlina]))[scene.zerlina]
        quiet = Silence("s1", "travel", NOON, NOON + timedelta(days=3), by=NAME)
        await store.athletes.update(tx, replace(athlete, silences=(quiet,)))
        tokens = Tokens(ACCESS, REFRESH)
        await store.athletes.connect(tx, scene.zerlina, "acme", OWNER, NOON, tokens=tokens)
        for number in (NUMBER, SECOND):
            await store.addresses.add(
                tx, scene.zerlina, "sms", number, Consent(NOON, "told us", f"{NAME} agreed"), verified_at=NOON
            )
        [_, first, _] = (await store.addresses.load(tx, [scene.zerlina]))[scene.zerlina]
        await store.verifications.begin(tx, first, NOON)
        await store.visits.invite(tx, scene.zerlina, NOON, lasts=timedelta(hours=1))
        await store.backfills.begin(tx, scene.zerlina, "acme", OWNER, NOON - timedelta(days=9), NOON)
        await store.connecting.invite(tx, scene.zerlina, "acme", NOON)
        await store.audit(tx, NOON, f"athlete:{scene.zerlina}", "visit.begin", f"athlete:{scene.zerlina}", NAME)
        await store.audit(tx, NOON, "key:1", "address.stop", f"address:{first.id}")
    await store.occurrence(f"reconcile:acme:{OWNER}", NOON)
    await live(scene)
    done = scene.folder / "files" / scene.zerlina / "done"
    done.mkdir(parents=True)
    (done / "zerlina.fit").write_text(WORDS)


async def live(scene: Scene) -> None:
    """Runs, one of them too long, mornings, reports, a text, a file that cannot be read, strays and dead letters."""
    home, store = scene.house, scene.store
    for n in range(12):
        await tell(scene, OWNER, run(f"z{n}", NOON - timedelta(days=40 - 3 * n, hours=2)))
    await tell(scene, OWNER, run("z-long", NOON - timedelta(hours=3), 21.0))
    for n in range(5):
        day = date(2026, 5, 4) - timedelta(days=n)
        await tell(scene, OWNER, Wellness(f"acme:{day}", day, resting_hr=50 + n))
    await tell(scene, OWNER, Report("acme:r1", NOON, pain=6, site="buttock", side="left", text=WORDS))
    await tell(scene, "bob", run("b1", NOON - timedelta(days=1)), platform="fake")
    text = msgspec.json.encode({"from": NUMBER, "text": f"pain 6, {WORDS}"})
    await home.deliver(text, platform="channel:sms", lane=f"channel:sms:{NUMBER}", key="reply-1")
    await take_in(store, filed(scene.zerlina, WORDS.encode(), home.clock()))
    both = several(said(OWNER, run("both", NOON - timedelta(days=2))), said("nobody-else", run("n", NOON)))
    await home.deliver(both, platform="acme", lane=f"acme:{OWNER}", key="both")
    broken = msgspec.json.encode({"owner": OWNER, "do": "reject", "said": WORDS})
    await home.deliver(broken, platform="acme", lane=f"acme:{OWNER}", key="broken")
    await home.worker.drain()
    home.clock.forward(hours=1)
    await home.sender.drain()
    assert [message.address for message in scene.channel.sent]


async def tell(scene: Scene, owner: str, event: Any, platform: str = "acme") -> None:
    await scene.house.deliver(said(owner, event), platform=platform, lane=f"{platform}:{owner}")


# ---- the whole way ---------------------------------------------------------------------------------------------------


@pytest.mark.only("sqlite")  # it reads the files
async def test_after_an_erasure_nothing_of_hers_is_in_any_file(scene: Scene) -> None:
    there = set(scene.left())
    assert there >= {NAME, NUMBER, WORDS, OWNER, scene.zerlina}
    before = await scene.store.athletes.get(scene.bob)
    await scene.erase()
    await scene.eraser().round()
    await scene.tell_vendors()
    await scene.eraser().round()
    proof = await scene.proof()
    assert proof.step == "done"
    assert scene.left() == []
    assert await scene.store.athletes.get(scene.bob) == before
    assert len((await scene.store.history.find_activities(scene.bob)).items) == 1
    assert await scene.store.athletes.get(scene.zerlina) is None


async def test_the_proof_counts_what_went_and_names_nobody(scene: Scene) -> None:
    await scene.erase(by=f"athlete:{scene.zerlina}")
    scene.house.clock.forward(minutes=5)
    await scene.eraser().round()
    await scene.tell_vendors()
    await scene.eraser().round()
    proof = await scene.proof()
    assert proof.asked_by == "athlete"
    assert (proof.asked_at, proof.done_at) == (NOON + timedelta(hours=1), NOON + timedelta(hours=1, minutes=5))
    assert {"athlete": 1, "address": 3, "connection": 3, "wellness": 5, "files": 1}.items() <= proof.counts.items()
    assert proof.counts["activity"] >= 14
    assert proof.counts["inbox"] >= 20
    assert proof.counts["nudge"] >= 1
    assert proof.vendors["acme"] == {"told": 1}
    assert proof.vendors["channel:sms"]["deleted"] == len(scene.channel.forgotten) >= 2
    assert "in-" in scene.channel.forgotten
    shown = repr(proof)
    assert not [word for word in (*SECRETS, scene.zerlina) if word in shown]
    [last, *_] = (await scene.store.keys.find_audit()).items
    assert (last.action, last.object) == ("athlete.erased", f"erased:{proof.mark}")
    assert scene.vendor.live == {}


async def test_it_can_be_asked_for_again_and_again(scene: Scene) -> None:
    first = await scene.erase()
    again = await begin(scene.store, scene.house.platforms, scene.house.channels, scene.zerlina, "key:2", NOON)
    assert again is not None
    assert (again.fresh, again.erasure.mark, again.erasure.asked_by) == (False, first.mark, "key:1")
    await scene.eraser().round()
    await scene.tell_vendors()
    assert await scene.eraser().round() == 1
    assert await scene.eraser().round() == 0
    parts = (scene.store, scene.house.platforms, scene.house.channels)
    assert await begin(*parts, "000nobody", "key:1", NOON) is None


async def test_nothing_is_sent_from_the_first_moment_on(scene: Scene) -> None:
    await tell(scene, OWNER, run("more", scene.house.clock() - timedelta(hours=1), 25.0))
    await scene.house.worker.drain()
    waiting = [one for one in (await scene.store.outbox.find_nudges(scene.zerlina)).items if one.state == "waiting"]
    assert waiting
    sent = len(scene.channel.sent)
    await scene.erase()
    scene.house.clock.forward(days=1)
    await tell(scene, OWNER, run("later", scene.house.clock() - timedelta(hours=1), 30.0))
    await scene.house.worker.drain()
    await scene.house.sender.drain()
    assert len(scene.channel.sent) == sent


# ---- what comes afterwards -------------------------------------------------------------------------------------------


async def gone(scene: Scene) -> None:
    await scene.erase()
    await scene.eraser().round()
    await scene.tell_vendors()
    await scene.eraser().round()
    assert (await scene.proof()).step == "done"


async def test_what_a_vendor_still_sends_is_for_nobody_and_not_kept(scene: Scene) -> None:
    await gone(scene)
    await tell(scene, OWNER, run("late", NOON))
    await tell(scene, OWNER, Report("acme:r9", NOON, pain=6, text=WORDS))
    both = several(said(OWNER, run("both2", NOON)), said("stranger", run("other", NOON)))
    await scene.house.deliver(both, platform="acme", lane=f"acme:{OWNER}", key="both-2")
    text = msgspec.json.encode({"from": NUMBER, "text": WORDS})
    await scene.house.deliver(text, platform="channel:sms", lane="channel:sms:x", key="reply-2")
    receipt = msgspec.json.encode({"nudge": "n_gone", "state": "delivered", "to": NUMBER})
    await scene.house.deliver(receipt, platform="channel:sms", lane="channel:sms:n_gone", key="status-2")
    await scene.house.worker.drain()
    await scene.store.fold_log()
    assert scene.left() == []
    bodies = [one.delivery.body for one in (await scene.store.inbox.find("stray", "acme")).items]
    assert [word for word in (b"stranger", b"nobody-else") if any(word in body for body in bodies)] == [
        b"stranger",
        b"nobody-else",
    ]


async def test_who_connects_again_is_a_new_athlete_whose_deliveries_count(scene: Scene) -> None:
    await gone(scene)
    again = await scene.house.move_in("Again")
    async with scene.store.write() as tx:
        await scene.store.athletes.connect(tx, again, "acme", OWNER, NOON)
    await tell(scene, OWNER, run("new", NOON))
    await scene.house.worker.drain()
    assert [one.activity.key for one in (await scene.store.history.find_activities(again)).items] == ["fake:new"]


async def test_stop_outlives_the_erasure_and_only_start_ends_it(scene: Scene) -> None:
    store = scene.store
    async with store.write() as tx:
        [place] = await store.addresses.at(tx, "sms", NUMBER)
        await store.addresses.stop(tx, place, NOON, alone=True)
    await gone(scene)
    carol = await scene.house.move_in("Carol")
    async with store.write() as tx:
        closed = await store.addresses.add(tx, carol, "sms", NUMBER, Consent(NOON, "stated"), verified_at=NOON)
        free = await store.addresses.add(tx, carol, "sms", SECOND, Consent(NOON, "stated"), verified_at=NOON)
    assert (closed.shut, free.shut) == ("stopped", None)
    async with store.write() as tx:
        await store.addresses.start(tx, closed, NOON)
    scene.zerlina = carol
    await gone(scene)
    dora = await scene.house.move_in("Dora")
    async with store.write() as tx:
        opened = await store.addresses.add(tx, dora, "sms", NUMBER, Consent(NOON, "stated"), verified_at=NOON)
    assert opened.shut is None


async def test_a_stop_that_comes_after_the_erasure_holds_too(scene: Scene) -> None:
    await gone(scene)
    text = msgspec.json.encode({"from": NUMBER, "text": "STOP"})
    await scene.house.deliver(text, platform="channel:sms", key="stop-late")
    await scene.house.worker.drain()
    carol = await scene.house.move_in("Carol")
    async with scene.store.write() as tx:
        made = await scene.store.addresses.add(tx, carol, "sms", NUMBER, Consent(NOON, "stated"), verified_at=NOON)
    assert made.shut == "stopped"


async def test_a_body_that_waits_and_carries_others_is_worked_off_first(scene: Scene) -> None:
    async with scene.store.write() as tx:
        await scene.store.athletes.connect(tx, scene.bob, "acme", "bobs-owner", NOON)
    both = several(said(OWNER, run("z-w", NOON)), said("bobs-owner", run("b-w", NOON)))
    await scene.house.deliver(both, platform="acme", lane=f"acme:{OWNER}", key="both-w")
    await scene.erase()
    await scene.eraser().round()
    assert (await scene.proof()).step == "raw"
    await scene.house.worker.drain()
    await scene.eraser().round()
    await scene.tell_vendors()
    await scene.eraser().round()
    assert (await scene.proof()).step == "done"
    keys = [one.activity.key for one in (await scene.store.history.find_activities(scene.bob)).items]
    assert "fake:b-w" in keys
    assert scene.left() == []


# ---- vendors ---------------------------------------------------------------------------------------------------------


async def test_a_vendor_that_is_away_is_told_later_and_the_proof_waits_for_it(scene: Scene) -> None:
    await scene.erase()
    scene.vendor.faults.append("500")
    scene.channel.troubles = [TryLater("away"), GiveUp("never")]
    await scene.eraser().round()
    await scene.tell_vendors()
    assert await scene.eraser().round() == 0
    assert (await scene.proof()).step == "vendors"
    assert scene.left(NAME, NUMBER, WORDS) == []
    scene.house.clock.forward(hours=1)
    await scene.tell_vendors()
    assert await scene.eraser().round() == 1
    proof = await scene.proof()
    assert proof.vendors["acme"] == {"told": 1}
    assert proof.vendors["channel:sms"]["refused"] == 1
    assert scene.left() == []


async def test_a_vendor_that_never_answers_is_given_up_with_the_word_in_the_proof(scene: Scene) -> None:
    await scene.erase()
    scene.vendor.faults.extend(["500"] * 50)
    scene.channel.troubles = [TryLater("away")] * 500
    for _ in range(10):
        await scene.tell_vendors()
        await scene.eraser().round()
        scene.house.clock.forward(days=4)
    proof = await scene.proof()
    assert proof.step == "done"
    assert proof.vendors["acme"] == {"given_up": 1}
    assert set(proof.vendors["channel:sms"]) == {"given_up"}


async def test_a_send_under_way_is_waited_for_and_deleted_at_the_vendor(scene: Scene) -> None:
    await tell(scene, OWNER, run("more", scene.house.clock() - timedelta(hours=1), 25.0))
    await scene.house.worker.drain()
    scene.house.clock.forward(days=1)
    sent = len(scene.channel.sent)

    class Slow(Keeping):
        async def send(self, message: Any, http: Any, now: Any) -> Any:
            told = await super().send(message, http, now)
            if message.address in {NUMBER, "+15550100001"}:
                await scene.erase()  # while the vendor has it in hand
            return replace(told, provider_id="SM-late")

    slow = Slow()
    scene.house.channels["sms"] = scene.channel = slow
    await scene.house.new_sender(deadline_s=30).drain()
    assert len(slow.sent) > 0, sent
    await scene.eraser().round()
    await scene.tell_vendors()
    assert await scene.eraser().round() == 0
    scene.house.clock.forward(minutes=2)
    assert await scene.eraser().round() == 1
    assert "SM-late" in slow.forgotten
    assert scene.left() == []


# ---- crashes ---------------------------------------------------------------------------------------------------------

CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from fakes import Clock
from house import SECRET, url_of
from test_erasure import Keeping, NOON
from consent_standin import Watched
from fakes import FakePlatform
from twinge.erasure import Eraser
from twinge.store import Store

folder, most = Path(sys.argv[1]), int(sys.argv[2])
seen = 0

def after(step):
    global seen
    seen += 1
    if seen == most:
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    store = await Store.open(url_of(folder), secret=SECRET)
    platforms = {"acme": Watched("http://127.0.0.1:9"), "fake": FakePlatform()}
    how = {"files_dir": str(folder / "files"), "after": after}
    await Eraser(store, platforms, {"sms": Keeping()}, Clock(NOON), None, **how).round()
    await store.close()

asyncio.run(main())
"""


@pytest.mark.only("sqlite")  # it reads the files
async def test_killed_after_any_commit_it_goes_on_where_it_was(scene: Scene) -> None:
    """SIGKILL after the first commit, the second, …; what one life has removed and counted the next does not repeat."""
    await scene.erase()
    await scene.store.close()
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    lives, most = 0, 1
    while True:
        command = [sys.executable, "-c", CHILD, str(scene.folder), str(most)]
        ended = await asyncio.to_thread(subprocess.run, command, env=env, check=False, capture_output=True, text=True)
        lives += 1
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        most = 1 if lives % 3 else 2  # now and then two commits a life
    assert lives > 6
    scene.house.store = await Store.open(f"sqlite+aiosqlite:///{scene.folder / 'twinge.db'}", secret=SECRET)
    await scene.tell_vendors()
    assert await scene.eraser().round() == 1
    proof = await scene.proof()
    assert proof.counts["activity"] == 14
    assert {"athlete": 1, "address": 3, "wellness": 5, "files": 1}.items() <= proof.counts.items()
    assert scene.left() == []
    await scene.house.store.close()
