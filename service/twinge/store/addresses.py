"""Where athletes may be reached, what they have agreed to there, and the ledger of all that.

STOP from any of an athlete's addresses silences all of them. START takes back what STOP from the same address did, and
opens the address it came from. Neither is the operator's to give, and what the athlete withdrew the operator cannot
agree to in their name. Methods that take `tx` join the caller's transaction; the others open their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import EVERYTHING, Purpose
from twinge.plugin import Rejected
from twinge.store import codec
from twinge.store.among import among
from twinge.store.engine import Engines, upsert
from twinge.store.marks import Marks
from twinge.store.seal import Seal, WrongSecret
from twinge.store.tables import address, consent
from twinge.store.turns import lock

TO_ALL, TO_ONE = "wrote STOP", "unsubscribed"
"""How the ledger tells a STOP that concerns every address from one that concerns its own."""
OF_OLD = "wrote STOP before"
"""A STOP that is known by its tombstone alone: whoever wrote it was erased since, or was not here yet."""
UNREADABLE = "sealed under a key that is not in TWINGE_SECRET_KEY"
"""The reason of an address that does not open."""
REMOVED = "removed"
"""The reason of an address that was taken away."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody agreed to, and how we know."""

    at: datetime
    how: str
    words: str = ""
    """What they were shown when they agreed."""
    purposes: tuple[Purpose, ...] = EVERYTHING
    by: str = "operator"
    """athlete, or operator where somebody states it for them."""


@dataclass(frozen=True, slots=True)
class Address:
    """One way to reach an athlete on one channel."""

    id: int
    athlete_id: str
    channel: str
    address: str = field(repr=False)
    consent_at: datetime | None
    consent_how: str
    disabled_reason: str | None
    stopped_at: datetime | None
    verified_at: datetime | None = None
    """When it was shown, or stated, to be theirs."""
    purposes: frozenset[Purpose] = frozenset()
    rank: int = 0
    """Smaller is tried first; among equals the older."""

    @property
    def usable(self) -> bool:
        """Consented to for something, theirs, not stopped, not dead."""
        return self.shut is None and bool(self.purposes)

    @property
    def shut(self) -> str | None:
        """Why nothing may go there, in a word of docs/messages.md; None where something may."""
        if self.stopped_at is not None:
            return "stopped"
        if self.disabled_reason is not None:
            return "no_channel"
        if self.verified_at is None:
            return "not_verified"
        return "no_consent" if self.consent_at is None else None


@dataclass(frozen=True, slots=True)
class Agreed:
    """One line of the ledger of consent."""

    address_id: int
    at: datetime
    what: str
    """given · withdrawn · stop · start."""
    purposes: tuple[str, ...]
    by: str
    how: str
    words: str


class Addresses:
    """Addresses and the consent for them."""

    def __init__(self, engines: Engines, marks: Marks, seal: Seal) -> None:
        self._engines, self._marks, self._seal = engines, marks, seal

    async def of(self, athlete_id: str, tx: AsyncConnection | None = None) -> list[Address]:
        """The addresses of one athlete, in the order they are tried; removed ones are left out."""
        if tx is not None:
            return (await self.load(tx, [athlete_id])).get(athlete_id, [])
        async with self._engines.read() as own:
            return (await self.load(own, [athlete_id])).get(athlete_id, [])

    async def hold(self, tx: AsyncConnection, place: Address) -> Address | None:
        """The address as it is now, kept from others until the end of the transaction; None when it was removed."""
        mine = select(address).where(address.c.id == place.id, address.c.athlete_id == place.athlete_id)
        row = (await tx.execute(mine.with_for_update())).one_or_none()
        return None if row is None or row.disabled_reason == REMOVED else read_address(self._seal, row)

    async def get(self, athlete_id: str, address_id: int) -> Address | None:
        """One address of this athlete, or None."""
        return next((one for one in await self.of(athlete_id) if one.id == address_id), None)

    async def load(self, tx: AsyncConnection, ids: Collection[str]) -> dict[str, list[Address]]:
        """The addresses of each athlete, in the order they are tried; removed ones are left out."""
        found: dict[str, list[Address]] = {}
        for row in await tx.execute(_BY_ATHLETE, {"ids": list(ids)}):
            if row.disabled_reason != REMOVED:
                found.setdefault(row.athlete_id, []).append(read_address(self._seal, row))
        return found

    async def at(self, tx: AsyncConnection, channel: str, value: str) -> list[Address]:
        """Every athlete's entry of one address: a family may share a phone."""
        mine = (address.c.channel == channel) & address.c.blind.in_(self._seal.blinds("address", channel, value))
        rows: Sequence[Any] = (await tx.execute(select(address).where(mine).order_by(address.c.id))).all()
        return [read_address(self._seal, row) for row in rows]

    async def add(
        self,
        tx: AsyncConnection,
        athlete_id: str,
        channel: str,
        value: str,
        given: Consent | None,
        *,
        verified_at: datetime | None,
    ) -> Address:
        """Add an address; adding it again switches it on again, renews what was agreed to, and changes no STOP.

        A STOP holds for what an operator adds after it too; the athlete's own word opens what they add themselves.
        """
        await lock(tx, [athlete_id])  # a STOP to all must meet an address that is just being added
        made = await self._put(tx, athlete_id, channel, value)
        await self._marks.welcome(tx, (f"channel:{channel}", value))
        if given is None or given.by != "athlete":
            await self._inherit_stop(tx, made, verified_at if given is None else given.at)
        if verified_at is not None and made.verified_at is None:
            await self.verify(tx, made, verified_at)
        if given is not None:
            await self.agree(tx, made, given)
        return next(one for one in await self.at(tx, channel, value) if one.id == made.id)

    async def _put(self, tx: AsyncConnection, athlete_id: str, channel: str, value: str) -> Address:
        """The athlete's entry of this address, made where there is none, switched on where there is one."""
        blinds = self._seal.blinds("address", channel, value)
        mine = (address.c.athlete_id == athlete_id) & (address.c.channel == channel) & address.c.blind.in_(blinds)
        again = update(address).where(mine).values(disabled_reason=None).returning(address)
        row = (await tx.execute(again)).first()
        if row is None:
            fresh = {"athlete_id": athlete_id, "channel": channel, "address": "", "blind": blinds[0]}
            statement = upsert(tx.dialect.name, address).on_conflict_do_update(
                index_elements=["athlete_id", "channel", "blind"], set_={"disabled_reason": None}
            )
            empty = {"consent_how": "", "purposes": "[]", "rank": 0, "verified_ms": None}
            number = (await tx.execute(statement.returning(address.c.id), {**fresh, **empty})).scalar_one()
            # The value is bound to the row's number, which is known only now.
            sealed = self._seal.write(value, "address.address", athlete_id, number)
            named = update(address).where(address.c.id == number).values(address=sealed).returning(address)
            row = (await tx.execute(named)).one()
        return read_address(self._seal, row)

    async def agree(self, tx: AsyncConnection, place: Address, given: Consent) -> None:
        """Note consent, beside what was agreed to before; `Rejected` (409) where the athlete has withdrawn it since."""
        if given.by != "athlete" and (taken_back := set(given.purposes) & await self._withdrawn(tx, place)):
            words = ", ".join(sorted(taken_back))
            reason = f"The athlete has withdrawn consent for {words} here; only they can give it again."
            raise Rejected(reason, status=409, field="purposes")
        now = [one.value for one in EVERYTHING if one in await self._agreed_to(tx, place) | set(given.purposes)]
        values = {"consent_ms": codec.to_ms(given.at), "consent_how": given.how, "purposes": codec.to_json(now)}
        await tx.execute(_this(place).values(**values))
        await self._note(tx, place, "given", given)

    async def withdraw(self, tx: AsyncConnection, place: Address, taken_back: Consent) -> None:
        """Take consent back for some purposes: from now on."""
        left = [one.value for one in EVERYTHING if one in await self._agreed_to(tx, place) - set(taken_back.purposes)]
        await tx.execute(_this(place).values(purposes=codec.to_json(left)))
        await self._note(tx, place, "withdrawn", taken_back)

    async def verify(self, tx: AsyncConnection, place: Address, at: datetime) -> None:
        """It was shown, or stated, to be theirs."""
        await tx.execute(_this(place).values(verified_ms=codec.to_ms(at)))

    async def doubt(self, tx: AsyncConnection, place: Address) -> None:
        """Whose it is must be shown again: it may have changed hands while it was away."""
        await tx.execute(_this(place).values(verified_ms=None))

    async def put_in_order(self, tx: AsyncConnection, place: Address, rank: int) -> None:
        """Where it stands among the athlete's addresses."""
        await tx.execute(_this(place).values(rank=rank))

    async def stop(self, tx: AsyncConnection, place: Address, at: datetime, *, alone: bool = False) -> None:
        """STOP from this address: nothing more to this athlete (`alone`: to this address) until START."""
        await lock(tx, [place.athlete_id])
        mine = (address.c.id == place.id) if alone else (address.c.athlete_id == place.athlete_id)
        values = {"stopped_ms": codec.to_ms(at), "stopped_by": place.id}
        # Its own stop is its own, also where another address had stopped it before: START there must not open it.
        closed = update(address).where(mine, address.c.stopped_ms.is_(None) | (address.c.id == place.id))
        if not (await tx.execute(closed.values(**values))).rowcount:
            return  # the athlete was erased meanwhile: nothing about them may come back
        await self._marks.bury(tx, [(place.channel, place.address)])  # whoever it is added for later
        await self._note(tx, place, "stop", Consent(at, TO_ONE if alone else TO_ALL, by="athlete"))

    async def start(self, tx: AsyncConnection, place: Address, at: datetime) -> None:
        """START from this address takes back what STOP from it did, and opens it."""
        await lock(tx, [place.athlete_id])
        mine = (address.c.athlete_id == place.athlete_id) & (address.c.stopped_by == place.id)
        opened = update(address).where(mine | (address.c.id == place.id))
        await tx.execute(opened.values(stopped_ms=None, stopped_by=None))
        await self._marks.raise_up(tx, place.channel, place.address)
        await self._note(tx, place, "start", Consent(at, "wrote START", by="athlete"))

    async def disable(self, tx: AsyncConnection, address_id: int, reason: str) -> None:
        """The address itself is dead, with the reason to show."""
        await tx.execute(update(address).where(address.c.id == address_id).values(disabled_reason=reason))

    async def ledger(self, athlete_id: str) -> list[Agreed]:
        """What was agreed to and taken back, oldest first."""
        async with self._engines.read() as tx:
            rows = await tx.execute(select(consent).where(consent.c.athlete_id == athlete_id).order_by(consent.c.id))
            return [_agreed(row) for row in rows]

    async def _agreed_to(self, tx: AsyncConnection, place: Address) -> set[Purpose]:
        """What is agreed to there at this moment: `place` may be older than this transaction."""
        asked = select(address.c.purposes).where(address.c.id == place.id).with_for_update()
        words = (await tx.execute(asked)).scalar_one()
        return set(purposes_of(codec.from_json(words)))

    async def all_of(self, tx: AsyncConnection, athlete_id: str) -> list[Address]:
        """Every address of one athlete, removed ones too."""
        rows = await tx.execute(select(address).where(address.c.athlete_id == athlete_id).order_by(address.c.id))
        return [read_address(self._seal, row) for row in rows]

    async def _inherit_stop(self, tx: AsyncConnection, place: Address, at: datetime | None) -> None:
        """Close a new address where STOP holds: the athlete's own to all of theirs, or an older one from there."""
        noted = select(consent).where(consent.c.athlete_id == place.athlete_id).order_by(consent.c.id)
        stops: dict[int, int] = {}
        for row in await tx.execute(noted):
            if row.address_id == place.id:
                return  # it was there before, with a STOP or START of its own
            if row.what == "start":
                stops.pop(row.address_id, None)
            elif row.what == "stop" and row.how == TO_ALL:
                stops[row.address_id] = row.at_ms
        for origin, at_ms in stops.items():
            await tx.execute(_this(place).values(stopped_ms=at_ms, stopped_by=origin))
        if not stops and await self._marks.is_buried(tx, place.channel, place.address):
            since = at or codec.EPOCH
            await tx.execute(_this(place).values(stopped_ms=codec.to_ms(since), stopped_by=place.id))
            await self._note(tx, place, "stop", Consent(since, OF_OLD, by="athlete"))

    async def _withdrawn(self, tx: AsyncConnection, place: Address) -> set[Purpose]:
        """The purposes whose last word is the athlete's own withdrawal."""
        last: dict[str, Any] = {}
        mine = (consent.c.athlete_id == place.athlete_id) & (consent.c.address_id == place.id)
        for row in await tx.execute(select(consent).where(mine).order_by(consent.c.id)):
            if row.what in {"given", "withdrawn"}:
                last |= dict.fromkeys(codec.from_json(row.purposes), (row.what, row.by))
        return {Purpose(one) for one, word in last.items() if word == ("withdrawn", "athlete")}

    async def _note(self, tx: AsyncConnection, place: Address, what: str, one: Consent) -> None:
        row: Mapping[str, Any] = {
            "athlete_id": place.athlete_id,
            "address_id": place.id,
            "at_ms": codec.to_ms(one.at),
            "what": what,
            "purposes": codec.to_json([purpose.value for purpose in one.purposes]),
            "by": one.by,
            "how": one.how,
            "words": one.words,
        }
        await tx.execute(consent.insert(), row)


_BY_ATHLETE = select(address).where(among(address.c.athlete_id, "ids")).order_by(address.c.rank, address.c.id)


def _this(place: Address) -> Update:
    return update(address).where(address.c.id == place.id)


def purposes_of(words: Iterable[str]) -> frozenset[Purpose]:
    """Purposes by their words."""
    return frozenset(map(Purpose, words))


def read_address(seal: Seal, row: Any, prefix: str = "") -> Address:
    """The address of a row, or of a row that it is joined to under labels with `prefix`.

    One that does not open is there, and switched off: whoever else is written to is written to all the same.
    """

    def of(name: str) -> Any:
        return getattr(row, f"{prefix}{name}")

    try:
        value = seal.read(of("address"), "address.address", row.athlete_id, of("id"))
    except WrongSecret:
        value = ""
    return Address(
        of("id"),
        row.athlete_id,
        of("channel"),
        value,
        codec.maybe_at(of("consent_ms")),
        of("consent_how"),
        of("disabled_reason") if value else UNREADABLE,
        codec.maybe_at(of("stopped_ms")),
        codec.maybe_at(of("verified_ms")),
        purposes_of(codec.from_json(of("purposes"))),
        of("rank"),
    )


def _agreed(row: Any) -> Agreed:
    purposes = tuple(codec.from_json(row.purposes))
    return Agreed(row.address_id, codec.from_ms(row.at_ms), row.what, purposes, row.by, row.how, row.words)
