"""Which text of a workout holds, and that hot questions do not read whole tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from fakes import NOON, run
from house import House
from twinge.core.model import Finding, Report, Severity, Shape, Wellness
from twinge.store import addresses, again, athletes, claims, codec, history, outbox, post, texts
from twinge.store.history import Before
from twinge.store.texts import is_news

NOBODY: Any = None


async def test_the_higher_version_holds_and_of_equals_the_later(home: House) -> None:
    put = home.store.history.put_activity
    first, longer = run("1", NOON, 5, version=5), run("1", NOON, 6, version=5)
    async with home.store.write() as tx:
        assert await put(tx, "alice", first) == "new"
        assert await put(tx, "alice", first) == "same"
        assert await put(tx, "alice", longer) == "newer"
        assert await put(tx, "alice", run("1", NOON, 7, version=4)) == "older"
        assert await put(tx, "bob", first) == "new"
        assert await home.store.history.activities(tx, "alice", 0) == [longer]


async def test_a_removed_workout_is_brought_back_only_by_a_newer_text(home: House) -> None:
    put, remove = home.store.history.put_activity, home.store.history.remove
    async with home.store.write() as tx:
        assert await remove(tx, "alice", "fake:1", 5) is True
        assert await put(tx, "alice", run("1", NOON, version=4)) == "older"
        assert await put(tx, "alice", run("1", NOON, version=5)) == "older"
        assert await home.store.history.activities(tx, "alice", 0) == []
        assert await put(tx, "alice", run("1", NOON, version=6)) == "newer"
        assert await remove(tx, "alice", "fake:1", 5) is False
        assert await remove(tx, "alice", "fake:1", 7) is True
        assert await remove(tx, "alice", "fake:1", 9) is False
        assert await put(tx, "alice", run("1", NOON, version=8)) == "older"


def test_an_activity_is_kept_to_the_last_detail() -> None:
    start = datetime(2026, 5, 4, 18, 30, 1, 250_000, timezone(timedelta(hours=5, minutes=45)))
    given = replace(run("1", start), shape=Shape(((140, 60), (150, 90)), graded_m=5100), zone_minutes=(1, 2, 3, 4, 5))
    back = codec.unpack_activity(codec.pack_activity(given))
    assert back == given
    assert back.start.utcoffset() == start.utcoffset()


async def test_the_window_counts_what_lies_before_it(home: House) -> None:
    async with home.store.write() as tx:
        for day in (0, 10, 500, 600):
            await home.store.history.put_activity(tx, "alice", run(str(day), NOON + timedelta(days=day)))
        inside, before = await home.store.history.window(tx, "alice", timedelta(days=400))
    assert [one.key for one in inside] == ["fake:500", "fake:600"]
    assert before == Before(NOON, 2, NOON + timedelta(days=200))


async def test_findings_are_replaced_from_a_moment_on(home: House) -> None:
    def found(day: int, rule: str = "L01") -> Finding:
        return Finding(rule, Severity.REST, 2, NOON + timedelta(days=day), f"fake:{day}", {"longest_m": 5000})

    async with home.store.write() as tx:
        await home.store.history.add_findings(tx, [("alice", found(n)) for n in range(4)])
        await home.store.history.add_findings(tx, [("bob", found(3))])
        later = codec.to_ms(NOON + timedelta(days=2))
        await home.store.history.replace_findings(tx, "alice", later, [found(0, "R02"), found(3, "R01")])
    alice = (await home.store.history.find_findings("alice")).items
    assert alice == [found(3, "R01"), found(1), found(0)]
    assert (await home.store.history.find_findings("bob")).items == [found(3)]


async def test_a_morning_keeps_its_newer_text_and_knows_when_nothing_changed(home: House) -> None:
    morning = Wellness("fake:w1", date(2026, 5, 4), resting_hr=52, hrv_rmssd_ms=61.5, version=2)
    async with home.store.write() as tx:
        await home.store.mornings.put(tx, [("alice", morning), ("bob", morning)])
        kept = (await home.store.mornings.known(tx, [("alice", "fake:w1")])).get(("alice", "fake:w1"))
    assert (await home.store.mornings.find("alice")).items == [morning]
    older, again, changed = replace(morning, version=1), replace(morning, version=3), replace(morning, resting_hr=50)
    assert [is_news(kept, one) for one in (older, morning, again, changed)] == [False, False, True, True]
    assert [home.store.mornings.says_more(kept, one) for one in (again, changed)] == [False, True]


async def test_the_window_holds_the_mornings_too(home: House) -> None:
    nights = [Wellness(f"fake:w{n}", date(2026, 5, 4) - timedelta(days=n), resting_hr=50) for n in (0, 399, 401)]
    async with home.store.write() as tx:
        await home.store.mornings.put(tx, [("alice", one) for one in nights])
        inside, before = await home.store.history.window(tx, "alice", timedelta(days=400))
    assert ([one.key for one in inside], before) == (["fake:w399", "fake:w0"], None)


async def test_the_window_begins_before_the_newest_word_too(home: House) -> None:
    """Somebody who cannot run still tells how it is."""
    async with home.store.write() as tx:
        await home.store.history.put_activity(tx, "alice", run("1", NOON - timedelta(days=500)))
        pain = Report("fake:r1", NOON, pain=4, site="knee", side="left")
        await home.store.reports.put(tx, [("alice", pain), ("bob", replace(pain, pain=1))])
        inside, before = await home.store.history.window(tx, "alice", timedelta(days=400))
    assert (inside, before) == ([pain], Before(NOON - timedelta(days=500), 1, NOON - timedelta(days=400)))
    assert (await home.store.reports.find("alice")).items == [pain]


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (claims.CLAIMABLE, {"now": 1, "n": 100}),
        (history._KNOWN, {"keys": ["a", "b"]}),
        (texts.mornings(NOBODY, NOBODY).known_statement, {"ids": ["a", "b"], "keys": ["a", "b"]}),
        (texts.reports(NOBODY, NOBODY).known_statement, {"ids": ["a", "b"], "keys": ["a", "b"]}),
        (history._STATES, {"ids": ["a", "b"]}),
        (athletes._BY_OWNER, {"platform": "a", "ids": ["a", "b"]}),
        (addresses._BY_ATHLETE, {"ids": ["a", "b"]}),
        (outbox._SAID, {"ids": ["a", "b"], "since": 1}),
        (post._DUE, {"now": 1, "n": 20, "channel": "sms"}),
        (post._LATELY, {"ids": [1, 2], "since": 1}),
        (post._STALE, {"before": 1, "gone": [1, 2]}),
        (post._SENDING, {}),
        (claims._MARKS, {}),
        (post._DOUBTFUL, {"now": 1, "n": 20}),
        (again._UNHEARD, {"now": 1, "n": 20}),
    ],
)
async def test_a_hot_statement_scans_no_table(home: House, statement: Any, values: dict[str, Any]) -> None:
    async with home.store.read() as tx:
        plan = await _plan(tx, statement, values)
    assert plan
    covered = (
        "ix_inbox_waiting",
        "ix_inbox_taken_by",
        "ix_inbox_put_off",
        "ix_nudge_open",
        "SCAN hand",
        "SCAN on hand",
    )
    assert not [line for line in plan if "SCAN" in line and not any(index in line for index in covered)], plan


async def _plan(tx: AsyncConnection, statement: Any, values: dict[str, Any]) -> list[str]:
    """How it is worked out, with every reading of a whole table told as SCAN."""
    if tx.dialect.name == "sqlite":
        told = statement.compile(dialect=sqlite.dialect()).construct_expanded_state(values)
        rows = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {told.statement}", told.positional_parameters)
        return [row.detail for row in rows]
    how = {"literal_binds": True, "render_postcompile": True}
    statement = statement.limit(values["n"]) if "n" in values else statement  # it has no type to be written by
    told = statement.params(**values).compile(dialect=tx.dialect, compile_kwargs=how)
    await tx.exec_driver_sql("SET LOCAL enable_seqscan = off")  # A small table is read whole, whatever indexes it has.
    return [row[0].replace("Seq Scan", "SCAN") for row in await tx.exec_driver_sql(f"EXPLAIN (COSTS OFF) {told}")]
