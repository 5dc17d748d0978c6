"""Traces of the whole service: which spans belong together, what they say, and what never stands in them."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import StatusCode

from conftest import NOW
from twinge.app import Service, running
from twinge.config import Settings
from twinge.plugin import GiveUp, TryLater, TwingeError
from twinge.registry import load_plugins
from twinge.testing import FixedClock, MemoryChannel
from twinge.tracing import Origin, Span
from twinge.tracing.otel import OtelTracer
from twinge.tracing.wish import wants_traces

TOKEN = "t" * 32
PHONE = "alice-secret-address"
CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


RUNS = ((40, 8), (20, 10), (12, 9), (0, 15))
"""(days ago, km)."""


@dataclass
class House:
    """Two services on one database: one takes in, the other judges and sends."""

    web: Service
    rest: Service
    channel: MemoryChannel
    clock: FixedClock
    athlete: str
    http: aiohttp.ClientSession

    async def post(self, days_ago: int, km: int) -> None:
        """A run by the generic platform, told at once and judged."""
        self.clock.advance(timedelta(seconds=7))
        ended = NOW - timedelta(days=days_ago, minutes=5)
        run = {"sport": "run", "start": (ended - timedelta(minutes=6 * km)).isoformat(), "moving_s": 360 * km}
        activity = {**run, "distance_m": 1000 * km, "title": "private-title"}
        event = {"type": "activity", "athlete": "alice-vendor-id", "id": f"run-{days_ago}", "activity": activity}
        headers = {"Authorization": f"Bearer {TOKEN}", "traceparent": CALLER}
        async with self.http.post(f"{self.web.url}/hooks/generic?private=query", json=event, headers=headers) as answer:
            assert answer.status == 200

    async def hear(self, path: str, body: dict[str, str], genuine: str = "genuine") -> int:
        """What the channel's provider sends."""
        url = f"{self.web.url}/channels/memory/{path}"
        async with self.http.post(url, json=body, headers={"x-memory": genuine}) as answer:
            return answer.status

    async def train(self) -> None:
        """Three usual runs, and one half as long again: worth one message, which is sent half an hour later."""
        for days, km in RUNS:
            await self.post(days, km)
            await self.rest.worker.drain()
        self.clock.advance(timedelta(minutes=30))
        await self.rest.sender.drain()


def traced(exporter: SpanExporter) -> OtelTracer:
    ticks = count(1_000_000_000, 1_000)
    return OtelTracer(lambda: next(ticks), exporter)


@asynccontextmanager
async def house(
    folder: Path, tracers: Sequence[OtelTracer], plan: Sequence[TwingeError | None] = ()
) -> AsyncIterator[House]:
    env = {"TWINGE_DATA_DIR": str(folder), "TWINGE_PORT": "0", "TWINGE_GENERIC_TOKEN": TOKEN}
    channel, clock = MemoryChannel(plan=plan), FixedClock(NOW)
    plugins, settings = replace(load_plugins(env), channels={"memory": channel}), Settings.from_env(env)
    async with AsyncExitStack() as stack:
        web, rest = [
            await stack.enter_async_context(running(settings, plugins, clock=clock, roles=roles, tracer=tracer))
            for roles, tracer in zip((("web",), ()), tracers, strict=True)
        ]
        http = await stack.enter_async_context(aiohttp.ClientSession())
        key = await web.store.keys.create("admin", "test", NOW)
        body = {
            "name": "Alice-private-name",
            "timezone": "Europe/Berlin",
            "channels": [{"channel": "memory", "address": PHONE}],
            "connections": [{"platform": "generic", "external_id": "alice-vendor-id"}],
        }
        auth = {"Authorization": f"Bearer {key}"}
        async with http.post(f"{web.url}/api/v1/athletes", json=body, headers=auth) as answer:
            assert answer.status == 201, await answer.text()
            athlete = str((await answer.json())["id"])
        yield House(web, rest, channel, clock, athlete, http)


def finished(pairs: Sequence[tuple[OtelTracer, InMemorySpanExporter]]) -> list[ReadableSpan]:
    for tracer, _ in pairs:
        tracer.close()
    return [span for _, exporter in pairs for span in exporter.get_finished_spans()]


def pair() -> tuple[OtelTracer, InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    return traced(exporter), exporter


def trace_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.trace_id)


def facts(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


async def test_from_the_hook_to_the_receipt_it_is_one_trace_over_two_services(tmp_path: Path) -> None:
    pairs = [pair(), pair()]
    async with house(tmp_path, [tracer for tracer, _ in pairs]) as here:
        await here.train()
        [message] = here.channel.sent
        assert await here.hear(f"status/{message.id}", {"state": "delivered"}) == 200
        await here.rest.worker.drain()
    spans = finished(pairs)
    [sent] = [span for span in spans if span.name == "send memory"]
    told = {span.name: span for span in spans if trace_of(span) == trace_of(sent)}
    assert sorted(told) == ["hook generic", "judge generic", "receipt memory", "send memory"]
    hook = told.pop("hook generic")
    assert hook.parent is None
    assert {span.parent and span.parent.span_id for span in told.values()} == {hook.context and hook.context.span_id}
    assert [link.context.trace_id for link in hook.links] == [0x4BF92F3577B34DA6A3CE929D0E0E4736]
    assert facts(sent)["messaging.message.id"] == facts(told["receipt memory"])["messaging.message.id"] == message.id
    assert facts(told["judge generic"])["twinge.outcome"] == "done"
    [brought] = told["receipt memory"].links
    assert brought.context.trace_id == trace_of(next(one for one in spans if one.name == "hook channel:memory"))
    assert all(span.status.status_code is StatusCode.UNSET for span in spans)
    assert len({trace_of(span) for span in spans if span.name == "hook generic"}) == 4


async def test_no_span_tells_who_it_is_about(tmp_path: Path) -> None:
    pairs = [pair(), pair()]
    async with house(tmp_path, [tracer for tracer, _ in pairs]) as here:
        await here.train()
        [message] = here.channel.sent
        await here.hear("inbound", {"from": PHONE, "text": "private words"})
        await here.hear(f"status/{message.id}", {"state": "failed", "reason": "private reason"})
        assert await here.hear("inbound", {}, genuine="forged") == 401
        await here.rest.worker.drain()
        await here.rest.sender.drain()
    spans = finished(pairs)
    names = {span.name for span in spans}
    assert names >= {"hook channel:memory", "reply channel:memory", "receipt memory", "send memory"}
    said = "".join(span.to_json() for span in spans).lower()
    hidden = ("private", "alice", here.athlete, TOKEN, PHONE, "genuine", "run-0", message.text.lower(), "query")
    assert [word for word in hidden if word in said] == []


async def test_a_send_that_fails_has_an_error_status(tmp_path: Path) -> None:
    pairs, plan = [pair(), pair()], [TryLater("secret reason", after=timedelta(minutes=1)), GiveUp("secret reason")]
    async with house(tmp_path, [tracer for tracer, _ in pairs], plan=plan) as here:
        await here.train()
        here.clock.advance(timedelta(minutes=2))
        await here.rest.sender.drain()
    sends = [span for span in finished(pairs) if span.name == "send memory"]
    assert {trace_of(span) for span in sends} == {trace_of(sends[0])}
    assert {span.status.status_code for span in sends} == {StatusCode.ERROR}
    told = [(facts(span)["twinge.outcome"], facts(span)["error.type"], facts(span)["twinge.attempt"]) for span in sends]
    assert told == [("later", "TryLater", 1), ("failed", "GiveUp", 2)]
    assert "secret" not in "".join(span.to_json() for span in sends)


async def test_a_message_of_several_deliveries_is_linked_to_the_others(tmp_path: Path) -> None:
    pairs = [pair(), pair()]
    async with house(tmp_path, [tracer for tracer, _ in pairs]) as here:
        for days, km in RUNS:
            await here.post(days, km)
        await here.rest.worker.drain()
        here.clock.advance(timedelta(minutes=30))
        await here.rest.sender.drain()
    spans = finished(pairs)
    sent = next(span for span in spans if span.name == "send memory")
    hooks = [trace_of(span) for span in spans if span.name == "hook generic"]
    assert (trace_of(sent), [link.context.trace_id for link in sent.links]) == (hooks[3], hooks[2::-1])


async def test_a_duplicate_and_a_refusal_say_so(tmp_path: Path) -> None:
    pairs = [pair(), pair()]
    async with house(tmp_path, [tracer for tracer, _ in pairs]) as here:
        await here.post(3, 8)
        await here.post(3, 8)
        assert await here.hear("inbound", {}, genuine="forged") == 401
    first, second, refused = finished(pairs)
    assert [facts(one)["twinge.outcome"] for one in (first, second, refused)] == ["stored", "duplicate", "refused"]
    assert first.context is not None
    assert second.parent is not None
    assert second.parent.span_id == first.context.span_id
    assert (facts(refused)["http.response.status_code"], refused.status.status_code) == (401, StatusCode.UNSET)


def test_every_process_samples_the_same_traces() -> None:
    """A quarter of them; the span that opens a trace may be in another process than those under it."""
    kept = []
    for opens in (True, False):
        exporter = InMemorySpanExporter()
        tracer = OtelTracer(lambda: 1, exporter, ParentBased(TraceIdRatioBased(0.25)))
        for n in range(200):
            tracer.record(Span("x", "consumer", 1, Origin.of("generic", str(n)), opens))
        tracer.close()
        kept.append([trace_of(span) for span in exporter.get_finished_spans()])
    assert kept[0] == kept[1]
    assert 20 < len(kept[0]) < 80


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "True"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_the_standard_settings_decide(env: dict[str, str], wanted: bool) -> None:
    assert wants_traces(env) is wanted


LOADS = """
import asyncio, sys
import twinge.cli
from twinge.app import tracing
from twinge.plugin import TwingeError

async def main():
    async with tracing({}) as tracer:
        print(tracer.on, [name for name in sys.modules if name.startswith("opentelemetry")])
    sys.modules["opentelemetry"] = None  # as if it were not installed
    try:
        async with tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}):
            print("on")
    except TwingeError as error:
        print(error)

asyncio.run(main())
"""


def test_off_loads_nothing_of_it_and_on_without_the_extra_says_what_to_install() -> None:
    command = [sys.executable, "-c", LOADS]
    off, on = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()
    assert off == "False []"
    assert on.endswith("is not installed: pip install 'twinge[otel]', or unset it.")


TRACES = """
import asyncio, os
from twinge.app import tracing
from twinge.tracing import Origin, Span
async def main():
    async with tracing(os.environ) as tracer:
        tracer.record(Span("hook generic", "server", tracer.now(), Origin.of("generic", "1"), True, {"a": "b"}))
asyncio.run(main())
"""


async def test_a_collector_gets_them_by_otlp() -> None:
    """The real exporter in a process of its own, and its protobuf read."""
    asked: list[ExportTraceServiceRequest] = []

    async def take(request: web.Request) -> web.Response:
        assert request.content_type == "application/x-protobuf"
        asked.append(ExportTraceServiceRequest.FromString(await request.read()))
        return web.Response(content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", TRACES, env=env)
    async with asyncio.timeout(60):
        assert await process.wait() == 0
    await runner.cleanup()
    [request] = asked
    [told] = request.resource_spans
    assert {one.key: one.value.string_value for one in told.resource.attributes}["service.name"] == "twinge"
    [span] = told.scope_spans[0].spans
    assert (span.name, span.trace_id) == ("hook generic", Origin.of("generic", "1").trace_id.to_bytes(16))
    assert span.start_time_unix_nano <= span.end_time_unix_nano


@pytest.mark.parametrize("listens", [False, True], ids=["nobody listens", "nobody answers"])
async def test_a_stop_does_not_wait_long_for_a_collector_that_is_away(listens: bool) -> None:
    """By itself the exporter would try for ten minutes here, and the SDK give it up after half of one, silently."""
    with socket.socket() as away:
        away.bind(("127.0.0.1", 0))
        if listens:
            away.listen()
        env = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{away.getsockname()[1]}",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "600",
        }
        command = (sys.executable, "-c", TRACES)
        process = await asyncio.create_subprocess_exec(*command, env=env, stderr=subprocess.PIPE)
        async with asyncio.timeout(60):
            _, said = await process.communicate()
    assert process.returncode == 0
    assert b"outcome=traces_lost nobody took them within 2 s" in said


class Stuck(SpanExporter):
    """Holds on to the first spans until it is let go."""

    def __init__(self) -> None:
        self.begun, self.free, self.shut = threading.Event(), threading.Event(), threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.begun.set()
        self.free.wait()
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self.shut.set()


def test_what_is_left_is_given_up_before_the_sdk_would() -> None:
    exporter = Stuck()
    tracer = traced(exporter)
    tracer.record(Span("x", "consumer", 1))
    tracer.close(0.01)
    try:
        assert not exporter.shut.is_set()
        assert exporter.begun.wait(60)
    finally:
        exporter.free.set()
    assert exporter.shut.wait(60)
