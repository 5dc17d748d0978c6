"""The checker sees what it is there for: a round that kept every promise, doctored in one place at a time."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from faults.calm import calm
from faults.check import INVARIANTS, problems
from faults.evidence import gather
from faults.zygote import TESTS, Zygote, clean

FILE = "twinge.sqlite3"


@pytest.fixture(scope="module")
def played(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a round in which nothing went wrong."""
    folder = tmp_path_factory.mktemp("calm")
    asyncio.run(calm(zygote, folder, 3, athletes=4, share=0))
    return folder


class Doctor:
    """Changes one thing in a copy of what a round left behind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sql(self, statement: str) -> None:
        """Change the database; something must change."""
        with closing(sqlite3.connect(self.folder / FILE)) as file:
            changed = file.execute(statement).rowcount
            file.commit()
        assert changed > 0, statement

    def lines(self, name: str, change: Callable[[list[dict[str, Any]]], None]) -> None:
        """Change a log of JSON lines."""
        path = self.folder / name
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        change(lines)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def found(self) -> list[str]:
        """What the checker says now."""
        return problems(gather(self.folder, f"sqlite+aiosqlite:///{self.folder / FILE}"))


@pytest.fixture
def doctor(played: Path, tmp_path: Path) -> Doctor:
    shutil.copytree(played, tmp_path / "copy")
    return Doctor(tmp_path / "copy")


def test_it_knows_nothing_of_the_program() -> None:
    asked = "import sys, faults.check; print([name for name in sys.modules if name.startswith('twinge')])"
    done = subprocess.run([sys.executable, "-c", asked], env=clean(), capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_it_finds_nothing_where_nothing_is_wrong(doctor: Doctor) -> None:
    assert doctor.found() == []
    with closing(sqlite3.connect(doctor.folder / FILE)) as file:
        [(done,), (sent,)] = (
            file.execute(f"SELECT count(*) FROM {what}").fetchone()
            for what in ("inbox WHERE state = 'done'", "nudge WHERE state IN ('sent', 'delivered')")
        )
    assert done > 60
    assert sent > 4


STOPPED = "(SELECT athlete_id FROM address WHERE stopped_ms > 0)"
SENT = "(SELECT min(id) FROM nudge WHERE state IN ('sent', 'delivered') AND severity < 4)"
ATHLETE = f"(SELECT athlete_id FROM nudge WHERE id = {SENT})"
FIRST = "(SELECT min(id) FROM inbox WHERE platform = 'generic')"
ADDED = "type = 'activity' AND what = 'added'"
TOLD = "athlete_id, at_ms, type, what, facts"
QUIET = "'$.preferences.quiet_from', '10:00:00', '$.preferences.quiet_to', '23:00:00'"
DOCTORED = {
    "I1 a delivery is gone": (f"DELETE FROM inbox WHERE id = {FIRST}", "was acknowledged and is there 0 times"),
    "I1 a text is gone": ("DELETE FROM inbox WHERE platform = 'channel:twilio' AND key NOT LIKE '%:%'", "0 times"),
    "I2 one waits for ever": (f"UPDATE inbox SET state = 'waiting' WHERE id = {FIRST}", "is still waiting"),
    "I2 one is dead for nothing": (f"UPDATE inbox SET state = 'dead' WHERE id = {FIRST}", "without a reason"),
    "I2 one was used for nothing": ("DELETE FROM activity WHERE key = 'generic:1-4'", "its workout 1-4 is not there"),
    "I2 a hand is full": ("INSERT INTO hand (delivery_id, lane, seat) VALUES (1, 'generic:p1', 1)", "is still in hand"),
    "I3 one was overtaken": (
        f"UPDATE inbox SET settled_ms = settled_ms + 999999 WHERE id = {FIRST}",
        "was settled before",
    ),
    "I3 effects changed places": (
        f"UPDATE feed SET id = id + 1000000 WHERE id = (SELECT min(id) FROM feed WHERE {ADDED})",
        "its workouts were told of as",
    ),
    "I4 an effect came twice": (
        f"INSERT INTO feed ({TOLD}) SELECT {TOLD} FROM feed WHERE id = (SELECT max(id) FROM feed WHERE {ADDED})",
        "was added 2 times",
    ),
    "I4 an effect came back": (
        f"INSERT INTO feed ({TOLD}) SELECT athlete_id, at_ms, type, 'changed', facts FROM feed WHERE {ADDED}",
        "times and was changed",
    ),
    "I4 a rule spoke twice": (
        f"UPDATE nudge SET activity = 'generic:1-12', state = 'sent', rules = '[\"L01\"]' WHERE athlete_id = {ATHLETE}",
        "times of L01 in generic:1-12",
    ),
    "I5 one never ended": (f"UPDATE nudge SET state = 'taken' WHERE id = {SENT}", "is still taken"),
    "I5 one waits though it is due": (f"UPDATE nudge SET state = 'waiting' WHERE id = {SENT}", "is still waiting"),
    "I5 one failed for nothing": (f"UPDATE nudge SET state = 'failed' WHERE id = {SENT}", "is failed without a reason"),
    "I5 one was held for nothing": ("UPDATE held SET reason = ''", "is held without a reason"),
    "I6 a book lies": (f"UPDATE nudge SET id = 'n-77' WHERE id = {SENT}", "n-77 is"),
    "I6 a book has a hole": (f"DELETE FROM nudge WHERE id = {SENT}", "and it is in no book"),
    "I7 one came too late": (f"UPDATE nudge SET expires_ms = made_ms - 5000 WHERE id = {SENT}", "after its time"),
    "I7 one came in quiet hours": (
        f"UPDATE athlete SET profile = json_set(profile, {QUIET})",
        "was sent in quiet hours",
    ),
}


@pytest.mark.parametrize("case", DOCTORED)
def test_it_sees_a_doctored_database(case: str, doctor: Doctor) -> None:
    statement, words = DOCTORED[case]
    doctor.sql(statement)
    assert any(one.startswith(case.partition(" ")[0]) and words in one for one in doctor.found()), doctor.found()


def test_it_sees_a_page_that_was_written_over(doctor: Doctor) -> None:
    with (doctor.folder / FILE).open("r+b") as file:
        with closing(sqlite3.connect(doctor.folder / FILE)) as database:
            [[page]] = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'ix_nudge_id'").fetchall()
            [[size]] = database.execute("PRAGMA page_size").fetchall()
        file.seek((page - 1) * size + size // 2)
        file.write(bytes(size // 2))
    assert any(one.startswith("I8") for one in doctor.found())


def test_it_sees_a_message_that_was_taken_twice(doctor: Doctor) -> None:
    doctor.lines("provider.log", lambda lines: lines.extend(line for line in list(lines) if line["what"] == "taken"))
    assert any(one.startswith("I6") and "was taken 2 times, with 0 lost answers" in one for one in doctor.found())


def test_it_forgives_a_double_of_a_grave_message_for_each_lost_answer_and_no_more(doctor: Doctor) -> None:
    with closing(sqlite3.connect(doctor.folder / FILE)) as file:
        [(one,)] = file.execute(f"SELECT {SENT}").fetchall()
    doctor.sql(f"UPDATE nudge SET severity = 4 WHERE id = '{one}'")

    def twice(lines: list[dict[str, Any]]) -> None:
        lines.extend(line for line in list(lines) if line["what"] == "taken" and line["nudge"] == one)

    doctor.lines("provider.log", twice)
    with (doctor.folder / "program.log").open("a") as log:
        log.write(f"hop=sender nudge={one} channel=twilio outcome=unknown\n")
    assert doctor.found() == []
    doctor.lines(
        "provider.log",
        lambda lines: lines.append(next(x for x in lines if x.get("nudge") == one and x["what"] == "taken")),
    )
    assert [one.split()[0] for one in doctor.found()] == ["I6:"]


def test_it_sees_a_message_after_stop(doctor: Doctor) -> None:
    doctor.sql(f"UPDATE nudge SET text = '', athlete_id = {STOPPED} WHERE id = {SENT}")

    def late(lines: list[dict[str, Any]]) -> None:
        for line in lines:
            line["at"] += 60 * 10**9

    assert doctor.found() == []
    doctor.lines("provider.log", late)
    assert any(one.startswith("I7") and "s after STOP" in one for one in doctor.found())


@pytest.mark.parametrize("word", ["+15550130001", "Zebulon Quist001", "generic-token-of-the-faults"])
def test_it_sees_a_secret_in_the_log(word: str, doctor: Doctor) -> None:
    with (doctor.folder / "program.log").open("a") as log:
        log.write(f"level=INFO hop=worker {word}\n")
    assert [one.split()[0] for one in doctor.found()] == ["I9:"]


@pytest.mark.parametrize("what", ["rss_kb", "fds"])
def test_it_sees_a_process_that_grows(what: str, doctor: Doctor) -> None:
    def grown(lines: list[dict[str, Any]]) -> None:
        last = [line for line in lines if line["what"] == "gauge"][-1]
        last[what] = last[what] * 3 + 50_000

    doctor.lines("journal", grown)
    assert [one.split()[0] for one in doctor.found()] == ["I10:"]


def test_each_invariant_has_its_name_in_its_words() -> None:
    for name, holds in INVARIANTS.items():
        assert (holds.__doc__ or "").startswith(f"{name}. ")
    assert TESTS.name == "tests"
