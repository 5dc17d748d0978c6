"""What the worker and the sender tell of their hops as spans, and to which trace each belongs.

A delivery opens its trace: as a hook, or, where we wrote it ourselves, as it is judged. A message goes on in the trace
of the newest delivery that it comes from, and is linked to the others; one that the clock made has a trace of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from twinge.job import Job
from twinge.plugin import FILES, OWN, Receipt, Reply
from twinge.store import Store, Taken, Waiting
from twinge.store.outbox import PAGE
from twinge.tracing import NULL, Origin, Span, Tracer, Value

log = logging.getLogger("twinge.trail")

WITHIN = frozenset({OWN, FILES, f"channel:{PAGE}"})
"""Deliveries of these come by no hook."""
SYSTEM = {"messaging.system": "twinge"}


def origin_of(row: Waiting) -> Origin:
    """The trace of a delivery."""
    return Origin.of(row.delivery.platform, row.key)


class Trail:
    """Tells a tracer. Ask `on` before anything that costs."""

    def __init__(self, store: Store, tracer: Tracer = NULL) -> None:
        self._store, self._tracer, self.on, self.now = store, tracer, tracer.on, tracer.now

    def fetched(self, row: Waiting, began: int, error: str) -> None:
        """A vendor was asked for what a delivery points to."""
        facts = {"twinge.platform": row.delivery.platform}
        name = f"fetch {row.delivery.platform}"
        self._tracer.record(Span(name, "client", began, origin_of(row), facts=facts, error=error))

    async def judged(self, jobs: Sequence[Job], ends: Mapping[int, str], began: int) -> None:
        """A batch is committed. `ends`: what became of each; what is missing waits."""
        ended = self._tracer.now()
        for job in jobs:
            state = ends.get(job.row.id, "later")
            error = type(job.failed).__name__.lower() if job.failed is not None else ""
            self._tracer.record(_judge(job, state, error, len(jobs), began, ended))
            for item in job.items:
                if isinstance(item, Receipt):
                    await self._receipt(job, item, began, ended)

    async def _receipt(self, job: Job, receipt: Receipt, began: int, ended: int) -> None:
        """It goes on in its message's trace, and is linked to the hook that brought it."""
        channel = job.platform.partition(":")[2]
        facts: dict[str, Value] = {
            **SYSTEM,
            "messaging.operation.name": "receipt",
            "messaging.message.id": receipt.nudge,
            "twinge.channel": channel,
            "twinge.outcome": receipt.state,
        }
        origin, _, _ = await self._message(receipt.nudge)
        links = [origin_of(job.row)]
        error = "undelivered" if receipt.state == "failed" else ""
        self._tracer.record(
            Span(f"receipt {channel}", "consumer", began, origin, facts=facts, error=error, links=links, ended=ended)
        )

    async def sent(self, one: Taken, outcome: str, error: str, began: int) -> None:
        """A channel was called; what came of it is on disk."""
        ended = self._tracer.now()
        facts: dict[str, Value] = {
            **SYSTEM,
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.message.id": one.nudge.id,
            "twinge.channel": one.channel,
            "twinge.outcome": outcome,
            "twinge.attempt": one.attempts,
        }
        origin, links, unopened = await self._message(one.nudge.id)
        opens = unopened and one.nudge.copy_of is None and one.attempts == 1
        self._tracer.record(
            Span(
                f"send {one.channel}",
                "producer",
                began,
                origin,
                opens,
                facts=facts,
                error=error,
                links=links,
                ended=ended,
            )
        )

    async def _message(self, name: str) -> tuple[Origin, list[Origin], bool]:
        """The trace that a message belongs to, those it is linked to, and whether no delivery has opened it."""
        try:
            first, found = await self._store.sources.of(name)
        except Exception as error:  # noqa: BLE001 - a trace must not undo what it tells of, whatever cannot be read
            log.warning("hop=trail nudge=%s outcome=no_source error=%s", name, type(error).__name__)
            first, found = name, []
        origins = [Origin.of(*source) for source in found]
        return (origins[0], origins[1:], False) if origins else (Origin.of("message", first), [], True)


def _judge(job: Job, state: str, error: str, batch: int, began: int, ended: int) -> Span:
    name = "reply" if any(isinstance(item, Reply) for item in job.items) else "judge"
    row = job.row
    ours = not row.delivery.method or row.delivery.platform in WITHIN
    facts: dict[str, Value] = {
        **SYSTEM,
        "messaging.operation.name": name,
        "messaging.operation.type": "process",
        "messaging.message.id": str(row.id),
        "messaging.batch.message_count": batch,
        "twinge.platform": job.platform,
        "twinge.outcome": state,
        "twinge.attempt": row.attempts,
    }
    opens = ours and state != "later"  # once: a later try is the one that ends it
    origin = origin_of(row)
    return Span(f"{name} {job.platform}", "consumer", began, origin, opens, facts=facts, error=error, ended=ended)
