"""The API, `/api/v1/…`: its whole route table at a glance. Keys are checked by the guard before any of these."""

from aiohttp import web

from twinge.web.api import athletes, catalogue, channels, deliveries, files, history, pain, silences

ROUTES = [
    web.get("/api/v1/athletes", athletes.find),
    web.post("/api/v1/athletes", athletes.create),
    web.get("/api/v1/athletes/{athlete}", athletes.show),
    web.patch("/api/v1/athletes/{athlete}", athletes.edit),
    web.get("/api/v1/athletes/{athlete}/channels", channels.find),
    web.post("/api/v1/athletes/{athlete}/channels", athletes.add_channel),
    web.patch("/api/v1/athletes/{athlete}/channels/{channel}", channels.edit),
    web.delete("/api/v1/athletes/{athlete}/channels/{channel}", channels.remove),
    web.post("/api/v1/athletes/{athlete}/channels/{channel}/test", channels.test),
    web.post("/api/v1/athletes/{athlete}/channels/{channel}/code", channels.code),
    web.post("/api/v1/athletes/{athlete}/channels/{channel}/confirm", channels.confirm),
    web.get("/api/v1/athletes/{athlete}/consents", channels.consents),
    web.get("/api/v1/athletes/{athlete}/connections", athletes.connections),
    web.post("/api/v1/athletes/{athlete}/connections", athletes.connect),
    web.post("/api/v1/athletes/{athlete}/files", files.upload),
    web.get("/api/v1/athletes/{athlete}/silences", silences.find),
    web.post("/api/v1/athletes/{athlete}/silences", silences.create),
    web.delete("/api/v1/athletes/{athlete}/silences/{silence}", silences.end),
    web.get("/api/v1/athletes/{athlete}/activities", history.activities),
    web.get("/api/v1/athletes/{athlete}/wellness", history.wellness),
    web.get("/api/v1/athletes/{athlete}/reports", pain.reports),
    web.post("/api/v1/athletes/{athlete}/reports", pain.tell),
    web.get("/api/v1/athletes/{athlete}/episodes", pain.episodes),
    web.get("/api/v1/athletes/{athlete}/episodes/{episode}", pain.episode),
    web.get("/api/v1/athletes/{athlete}/episodes/{episode}/page", pain.page),
    web.get("/api/v1/athletes/{athlete}/findings", history.findings),
    web.get("/api/v1/athletes/{athlete}/nudges", history.nudges),
    web.get("/api/v1/athletes/{athlete}/held", history.held),
    web.get("/api/v1/athletes/{athlete}/state", history.state),
    web.get("/api/v1/deliveries", deliveries.find),
    web.get("/api/v1/deliveries/{delivery}", deliveries.show),
    web.post("/api/v1/deliveries/{delivery}/replay", deliveries.replay),
    web.get("/api/v1/rules", catalogue.rules),
    web.get("/api/v1/plugins", catalogue.plugins),
    web.get("/api/v1/keys", catalogue.keys),
    web.get("/api/v1/audit", catalogue.audit),
]
