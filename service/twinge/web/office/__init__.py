"""The operator's desk, `/admin`: its whole route table at a glance. Whoever opens it has shown an API key.

(`twinge.desk` is another one: there the worker lays out a batch.)
"""

from aiohttp import web

from twinge.web.office import athlete, audit, deeds, deliveries, door, glance, health, held, keys, rules
from twinge.web.office.frame import TRIES, Tries, sealed, static

__all__ = ["ROUTES", "TRIES", "Tries"]

ROUTES = [
    web.get("/admin", door.desk(glance.page, coach=True)),
    web.get("/admin/enter", sealed(door.knock)),
    web.post("/admin/enter", sealed(door.enter)),
    web.post("/admin/leave", door.desk(door.leave, coach=True)),
    web.get("/admin/athletes/{athlete}", door.desk(athlete.page, coach=True)),
    web.post("/admin/athletes/{athlete}/link", door.desk(deeds.link)),
    web.post("/admin/athletes/{athlete}/report", door.desk(deeds.report, coach=True)),
    web.post("/admin/athletes/{athlete}/silence", door.desk(deeds.silence, coach=True)),
    web.post("/admin/athletes/{athlete}/silences/{silence}/end", door.desk(deeds.end_silence, coach=True)),
    web.post("/admin/athletes/{athlete}/pause", door.desk(deeds.pause)),
    web.post("/admin/athletes/{athlete}/disconnect", door.desk(deeds.disconnect)),
    web.get("/admin/deliveries", door.desk(deliveries.page)),
    web.post("/admin/deliveries/replay", door.desk(deliveries.replay)),
    web.get("/admin/held", door.desk(held.page)),
    web.get("/admin/health", door.desk(health.page)),
    web.get("/admin/rules", door.desk(rules.page)),
    web.post("/admin/rules", door.desk(rules.save)),
    web.post("/admin/rules/preview", door.desk(rules.preview)),
    web.post("/admin/rules/reset", door.desk(rules.reset)),
    web.get("/admin/rules/{part}", door.desk(rules.part)),
    web.get("/admin/keys", door.desk(keys.page)),
    web.post("/admin/keys", door.desk(keys.create)),
    web.get("/admin/keys/{key}", door.desk(keys.one)),
    web.post("/admin/keys/{key}/athletes/{athlete}/grant", door.desk(keys.grant)),
    web.post("/admin/keys/{key}/athletes/{athlete}/withdraw", door.desk(keys.withdraw)),
    web.post("/admin/keys/{key}/revoke", door.desk(keys.revoke)),
    web.get("/admin/audit", door.desk(audit.page)),
    web.get("/admin/static/{name}", sealed(static)),
]
