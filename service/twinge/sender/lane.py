"""One channel as the sender uses it: how many calls at once, how fast, how many a day, and whether it is up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from aiolimiter import AsyncLimiter

from twinge.plugin import Channel, Confirms, Pace, Paced, Pictured
from twinge.sender.breaker import Breaker

HOUR = timedelta(hours=1)
SET_ASIDE = 50
"""Messages of a channel that is down that are looked at in one go, to be put off."""
GRAVER = 2
"""How many times a cap graver words may reach."""


class Lane:
    """The state of one channel in this process."""

    def __init__(self, name: str, channel: Channel, *, called_back: bool) -> None:
        """`called_back` says whether the channel's provider can reach us."""
        self.name, self.channel = name, channel
        self.pace = channel.pace if isinstance(channel, Paced) else Pace()
        self.confirms = called_back and isinstance(channel, Confirms) and channel.confirms
        self.pictured = isinstance(channel, Pictured) and channel.pictures
        self.breaker = Breaker()
        self.busy = 0
        self.spent = 0
        """Messages of `day`, the other replicas' included as far as they are known."""
        self.day: date | None = None
        self._hour, self._this_hour = datetime.min.replace(tzinfo=UTC), 0
        self._told = self._hour
        self._limiter: AsyncLimiter | None = None

    @property
    def capped(self) -> bool:
        """Whether messages to each address must be counted."""
        return self.pace.per_address_day is not None

    def quota(self, now: datetime) -> int:
        """How many messages may be taken up now."""
        if self.breaker.is_open(now):
            return SET_ASIDE
        free = (1 if self.breaker.on_trial else self.pace.at_once) - self.busy
        limiter = self.limiter()
        if limiter is None:
            return max(0, free)
        return next((n for n in range(max(0, free), 0, -1) if limiter.has_capacity(n)), 0)

    @property
    def roomy(self) -> bool:
        """Whether enough is free for it to be worth a look at the queue."""
        return self.busy * 2 <= self.pace.at_once

    def limiter(self) -> AsyncLimiter | None:
        """The bucket of a vendor's limit, made inside the running loop; None where there is no limit."""
        if self._limiter is None and self.pace.per_s is not None:
            per_s = self.pace.per_s
            self._limiter = AsyncLimiter(per_s, 1) if per_s >= 1 else AsyncLimiter(1, 1 / per_s)
        return self._limiter

    def count(self, spent: int, now: datetime) -> None:
        """So many messages went today."""
        self.day, self.spent = now.astimezone(UTC).date(), spent

    async def wait(self) -> None:
        """Wait for the bucket, where there is one."""
        if (limiter := self.limiter()) is not None:
            await limiter.acquire()

    def spend(self, now: datetime) -> None:
        """One more goes: counted before the call, or those that go out together would not see each other."""
        self.spent += 1
        self._turn(now)
        self._this_hour += 1

    def restore(self) -> None:
        """One that was counted did not go."""
        self.spent -= 1
        self._this_hour -= 1

    def next_hour(self, now: datetime, *, grave: bool) -> datetime | None:
        """When the next hour begins, where this one has had its share; None where there is room."""
        self._turn(now)
        most = self.pace.per_hour
        full = most is not None and self._this_hour >= most * (GRAVER if grave else 1)
        return self._hour + HOUR if full else None

    def is_news(self, later: datetime) -> bool:
        """Whether nobody was told yet that this hour is full, the one before `later`; from now on somebody was."""
        news, self._told = later != self._told, later
        return news

    def _turn(self, now: datetime) -> None:
        if not self._hour <= now < self._hour + HOUR:
            self._hour, self._this_hour = now.replace(minute=0, second=0, microsecond=0), 0

    def is_over(self, now: datetime, lately: int, *, grave: bool) -> bool:
        """Whether one more message would cost more than the caps allow."""
        if self.day != now.astimezone(UTC).date():
            self.day, self.spent = now.astimezone(UTC).date(), 0
        times = GRAVER if grave else 1
        address, total = self.pace.per_address_day, self.pace.per_day
        return (address is not None and lately >= address * times) or (
            total is not None and self.spent >= total * times
        )
