"""What Prometheus may scrape: what is waiting, what was said and held, how long the hooks take.

Counts come from the database at each scrape, so that every replica tells the same; only the hooks' own figures
are counted in the process. No label ever holds an athlete.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from platform import python_version
from time import perf_counter
from typing import Any

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from twinge.plugin import Rejected, TryLater
from twinge.store.footprint import footprint
from twinge.store.survey import Queue
from twinge.store.tally import Tally, tally
from twinge.web.answer import Problem
from twinge.web.health import VERSIONS
from twinge.web.parts import CHANNELS, CLOCK, RULEBOOK, SETTINGS, STORE

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """One application's own registry: two applications in one process never share a count."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._latency = Histogram(
            "twinge_hook_seconds",
            "Time from the headers of a delivery to its answer.",
            ["platform"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._timers: dict[str, Histogram] = {}
        self._refused = Counter(
            "twinge_hook_refused", "Deliveries refused.", ["platform", "status"], registry=self.registry
        )
        self.deliveries = self._gauge("twinge_deliveries", "Deliveries kept.", "platform", "state")
        self.nudges = self._gauge("twinge_nudges", "Nudges kept.", "state")
        self.held = self._gauge("twinge_held", "Messages held back.", "reason")
        self.down = self._gauge("twinge_channel_down", "1 while a channel is left alone because it failed.", "channel")
        self.sent = self._gauge("twinge_channel_messages_today", "Messages handed over since midnight UTC.", "channel")
        self.segments = self._gauge("twinge_channel_segments_today", "Parts that the vendor counts, today.", "channel")
        self.connections = self._gauge("twinge_connections", "Athletes' connections.", "platform", "state")
        self.quiet = self._gauge("twinge_connections_quiet", "Connections that fell silent, counted daily.", "platform")
        self.backfills = self._gauge("twinge_backfills", "Pasts being brought.", "platform", "state")
        self.paused = self._gauge("twinge_platform_paused", "1 while its rate limit keeps us waiting.", "platform")
        self.wrong = self._gauge("twinge_subscription_wrong", "1 while its webhook is not as it should be.", "platform")
        self.waiting = self._gauge("twinge_inbox_waiting", "Deliveries that wait for the worker.")
        self.oldest = self._gauge("twinge_inbox_oldest_seconds", "Age of the oldest waiting delivery.")
        self.depth = self._gauge("twinge_queue_depth", "What waits.", "queue")
        self.age = self._gauge("twinge_queue_oldest_seconds", "Age of the oldest of it; 0 for none.", "queue")
        self.bytes = self._gauge("twinge_database_bytes", "Size on the disk.", "part")
        self.lag = self._gauge("twinge_loop_lag_seconds", "How long the event loop took to come round, at the scrape.")
        self.build = self._gauge("twinge_build_info", "Versions, as labels.", "twinge", "python", "rules")

    def _gauge(self, name: str, doc: str, *labels: str) -> Gauge:
        return Gauge(name, doc, labels, registry=self.registry)

    def took(self, platform: str, seconds: float) -> None:
        """One delivery was answered, after so long."""
        timer = self._timers.get(platform)
        if timer is None:
            timer = self._timers[platform] = self._latency.labels(platform)
        timer.observe(seconds)

    def refused(self, platform: str, error: Problem | Rejected | TryLater) -> None:
        """One delivery was refused."""
        status = 503 if isinstance(error, TryLater) else error.status
        self._refused.labels(platform, str(status)).inc()

    def show(self, found: Tally, now: datetime, channels: Iterable[str]) -> None:
        """Put the database's counts into the gauges; what is gone from it goes from them."""
        _fill(self.deliveries, found.deliveries)
        _fill(self.nudges, {(state,): count for state, count in found.nudges.items()})
        _fill(self.held, {(reason,): count for reason, count in found.held.items()})
        _fill(self.down, {(name,): int(name in found.down) for name in channels})
        _fill(self.sent, {(name,): one.messages for name, one in found.spent.items()})
        _fill(self.segments, {(name,): one.segments for name, one in found.spent.items()})
        _fill(self.connections, found.connections)
        _fill(self.backfills, found.backfills)
        vendors = found.vendors.items()
        _fill(self.quiet, {(name,): one.quiet for name, one in vendors})
        _fill(self.paused, {(name,): int(one.is_paused(now)) for name, one in vendors})
        _fill(self.wrong, {(name,): int(one.trouble is not None) for name, one in vendors})
        self.waiting.set(sum(count for (_, state), count in found.deliveries.items() if state == "waiting"))
        self.oldest.set(_age(found.oldest, now))

    def show_queues(self, found: Iterable[Queue], now: datetime) -> None:
        """How much waits in each, and for how long."""
        queues = list(found)
        _fill(self.depth, {(QUEUES[one.name],): one.depth for one in queues})
        _fill(self.age, {(QUEUES[one.name],): _age(one.oldest, now) for one in queues})

    def show_process(self, sizes: Mapping[str, int], lag_s: float, rules: str) -> None:
        """The database's size, and this process."""
        _fill(self.bytes, {(part,): size for part, size in sizes.items()})
        self.lag.set(lag_s)
        _fill(self.build, {(VERSIONS["twinge"], python_version(), rules): 1})


QUEUES = {
    "deliveries": "inbox",
    "messages that wait for their time": "outbox_later",
    "messages that are due": "outbox",
    "messages in doubt": "unknown",
    "timers that are due": "wakes",
    "pasts that are being brought": "backfills",
    "goodbyes that vendors have not heard": "farewells",
}
"""The desk's word for a queue → its label."""


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def _fill(gauge: Gauge, counts: Mapping[Any, float]) -> None:
    gauge.clear()
    for labels, count in counts.items():
        gauge.labels(*labels).set(count)


METRICS = web.AppKey("metrics", Metrics)


async def scrape(request: web.Request) -> web.Response:
    """`GET /metrics` in Prometheus' text format."""
    metrics, now, channels = request.app[METRICS], request.app[CLOCK](), request.app[CHANNELS]
    store, pack = request.app[STORE], await request.app[RULEBOOK].current()
    metrics.show(await tally(store, now), now, channels)
    metrics.show_queues(await store.survey.queues(now), now)
    metrics.show_process(footprint(request.app[SETTINGS].database_url), await _lag(), pack.version)
    text = generate_latest(metrics.registry)
    return web.Response(body=text, headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST})


async def _lag() -> float:
    """Seconds until the loop comes back to us: what every other call waits for too."""
    began = perf_counter()  # uvloop's own clock counts whole milliseconds
    await asyncio.sleep(0)
    return perf_counter() - began
