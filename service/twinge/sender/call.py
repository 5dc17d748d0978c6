"""The one call to a channel, and the question what became of one whose answer was lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import aiohttp

from twinge.core.clean import clean
from twinge.core.insist import is_grave
from twinge.core.model import Athlete, Nudge, Severity
from twinge.core.policy import next_window
from twinge.core.relay import any_hour
from twinge.plugin import GiveUp, Message, Sent, TryLater, Unknown
from twinge.sender.gates import Look, forbidden
from twinge.sender.lane import Lane
from twinge.sender.ledger import Ledger
from twinge.store import Taken
from twinge.trail import Trail

log = logging.getLogger("twinge.sender")

DEADLINE_S = 20.0
LOOKS = timedelta(hours=1)
"""How long a channel that cannot be asked is asked again."""
MOST_SENDS = 3
"""Calls for one grave message whose answer was lost each time."""
QUIET = "quiet hours"
HOUR_FULL = "the channel has carried its share of this hour"

Picture = Callable[[Nudge, Athlete, datetime], str | None]
"""Where the chart of a message is, if it has one and the athlete wants it."""


def no_picture(_nudge: Nudge, _athlete: Athlete, _now: datetime) -> str | None:
    """Words alone."""
    return None


def backoff(tries: int) -> timedelta:
    """How long to wait after the `tries`-th try: 30 s, 2 min, 8 min, …, an hour at most, and up to 15 s by chance."""
    from tenacity import RetryCallState, wait_exponential_jitter  # noqa: PLC0415 - a dozen modules, for what went wrong

    state = RetryCallState(None, None, (), {})  # type: ignore[arg-type]  # only its count is read
    state.attempt_number = tries
    return timedelta(seconds=wait_exponential_jitter(multiplier=30, exp_base=4, max=3600, jitter=15)(state))


class Caller:
    """Takes one message through the gates, the call, and to its end."""

    def __init__(
        self,
        ledger: Ledger,
        lanes: Mapping[str, Lane],
        http: aiohttp.ClientSession,
        clock: Callable[[], datetime],
        public_url: str,
        deadline_s: float,
        backoff: Callable[[int], timedelta],
        picture: Picture,
        trail: Trail,
    ) -> None:
        self._ledger, self._lanes, self._http, self._clock = ledger, lanes, http, clock
        self._picture, self._trail = picture, trail
        self._public_url, self._deadline_s, self._backoff = public_url.rstrip("/"), deadline_s, backoff

    async def deliver(self, one: Taken) -> None:
        """Send it, put it off, or end it."""
        now, lane = self._clock(), self._lanes.get(one.channel)
        if now >= one.nudge.expires_at:
            return await self._ledger.expire(one, "its time was over before it could be sent")
        reason = forbidden(Look(one, lane, now))
        if reason is not None or lane is None:
            return await self._ledger.withdraw(one, reason or "no_channel", now)
        opening = next_window(one.athlete.preferences, one.athlete.timezone, now)
        if opening > now and not any_hour(one.nudge.severity, one.nudge.facts, now - one.nudge.made_at):
            return await self._put_off(one, opening, QUIET)
        if lane.breaker.is_open(now) and lane.breaker.until is not None:
            return await self._put_off(one, lane.breaker.until, "channel_down")
        if (later := lane.next_hour(now, grave=is_grave(one.nudge.severity))) is not None:
            if lane.is_news(later):
                log.error("hop=sender channel=%s outcome=operator_needed reason=over_hour", one.channel)
            return await self._put_off(one, later, HOUR_FULL)
        return await self._call(one, lane)

    async def _call(self, one: Taken, lane: Lane) -> None:
        """The one call, and a span of it once its end is on disk."""
        began = self._trail.now()
        outcome, error = await self._try(one, lane)
        if self._trail.on:
            await self._trail.sent(one, outcome, error, began)

    async def _try(self, one: Taken, lane: Lane) -> tuple[str, str]:
        """Call under our own deadline, for the twilio library's own timeout does not hold: (outcome, what went wrong).

        What went wrong is the class of it.
        """
        lane.spend(self._clock())
        try:
            await lane.wait()
            async with asyncio.timeout(self._deadline_s):
                sent = await lane.channel.send(self._message(one, lane), self._http, self._clock())
        except TryLater as error:
            lane.restore()
            await self._ledger.stumbled(lane, error.reason)
            wait = error.after if error.after is not None else self._backoff(one.attempts)
            await self._later(one, self._clock() + wait, error.reason)
            return "later", type(error).__name__
        except GiveUp as error:
            lane.restore()
            await self._ledger.worked(lane)
            await self._ledger.give_up(one, error)
            return "failed", type(error).__name__
        except Unknown as error:
            return await self._lost(one, lane, error.reason, error)
        except TimeoutError as error:
            return await self._lost(one, lane, f"no answer within {self._deadline_s:.0f} s", error)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything, before or after it spoke
            return await self._lost(one, lane, f"the channel failed: {type(error).__name__}", error)
        await self._ledger.worked(lane)
        await self._ledger.sent(one, lane, sent)
        return sent.state, ""

    async def _lost(self, one: Taken, lane: Lane, reason: str, error: Exception) -> tuple[str, str]:
        await self._doubt(one, lane, reason)
        return "unknown", type(error).__name__

    async def _doubt(self, one: Taken, lane: Lane, reason: str) -> None:
        await self._ledger.stumbled(lane, reason)
        await self._ledger.doubt(one, reason)

    async def _put_off(self, one: Taken, at: datetime, reason: str) -> None:
        """Back to waiting without having been tried, if it still makes sense then."""
        if at >= one.nudge.expires_at:
            return await self._ledger.expire(one, f"{reason}, and its time is over before the next try")
        return await self._ledger.postpone(one, at, reason, tried=False)

    async def _later(self, one: Taken, at: datetime, reason: str) -> None:
        """Back to waiting after a try, if it still makes sense then."""
        if at >= one.nudge.expires_at:
            return await self._ledger.fail(one, f"{reason}, and its time is over before the next try")
        return await self._ledger.postpone(one, at, reason)

    async def reconcile(self, one: Taken) -> None:
        """Ask the channel what became of a message whose answer was lost."""
        lane = self._lanes.get(one.channel)
        try:
            if lane is None:
                raise TryLater("the channel is not configured")
            async with asyncio.timeout(self._deadline_s):
                found = await lane.channel.lookup(self._message(one, lane), one.taken_at, self._http)
        except GiveUp as error:
            return await self._ledger.give_up(one, error)
        except Exception as error:  # noqa: BLE001 - whatever it was, the answer is still lost
            return await self._look_again(one, type(error).__name__)
        return await self._found(one, lane, found)

    async def _found(self, one: Taken, lane: Lane, found: Sent | None) -> None:
        """It is there; or it never arrived, as far as they know: repeated only where a double beats a miss."""
        if found is not None:
            return await self._ledger.sent(one, lane, found)
        now = self._clock()
        worth = one.nudge.severity >= Severity.SEE_DOCTOR and one.attempts < MOST_SENDS
        if worth and now < one.nudge.expires_at:
            return await self._later(one, now, "answer lost, sent again")
        return await self._ledger.fail(one, "answer lost")

    async def _look_again(self, one: Taken, reason: str) -> None:
        if self._clock() - one.taken_at > LOOKS:
            await self._ledger.fail(one, "answer lost, and the channel could not be asked")
        else:
            await self._ledger.doubt(one, f"could not be looked up: {reason}")

    def _message(self, one: Taken, lane: Lane) -> Message:
        """A picture only with the first try: where it is what went wrong, the words alone may still arrive."""
        url = f"{self._public_url}/channels/{one.channel}/status/{one.nudge.id}" if self._public_url else None
        place = "" if one.address is None else one.address.address
        first = lane.pictured and one.attempts <= 1
        picture = self._picture(one.nudge, one.athlete, self._clock()) if first else None
        return Message(
            one.nudge.id, place, clean(one.nudge.text), one.nudge.severity, one.nudge.expires_at, url, picture
        )
