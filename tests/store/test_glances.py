"""Each athlete at a glance: the row follows every change, and who was here before the row existed has one too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from fakes import NOON, run, said
from house import House, url_of
from twinge.core.model import Activity, Athlete, Finding, Report, Severity
from twinge.core.pain import Setting, hear, told_of
from twinge.core.pain.value import RANK, Pain
from twinge.core.state import begin
from twinge.store import Kept, codec, schema
from twinge.store.glances import LATELY, STALE, Light, Wanted
from twinge.store.history import activity_row

DAY = timedelta(days=1)


async def light(home: House, name: str, later: timedelta = timedelta()) -> Light:
    found = await home.store.glances.get(home.people[name], NOON + later)
    assert found is not None
    return found.light


async def find(home: House, *findings: Finding, name: str = "Alice") -> None:
    async with home.store.write() as tx:
        await home.store.history.add_findings(tx, [(home.people[name], one) for one in findings])


def finding(severity: Severity, age: timedelta, rule: str = "L01") -> Finding:
    return Finding(rule, severity, 1, NOON - age, f"fake:{rule}:{severity}:{age}", {})


def hurts() -> Pain:
    """A knee at 7 of 10."""
    report = Report("own:1", NOON - timedelta(hours=1), pain=7, site="knee", side="left")
    pain, _ = hear(Pain(), told_of(report), Setting())
    return pain


async def test_a_new_athlete_has_no_data(home: House) -> None:
    await home.move_in("Alice")
    found = await home.store.glances.get(home.people["Alice"], NOON)
    assert found is not None
    assert (found.name, found.light, found.last_at, found.stage) == ("Alice", Light.NO_DATA, None, "")


@pytest.mark.parametrize(
    ("severity", "wanted"),
    [
        (Severity.INFO, Light.NO_DATA),
        (Severity.QUESTION, Light.NO_DATA),
        (Severity.SLOW_DOWN, Light.SLOW_DOWN),
        (Severity.REST, Light.REST),
        (Severity.SEE_DOCTOR, Light.REST),
    ],
)
async def test_a_finding_colours_the_light_for_three_days(home: House, severity: Severity, wanted: Light) -> None:
    await home.move_in("Alice")
    await find(home, finding(severity, timedelta()))
    assert await light(home, "Alice") == wanted
    assert await light(home, "Alice", LATELY) == wanted
    assert await light(home, "Alice", LATELY + timedelta(milliseconds=1)) == Light.NO_DATA


async def test_an_older_finding_that_comes_later_takes_nothing_back(home: House) -> None:
    await home.move_in("Alice")
    await find(home, finding(Severity.REST, DAY), finding(Severity.SLOW_DOWN, timedelta()))
    await find(home, finding(Severity.REST, 60 * DAY), finding(Severity.SLOW_DOWN, 50 * DAY))
    assert await light(home, "Alice") == Light.REST
    assert await light(home, "Alice", 2.5 * DAY) == Light.SLOW_DOWN


async def test_findings_that_no_longer_hold_leave_the_light(home: House) -> None:
    await home.move_in("Alice")
    await find(home, finding(Severity.REST, DAY), finding(Severity.SLOW_DOWN, 2 * DAY))
    async with home.store.write() as tx:
        from_ms = codec.to_ms(NOON - timedelta(hours=30))
        await home.store.history.replace_findings(tx, home.people["Alice"], from_ms, [])
    assert await light(home, "Alice") == Light.SLOW_DOWN


async def test_a_pain_story_is_the_gravest_and_its_stage_is_told(home: House) -> None:
    await home.move_in("Alice")
    await find(home, finding(Severity.REST, timedelta()))
    async with home.store.write() as tx:
        kept = Kept("x", replace(begin(), pain=hurts()))
        await home.store.history.save_states(tx, [(home.people["Alice"], kept)], NOON)
    found = await home.store.glances.get(home.people["Alice"], NOON)
    assert found is not None
    assert found.light == Light.PAIN
    assert found.stage in RANK
    async with home.store.write() as tx:
        await home.store.history.save_states(tx, [(home.people["Alice"], Kept("x", begin()))], NOON)
    assert await light(home, "Alice") == Light.REST


async def test_a_workout_makes_it_fine_for_two_weeks(home: House) -> None:
    await home.move_in("Alice")
    start = NOON - timedelta(hours=2)
    await home.deliver(said("alice", run("r1", start)))
    await home.worker.drain()
    found = await home.store.glances.get(home.people["Alice"], NOON)
    assert found is not None
    assert (found.light, found.last_at, found.last_sport, found.last_platform) == (Light.FINE, start, "run", "fake")
    assert await light(home, "Alice", start + STALE - NOON) == Light.FINE
    assert await light(home, "Alice", start + STALE - NOON + timedelta(seconds=1)) == Light.NO_DATA


async def test_a_new_name_is_found_by_it(home: House) -> None:
    await home.move_in("Alice")
    async with home.store.write() as tx:
        old = (await home.store.athletes.load(tx, [home.people["Alice"]]))[home.people["Alice"]]
        await home.store.athletes.update(tx, replace(old, name="Ångström 100%"))
    assert await names(home, Wanted(name="åNG")) == ["Ångström 100%"]
    assert await names(home, Wanted(name="100%")) == ["Ångström 100%"]
    assert await names(home, Wanted(name="Alice")) == []
    assert await names(home, Wanted(name="_")) == []


async def names(home: House, wanted: Wanted) -> list[str]:
    return [one.name for one in (await home.store.glances.find(wanted, NOON)).items]


async def test_nobody_sees_whom_they_may_not(home: House) -> None:
    for name in ("Alice", "Bob"):
        await home.move_in(name)
    assert await names(home, Wanted(among=frozenset({home.people["Bob"]}))) == ["Bob"]
    assert await names(home, Wanted(among=frozenset())) == []
    assert sum((await home.store.glances.counts(NOON, frozenset())).values()) == 0
    assert sum((await home.store.glances.counts(NOON)).values()) == 2


async def test_of_silent_connections_the_last_count_holds(home: House) -> None:
    alice = await home.move_in("Alice")
    await home.store.glances.note_quiet([(alice, "fake", NOON)])
    assert [one.quiet for one in (await home.store.glances.links([alice]))[alice]] == [True]
    await home.store.glances.note_quiet([])
    assert [one.quiet for one in (await home.store.glances.links([alice]))[alice]] == [False]


# ---- who was here before ---------------------------------------------------------------------------------------------


@pytest.mark.only("sqlite")
def test_an_upgrade_looks_at_everybody_who_is_here(tmp_path: Path) -> None:
    command.upgrade(schema.config(url_of(tmp_path)), "0005")
    state = codec.pack_state(replace(begin(), pain=hurts()))
    people = [
        ("a1", "Alice", state, [run("r1", NOON - DAY)], [finding(Severity.REST, DAY)]),
        ("b1", "Bob", None, [], []),
    ]
    lay(tmp_path, people)
    schema.upgrade(url_of(tmp_path))
    engine = create_engine(f"sqlite:///{tmp_path / 'twinge.db'}")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM glance ORDER BY athlete_id")).mappings().all()
    engine.dispose()
    alice, bob = rows
    governs = hurts().episodes[0].state
    assert (alice["folded"], alice["stage"], alice["rank"]) == ("alice", governs, RANK[governs])
    assert (alice["last_ms"], alice["last_sport"]) == (codec.to_ms(NOON - DAY), "run")
    assert (alice["rest_ms"], alice["slow_ms"]) == (codec.to_ms(NOON - DAY), 0)
    assert (bob["name"], bob["stage"], bob["last_ms"], bob["rest_ms"]) == ("Bob", "", 0, 0)


def lay(folder: Path, people: Sequence[tuple[str, str, bytes | None, Sequence[Activity], Sequence[Finding]]]) -> None:
    """Rows as the version before wrote them."""
    from twinge.store import tables  # noqa: PLC0415 - only here

    engine = create_engine(f"sqlite:///{folder / 'twinge.db'}")
    with engine.begin() as tx:
        for athlete_id, name, state, runs, findings in people:
            profile = codec.to_profile(Athlete(athlete_id, name=name))
            row = {"id": athlete_id, "name": name, "revision": 0, "created_ms": 0, "profile": profile}
            tx.execute(tables.athlete.insert(), row)
            if state is not None:
                kept = {"athlete_id": athlete_id, "stamp": "x", "blob": state, "updated_ms": 0}
                tx.execute(tables.state.insert(), kept)
            for done in runs:
                tx.execute(tables.activity.insert(), activity_row(athlete_id, done, codec.pack_activity(done)))
            for one in findings:
                found = {"activity": one.activity, "rule": one.rule, "band": 1, "severity": int(one.severity)}
                told = {"athlete_id": athlete_id, "at_ms": codec.to_ms(one.at), "facts": "{}"}
                tx.execute(tables.finding.insert(), found | told)
    engine.dispose()


@pytest.mark.only("sqlite")
def test_a_state_of_another_shape_does_not_stop_the_upgrade(tmp_path: Path) -> None:
    command.upgrade(schema.config(url_of(tmp_path)), "0005")
    lay(tmp_path, [("a1", "Alice", b"\xc1 not msgpack", [], []), ("b1", "Bob", b"\x80", [], [])])
    schema.upgrade(url_of(tmp_path))
    assert schema.check(url_of(tmp_path)) is None
