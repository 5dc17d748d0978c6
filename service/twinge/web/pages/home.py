"""`GET /me`: what was said lately, what is open, and where messages go."""

from __future__ import annotations

import secrets
from typing import Final

from aiohttp import web

from twinge.web.pages.door import ME, admitted, renew
from twinge.web.pages.frame import show, words_in
from twinge.web.pages.now import look
from twinge.web.pages.sheet import lines, open_question, places
from twinge.web.pages.sources import sources
from twinge.web.parts import CHANNELS, PLATFORMS, STORE

LATELY: Final = 20
"""Messages on the page."""
SHOWN: Final = 3
"""How many of them stand above the answer box; the others are folded away, or it would be out of a thumb's reach."""
DONE: Final = frozenset({"answer", "test", "saved", "code", "confirmed", "wrong_code", "stopped", "started"})


async def page(request: web.Request) -> web.Response:
    """The whole page, in one reading."""
    one = await admitted(request)
    store, words, channels = request.app[STORE], words_in(request), request.app[CHANNELS]
    said = await store.outbox.find_nudges(one.athlete.id, None, LATELY)
    kept = await store.history.state(one.athlete.id)
    entries = await store.addresses.of(one.athlete.id)
    own = next((entry for entry in entries if entry.channel == ME), None)
    done = request.query.get("done")
    response = show(
        request,
        "home.html",
        name=one.athlete.name,
        proof=one.proof,
        nonce=secrets.token_urlsafe(16),
        done=done if done in DONE else "",
        shown=SHOWN,
        said=lines(said.items, one.athlete, words, channels),
        now=await look(request, one.athlete, kept),
        question=None if kept is None else open_question(kept.state.pain, one.athlete, words),
        places=places([entry for entry in entries if entry.channel != ME], one.athlete, words, channels),
        sources=sources(request.app[PLATFORMS], await store.athletes.connections(one.athlete.id)),
        push=getattr(channels.get("webpush"), "public_key", ""),
        stopped=own is not None and own.stopped_at is not None,
    )
    renew(request, response, one)
    return response
