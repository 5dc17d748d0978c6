"""`/me/data`: the athlete takes their data with them, or leaves for good."""

from __future__ import annotations

from aiohttp import web

from twinge.erasure import begin
from twinge.web.api.exports import send
from twinge.web.pages.door import admitted, forget_cookie, form
from twinge.web.pages.frame import show, words_in
from twinge.web.parts import CHANNELS, CLOCK, PLATFORMS, STORE
from twinge.web.site import SEALED


async def page(request: web.Request) -> web.Response:
    """`GET /me/data`: what can be done."""
    one = await admitted(request)
    return show(request, "data.html", proof=one.proof, wrong=False)


async def export(request: web.Request) -> web.StreamResponse:
    """`POST /me/data/export`: the zip."""
    one, _ = await form(request)
    store, actor = request.app[STORE], f"athlete:{one.athlete.id}"
    async with store.write() as tx:
        await store.audit(tx, request.app[CLOCK](), actor, "athlete.export", actor)
    return await send(request, one.athlete, SEALED)


async def erase(request: web.Request) -> web.Response:
    """`POST /me/data/erase`: the word first, then once more; after that nobody here knows them."""
    one, given = await form(request)
    app, words = request.app, words_in(request)
    typed = "".join(given.get("word", [""])[-1].split())
    if typed.casefold() != words.say("erase.word").casefold():
        return show(request, "data.html", status=400, proof=one.proof, wrong=True)
    if given.get("sure") != ["yes"]:
        return show(request, "sure.html", proof=one.proof, word=typed)
    by = f"athlete:{one.athlete.id}"
    await begin(app[STORE], app[PLATFORMS], app[CHANNELS], one.athlete.id, by, app[CLOCK]())
    response = show(request, "erased.html")
    forget_cookie(request, response)
    return response
