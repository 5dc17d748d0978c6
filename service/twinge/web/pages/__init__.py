"""The athlete's page, `/me`: its whole route table at a glance. Whoever opens it has come in by a link."""

from aiohttp import web

from twinge.web.pages import app, data, deeds, door, home, push, shelf, sources
from twinge.web.pages.frame import sealed, spoken

ROUTES = [
    web.get("/me", sealed(home.page)),
    web.get("/me/enter/{token}", sealed(door.knock)),
    web.post("/me/enter/{token}", sealed(door.enter)),
    web.post("/me/leave", sealed(door.leave)),
    web.post("/me/answer", sealed(deeds.answer)),
    web.post("/me/connect/{platform}", sealed(sources.connect)),
    web.post("/me/stop", sealed(deeds.stop_all)),
    web.post("/me/start", sealed(deeds.start_all)),
    web.post("/me/channels/{channel}/consent", sealed(deeds.consent)),
    web.post("/me/channels/{channel}/test", sealed(deeds.test)),
    web.post("/me/channels/{channel}/code", sealed(deeds.code)),
    web.post("/me/channels/{channel}/confirm", sealed(deeds.confirm)),
    web.post("/me/channels/{channel}/stop", sealed(deeds.stop)),
    web.post("/me/channels/{channel}/start", sealed(deeds.start)),
    web.get("/me/data", sealed(data.page)),
    web.post("/me/data/export", sealed(data.export)),
    web.post("/me/data/erase", sealed(data.erase)),
    web.post("/me/push", spoken(push.subscribe)),
    web.put("/me/push", spoken(push.renew)),
    web.delete("/me/push", spoken(push.unsubscribe)),
    web.get("/me/sw.js", spoken(shelf.worker)),
    web.get("/me/manifest.webmanifest", spoken(app.manifest)),
    web.get("/me/static/{name}", spoken(shelf.static)),
]
