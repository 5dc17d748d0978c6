"""Traces: what a hop tells of itself when it is over, and where in which trace that belongs.

A trace goes over the database without a column for it: its id, and that of its first span, are worked out from the
delivery's platform and key, so every process arrives at the same. The default, `Null`, does nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

Kind = Literal["server", "client", "producer", "consumer"]
"""OpenTelemetry's kinds of spans."""

Value = str | int | Sequence[str]


class Origin(NamedTuple):
    """The first span of a trace: ids of 128 and 64 bits (W3C Trace Context), never 0."""

    trace_id: int
    span_id: int

    @classmethod
    def of(cls, *names: str) -> Origin:
        """The trace that belongs to `names`: a delivery's platform and key, or a message's id. Cannot be undone."""
        digest = hashlib.sha256("\x1f".join(names).encode("utf-8", "surrogatepass")).digest()
        return cls(int.from_bytes(digest[:16]) or 1, int.from_bytes(digest[16:24]) or 1)


@dataclass(frozen=True, slots=True)
class Span:
    """One hop that is over. No athlete, name, address, text, token or query may stand in `facts`."""

    name: str
    kind: Kind
    began: int
    """By `Tracer.now`."""
    origin: Origin | None = None
    """The trace that it belongs to; None: one of its own."""
    opens: bool = False
    """Whether it is the first span of `origin`, under which all others stand."""
    facts: Mapping[str, Value] = field(default_factory=dict)
    error: str = ""
    """The class of what went wrong, never its words."""
    links: Sequence[Origin] = ()
    caller: str = ""
    """The caller's `traceparent`. Anybody may send one, so it is only linked to."""
    ended: int = 0
    """0: now."""


class Tracer(Protocol):
    """Takes spans."""

    on: bool
    """False: spend nothing on spans."""

    def now(self) -> int:
        """Nanoseconds since 1970."""
        ...

    def record(self, span: Span) -> None:
        """Hand over a span. Never raises, never waits for the network."""
        ...


class Null:
    """Traces nothing."""

    on = False

    def now(self) -> int:
        """No clock is asked."""
        return 0

    def record(self, span: Span) -> None:
        """Nothing."""


NULL = Null()
