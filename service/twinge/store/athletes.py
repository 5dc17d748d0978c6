"""Athletes, and their connections to platforms.

Methods that take `tx` join the caller's transaction; the others open their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Athlete
from twinge.plugin import Rejected, Tokens
from twinge.store import codec
from twinge.store.among import among
from twinge.store.engine import Engines, upsert
from twinge.store.feed import tell_connection
from twinge.store.glances import note_name
from twinge.store.marks import Marks
from twinge.store.page import EVERYTHING, Filter, Page, cut, equal, page
from twinge.store.seal import Seal
from twinge.store.tables import LOST, athlete, connection

Owner = tuple[str, str]
"""(platform, the athlete's id there)."""

_FRESH = {"asked_ms": None, "ended_ms": None, "forgotten_ms": None}
"""What is forgotten of an earlier end when somebody connects again."""

_LOADLESS = ("name", "language", "units", "preferences", "silences", "revision")
"""What an edit may change without changing a load: the state stands."""


@dataclass(frozen=True, slots=True)
class Connection:
    """An athlete's connection to one platform."""

    athlete_id: str
    platform: str
    external_id: str
    state: str
    """connected · revoked · expired."""
    scope: str
    access_token: str | None = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_ms: int | None
    created_at: datetime
    id: int = 0
    seen_at: datetime | None = None
    """Up to when the vendor has been asked what there is."""
    asked_at: datetime | None = None
    """When the athlete was asked to connect again, or need not be."""
    ended_at: datetime | None = None
    """When it was seen to be revoked."""


class Athletes:
    """Whom we watch, and where their data comes from."""

    def __init__(self, engines: Engines, seal: Seal, marks: Marks) -> None:
        self._engines, self._seal, self._marks = engines, seal, marks

    async def create(self, tx: AsyncConnection, profile: Athlete, now: datetime) -> Athlete:
        """Keep a new athlete; the answer carries the id."""
        made = replace(profile, id=codec.new_id(now), revision=0)
        row = {"id": made.id, **_named(made), "revision": 0, "created_ms": codec.to_ms(now)}
        await tx.execute(athlete.insert(), {**row, "profile": codec.to_profile(made)})
        await note_name(tx, made)
        return made

    async def get(self, athlete_id: str) -> Athlete | None:
        """One athlete, or None."""
        async with self._engines.read() as tx:
            return (await self.load(tx, [athlete_id])).get(athlete_id)

    async def find(
        self,
        cursor: str | None = None,
        limit: int = 50,
        *,
        only: Filter = EVERYTHING,
        among: Collection[str] | None = None,
    ) -> Page[Athlete]:
        """Athletes, newest first; by the beginning of the name, a connection, and whether there is a living one; only
        those `among` these ids, where some are given."""
        wanted = select(athlete).where(*_called(only.name), *_linked(only), *_standing(only.status))
        if among is not None:
            wanted = wanted.where(athlete.c.id.in_(among))
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(wanted, [athlete.c.id], cursor, limit))).all()
        return page(rows, ["id"], limit, [_athlete(row) for row in rows])

    async def load(self, tx: AsyncConnection, ids: Collection[str]) -> dict[str, Athlete]:
        """Athletes by id; unknown ids are left out. In a writing transaction they stay as they are until it ends."""
        writing = tx.sync_connection is not None and tx.sync_connection.get_execution_options().get("writing")
        rows = await tx.execute(_TO_CHANGE if writing else _BY_ID, {"ids": list(ids)})
        return {row.id: _athlete(row) for row in rows}

    async def has_namesake(self, tx: AsyncConnection, one: Athlete) -> bool:
        """Whether another athlete is called the same, in whatever case."""
        rows = await tx.execute(select(athlete.c.name).where(athlete.c.id != one.id))
        return any(row.name.casefold() == one.name.casefold() for row in rows)

    async def hold(self, tx: AsyncConnection, athlete_id: str) -> Athlete | None:
        """One athlete, kept from others until the end of the transaction; None: no such athlete."""
        row = (await tx.execute(select(athlete).where(athlete.c.id == athlete_id).with_for_update())).one_or_none()
        return None if row is None else _athlete(row)

    async def update(self, tx: AsyncConnection, profile: Athlete) -> Athlete | None:
        """Keep an edited profile; its revision grows when a load may have changed. None: no such athlete."""
        old = (await self.load(tx, [profile.id])).get(profile.id)
        if old is None:
            return None
        same = replace(profile, **{name: getattr(old, name) for name in _LOADLESS}) == old
        new = replace(profile, revision=old.revision if same else old.revision + 1)
        values = {**_named(new), "revision": new.revision, "profile": codec.to_profile(new)}
        await tx.execute(update(athlete).where(athlete.c.id == new.id).values(**values))
        if new.name != old.name:
            await note_name(tx, new)
        return new

    async def mute(self, tx: AsyncConnection, athlete_id: str, rules: Iterable[str]) -> None:
        """Add rules to those the athlete does not want to hear of."""
        found = (await self.load(tx, [athlete_id])).get(athlete_id)
        if found is not None:
            muted = tuple(dict.fromkeys((*found.preferences.mute, *rules)))
            await self.update(tx, replace(found, preferences=replace(found.preferences, mute=muted)))

    async def by_external(self, tx: AsyncConnection, owners: Collection[Owner]) -> dict[Owner, str]:
        """Athlete ids by (platform, external id); unknown ones, and revoked connections, are left out."""
        found: dict[Owner, str] = {}
        for platform in {platform for platform, _ in owners}:
            ids = [owner for its, owner in owners if its == platform]
            for row in await tx.execute(_BY_OWNER, {"platform": platform, "ids": ids}):
                found[platform, row.external_id] = row.athlete_id
        return found

    async def connect(
        self,
        tx: AsyncConnection,
        athlete_id: str,
        platform: str,
        external_id: str,
        now: datetime,
        *,
        scope: str = "",
        tokens: Tokens | None = None,
    ) -> None:
        """Connect an athlete, or connect again; `Rejected` (409) when another athlete holds that account."""
        row = {
            "athlete_id": athlete_id,
            "platform": platform,
            "external_id": external_id,
            "state": "connected",
            "scope": scope,
            "created_ms": codec.to_ms(now),
            **_FRESH,
            **self._sealed(platform, external_id, tokens),
        }
        statement = upsert(tx.dialect.name, connection)
        statement = statement.on_conflict_do_update(
            index_elements=["platform", "external_id"],
            set_={name: statement.excluded[name] for name in row if name not in {"athlete_id", "created_ms"}},
            where=connection.c.athlete_id == statement.excluded.athlete_id,
        )
        if (await tx.execute(statement, row)).rowcount != 1:
            raise Rejected("another athlete is connected to this account", status=409, field="connections.external_id")
        await self._marks.welcome(tx, (platform, external_id))
        await tell_connection(tx, athlete_id, platform, "connected", now)

    async def connections(self, athlete_id: str, tx: AsyncConnection | None = None) -> list[Connection]:
        """The connections of one athlete, oldest first."""
        return await self._connections(select(connection).where(connection.c.athlete_id == athlete_id), tx)

    async def find_connections(
        self,
        cursor: str | None = None,
        limit: int = 50,
        *,
        only: Filter = EVERYTHING,
        among: Collection[str] | None = None,
    ) -> Page[Connection]:
        """Everybody's connections, newest first; by platform, the id there, and state; only those of the athletes
        `among` these ids, where some are given."""
        named = equal((connection.c.platform, only.platform), (connection.c.external_id, only.external_id))
        wanted = select(connection).where(*named, *equal((connection.c.state, only.state)))
        if among is not None:
            wanted = wanted.where(connection.c.athlete_id.in_(among))
        if only.state not in {None, "connected"}:
            wanted = wanted.where(LOST)  # SQLite takes a partial index only where its condition is said
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(wanted, [connection.c.id], cursor, limit))).all()
        return page(rows, ["id"], limit, [self._connection(row) for row in rows])

    async def get_connection(self, number: int) -> Connection | None:
        """One connection by its number, or None."""
        found = await self._connections(select(connection).where(connection.c.id == number))
        return found[0] if found else None

    async def connections_in(self, tx: AsyncConnection, athlete_id: str) -> list[Connection]:
        """The same inside the caller's transaction."""
        mine = select(connection).where(connection.c.athlete_id == athlete_id).order_by(connection.c.id)
        return [self._connection(row) for row in await tx.execute(mine)]

    async def connected(self, platform: str) -> list[Connection]:
        """All living connections to one platform."""
        wanted = select(connection).where(connection.c.platform == platform, connection.c.state == "connected")
        return await self._connections(wanted)

    async def connection(self, platform: str, owner: str) -> Connection | None:
        """The connection of `owner`, the athlete's id at the platform."""
        wanted = select(connection).where(connection.c.platform == platform, connection.c.external_id == owner)
        found = await self._connections(wanted)
        return found[0] if found else None

    async def save_tokens(self, platform: str, owner: str, tokens: Tokens, *, expected_refresh: str | None) -> bool:
        """Keep `tokens` if the stored refresh token is still `expected_refresh`; False: somebody was first."""
        mine = (connection.c.platform == platform) & (connection.c.external_id == owner)
        async with self._engines.write() as tx:
            row = (await tx.execute(select(connection).where(mine).with_for_update())).one_or_none()
            if row is None or row.state == "revoked" or self._refresh(row) != expected_refresh:
                return False
            scope = {} if tokens.scope is None else {"scope": tokens.scope}
            values = {"state": "connected", **self._sealed(platform, owner, tokens), **scope}
            await tx.execute(update(connection).where(mine).values(**values))
            return True

    async def mark_connection(self, platform: str, owner: str, state: str, now: datetime) -> None:
        """Note that a connection is `expired` or `connected`; a revoked one stays revoked."""
        mine = (connection.c.platform == platform) & (connection.c.external_id == owner)
        other = connection.c.state.not_in(["revoked", state])
        changed = update(connection).where(mine, other).values(state=state).returning(connection.c.athlete_id)
        async with self._engines.write() as tx:
            for athlete_id in (await tx.execute(changed)).scalars().all():
                await tell_connection(tx, athlete_id, platform, state, now)

    async def revoke(self, tx: AsyncConnection, platform: str, owner: str, now: datetime) -> str | None:
        """The athlete disconnected us: tokens are wiped. The athlete's id, or None if we knew nobody."""
        mine = (connection.c.platform == platform) & (connection.c.external_id == owner)
        row = (await tx.execute(select(connection.c.athlete_id, connection.c.state).where(mine))).one_or_none()
        await tx.execute(update(connection).where(mine).values(state="revoked", **self._sealed(platform, owner, None)))
        if row is not None and row.state != "revoked":
            await tell_connection(tx, row.athlete_id, platform, "revoked", now)
        return None if row is None else str(row.athlete_id)

    async def _connections(self, statement: Select[Any], tx: AsyncConnection | None = None) -> list[Connection]:
        ordered = statement.order_by(connection.c.id)
        if tx is not None:
            return [self._connection(row) for row in await tx.execute(ordered)]
        async with self._engines.read() as own:
            return [self._connection(row) for row in await own.execute(ordered)]

    def _connection(self, row: Any) -> Connection:
        return Connection(
            row.athlete_id,
            row.platform,
            row.external_id,
            row.state,
            row.scope,
            self._seal.open(row.access_token, "connection.access_token", row.platform, row.external_id),
            self._refresh(row),
            row.expires_ms,
            codec.from_ms(row.created_ms),
            row.id,
            codec.maybe_at(row.seen_ms),
            codec.maybe_at(row.asked_ms),
            codec.maybe_at(row.ended_ms),
        )

    def _refresh(self, row: Any) -> str | None:
        return self._seal.open(row.refresh_token, "connection.refresh_token", row.platform, row.external_id)

    def _sealed(self, platform: str, owner: str, tokens: Tokens | None) -> dict[str, Any]:
        if tokens is None:
            return {"access_token": None, "refresh_token": None, "expires_ms": None}
        return {
            "access_token": self._seal.close(tokens.access_token, "connection.access_token", platform, owner),
            "refresh_token": self._seal.close(tokens.refresh_token, "connection.refresh_token", platform, owner),
            "expires_ms": tokens.expires_ms,
        }


_BY_ID = select(athlete).where(among(athlete.c.id, "ids"))
_TO_CHANGE = _BY_ID.order_by(athlete.c.id).with_for_update()
_BY_OWNER = select(connection.c.external_id, connection.c.athlete_id).where(
    connection.c.platform == bindparam("platform"),
    among(connection.c.external_id, "ids"),
    connection.c.state != "revoked",
)


LAST = "\U0010ffff"
"""No name goes on behind this one."""


def _named(one: Athlete) -> dict[str, str]:
    """The name, and what it is looked for by."""
    return {"name": one.name, "sought": one.name.casefold()}


def _called(name: str | None) -> list[ColumnElement[bool]]:
    if name is None:
        return []
    start = name.casefold()
    return [athlete.c.sought >= start, athlete.c.sought < start + LAST]


def _linked(only: Filter) -> list[ColumnElement[bool]]:
    """Those with a connection to a platform, whatever became of it."""
    if only.platform is None:
        return []
    there = equal((connection.c.platform, only.platform), (connection.c.external_id, only.external_id))
    return [athlete.c.id.in_(select(connection.c.athlete_id).where(*there))]


def _standing(status: str | None) -> list[ColumnElement[bool]]:
    if status is None:
        return []
    mine = (connection.c.athlete_id == athlete.c.id) & (connection.c.state == "connected")
    living = select(connection.c.id).where(mine).exists()
    return [living if status == "connected" else ~living]


def _athlete(row: Any) -> Athlete:
    return codec.from_profile(row.profile)
