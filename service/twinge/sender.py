"""The sender: outbox → channel, with the last checks before the call and no doubt swept aside after it.

A nudge is marked "taken" and committed before the call, and settled after. Between the two lies the network: when the
answer is lost the nudge is *unknown*, is looked up at the channel later, and is repeated only where a double is better
than a miss.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import aiohttp
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Held, Nudge, Severity
from twinge.core.policy import next_window
from twinge.core.relay import any_hour, of_story
from twinge.plugin import Channel, GiveUp, Message, Sent, TryLater, Unknown
from twinge.store import Store, Taken

log = logging.getLogger("twinge.sender")

AT_ONCE = 20
POLL_S = 1.0
DEADLINE_S = 20.0
DEAD_AFTER = timedelta(seconds=60)
"""A send that began so long ago and was not settled: its process is gone."""
LOOK_AFTER = timedelta(seconds=90)
"""A receipt usually comes before; then there is nothing to look up."""
LOOKS = timedelta(hours=1)
"""How long a channel that cannot be asked is asked again."""
FIRST_DELAY = timedelta(seconds=30)
MOST_SENDS = 3
"""Calls for one urgent message whose answer was lost each time."""


class Sender:
    """`run` until told to stop, or `drain` what is due."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        http: aiohttp.ClientSession,
        clock: Callable[[], datetime],
        public_url: str = "",
        *,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._store, self._channels, self._http, self._clock = store, channels, http, clock
        self._public_url, self._deadline_s = public_url.rstrip("/"), deadline_s
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Something may be due: look now."""
        self._bell.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; calls under way are waited for, each has its own deadline."""
        while not stop.is_set():
            try:
                worked = await self.round()
            except Exception as error:  # noqa: BLE001 - the loop must go on; "taken" rows are reconciled
                log.error("hop=sender outcome=interrupted error=%s", type(error).__name__)
                worked = 0
            if not worked:
                await self._rest(stop)

    async def drain(self) -> int:
        """Send until nothing is due; how many nudges were worked on."""
        total = 0
        while done := await self.round():
            total += done
        return total

    async def round(self) -> int:
        """One look: doubtful ones first, then what is due."""
        self._bell.clear()
        now = self._clock()
        for lost in await self._store.outbox.stale_taken(now - DEAD_AFTER):
            await self._doubt(lost, "the process ended during the call")
        doubtful = await self._store.outbox.doubtful(now, AT_ONCE)
        await asyncio.gather(*(self._reconcile(one) for one in doubtful))
        due = await self._store.outbox.claim(now, AT_ONCE)
        await asyncio.gather(*(self._deliver(one) for one in due))
        return len(doubtful) + len(due)

    async def _deliver(self, one: Taken) -> None:
        now = self._clock()
        if now >= one.nudge.expires_at:
            return await self._settle(one, "expired", "its time was over before it could be sent")
        reason = _forbidden(one, now, self._channels)
        if reason is not None:
            return await self._withdraw(one, reason, now)
        opening = next_window(one.athlete.preferences, one.athlete.timezone, now)
        if opening > now and not any_hour(one.nudge.severity, one.nudge.facts, now - one.nudge.made_at):
            return await self._later(one, opening, "quiet hours")
        return await self._call(one)

    async def _call(self, one: Taken) -> None:
        """The one call, under our own deadline: the twilio library's own timeout does not hold."""
        channel = self._channels[one.channel]
        try:
            async with asyncio.timeout(self._deadline_s):
                sent = await channel.send(self._message(one), self._http, self._clock())
        except TryLater as error:
            wait = error.after if error.after is not None else FIRST_DELAY * 4 ** (one.attempts - 1)
            await self._later(one, self._clock() + wait, error.reason)
        except GiveUp as error:
            await self._give_up(one, error)
        except Unknown as error:
            await self._doubt(one, error.reason)
        except TimeoutError:
            await self._doubt(one, f"no answer within {self._deadline_s:.0f} s")
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything, before or after it spoke
            await self._doubt(one, f"the channel failed: {type(error).__name__}")
        else:
            await self._sent(one, sent)

    def _message(self, one: Taken) -> Message:
        url = f"{self._public_url}/channels/{one.channel}/status/{one.nudge.id}" if self._public_url else None
        place = "" if one.address is None else one.address.address
        return Message(one.nudge.id, place, one.nudge.text, one.nudge.severity, one.nudge.expires_at, url)

    async def _sent(self, one: Taken, sent: Sent) -> None:
        await self._settle(one, sent.state, None, provider_id=sent.provider_id)

    async def _settle(
        self, one: Taken, state: str, reason: str | None = None, *, provider_id: str | None = None
    ) -> None:
        _tell(one, state)
        async with self._store.write() as tx:
            await self._store.outbox.settle(
                tx, one.nudge, state, now=self._clock(), reason=reason, provider_id=provider_id
            )

    async def _later(self, one: Taken, at: datetime, reason: str) -> None:
        """Back to waiting, if it still makes sense then."""
        if at >= one.nudge.expires_at:
            ended = "expired" if reason == "quiet hours" else "failed"
            return await self._settle(one, ended, f"{reason}, and its time is over before the next try")
        _tell(one, "later")
        async with self._store.write() as tx:
            await self._store.outbox.postpone(tx, one.nudge, at, reason)
        return None

    async def _withdraw(self, one: Taken, reason: str, now: datetime) -> None:
        """Not said after all: void, and held with the reason."""
        _tell(one, "void")
        silence = Held(
            one.nudge.athlete, one.nudge.rules, one.nudge.severity, reason, now, one.nudge.activity, one.nudge.facts
        )
        async with self._store.write() as tx:
            await self._store.outbox.settle(tx, one.nudge, "void", now=now, reason=reason)
            await self._store.outbox.hold(tx, [silence])

    async def _give_up(self, one: Taken, error: GiveUp) -> None:
        _tell(one, "failed")
        now = self._clock()
        async with self._store.write() as tx:
            await self._store.outbox.settle(tx, one.nudge, "failed", now=now, reason=error.reason)
            if error.disable and one.address is not None:
                await self._disable(tx, one.address.id, error.reason)
        if error.alert:
            log.error("hop=sender channel=%s outcome=operator_needed", one.channel)

    async def _disable(self, tx: AsyncConnection, address_id: int, reason: str) -> None:
        await self._store.athletes.disable(tx, address_id, reason)
        await self._store.outbox.silence(tx, address_id, "address disabled")

    async def _doubt(self, one: Taken, reason: str) -> None:
        _tell(one, "unknown")
        async with self._store.write() as tx:
            await self._store.outbox.doubt(tx, one.nudge, self._clock() + LOOK_AFTER, reason)

    async def _reconcile(self, one: Taken) -> None:
        """Ask the channel what became of a message whose answer was lost."""
        channel = self._channels.get(one.channel)
        try:
            if channel is None:
                raise TryLater("the channel is not configured")
            async with asyncio.timeout(self._deadline_s):
                found = await channel.lookup(self._message(one), one.taken_at, self._http)
        except GiveUp as error:
            return await self._give_up(one, error)
        except Exception as error:  # noqa: BLE001 - whatever it was, the answer is still lost
            return await self._look_again(one, type(error).__name__)
        if found is not None:
            return await self._sent(one, found)
        return await self._missed(one, self._clock())

    async def _look_again(self, one: Taken, reason: str) -> None:
        if self._clock() - one.taken_at > LOOKS:
            await self._settle(one, "failed", "answer lost, and the channel could not be asked")
        else:
            await self._doubt(one, f"could not be looked up: {reason}")

    async def _missed(self, one: Taken, now: datetime) -> None:
        """It never arrived there, as far as they know: repeat it only where a double is better than a miss."""
        worth = one.nudge.severity >= Severity.SEE_DOCTOR and one.attempts < MOST_SENDS
        if worth and now < one.nudge.expires_at:
            await self._later(one, now, "answer lost, sent again")
        else:
            await self._settle(one, "failed", "answer lost")

    async def _rest(self, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(self._bell.wait()), asyncio.ensure_future(stop.wait())]
        await asyncio.wait(waits, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


def _forbidden(one: Taken, now: datetime, channels: Mapping[str, Channel]) -> str | None:
    """Why a nudge must not go out any more, by what is known at this moment."""
    place = one.address
    if place is None or place.consent_at is None:
        return "no_channel"
    if place.stopped_at is not None and not _answers(one.nudge, place.stopped_at):
        return "stopped"
    if place.disabled_reason is not None or place.channel not in channels:
        return "no_channel"
    return _unwanted(one, now) if one.nudge.severity < Severity.SEE_DOCTOR and one.nudge.rules else None


def _unwanted(one: Taken, now: datetime) -> str | None:
    """What the athlete has come to wish since the nudge was made."""
    wishes = one.athlete.preferences
    muted = set(one.nudge.rules) - {"X01"} <= set(wishes.mute)
    if muted and not of_story(one.nudge.facts):
        return "muted"
    return "paused" if wishes.paused_until is not None and now < wishes.paused_until else None


def _answers(nudge: Nudge, stopped_at: datetime) -> bool:
    """Whether it answers an emergency that the athlete wrote of after STOP: they wrote, so they are answered once."""
    return nudge.severity is Severity.URGENT and nudge.made_at > stopped_at


def _tell(one: Taken, outcome: str) -> None:
    log.info("hop=sender nudge=%s channel=%s outcome=%s", one.nudge.id, one.channel, outcome)
