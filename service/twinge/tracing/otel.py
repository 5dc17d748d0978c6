"""Spans by the OpenTelemetry SDK; the one file that imports it, and itself imported only when traces are on.

Sampler, limits, resource and exporter read the standard `OTEL_…` variables by themselves:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, Sampler
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from twinge.tracing import Origin, Span

log = logging.getLogger("twinge.tracing")

PATIENCE_S: Final = 2.0
"""How long a stop waits for the collector to take what is left."""

KINDS = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
}
NOWHERE = Context()
"""No parent: whatever may be current in this process is none of ours."""


class Ids(RandomIdGenerator):
    """Random ids, but for the span that opens a trace."""

    def __init__(self) -> None:
        self.opening: Origin | None = None

    def generate_trace_id(self) -> int:
        """The opening trace's, or a random one."""
        return super().generate_trace_id() if self.opening is None else self.opening.trace_id

    def generate_span_id(self) -> int:
        """The opening span's, or a random one."""
        return super().generate_span_id() if self.opening is None else self.opening.span_id


class OtelTracer:
    """Makes the SDK's spans of ours. Used from the event loop only, so that `Ids` has one user."""

    on = True

    def __init__(
        self, clock_ns: Callable[[], int], exporter: SpanExporter | None = None, sampler: Sampler | None = None
    ) -> None:
        """`clock_ns`: nanoseconds since 1970. `exporter`: where spans go instead of by OTLP/HTTP. `sampler`: instead of
        the environment's."""
        self._clock, self._ids = clock_ns, Ids()
        self._provider = TracerProvider(sampler, id_generator=self._ids, resource=_resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("twinge")

    def now(self) -> int:
        """Nanoseconds since 1970."""
        return self._clock()

    def record(self, span: Span) -> None:
        """Into the SDK's queue; a full queue drops it, and the SDK says so in the log."""
        self._ids.opening = span.origin if span.opens else None
        try:
            made = self._tracer.start_span(
                span.name,
                context=self._above(span),
                kind=KINDS[span.kind],
                attributes=_attributes(span),
                links=[*(Link(self._place(one)) for one in span.links), *_caller(span.caller)],
                start_time=span.began,
            )
        finally:
            self._ids.opening = None
        if span.error:
            made.set_status(StatusCode.ERROR)
        made.end(span.ended or self._clock())

    def close(self, patience_s: float = PATIENCE_S) -> None:
        """Send what is left, and stop; what nobody has taken within `patience_s` is lost. Blocks: call it on a thread.

        The SDK waits for 30 s, and its exporter tries a collector that is away for `OTEL_EXPORTER_OTLP_TIMEOUT` (10 s)
        a batch; a span processor's shutdown takes no other limit, and `OTEL_BSP_EXPORT_TIMEOUT` does nothing
        (https://github.com/open-telemetry/opentelemetry-python/issues/4555). So it is left behind on a thread of its
        own, which ends with the process.
        """
        ending = threading.Thread(target=self._provider.shutdown, name="traces-end", daemon=True)
        ending.start()
        ending.join(patience_s)
        if ending.is_alive():
            log.warning("hop=stop outcome=traces_lost nobody took them within %g s", patience_s)

    def _above(self, span: Span) -> Context:
        if span.origin is None or span.opens:
            return NOWHERE
        return set_span_in_context(NonRecordingSpan(self._place(span.origin)), NOWHERE)

    def _place(self, origin: Origin) -> SpanContext:
        """The first span as its own process has it: sampling goes by the trace's id, so the answer is the same."""
        asked = self._provider.sampler.should_sample(NOWHERE, origin.trace_id, "")
        flags = TraceFlags(TraceFlags.SAMPLED if asked.decision is Decision.RECORD_AND_SAMPLE else TraceFlags.DEFAULT)
        return SpanContext(origin.trace_id, origin.span_id, is_remote=True, trace_flags=flags)


def _attributes(span: Span) -> Mapping[str, str | int | tuple[str, ...]]:
    facts = {name: tuple(one) if not isinstance(one, str | int) else one for name, one in span.facts.items()}
    return {**facts, "error.type": span.error} if span.error else facts


def _caller(traceparent: str) -> list[Link]:
    """A link to the caller's span, where the header is one by W3C Trace Context."""
    if not traceparent:
        return []
    found = TraceContextTextMapPropagator().extract({"traceparent": traceparent}, NOWHERE)
    place = get_current_span(found).get_span_context()
    return [Link(place)] if place.is_valid else []


def _resource() -> Resource:
    """What the environment says of the service; its name is ours where it names none."""
    given = Resource.create()
    named = str(given.attributes.get("service.name", "unknown_service"))
    return given.merge(Resource({"service.name": "twinge"})) if named.startswith("unknown_service") else given
