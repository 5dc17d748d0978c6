"""The real sender and the real web with a Twilio that misbehaves: what a run leaves behind is checked by its log alone.

A seed that fails is in the test's name: `pytest -k 'seed-2'` plays it again.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer, unused_port

from fake_twilio import AUTH_TOKEN, SID, FakeTwilio, Fault, Word, always, problems, roughly, seeded, watch
from faulty import PATIENCE_S
from house import House, house
from twinge.config import Settings
from twinge.core.model import Nudge, Severity, Voice
from twinge.plugin import GiveUp, Message, Pace, Sent
from twinge.sender import Sender
from twinge.testing import send_once
from twinge.web import make_web
from twinge_twilio import Twilio
from twinge_twilio.account import Account

PUBLIC = "https://twinge.example"
SEVERITIES = (Severity.INFO, Severity.SLOW_DOWN, Severity.REST, Severity.SEE_DOCTOR, Severity.URGENT)
STEP = timedelta(seconds=91)


@dataclass
class Stage:
    """A house whose only channel is Twilio, and the Twilio that it talks to."""

    home: House
    fake: FakeTwilio
    sender: Sender
    file: Path

    async def queue(self, count: int, severities: Sequence[Severity] = SEVERITIES) -> None:
        """So many people, each with one message that is due, good for six hours."""
        now = self.home.clock()
        for n in range(count):
            athlete = await self.home.move_in(f"Runner{n}")
            [place] = await self.home.store.addresses.of(athlete)
            nudge = Nudge(
                id=f"n-{n}",
                athlete=athlete,
                severity=severities[n % len(severities)],
                rules=("L01",),
                text=f"Take it easy, runner {n}.",
                facts={},
                made_at=now,
                not_before=now,
                expires_at=now + timedelta(hours=6),
                bands=(1,),
            )
            async with self.home.store.write() as tx:
                await self.home.store.outbox.put(tx, [(nudge, place, Voice.SMS)])

    async def play(self) -> None:
        """Send, hear what Twilio calls back, let time pass; until no message can be of use any more."""
        for _ in range(round(timedelta(hours=8) / STEP)):
            await self.sender.drain()
            await self.fake.call_back()
            await self.home.worker.drain()
            if not await self._open():
                return
            self.home.clock.now += STEP

    async def _open(self) -> int:
        counts = await self.home.store.outbox.counts()
        return sum(counts.get(state, 0) for state in ("waiting", "taken", "unknown"))


@asynccontextmanager
async def staged(folder: Path, *, deadline_s: float = PATIENCE_S, **play: Any) -> AsyncIterator[Stage]:
    port = unused_port()
    async with (
        house(folder) as home,
        FakeTwilio(now=home.clock, reach=(PUBLIC, f"http://127.0.0.1:{port}"), **play) as fake,
        aiohttp.ClientSession() as http,
    ):
        watch(folder / "twinge.db")
        account = Account(
            SID, (AUTH_TOKEN,), sender="+15005550006", api_base=fake.base, deadline_s=deadline_s, pace=Pace()
        )
        twilio = Twilio(account)
        home.channels["sms"] = twilio
        home.worker = home.new_worker()
        settings = replace(Settings.from_env({"TWINGE_DATA_DIR": str(folder)}), public_url=PUBLIC)
        web = TestServer(make_web(home.store, {}, home.channels, settings, home.clock), port=port)
        sender = Sender(home.store, home.channels, http, home.clock, PUBLIC, deadline_s=5 * deadline_s)
        async with web:
            yield Stage(home, fake, sender, folder / "twinge.db")


@pytest.mark.parametrize("seed", range(3), ids=lambda seed: f"seed-{seed}")
async def test_two_hundred_messages_through_a_bad_day(seed: int, tmp_path: Path) -> None:
    async with staged(tmp_path, deadline_s=0.4, plan=seeded(seed), script=roughly(seed)) as stage:
        await stage.queue(200)
        await stage.play()
    assert problems(stage.fake, stage.file) == []
    assert {one.answer for one in stage.fake.called} == {200}
    assert len(stage.fake.called) > 300


async def test_a_message_that_matters_may_come_twice_where_twilio_does_not_show_it(tmp_path: Path) -> None:
    def plan(nudge: str, n: int) -> Fault:
        if nudge.startswith("list "):
            return Fault.BLIND
        return Fault.DROP if n == 1 else Fault.NONE

    async with staged(tmp_path, plan=plan, script=lambda _: ()) as stage:
        await stage.queue(10)
        await stage.play()
        assert await stage.home.store.outbox.counts() == {"failed": 6, "sent": 4}
    assert problems(stage.fake, stage.file) == []
    assert len(stage.fake.took) == 10 + 4


async def test_a_calm_day_delivers_each_message_once(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.queue(20)
        await stage.play()
        assert await stage.home.store.outbox.counts() == {"delivered": 20}
    assert problems(stage.fake, stage.file) == []
    assert sorted(one.nudge for one in stage.fake.took) == sorted(f"n-{n}" for n in range(20))


@pytest.mark.parametrize("play", [Fault.HANG, Fault.DROP, Fault.ERROR, Fault.CUT, Fault.DRIP, Fault.GARBAGE])
async def test_what_was_taken_is_never_sent_twice_if_its_list_says_so(play: Fault, tmp_path: Path) -> None:
    def plan(nudge: str, _n: int) -> Fault:
        return Fault.NONE if nudge.startswith("list ") else play

    async with staged(tmp_path, plan=plan, script=lambda _: ()) as stage:
        await stage.queue(10)
        await stage.play()
        assert await stage.home.store.outbox.counts() == {"sent": 10}
    assert len(stage.fake.took) == 10


async def test_what_was_not_taken_is_repeated_only_where_a_miss_is_worse(tmp_path: Path) -> None:
    def plan(nudge: str, n: int) -> Fault:
        return Fault.DROP_BEFORE if n == 1 and not nudge.startswith("list ") else Fault.NONE

    async with staged(tmp_path, plan=plan) as stage:
        await stage.queue(10)
        await stage.play()
        assert await stage.home.store.outbox.counts() == {"failed": 6, "delivered": 4}
    assert problems(stage.fake, stage.file) == []


async def test_a_callback_may_be_faster_than_the_answer(tmp_path: Path) -> None:
    async with staged(tmp_path, plan=always(Fault.EARLY)) as stage:
        await stage.queue(10)
        await stage.play()
        assert await stage.home.store.outbox.counts() == {"delivered": 10}
    assert problems(stage.fake, stage.file) == []


async def test_no_number_text_or_token_reaches_any_log_at_any_level(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with staged(tmp_path, deadline_s=0.4, plan=seeded(9, 0.6), script=roughly(9)) as stage:
            await stage.queue(20)
            await stage.play()
            await stage.fake.write(f"{PUBLIC}/channels/sms/inbound", "+15550100000", "my knee hurts")
            await stage.home.worker.drain()
    text = "\n".join(record.getMessage() + (record.exc_text or "") for record in caplog.records)
    assert "hop=sender" in text
    for secret in ("1555010000", "15005550006", "easy, runner", "knee", AUTH_TOKEN):
        assert secret not in text


async def test_the_fake_blocks_after_stop_and_lets_go_after_start(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, aiohttp.ClientSession() as http:
        inbound, phone = f"{PUBLIC}/channels/sms/inbound", "+4915112345678"
        account = Account(SID, (AUTH_TOKEN,), sender="+15005550006", api_base=stage.fake.base)
        message = Message("n-1", phone, "Easy today.", Severity.REST, stage.home.clock() + timedelta(hours=1))
        assert await stage.fake.write(inbound, phone, " Stop ") == 200
        refused = await send_once(Twilio(account), message, http, stage.home.clock())
        assert isinstance(refused, GiveUp)
        assert (refused.opt_out, refused.disable) == (True, False)
        assert await stage.fake.write(inbound, phone, "START") == 200
        assert isinstance(await send_once(Twilio(account), message, http, stage.home.clock()), Sent)


async def test_the_fake_repeats_what_was_not_taken_from_it_as_often_as_the_url_says(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        elsewhere = f"{PUBLIC}/channels/nobody/status/n-1"
        form = {"To": "+4915112345678", "Body": "Easy today."}
        for url in (f"{elsewhere}#rc=3&rp=all", elsewhere):
            stage.fake.keep({**form, "StatusCallback": url})
        assert await stage.fake.call_back() == 6
        assert [one.answer for one in stage.fake.called] == [404] * 6
        assert stage.fake.posted == 3 * 4 + 3


async def test_the_checker_sees_what_it_is_there_for(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.queue(5)
        await stage.play()
        fake = stage.fake
        assert problems(fake, stage.file) == []
        fake.took.append(fake.took[0])
        fake.took.append(replace(fake.took[1], nudge="n-77"))
        gone = fake.took.pop(2).nudge
        found = problems(fake, stage.file)
        assert f"{fake.took[0].nudge} was taken 2 times, with 0 lost answers" in found
        assert "Twilio has n-77, and we do not" in found
        assert f"{gone} is delivered, and Twilio never had it" in found
        fake.called.append(replace(fake.called[0], nudge="n-1", word=Word("delivered")))
        for state in ("sent", "waiting"):
            await _force(stage, "n-1", state)
        found = problems(fake, stage.file)
        assert {"n-1 went back from delivered to sent", "n-1 went back from sent to waiting"} <= set(found)
        assert {"n-1 never ended: waiting", "n-1 arrived, and is waiting"} <= set(found)


async def _force(stage: Stage, nudge: str, state: str) -> None:
    from sqlalchemy import text  # noqa: PLC0415 - only here is the database meddled with

    async with stage.home.store.write() as tx:
        await tx.execute(text("UPDATE nudge SET state = :state WHERE id = :id"), {"state": state, "id": nudge})
