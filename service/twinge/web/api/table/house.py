"""Routes about the installation: what came in, rules, plugins, keys, the audit."""

from __future__ import annotations

from twinge.web.api import catalogue, deliveries, queries, records
from twinge.web.api.table.place import lists
from twinge.web.route import Route, Sends

DELIVERIES, HOUSE = "Deliveries", "The installation"

ROUTES = (
    Route(
        "GET",
        "/api/v1/deliveries",
        deliveries.find,
        DELIVERIES,
        "What came in and what became of it, newest first; never the body.",
        lists(records.Delivery),
        query=queries.Deliveries,
        gives={"delivery": "/items/0/id"},
    ),
    Route(
        "GET",
        "/api/v1/deliveries/{delivery}",
        deliveries.show,
        DELIVERIES,
        "One of them.",
        Sends(type=records.Delivery),
        tagged=True,
    ),
    Route(
        "POST",
        "/api/v1/deliveries/{delivery}/replay",
        deliveries.replay,
        DELIVERIES,
        "Back to waiting. Nothing that it has done already happens twice.",
        Sends(status=202, type=records.Delivery),
        errors=(409,),
    ),
    Route(
        "GET",
        "/api/v1/rules",
        catalogue.rules,
        HOUSE,
        "Every rule: what it watches for, limits, evidence, strength.",
        lists(records.Rule),
    ),
    Route(
        "GET",
        "/api/v1/plugins",
        catalogue.plugins,
        HOUSE,
        "Every platform and channel: ready, or what it lacks.",
        lists(records.Plugin),
    ),
    Route("GET", "/api/v1/keys", catalogue.keys, HOUSE, "The keys, without their secrets.", lists(records.Key)),
    Route(
        "GET",
        "/api/v1/audit",
        catalogue.audit,
        HOUSE,
        "Who did what, newest first.",
        lists(records.Audited),
        query=queries.Pages,
    ),
)
