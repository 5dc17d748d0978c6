"""The zip itself: file after file, page after page, handed on as soon as it is packed."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

import msgspec

from twinge.core.model import Athlete
from twinge.core.pack import Pack
from twinge.core.pain import Episode
from twinge.erasure.raw import Scent
from twinge.export.contents import LEFT_OUT, LISTINGS, OTHERS
from twinge.export.past import draw
from twinge.export.plain import columns, plain, to_csv, to_json
from twinge.plugin import PlatformAdapter
from twinge.store import Store
from twinge.store.lanes import page_lane, reply_lanes
from twinge.store.theirs import tables

SENT: Final = ("id", "platform", "received_at", "state", "bytes", "file", "note")


class _Sink:
    """What a zip is written to: it cannot go back, and holds only what was not handed on yet."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Everything is where it is going already."""

    def take(self) -> bytes:
        """What has come since the last time."""
        held, self._held = bytes(self._held), bytearray()
        return held


async def pieces(
    store: Store,
    platforms: Mapping[str, PlatformAdapter],
    athlete: Athlete,
    pack: Pack,
    now: datetime,
    *,
    draws: bool = True,
) -> AsyncGenerator[bytes, None]:
    """The zip of one athlete in pieces. `draws`: with the page of their past, where the charts are installed."""
    sink = _Sink()
    archive = zipfile.ZipFile(sink, "w")  # type: ignore[call-overload]
    writer = _Writer(archive, now)
    try:
        async for _ in _write(store, platforms, athlete, writer):
            yield sink.take()
        page = await _draw(store, athlete, pack) if draws else None
        if page is not None:
            writer.whole("past.html", page.encode())
        writer.whole("README.txt", _readme(now, drawn=page is not None).encode())
        archive.close()
        yield sink.take()
    finally:
        archive.fp = None  # whoever stops in the middle has no use for the end of a zip


async def _write(
    store: Store, platforms: Mapping[str, PlatformAdapter], athlete: Athlete, writer: _Writer
) -> AsyncIterator[None]:
    """File by file, with a halt after each page."""
    writer.whole("athlete.json", to_json(await _profile(store, athlete)))
    kept = await store.history.state(athlete.id)
    writer.whole("episodes.json", to_json([] if kept is None else [_episode(one) for one in kept.state.pain.episodes]))
    await _write_audit(store, athlete, writer)
    yield
    for table in tables():
        if table.name in LISTINGS:
            async for _ in _list(store, athlete, writer, table):
                yield
    async for _ in _write_deliveries(store, platforms, athlete, writer):
        yield


class _Writer:
    """Opens files in the zip, all of them from the same moment."""

    def __init__(self, archive: zipfile.ZipFile, now: datetime) -> None:
        self._archive, self._at = archive, (now.year, now.month, now.day, now.hour, now.minute, now.second)

    def open(self, name: str) -> Any:
        """A file to write to, piece by piece; one at a time."""
        told = zipfile.ZipInfo(name, self._at)
        told.compress_type = zipfile.ZIP_DEFLATED
        return self._archive.open(told, "w", force_zip64=True)

    def whole(self, name: str, body: bytes) -> None:
        """A file that is here already."""
        with self.open(name) as file:
            file.write(body)


async def _profile(store: Store, athlete: Athlete) -> dict[str, Any]:
    """The athlete with all that is short; no token, no hash."""
    found: dict[str, Any] = {"profile": msgspec.to_builtins(replace(athlete, revision=0))}
    for table in tables():
        if table.name in {"address", "consent", "connection", "backfill"}:
            found[table.name] = [
                plain(table, row) async for rows in store.theirs.pages(table, athlete.id) for row in rows
            ]
    return found


async def _write_audit(store: Store, athlete: Athlete, writer: _Writer) -> None:
    async with store.read() as tx:
        places = await store.addresses.all_of(tx, athlete.id)
    lines = await store.theirs.audited([f"athlete:{athlete.id}", *(f"address:{place.id}" for place in places)])
    names = ("at", "actor", "action", "object", "detail")
    rows = [{field.name: getattr(line, field.name) for field in fields(line)} for line in lines]
    told = [{**row, "at": row["at"].isoformat()} for row in rows]
    writer.whole("audit.csv", to_csv(told, names, head=True))


async def _list(store: Store, athlete: Athlete, writer: _Writer, table: Any) -> AsyncIterator[None]:
    """One table twice: as CSV, then as JSON."""
    name, names = LISTINGS[table.name].file, columns(table)
    with writer.open(f"{name}.csv") as file:
        file.write(to_csv([], names, head=True))
        async for rows in store.theirs.pages(table, athlete.id):
            file.write(to_csv([plain(table, row) for row in rows], names))
            yield
    with writer.open(f"{name}.json") as file:
        between = b"[\n"
        async for rows in store.theirs.pages(table, athlete.id):
            for row in rows:
                file.write(between + msgspec.json.encode(plain(table, row)))
                between = b",\n"
            yield
        file.write(b"[]\n" if between == b"[\n" else b"\n]\n")


async def _write_deliveries(
    store: Store, platforms: Mapping[str, PlatformAdapter], athlete: Athlete, writer: _Writer
) -> AsyncIterator[None]:
    """What came about them as it came; of what tells of others too only that it came."""
    links = [(link.platform, link.external_id) for link in await store.athletes.connections(athlete.id)]
    async with store.read() as tx:
        places = [(one.channel, one.address) for one in await store.addresses.all_of(tx, athlete.id)]
        shared = {f"channel:{place[0]}" for place in places if len(await store.addresses.at(tx, *place)) > 1}
    nudges = await store.post.ids(athlete.id)
    scent = Scent(platforms, athlete.id, links, places, nudges)
    lanes = {page_lane(athlete.id)} | {
        lane for channel, at in places for lane in reply_lanes(store.seal, f"channel:{channel}", at)
    }
    told: list[dict[str, Any]] = []
    last = 0
    while page := await store.inbox.leaf(scent.platforms, last):
        last = page[-1][0].id
        for kept, lane in page:
            reading = scent.read(kept.delivery) if scent.mentions(kept, lane) else None
            if reading is None or not reading.is_theirs:
                continue
            row: dict[str, Any] = {"id": kept.id, "platform": kept.delivery.platform, "state": kept.state}
            row |= {"received_at": kept.delivery.received_at.isoformat(), "bytes": kept.size}
            platform = kept.delivery.platform
            # A channel's call is theirs where they wrote it, or where it is about a message to them.
            spoken = lane in lanes or lane.removeprefix(f"{platform}:") in nudges
            strange = platform.startswith("channel:") and not spoken
            if reading.others or not reading.legible or strange or platform in shared:
                row["note"] = "may tell of others too, left out: what of it is yours is in the other files"
            elif kept.delivery.body:
                row["file"] = f"deliveries/{kept.id}{_ending(kept.delivery.body)}"
                writer.whole(row["file"], kept.delivery.body)
            told.append(row)
        yield
    writer.whole("deliveries.csv", to_csv(told, SENT, head=True))
    yield


def _episode(one: Episode) -> dict[str, Any]:
    """A pain story with its timeline, by names."""
    return {**one._asdict(), "history": [entry._asdict() for entry in one.history]}


def _ending(body: bytes) -> str:
    return ".json" if body[:1] in {b"{", b"["} else ".bin"


async def _draw(store: Store, athlete: Athlete, pack: Pack) -> str | None:
    async with store.read() as tx:
        done = await store.history.activities(tx, athlete.id, 0)
        mornings = await store.mornings.since(tx, athlete.id, "")
        told = await store.reports.since(tx, athlete.id, 0)
    return await draw(athlete, done, mornings, told, pack) if done else None


def _readme(now: datetime, *, drawn: bool) -> str:
    """What each file is, and what is in none of them."""
    lines = [f"Twinge: everything that is kept of you, {now:%Y-%m-%d %H:%M} UTC.", ""]
    lines += [f"{one.file}.csv, {one.file}.json\n    {one.what}" for one in LISTINGS.values()]
    lines += [f"{name}\n    {what}" for name, what in OTHERS.items() if drawn or name != "past.html"]
    lines += ["", "Units: metres, seconds, beats per minute, watts; instants in UTC. An empty cell is not known.", ""]
    lines += [
        "In CSV a text that a spreadsheet would take for a formula has a ' before it; the JSON has it as it is.",
        "",
    ]
    lines += ["Kept, and not in here:"]
    lines += [f"- {name}: {why}" for name, why in LEFT_OUT.items()]
    return "\n".join(lines) + "\n"
