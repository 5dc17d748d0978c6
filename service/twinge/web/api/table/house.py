"""Routes about the installation: what came in, rules, plugins, keys, the audit."""

from __future__ import annotations

from typing import Final

from twinge.web.api import (
    answers,
    catalogue,
    deliveries,
    erasures,
    events,
    installed,
    keys,
    limits,
    queries,
    shapes,
)
from twinge.web.api.table.place import GONE, lists
from twinge.web.route import Route, Sends

DELIVERIES, HOUSE = "Deliveries", "The installation"
KEY: Final = "/api/v1/keys/{key}"
ONE_DELIVERY: Final = "/api/v1/deliveries/{delivery:[0-9]+}"
ONE_RULE: Final = "/api/v1/rules/{rule:[A-Z][0-9]+}"
"""Patterns, for there are paths beside them that are no delivery and no rule."""

ROUTES = (
    Route(
        "GET",
        "/api/v1/deliveries",
        deliveries.find,
        DELIVERIES,
        "What came in and what became of it, newest first; never the body.",
        lists(installed.Delivery),
        query=queries.Deliveries,
        gives={"delivery": "/items/0/id"},
    ),
    Route(
        "GET",
        ONE_DELIVERY,
        deliveries.show,
        DELIVERIES,
        "One.",
        Sends(type=installed.Delivery),
        tagged=True,
    ),
    Route(
        "POST",
        f"{ONE_DELIVERY}/replay",
        deliveries.replay,
        DELIVERIES,
        "Back to waiting. Nothing that it has done already happens twice.",
        Sends(status=202, type=installed.Delivery),
        errors=(409,),
    ),
    Route(
        "POST",
        "/api/v1/deliveries/replay",
        deliveries.replay_all,
        DELIVERIES,
        "The oldest of one state back to waiting, so many at once.",
        Sends(status=202, type=answers.Replayed),
        body=shapes.Batch,
    ),
    Route(
        "GET",
        "/api/v1/events",
        events.stream,
        HOUSE,
        "What happens, as it happens: server-sent events without an end; with `Last-Event-ID` from where you were.",
        Sends(media="text/event-stream"),
        query=queries.Events,
        head=False,
    ),
    Route(
        "GET",
        "/api/v1/rules",
        catalogue.rules,
        HOUSE,
        "Every rule: what it watches for, limits, evidence, strength.",
        lists(installed.Rule),
    ),
    Route("GET", ONE_RULE, catalogue.rule, HOUSE, "One.", Sends(type=installed.Rule), tagged=True),
    Route(
        "GET",
        "/api/v1/plugins",
        catalogue.plugins,
        HOUSE,
        "Every platform and channel: ready, or what it lacks.",
        lists(installed.Plugin),
    ),
    Route(
        "GET",
        "/api/v1/plugins/{plugin}",
        catalogue.plugin,
        HOUSE,
        "One by its name; the platform, where a channel is called so too.",
        Sends(type=installed.Plugin),
        tagged=True,
    ),
    Route(
        "GET",
        "/api/v1/rules/limits",
        limits.show,
        HOUSE,
        "The limits for everybody here that differ from the rule pack that the process was started with.",
        Sends(type=installed.HouseStanding),
    ),
    Route(
        "PUT",
        "/api/v1/rules/limits",
        limits.put,
        HOUSE,
        "All of them: for everybody, each from their next event on. An empty object takes them back.",
        Sends(type=installed.HouseStanding),
        body=shapes.HouseLimits,
    ),
    Route(
        "POST",
        "/api/v1/rules/preview",
        limits.preview,
        HOUSE,
        "What such limits would have said over the last months; changes nothing, sends nothing.",
        Sends(type=installed.Preview),
        body=shapes.NewPreview,
        errors=(409,),
        repeats=True,
    ),
    Route(
        "GET",
        "/api/v1/keys",
        keys.find,
        HOUSE,
        "The keys, without their secrets.",
        lists(installed.Key),
        query=queries.Keys,
    ),
    Route(
        "POST",
        "/api/v1/keys",
        keys.create,
        HOUSE,
        "A new key, shown this once; a coach's with the athletes it is for.",
        Sends(status=201, type=installed.MadeKey),
        body=shapes.NewKey,
        gives={"key": "/id"},
    ),
    Route("GET", KEY, keys.show, HOUSE, "One.", Sends(type=installed.Key), tagged=True),
    Route("DELETE", KEY, keys.revoke, HOUSE, "It is dead at once and for ever.", GONE, errors=(409,)),
    Route(
        "PUT",
        f"{KEY}/athletes/{{athlete}}",
        keys.grant,
        HOUSE,
        "From the next request on this coach sees this athlete.",
        GONE,
        errors=(409,),
    ),
    Route("DELETE", f"{KEY}/athletes/{{athlete}}", keys.withdraw, HOUSE, "And not any more.", GONE, errors=(409,)),
    Route("GET", "/api/v1/erasures", erasures.find, HOUSE, "Who left, without names.", lists(installed.Erasure)),
    Route(
        "GET",
        "/api/v1/erasures/{erasure}",
        erasures.show,
        HOUSE,
        "How far it is, or the proof of it.",
        Sends(type=installed.Erasure),
    ),
    Route(
        "GET",
        "/api/v1/audit",
        catalogue.audit,
        HOUSE,
        "Who did what, newest first.",
        lists(installed.Audited),
        query=queries.Audit,
    ),
)
