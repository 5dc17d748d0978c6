"""`/admin/rules`: the rules and their limits here. Other values are tried on what has happened before they are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from twinge.core.pack import Pack
from twinge.core.rules import CATALOGUE
from twinge.preview.run import DAYS, MOST, WITHIN_S
from twinge.store.house import HouseLimits
from twinge.web.answer import Problem, not_found
from twinge.web.api.limits import set_limits, try_limits
from twinge.web.api.shapes import NewPreview
from twinge.web.office.door import form, only
from twinge.web.office.frame import back, show
from twinge.web.office.limits import part_of, parts, read_values, text_of
from twinge.web.office.lines import RULES
from twinge.web.office.words import SEVERITIES
from twinge.web.parts import RULEBOOK, STORE

SPANS: Final = {"30": "30 days", "120": "120 days", "300": "300 days"}
MOST_FIELDS: Final = 400
"""A pack has fewer limits."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds here."""

    kept: HouseLimits | None
    """What an operator has set last."""
    pack: Pack
    ground: Pack
    in_force: bool
    """Whether what is kept goes with the pack that Twinge was started with."""

    @property
    def limits(self) -> Mapping[str, int]:
        """Those that were set."""
        return {} if self.kept is None else self.kept.limits


async def page(request: web.Request) -> web.Response:
    """`GET /admin/rules`: every rule, and which limits were changed."""
    here = await _standing(request)
    found = parts(here.pack, here.ground)
    changed = {one.name: one.changes for one in found}
    shared = [one for one in found if not one.rules]
    return show(
        request,
        "rules.html",
        rules=CATALOGUE,
        severities=SEVERITIES,
        counts=changed,
        shared=shared,
        changes=[limit for one in found for limit in one.limits if limit.changed],
        here=here,
    )


async def part(request: web.Request) -> web.Response:
    """`GET /admin/rules/{part}`: the limits that stand together, with a form to try others."""
    return await _part(request, request.match_info["part"])


async def preview(request: web.Request) -> web.Response:
    """`POST /admin/rules/preview`: what these would have said. Nothing is changed, and nothing is sent."""
    given = await form(request, most=MOST_FIELDS)
    name, days, here = only(given, "part"), only(given, "days") or str(DAYS), await _standing(request)
    if days not in SPANS:
        raise Problem(400, "invalid", f"days must be one of {', '.join(SPANS)}.", field="days")
    try:
        values = read_values(given, here.ground)
        limits = {path: value for path, value in {**here.limits, **values}.items() if value is not None}
        told = await try_limits(request, NewPreview(limits=limits, days=int(days)))
    except Problem as error:
        texts = {path: texts[-1] for path, texts in given.items()}
        return await _part(request, name, error, texts)
    differs = sorted(path for path in {*here.limits, *limits} if here.limits.get(path) != limits.get(path))
    return show(
        request,
        "preview.html",
        told=told,
        part=name,
        names=await _names(request, told),
        severities=SEVERITIES,
        same=str,
        severity=lambda word: SEVERITIES.get(word, word),
        rule=lambda word: f"{word} {RULES.get(word, '')}".strip(),
        differs=[
            (path, text_of(_at(here.pack, path)), text_of(limits.get(path, _at(here.ground, path)))) for path in differs
        ],
        limits={path: text_of(value) for path, value in sorted(limits.items())},
        in_force=here.pack.version,
    )


async def save(request: web.Request) -> web.Response:
    """`POST /admin/rules`: what was tried holds from each athlete's next event on."""
    given, here = await form(request, most=MOST_FIELDS), await _standing(request)
    if only(given, "version") != here.pack.version:
        message = "The limits were changed meanwhile, perhaps by somebody else: look at them, and try yours again."
        raise Problem(409, "conflict", message)
    values = read_values(given, here.ground)
    await set_limits(request, {path: value for path, value in values.items() if value is not None})
    return back(request, "/rules", "limits")


async def reset(request: web.Request) -> web.Response:
    """`POST /admin/rules/reset`: the limits of a part, or all of them, as if nobody had changed them."""
    given, here = await form(request), await _standing(request)
    name = only(given, "part")
    left = {path: value for path, value in here.limits.items() if name and path.partition(".")[0] != name}
    await set_limits(request, left)
    return back(request, f"/rules/{name}" if name and part_of(name, here.pack, here.ground) else "/rules", "limits")


async def _part(
    request: web.Request, name: str, error: Problem | None = None, given: Mapping[str, str] | None = None
) -> web.Response:
    here = await _standing(request)
    found = part_of(name, here.pack, here.ground, given)
    if found is None:
        raise not_found("part of the rules")
    return show(
        request,
        "limits.html",
        200 if error is None else error.status,
        part=found,
        error=error,
        wrong="" if error is None else (error.field or "").removeprefix("limits."),
        spans=SPANS,
        days=str(DAYS) if given is None else given.get("days", str(DAYS)),
        within=round(WITHIN_S),
        most=MOST,
    )


async def _standing(request: web.Request) -> Standing:
    store, book = request.app[STORE], request.app[RULEBOOK]
    async with store.read() as tx:
        kept, pack = await store.house.limits(tx), await book.read(tx)
    return Standing(kept, pack, book.ground, kept is None or book.holds(kept))


async def _names(request: web.Request, told: Mapping[str, Any]) -> dict[str, str]:
    """The names of the athletes of whom a preview speaks."""
    ids = {one["athlete"] for word in ("no_longer", "newly") for one in told[word]["examples"]}
    store = request.app[STORE]
    async with store.read() as tx:
        found = await store.athletes.load(tx, sorted(ids | {*told["own_limits_lost"]}))
    return {athlete_id: one.name for athlete_id, one in found.items()}


def _at(pack: Pack, path: str) -> int:
    name, _, key = path.partition(".")
    value: int = getattr(getattr(pack, name, None), key, 0)
    return value
