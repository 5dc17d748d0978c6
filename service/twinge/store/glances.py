"""Each athlete at a glance: one narrow row beside the athlete, kept by whatever changes it.

A list of all athletes must not unpack their states or look through their histories. So the rooms that write names,
states and findings write here too, in the same transaction. The light follows from a row and the time: nothing has to
turn it when a warning grows old. Methods that take `tx` join the caller's transaction; the others open their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Athlete, Finding, Severity
from twinge.core.pain import governing, standing
from twinge.core.pain.value import RANK
from twinge.core.state import State
from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.page import Page, cut, page
from twinge.store.rows import insert
from twinge.store.seal import Seal
from twinge.store.spoken import Spoken, read_spoken
from twinge.store.tables import connection, finding, glance, nudge, quiet

LATELY: Final = timedelta(days=3)
"""How long a finding colours the light."""
STALE: Final = timedelta(days=14)
"""Without a workout for so long, nothing is known of how somebody fares."""


class Light(IntEnum):
    """How an athlete stands, the most urgent last."""

    FINE = 0
    NO_DATA = 1
    SLOW_DOWN = 2
    REST = 3
    PAIN = 4

    @property
    def word(self) -> str:
        """The word in an address and in a style sheet."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Glance:
    """One athlete."""

    athlete_id: str
    name: str
    light: Light
    stage: str
    """Of the pain story that governs; "" where none is open."""
    last_at: datetime | None
    """Start of the last workout."""
    last_sport: str
    last_platform: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which athletes to list."""

    lights: Collection[Light] = ()
    """Empty: all."""
    name: str = ""
    platform: str = ""
    among: Collection[str] | None = None
    """Ids that may be seen; None: everybody."""


@dataclass(frozen=True, slots=True)
class Link:
    """A connection as a list shows it."""

    platform: str
    state: str
    quiet: bool


class Glances:
    """The rows, and the lists made of them."""

    def __init__(self, engines: Engines, seal: Seal) -> None:
        self._engines, self._seal = engines, seal

    async def find(self, wanted: Wanted, now: datetime, cursor: str | None = None, limit: int = 50) -> Page[Glance]:
        """Athletes, the most urgent first, then by name."""
        light = _light(now)
        order = (-(10 * light + case((light == Light.PAIN, glance.c.rank), else_=0))).label("place")
        statement = select(glance, light.label("light"), order).where(*_conditions(wanted, light))
        places = [order.element, glance.c.folded, glance.c.athlete_id]
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(statement, places, cursor, limit, newest=False))).all()
        return page(rows, ["place", "folded", "athlete_id"], limit, [_glance(row) for row in rows])

    async def get(self, athlete_id: str, now: datetime) -> Glance | None:
        """One athlete."""
        mine = select(glance, _light(now).label("light")).where(glance.c.athlete_id == athlete_id)
        async with self._engines.read() as tx:
            row = (await tx.execute(mine)).one_or_none()
        return None if row is None else _glance(row)

    async def counts(self, now: datetime, among: Collection[str] | None = None) -> dict[Light, int]:
        """How many athletes there are of each light."""
        light = _light(now)
        lit = select(light.label("light")).where(*_conditions(Wanted(among=among), light)).subquery()
        wanted = select(lit.c.light, func.count()).group_by(lit.c.light)
        async with self._engines.read() as tx:
            found = {Light(row[0]): int(row[1]) for row in await tx.execute(wanted)}
        return {each: found.get(each, 0) for each in reversed(Light)}

    async def links(self, ids: Collection[str]) -> dict[str, list[Link]]:
        """Their connections, and which of them had fallen silent when that was last counted."""
        if not ids:
            return {}
        found: dict[str, list[Link]] = {}
        async with self._engines.read() as tx:
            silent = {(row.athlete_id, row.platform) for row in await tx.execute(_SILENT, {"ids": list(ids)})}
            for row in await tx.execute(_LINKS, {"ids": list(ids)}):
                hush = row.state == "connected" and (row.athlete_id, row.platform) in silent
                found.setdefault(row.athlete_id, []).append(Link(row.platform, row.state, hush))
        return found

    async def last_words(self, ids: Collection[str]) -> dict[str, Spoken]:
        """The last message of each that was not withdrawn, by the time it was meant for."""
        if not ids:
            return {}
        async with self._engines.read() as tx:
            rows = await tx.execute(_LAST_WORDS, {"ids": list(ids)})
            return {row.athlete_id: read_spoken(self._seal, row) for row in rows}

    async def note_quiet(self, found: Iterable[tuple[str, str, datetime]]) -> None:
        """Put what was counted (athlete, platform, last workout) in the place of what was counted before."""
        rows = [
            {"athlete_id": athlete_id, "platform": platform, "last_ms": codec.to_ms(last)}
            for athlete_id, platform, last in found
        ]
        async with self._engines.write() as tx:
            await tx.execute(delete(quiet))
            if rows:
                await tx.execute(quiet.insert(), rows)


# ---- what the other rooms write here ---------------------------------------------------------------------------------


async def note_name(tx: AsyncConnection, one: Athlete) -> None:
    """An athlete is new, or has another name."""
    await _save(tx, [{"athlete_id": one.id, "name": one.name, "folded": one.name.casefold()}])


async def note_states(tx: AsyncConnection, states: Iterable[tuple[str, State]]) -> None:
    """States were written."""
    rows = [{"athlete_id": athlete_id, **_told(state)} for athlete_id, state in states]
    await _save(tx, rows)


async def note_findings(tx: AsyncConnection, found: Iterable[tuple[str, Finding]]) -> None:
    """Findings were added: the newest of each kind counts."""
    rows: dict[str, dict[str, Any]] = {}
    for athlete_id, one in found:
        name = "rest_ms" if one.severity >= Severity.REST else "slow_ms"
        if one.severity >= Severity.SLOW_DOWN:
            row = rows.setdefault(athlete_id, {"athlete_id": athlete_id, "rest_ms": 0, "slow_ms": 0})
            row[name] = max(row[name], codec.to_ms(one.at))
    await _save(tx, list(rows.values()), newest=True)


async def count_findings(tx: AsyncConnection, athlete_id: str) -> None:
    """Findings were replaced: what holds is looked up."""
    mine = select(func.max(finding.c.at_ms)).where(finding.c.athlete_id == athlete_id)
    rest = mine.where(finding.c.severity >= int(Severity.REST)).scalar_subquery()
    slow = mine.where(finding.c.severity == int(Severity.SLOW_DOWN)).scalar_subquery()
    values = {"rest_ms": func.coalesce(rest, 0), "slow_ms": func.coalesce(slow, 0)}
    await tx.execute(update(glance).where(glance.c.athlete_id == athlete_id).values(**values))


def _told(state: State) -> dict[str, Any]:
    stage = standing(state.pain)
    found = governing(state.pain)
    last = state.sessions[-1] if state.sessions else None
    return {
        "stage": "" if stage == "clear" else stage,
        "rank": 0 if found is None or stage == "clear" else RANK[found.state],
        "last_ms": 0 if last is None else 1000 * last.start,
        "last_sport": "" if last is None else last.sport,
        "last_platform": "" if last is None else last.key.partition(":")[0],
    }


async def _save(tx: AsyncConnection, rows: Sequence[dict[str, Any]], *, newest: bool = False) -> None:
    """Write some columns of rows, whether they are there or not; with `newest` only over what is smaller."""
    if rows:
        blank = {"name": "", "folded": ""}
        ends = _newest if newest else _named if "name" in rows[0] else _stood
        await insert(tx, glance, [{**blank, **row} for row in rows], ends)


def _over(statement: Any, names: Iterable[str]) -> Any:
    new = {name: statement.excluded[name] for name in names}
    return statement.on_conflict_do_update(index_elements=["athlete_id"], set_=new)


def _named(statement: Any) -> Any:
    return _over(statement, ("name", "folded"))


def _stood(statement: Any) -> Any:
    return _over(statement, ("stage", "rank", "last_ms", "last_sport", "last_platform"))


def _newest(statement: Any) -> Any:
    """Only over what is smaller."""
    values = {name: statement.excluded[name] for name in ("rest_ms", "slow_ms")}
    new = {name: case((value > glance.c[name], value), else_=glance.c[name]) for name, value in values.items()}
    return statement.on_conflict_do_update(index_elements=["athlete_id"], set_=new)


# ---- reading ---------------------------------------------------------------------------------------------------------


def _light(now: datetime) -> ColumnElement[int]:
    """The light as the database works it out."""
    fresh, stale = codec.to_ms(now - LATELY), codec.to_ms(now - STALE)
    return case(
        (glance.c.rank > 0, int(Light.PAIN)),
        (glance.c.rest_ms >= fresh, int(Light.REST)),
        (glance.c.slow_ms >= fresh, int(Light.SLOW_DOWN)),
        (glance.c.last_ms < stale, int(Light.NO_DATA)),
        else_=int(Light.FINE),
    )


def _conditions(wanted: Wanted, light: ColumnElement[int]) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.lights:
        asked.append(light.in_([int(one) for one in wanted.lights]))
    if wanted.name:
        asked.append(glance.c.folded.contains(wanted.name.casefold(), autoescape=True))
    if wanted.platform:
        there = (connection.c.platform == wanted.platform) & (connection.c.state != "revoked")
        asked.append(glance.c.athlete_id.in_(select(connection.c.athlete_id).where(there)))
    if wanted.among is not None:
        asked.append(glance.c.athlete_id.in_(list(wanted.among)))
    return asked


_SILENT = select(quiet).where(quiet.c.athlete_id.in_(bindparam("ids", expanding=True)))
_LINKS = (
    select(connection.c.athlete_id, connection.c.platform, connection.c.state)
    .where(connection.c.athlete_id.in_(bindparam("ids", expanding=True)))
    .order_by(connection.c.athlete_id, connection.c.id)
)


def _last_words() -> Select[Any]:
    """Of each athlete the message with the greatest time, which one look into the index finds."""
    other = nudge.alias("other")
    newest = (
        select(other.c.id)
        .where(other.c.athlete_id == glance.c.athlete_id, other.c.state != "void")
        .order_by(other.c.not_before_ms.desc(), other.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    joined = glance.join(nudge, and_(nudge.c.athlete_id == glance.c.athlete_id, nudge.c.id == newest))
    return select(nudge).select_from(joined).where(glance.c.athlete_id.in_(bindparam("ids", expanding=True)))


_LAST_WORDS = _last_words()


def _glance(row: Any) -> Glance:
    return Glance(
        row.athlete_id,
        row.name,
        Light(row.light),
        row.stage,
        codec.from_ms(row.last_ms) if row.last_ms else None,
        row.last_sport,
        row.last_platform,
    )


LIGHTS: Final[Mapping[str, Light]] = {one.word: one for one in reversed(Light)}
"""By their words, the most urgent first."""
