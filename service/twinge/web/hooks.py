"""Where vendors call: admit, read under the cap, verify the raw bytes, read the shape, store, answer. Nothing slower.

An answer of 2xx means that the delivery is on disk; the work on it is the worker's.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from time import perf_counter

import msgspec
from aiohttp import hdrs, web

from twinge.plugin import Channel, Delivery, Item, PlatformAdapter, Receipt, Rejected, Reply, TryLater
from twinge.store.lanes import reply_lane
from twinge.store.seal import Seal
from twinge.tracing import Origin, Span
from twinge.web.answer import JSON, Problem, answer
from twinge.web.body import read_body, take_body
from twinge.web.metrics import METRICS
from twinge.web.parts import CHANNELS, CLOCK, PLATFORMS, SETTINGS, STATUS, STORE, TRACER

log = logging.getLogger("twinge.web")

KEPT = ("content-type", "webhook-", "svix-", "x-", "i-twilio-idempotency-token")
"""Headers that are stored with a delivery (by the start of their names): what reading it again may need."""

DROPPED = ("signature", "authorization", "token", "secret", "cookie", "key", "forwarded", "-ip")
"""… but not those with one of these words: they proved who called, and must not outlive that."""

ALLOWED = frozenset({"i-twilio-idempotency-token"})
"""… except these, which only sound like it."""

SHORT = 300
"""Longest vendor id, delivery key or path that is believed."""

STORED = b'{"status":"stored"}'
DUPLICATE = b'{"status":"duplicate"}'

Source = PlatformAdapter | Channel


async def receive(request: web.Request) -> web.Response:
    """`POST /hooks/{platform}` and `/hooks/{platform}/{token}`."""
    name = request.match_info["platform"]
    adapter = request.app[PLATFORMS].get(name)
    if adapter is None:
        raise _absent(request, "platform", name)
    fresh, delivery = await _pass(request, adapter, name)
    says: Callable[[Delivery], tuple[int, str, bytes]] | None = getattr(adapter, "answer", None)  # see `_lane`
    if says is not None:
        status, kind, said = says(delivery)
        return web.Response(status=status, body=said, headers={hdrs.CONTENT_TYPE: kind})
    return web.Response(body=STORED if fresh else DUPLICATE, content_type=JSON)


async def shake(request: web.Request) -> web.Response:
    """`GET` on a hook, or `HEAD` where it has a token: the vendor asks whether the URL is ours."""
    name = request.match_info["platform"]
    adapter = request.app[PLATFORMS].get(name)
    if adapter is None:
        raise _absent(request, "platform", name)
    said = adapter.handshake(_delivery(request, request.app, name, "", b""))
    if said is None:
        raise Problem(405, "method_not_allowed", "Only POST is possible here.", headers={hdrs.ALLOW: "POST"})
    return answer(said)


async def hear(request: web.Request) -> web.Response:
    """`POST /channels/{channel}/…`: receipts and replies, by the same way into the same inbox."""
    name = request.match_info["channel"]
    channel = request.app[CHANNELS].get(name)
    if channel is None:
        raise _absent(request, "channel", name)
    _, delivery = await _pass(request, channel, f"channel:{name}", path=request.match_info["tail"])
    kind, said = channel.answer(delivery)
    return web.Response(body=said, headers={hdrs.CONTENT_TYPE: kind})


def _absent(request: web.Request, kind: str, name: str) -> Problem:
    if any(line.kind == kind and line.name == name for line in request.app[STATUS]):
        message = f"This {kind} is not set up here; `twinge plugins` says what it lacks."
        return Problem(404, "not_configured", message)
    return Problem(404, f"unknown_{kind}", f"There is no {kind} of that name here.")


async def _pass(request: web.Request, source: Source, platform: str, *, path: str = "") -> tuple[bool, Delivery]:
    """One delivery from the wire to the disk, timed. False: it was here already."""
    app, tracer = request.app, request.app[TRACER]
    began, start = perf_counter(), tracer.now()
    try:
        if request.content.is_eof():  # what is here already costs nothing more, and `verify` decides
            body = take_body(request, _cap(source))
        else:
            _admit(source, request, platform, path)
            body = await read_body(request, _cap(source))
        delivery = _delivery(request, app, platform, path, body)
        _check(source.verify, delivery, delivery.received_at)
        kept = keep(delivery)
        key, lane = _look(source, delivery, kept, app[STORE].seal)
        fresh = await app[STORE].inbox.put(kept, key, lane)
    except (Problem, Rejected, TryLater) as error:
        app[METRICS].refused(platform, error)
        if tracer.on:
            tracer.record(_refusal(request, platform, error, start))
        raise
    finally:
        app[METRICS].took(platform, perf_counter() - began)
    if tracer.on:
        tracer.record(_arrival(request, platform, key, start, fresh=fresh))
    return fresh, delivery


def _arrival(request: web.Request, platform: str, key: str, began: int, *, fresh: bool) -> Span:
    """The span that opens a delivery's trace; a duplicate stands under the one that was first."""
    facts = {**_facts(request, platform), "http.response.status_code": 200}
    facts["twinge.outcome"] = "stored" if fresh else "duplicate"
    caller = request.headers.get("traceparent", "")
    return Span(f"hook {platform}", "server", began, Origin.of(platform, key), fresh, facts, caller=caller)


def _refusal(request: web.Request, platform: str, error: Problem | Rejected | TryLater, began: int) -> Span:
    """The caller's fault is no error of ours (OpenTelemetry's conventions for HTTP servers)."""
    status = 503 if isinstance(error, TryLater) else error.status
    facts = {**_facts(request, platform), "http.response.status_code": status, "twinge.outcome": "refused"}
    caller, ours = request.headers.get("traceparent", ""), str(status) if status >= 500 else ""
    return Span(f"hook {platform}", "server", began, facts=facts, error=ours, caller=caller)


def _facts(request: web.Request, platform: str) -> dict[str, str | int]:
    """The route by its pattern: the path itself may hold a token."""
    route = "/channels/{channel}" if platform.startswith("channel:") else "/hooks/{platform}"
    return {"http.request.method": request.method, "http.route": route, "twinge.platform": platform}


def _cap(source: Source) -> int | None:
    """The source's own cap, in bytes, where it needs more than everybody."""
    able = getattr(source, "capabilities", None)
    return able.body_cap_kb * 1024 if able is not None and able.body_cap_kb else None


def _delivery(request: web.Request, app: web.Application, platform: str, path: str, body: bytes) -> Delivery:
    raw = request.raw_path
    return Delivery(
        platform=platform,
        method=request.method,
        path=path,
        query=dict(request.query) if "?" in raw else {},
        headers={_lower(name): value for name, value in request.headers.items()},
        body=body,
        received_at=app[CLOCK](),
        url=app[SETTINGS].public_url + raw,
        token=request.match_info.get("token"),
    )


def _admit(source: Source, request: web.Request, platform: str, path: str) -> None:
    """Turn a stranger away before their body is read: at some vendors' it may have 100 MB."""
    admit = getattr(source, "admit", None)
    if admit is not None:
        _check(admit, _delivery(request, request.app, platform, path, b""))


def _check(check: Callable[..., None], delivery: Delivery, *more: datetime) -> None:
    try:
        check(delivery, *more)
    except (Rejected, TryLater):
        raise
    except Exception as error:  # noqa: BLE001 - an adapter may fail in any way, and then nobody is let in
        # Fail closed: hmac.compare_digest, for one, raises TypeError for a signature that is not ASCII.
        log.warning("verify failed platform=%s error=%s", delivery.platform, type(error).__name__)
        raise Rejected("the signature could not be checked", status=401) from None


def _look(source: Source, delivery: Delivery, kept: Delivery, seal: Seal) -> tuple[str, str]:
    """The delivery's key and its lane: where it must wait for its elders.

    Shape is judged here, so that the vendor hears of it. A fault of the adapter's own must not lose the
    delivery: it is stored without a lane, and the worker meets the fault again and sets it aside.
    """
    try:
        key, lane = source.key(delivery), _lane(source, kept, seal)
    except Rejected:
        raise
    except (ValueError, RecursionError, OverflowError, msgspec.DecodeError):
        raise Rejected("the body could not be read: it is not what this platform sends") from None
    except Exception as error:  # noqa: BLE001 - an adapter may fail in any way; the worker will say how
        log.warning("read failed platform=%s error=%s", kept.platform, type(error).__name__)
        return hashlib.sha256(kept.body).hexdigest(), ""
    return _plain("id", key), _plain("athlete", lane)


def _lane(source: Source, kept: Delivery, seal: Seal) -> str:
    platform = kept.platform
    glance = getattr(source, "glance", None)  # asking a Protocol whether it fits costs more than the glance
    if glance is not None:
        owner = glance(kept)
        return f"{platform}:{owner}" if owner else ""
    items: Sequence[Item] = source.read(kept)
    if not items:
        return ""
    match items[0]:
        case Receipt(nudge=nudge):
            return f"{platform}:{nudge}"
        case Reply(address=address):
            return reply_lane(seal, platform, address)
        case item:
            return f"{platform}:{item.owner}"


def _plain(field: str, text: str) -> str:
    """`text` if a database can hold it as a key: short, without NUL and lone surrogates."""
    if len(text) > SHORT or not text.isprintable():
        raise Rejected(f"{field} must be printable text of at most {SHORT} characters", field=field)
    return text


def keep(delivery: Delivery) -> Delivery:
    """The part of a delivery that is stored: without its token, its address and what proved who called."""
    query = delivery.query
    return Delivery(
        delivery.platform,
        delivery.method,
        _plain("path", delivery.path),
        {name: query[name] for name in query if _harmless(name.lower()) and query[name].isprintable()} if query else {},
        {name: value for name, value in delivery.headers.items() if _kept(name) and value.isprintable()},
        delivery.body,
        delivery.received_at,
    )


_lower = lru_cache(maxsize=1024)(str.lower)


@lru_cache(maxsize=1024)
def _kept(header: str) -> bool:
    return header.startswith(KEPT) and (header in ALLOWED or _harmless(header))


def _harmless(name: str) -> bool:
    return not any(word in name for word in DROPPED)
