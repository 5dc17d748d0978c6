"""What happened and what it led to: activities, states, findings, wellness and reports.

Which of two texts of one workout holds: the higher version; of two with one version the later arrival. A removal
leaves a tombstone, which only a higher version gets past, so a text that was on its way cannot bring a workout back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import RUNNING, Activity, Finding, Report, Severity, Wellness
from twinge.core.state import Event, State, begin
from twinge.store import codec
from twinge.store.among import among
from twinge.store.engine import Engines
from twinge.store.glances import count_findings, note_findings, note_states
from twinge.store.page import EVERYTHING, Filter, Page, between, cut, equal, page
from twinge.store.rows import save
from twinge.store.tables import activity, finding, report, state, wellness
from twinge.store.texts import Texts

Fate = Literal["new", "newer", "same", "older"]
Place = tuple[str, str]
"""(athlete id, activity key)."""


class Known(NamedTuple):
    """What is kept of an activity, as far as the version rule asks."""

    version: int
    removed: bool
    start_ms: int
    blob: bytes | None


class Recorded(NamedTuple):
    """An activity, and the key of the richer record of the same workout that it is counted in."""

    activity: Activity
    same_as: str | None


class Before(NamedTuple):
    """What lies before the window that is folded."""

    since: datetime
    """Start of the first activity of all."""
    runs: int
    first: datetime
    """Where the window begins."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A state, and the pack and profile it was folded under."""

    stamp: str
    state: State


def weigh(known: Known | None, item: Activity, blob: bytes) -> Fate:
    """What becomes of an arriving text, given what is kept."""
    if known is None:
        return "new"
    if item.version < known.version or (known.removed and item.version == known.version):
        return "older"
    if item.version == known.version and blob == known.blob:
        return "same"
    return "newer"


def activity_row(athlete_id: str, item: Activity, blob: bytes) -> dict[str, Any]:
    """The columns of one activity; one whose length is not known ends when it starts."""
    start = codec.to_ms(item.start)
    length = item.elapsed_s if item.elapsed_s is not None else item.duration_s or 0
    return {
        "athlete_id": athlete_id,
        "key": item.key,
        "platform": item.key.partition(":")[0],
        "start_ms": start,
        "end_ms": start + length * 1000,
        "sport": item.sport,
        "running": item.sport in RUNNING,
        "version": item.version,
        "removed": False,
        "elapsed_s": item.elapsed_s,
        "moving_s": item.moving_s,
        "distance_m": item.distance_m,
        "climb_m": item.climb_m,
        "avg_hr": item.avg_hr,
        "blob": blob,
        "same_as": None,
    }


def tombstone_row(athlete_id: str, key: str, version: int, start_ms: int) -> dict[str, Any]:
    """The columns of a removed activity: nothing of it stays but that it is gone."""
    gone = dict.fromkeys(("elapsed_s", "moving_s", "distance_m", "climb_m", "avg_hr", "blob", "same_as"))
    place = {"athlete_id": athlete_id, "key": key, "platform": key.partition(":")[0], "sport": "", "running": False}
    return {**gone, **place, "start_ms": start_ms, "end_ms": start_ms, "version": version, "removed": True}


class History:
    """The athletes' histories."""

    def __init__(self, engines: Engines, mornings: Texts[Wellness], reports: Texts[Report]) -> None:
        self._engines, self._mornings, self._reports = engines, mornings, reports

    async def put_activity(self, tx: AsyncConnection, athlete_id: str, item: Activity) -> Fate:
        """Keep one activity by the version rule, and say what became of it."""
        blob = codec.pack_activity(item)
        known = await self.known(tx, [(athlete_id, item.key)])
        fate = weigh(known.get((athlete_id, item.key)), item, blob)
        if fate in {"new", "newer"}:
            await self.save_activities(tx, [activity_row(athlete_id, item, blob)])
        return fate

    async def remove(self, tx: AsyncConnection, athlete_id: str, key: str, version: int) -> bool:
        """Leave a tombstone, also for an activity never seen. False: a newer text stands, or it was gone already."""
        known = (await self.known(tx, [(athlete_id, key)])).get((athlete_id, key))
        if known is not None and known.version > version:
            return False
        start = 0 if known is None else known.start_ms
        await self.save_activities(tx, [tombstone_row(athlete_id, key, version, start)])
        return known is None or not known.removed

    async def known(self, tx: AsyncConnection, places: Collection[Place]) -> dict[Place, Known]:
        """What is kept of these activities."""
        if not places:
            return {}
        wanted, keys = set(places), {key for _, key in places}
        rows = await tx.execute(_KNOWN, {"keys": list(keys)})
        found = {(row.athlete_id, row.key): Known(row.version, row.removed, row.start_ms, row.blob) for row in rows}
        return {place: known for place, known in found.items() if place in wanted}

    async def save_activities(self, tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
        """Write rows of `activity_row` and `tombstone_row` over what was there."""
        await save(tx, activity, rows)

    async def activities(
        self, tx: AsyncConnection, athlete_id: str, since_ms: int, until_ms: int | None = None
    ) -> list[Activity]:
        """The live activities that started from `since_ms` on (and before `until_ms`), oldest first."""
        live = [activity.c.athlete_id == athlete_id, activity.c.removed.is_(False), activity.c.start_ms >= since_ms]
        if until_ms is not None:
            live.append(activity.c.start_ms < until_ms)
        rows = await tx.execute(select(activity.c.blob).where(*live).order_by(activity.c.start_ms, activity.c.key))
        return [codec.unpack_activity(row.blob) for row in rows]

    async def window(
        self, tx: AsyncConnection, athlete_id: str, length: timedelta
    ) -> tuple[list[Event], Before | None]:
        """What happened in `length` before the newest event, and what lies before it."""
        newest = await self._newest(tx, athlete_id)
        if newest is None:
            return [], None
        first = newest - length
        mine = (activity.c.athlete_id == athlete_id) & activity.c.removed.is_(False)
        counted = select(func.min(activity.c.start_ms), func.count().filter(activity.c.running))
        oldest, runs = (await tx.execute(counted.where(mine, activity.c.start_ms < codec.to_ms(first)))).one()
        before = None if oldest is None else Before(codec.from_ms(oldest), runs, first)
        nights = await self._mornings.since(tx, athlete_id, f"{first:%Y-%m-%d}")
        reports = await self._reports.since(tx, athlete_id, codec.to_ms(first))
        return [*await self.activities(tx, athlete_id, codec.to_ms(first)), *nights, *reports], before

    async def _newest(self, tx: AsyncConnection, athlete_id: str) -> datetime | None:
        """When the newest event of any kind was."""
        mine = (activity.c.athlete_id == athlete_id) & activity.c.removed.is_(False)
        start = (await tx.execute(select(func.max(activity.c.start_ms)).where(mine))).scalar()
        day = (await tx.execute(select(func.max(wellness.c.day)).where(wellness.c.athlete_id == athlete_id))).scalar()
        told = (await tx.execute(select(func.max(report.c.at_ms)).where(report.c.athlete_id == athlete_id))).scalar()
        instants = [codec.from_ms(at) for at in (start, told) if at is not None]
        instants += [datetime.fromisoformat(f"{day}T00:00+00:00")] if day is not None else []
        return max(instants, default=None)

    async def mark_same(
        self, tx: AsyncConnection, athlete_id: str, keys: Collection[str], same: Mapping[str, str]
    ) -> None:
        """Note in which record each of `keys` is counted, by `same`; those that are not in it count by themselves."""
        mine = (activity.c.athlete_id == athlete_id) & activity.c.key.in_(keys)
        found = {
            row.key: row.same_as for row in await tx.execute(select(activity.c.key, activity.c.same_as).where(mine))
        }
        for key, was in found.items():
            if was != same.get(key):
                this = (activity.c.athlete_id == athlete_id) & (activity.c.key == key)
                await tx.execute(update(activity).where(this).values(same_as=same.get(key)))

    async def states(self, tx: AsyncConnection, ids: Collection[str]) -> dict[str, Kept]:
        """States by athlete. One whose shape this version does not know has an empty stamp, and so is folded anew."""
        found = {}
        for row in await tx.execute(_STATES, {"ids": list(ids)}):
            value = codec.try_state(row.blob)
            found[row.athlete_id] = Kept("", begin()) if value is None else Kept(row.stamp, value)
        return found

    async def judged_since(self, tx: AsyncConnection, since: datetime) -> list[str]:
        """Ids of the athletes whose state was last written from then on, in their order."""
        lately = select(state.c.athlete_id).where(state.c.updated_ms >= codec.to_ms(since))
        return list((await tx.execute(lately.order_by(state.c.athlete_id))).scalars())

    async def save_states(self, tx: AsyncConnection, kept: Iterable[tuple[str, Kept]], now: datetime) -> None:
        """Write states over the old ones."""
        at, kept = codec.to_ms(now), list(kept)
        rows = [
            {"athlete_id": athlete_id, "stamp": value.stamp, "blob": codec.pack_state(value.state), "updated_ms": at}
            for athlete_id, value in kept
        ]
        await save(tx, state, rows)
        await note_states(tx, [(athlete_id, value.state) for athlete_id, value in kept])

    async def add_findings(self, tx: AsyncConnection, found: Iterable[tuple[str, Finding]]) -> None:
        """Add findings as (athlete id, finding)."""
        found = list(found)
        await save(tx, finding, [_finding_row(athlete_id, one) for athlete_id, one in found])
        await note_findings(tx, found)

    async def replace_findings(
        self, tx: AsyncConnection, athlete_id: str, from_ms: int, findings: Iterable[Finding]
    ) -> None:
        """Put `findings` in the place of all that ended from `from_ms` on; older ones among them are left out."""
        await tx.execute(_FORGET, {"id": athlete_id, "from_ms": from_ms})
        later = [one for one in findings if codec.to_ms(one.at) >= from_ms]
        await self.add_findings(tx, [(athlete_id, one) for one in later])
        await count_findings(tx, athlete_id)

    async def found_since(self, tx: AsyncConnection, athlete_id: str, since: datetime) -> set[tuple[str, str]]:
        """(activity, rule) of every finding of one athlete from then on."""
        mine = (finding.c.athlete_id == athlete_id) & (finding.c.at_ms >= codec.to_ms(since))
        return {
            (row.activity, row.rule) for row in await tx.execute(select(finding.c.activity, finding.c.rule).where(mine))
        }

    async def find_activities(
        self,
        athlete_id: str,
        cursor: str | None = None,
        limit: int = 50,
        *,
        only: Filter = EVERYTHING,
        without: Collection[str] = (),
    ) -> Page[Recorded]:
        """Live records, newest first; by span of their starts and by sport; those of the platforms `without` are left
        out."""
        mine = select(activity).where(activity.c.athlete_id == athlete_id, activity.c.removed.is_(False))
        mine = mine.where(*between(activity.c.start_ms, only), *equal((activity.c.sport, only.sport)))
        if without:
            mine = mine.where(activity.c.platform.not_in(without))
        places = [activity.c.start_ms, activity.c.key]
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(mine, places, cursor, limit))).all()
        found = [Recorded(codec.unpack_activity(row.blob), row.same_as) for row in rows]
        return page(rows, ["start_ms", "key"], limit, found)

    async def latest(self, athlete_id: str) -> dict[str, datetime]:
        """When the last workout of each platform began."""
        mine = (activity.c.athlete_id == athlete_id) & activity.c.removed.is_(False)
        counted = select(activity.c.platform, func.max(activity.c.start_ms).label("last")).where(mine)
        async with self._engines.read() as tx:
            rows = (await tx.execute(counted.group_by(activity.c.platform))).all()
        return {row.platform: codec.from_ms(row.last) for row in rows}

    async def get_activity(self, athlete_id: str, key: str) -> Recorded | None:
        """One live record, or None."""
        mine = (activity.c.key == key) & (activity.c.athlete_id == athlete_id)
        async with self._engines.read() as tx:
            row = (await tx.execute(select(activity).where(mine, activity.c.removed.is_(False)))).one_or_none()
        return None if row is None else Recorded(codec.unpack_activity(row.blob), row.same_as)

    async def get_finding(self, athlete_id: str, about: str, rule: str, band: int) -> Finding | None:
        """What a rule saw in one event, or None."""
        mine = equal((finding.c.athlete_id, athlete_id), (finding.c.activity, about))
        async with self._engines.read() as tx:
            this = select(finding).where(*mine, finding.c.rule == rule, finding.c.band == band)
            row = (await tx.execute(this)).one_or_none()
        return None if row is None else read_finding(row)

    async def find_findings(
        self, athlete_id: str, cursor: str | None = None, limit: int = 50, *, only: Filter = EVERYTHING
    ) -> Page[Finding]:
        """Findings, newest first; by span and rule."""
        mine = select(finding).where(finding.c.athlete_id == athlete_id)
        mine = mine.where(*between(finding.c.at_ms, only), *equal((finding.c.rule, only.rule)))
        places = [finding.c.at_ms, finding.c.activity, finding.c.rule, finding.c.band]
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(mine, places, cursor, limit))).all()
        return page(rows, ["at_ms", "activity", "rule", "band"], limit, [read_finding(row) for row in rows])

    async def state(self, athlete_id: str) -> Kept | None:
        """One athlete's state, or None."""
        async with self._engines.read() as tx:
            return (await self.states(tx, [athlete_id])).get(athlete_id)


_KNOWN = select(
    activity.c.athlete_id,
    activity.c.key,
    activity.c.version,
    activity.c.removed,
    activity.c.start_ms,
    activity.c.blob,
).where(among(activity.c.key, "keys"))
_STATES = select(state).where(among(state.c.athlete_id, "ids"))
_FORGET = delete(finding).where(finding.c.athlete_id == bindparam("id"), finding.c.at_ms >= bindparam("from_ms"))


def _finding_row(athlete_id: str, one: Finding) -> dict[str, Any]:
    return {
        "athlete_id": athlete_id,
        "activity": one.activity,
        "rule": one.rule,
        "band": one.band,
        "severity": int(one.severity),
        "at_ms": codec.to_ms(one.at),
        "facts": codec.to_json(one.facts),
    }


def read_finding(row: Any) -> Finding:
    """The finding of a row."""
    return Finding(
        row.rule,
        Severity(row.severity),
        row.band,
        codec.from_ms(row.at_ms),
        row.activity,
        codec.from_json(row.facts),
    )
