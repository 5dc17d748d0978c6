"""The processes that read: warm, limited, replaced; one bad file never harms the next."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from recordings.maker import CYCLING, START, U16, a_run, fit, gpx, gz, point, records, session, zipped
from twinge.core.model import Activity, Shape
from twinge.plugin import Opened, Recording, Rejected, TryLater
from twinge.recordings import Limits, Readers
from twinge.recordings.pool import spawn
from twinge.recordings.wire import Answer, frame, write_answer

HEAVY = fit([*records(40_000), session(40_000, 120_000)])
"""Half a day by the second: seconds of work for any machine."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def readers() -> AsyncIterator[Readers]:
    made = Readers(Limits(seconds=60))
    yield made
    await made.close()


async def one(readers: Readers, body: bytes, **more: object) -> Activity:
    found = await readers.open_recording(replace(Recording("acme:7", body, version=3), **more))  # type: ignore[arg-type]
    assert isinstance(found, Activity)
    return found


async def many(readers: Readers, body: bytes) -> Opened:
    found = await readers.open_recording(Recording("files:7", body, several=True))
    assert isinstance(found, Opened)
    return found


def play(script: str, **limits: float) -> Readers:
    """Readers whose process is this script."""
    ready = f"import sys,os,time;o=sys.stdout.buffer;i=sys.stdin.buffer;o.write({frame(b'ready')!r});o.flush();"
    return Readers(Limits(**limits), [sys.executable, "-I", "-S", "-c", ready + script])  # type: ignore[arg-type]


@pytest.mark.asyncio(loop_scope="module")
class TestReading:
    """With one pool for all."""

    async def test_a_recording_gets_its_own_key_and_version(self, readers: Readers) -> None:
        run = await one(readers, a_run())
        assert (run.key, run.version, run.sport, run.start) == ("acme:7", 3, "run", START)
        assert run.start.utcoffset() == timedelta(hours=2)

    async def test_of_several_workouts_the_run_leads(self, readers: Readers) -> None:
        run = session(300, 900, after=4000)
        body = fit([*records(300, first=4000), session(3600, 30_000, sport=CYCLING), run])
        assert (await one(readers, body)).distance_m == 900
        told = await many(readers, body)
        assert [(each.key, each.sport) for each in told.activities] == [("files:7", "ride"), ("files:7/2", "run")]
        assert told.note == ""

    async def test_the_file_leads_and_the_vendor_fills_in(self, readers: Readers) -> None:
        known = Activity(
            "acme:7",
            "trail_run",
            START - timedelta(minutes=5),
            distance_m=9999,
            avg_power_w=250,
            climb_m=300,
            rpe=7,
            race=True,
            surface="trail",
            version=9,
        )
        run = await one(readers, a_run(more=[(22, U16, 0)]), known=known)
        assert (run.sport, run.start, run.distance_m, run.version, run.climb_m) == ("run", START, 2700, 3, 0)
        assert (run.avg_power_w, run.rpe, run.race, run.surface) == (250, 7, True, "trail")

    async def test_what_the_file_does_not_say_is_the_vendors(self, readers: Readers) -> None:
        known = Activity("acme:7", "row", START, zone_minutes=(1, 2, 3, 4, 5), shape=Shape(climb_m=7))
        quiet = gpx([point(n, bpm=None) for n in range(60)], kind="")
        run = await one(readers, quiet, known=known)
        assert (run.sport, run.zone_minutes) == ("row", (1, 2, 3, 4, 5))
        assert run.shape.climb_m == 0
        bare = await one(readers, fit([session(600, 0, sport=CYCLING)]), known=known)
        assert (bare.sport, bare.shape.climb_m) == ("ride", 7)

    async def test_a_sport_may_be_given_for_files_that_have_none(self, readers: Readers) -> None:
        body = gpx([point(n) for n in range(60)], kind="")
        assert (await one(readers, body, sport="Trail Running")).sport == "trail_run"
        assert (await one(readers, body, sport="nonsense")).sport == "other"

    async def test_a_zip_is_read_file_by_file_and_says_which_failed(self, readers: Readers) -> None:
        body = zipped(a_fit=a_run(), b_fit=b"nonsense", c_fit_gz=gz(fit([*records(300), session(300, 900)])))
        told = await many(readers, body)
        assert [(each.key, each.distance_m) for each in told.activities] == [("files:7", 2700), ("files:7/2", 900)]
        assert told.note.startswith("1 of 3 files in the archive could not be read (file 2: this is no FIT")

    async def test_an_archive_of_nonsense_is_refused(self, readers: Readers) -> None:
        with pytest.raises(Rejected, match="2 of 2 files"):
            await many(readers, zipped(a_fit=b"x", b_fit=b"y"))

    async def test_many_at_once_are_all_answered(self, readers: Readers) -> None:
        bodies = [a_run(60 + n) for n in range(12)] + [b"nonsense"] * 3
        found = await asyncio.gather(*(one(readers, body) for body in bodies), return_exceptions=True)
        assert [each.moving_s for each in found if isinstance(each, Activity)] == [60 + n for n in range(12)]
        assert [type(each) for each in found[12:]] == [Rejected] * 3

    async def test_a_known_start_helps_a_device_without_a_clock(self, readers: Readers) -> None:
        known = Activity("acme:7", "run", datetime(2026, 1, 2, tzinfo=UTC))
        body = gpx([point(n, when=f"1990-01-01T00:00:{n:02}Z") for n in range(60)])
        assert (await one(readers, body, known=known)).start == known.start
        with pytest.raises(Rejected, match="no date"):
            await one(readers, body)


async def test_memory_is_limited_and_the_next_file_is_read() -> None:
    readers = Readers(Limits(megabytes=160, at_once=1))
    try:
        with pytest.raises(Rejected, match="more than 160 MB of memory"):
            await one(readers, gpx(['<trkpt lat="1" lon="1"><time>2026-05-04T07:30:00Z</time></trkpt>'] * 400_000))
        assert (await one(readers, a_run())).distance_m == 2700
    finally:
        await readers.close()


async def test_a_file_that_takes_too_long_fails_alone() -> None:
    readers = Readers(Limits(seconds=0.2, at_once=1))
    try:
        with pytest.raises(Rejected, match=r"took longer than 0.2 seconds"):
            await one(readers, HEAVY)
        assert (await one(readers, gpx([point(n) for n in range(60)]))).avg_hr == 140
    finally:
        await readers.close()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("i.read(4);os.abort()", "the reader crashed"),
        ("i.read(4);os._exit(0)", "the reader crashed"),
        ("i.read(4);os.kill(os.getpid(),9)", "more than 512 MB"),
        ("i.read(4);os.kill(os.getpid(),24)", "took longer than 5 seconds"),
        ("i.read(4);o.write(b'\\x00\\x00\\x00\\x05nonse');o.flush();time.sleep(60)", "the reader crashed"),
        ("i.read(4);o.write(b'\\xff\\xff\\xff\\xff');o.flush();time.sleep(60)", "the reader crashed"),
        ("os._exit(3)", "the reader crashed"),
    ],
)
async def test_whatever_becomes_of_the_process_is_a_sentence_about_the_file(script: str, words: str) -> None:
    readers = play(script, seconds=5)
    try:
        with pytest.raises(Rejected, match=words):
            await one(readers, a_run())
    finally:
        await readers.close()


async def test_a_process_that_hangs_is_ended() -> None:
    readers = play("i.read(4);time.sleep(60)", seconds=0.1)
    with pytest.raises(Rejected, match=r"took longer than 0.1 seconds"):
        await one(readers, a_run())
    await readers.close()


async def test_an_answer_that_is_no_activity_is_not_believed() -> None:
    lie = write_answer(Answer()).replace(b"[]", b'[{"key":1}]', 1)
    readers = play(f"i.read(4);o.write({frame(lie)!r});o.flush();time.sleep(60)")
    try:
        with pytest.raises(Rejected, match="the reader crashed"):
            await one(readers, a_run())
    finally:
        await readers.close()


async def test_where_no_process_can_be_started_it_is_nobodys_file() -> None:
    for words in (["/nowhere/python"], [sys.executable, "-c", "raise SystemExit(1)"]):
        readers = Readers(words=words)
        with pytest.raises(TryLater, match="could not be started"):
            await one(readers, a_run())
        await readers.close()


async def test_who_stops_waiting_leaves_no_process_behind() -> None:
    readers = Readers(Limits(at_once=1))
    task = asyncio.ensure_future(one(readers, HEAVY))
    await asyncio.wait([task], timeout=0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await one(readers, a_run())).distance_m == 2700
    await readers.close()


async def test_the_process_has_no_secret_and_can_neither_write_nor_open_much() -> None:
    script = (
        "import json;from twinge.recordings.child import limit;import os,resource;limit(512);"
        "print(json.dumps([dict(os.environ), [resource.getrlimit(k)[0] for k in (resource.RLIMIT_FSIZE, "
        "resource.RLIMIT_NOFILE, resource.RLIMIT_CORE, resource.RLIMIT_AS)]]))"
    )
    process = await spawn([sys.executable, "-I", "-c", script])
    told, _ = await process.communicate()
    environment, limits = json.loads(told)
    assert not [name for name in environment if name.startswith("TWINGE") or name in {"HOME", "PATH", "USER"}]
    assert limits == [0, 8, 0, 512 * 2**20]
