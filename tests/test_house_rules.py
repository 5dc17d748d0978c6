"""On the command line: keys for coaches, and the limits of the installation with their preview."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fakes import run as ran
from twinge import speech
from twinge.app import now
from twinge.cli import twinge
from twinge.core.judge import judge
from twinge.core.model import Athlete, Voice
from twinge.core.pack import STANDARD
from twinge.core.policy import Ear
from twinge.core.state import begin
from twinge.meanings import limits
from twinge.store import Kept, Store
from twinge.store.codec import pack_activity
from twinge.store.history import activity_row

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on a fresh database."""
    for name in [name for name in os.environ if name.startswith("TWINGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    shutil.copy(empty_database, tmp_path / "data" / "twinge.sqlite3")
    return lambda *words: CliRunner().invoke(twinge, words)


def on_store(folder: Path, work: Callable[[Store], Coroutine[Any, Any, Any]]) -> Any:
    async def play() -> Any:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/data/twinge.sqlite3", secret=b"x" * 32)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(play())


def move_in(folder: Path, *names: str) -> dict[str, str]:
    """Athletes of these names; their ids."""

    async def work(store: Store) -> dict[str, str]:
        async with store.write() as tx:
            made = [await store.athletes.create(tx, Athlete("", name=name), now()) for name in names]
        return {one.name: one.id for one in made}

    found: dict[str, str] = on_store(folder, work)
    return found


def keys_of(folder: Path) -> list[Any]:
    found: list[Any] = on_store(folder, lambda store: store.keys.list())
    return found


def test_a_coachs_key_is_made_granted_withdrawn_and_listed(run: Run, tmp_path: Path) -> None:
    ids = move_in(tmp_path, "Alice", "Bob")
    made = run("keys", "create", "--scope", "coach", "--name", "Carol", "--athlete", "Alice", "--expires", "90d")
    assert made.exit_code == 0, made.stderr
    [key] = keys_of(tmp_path)
    assert made.stdout.splitlines()[-1].startswith(f"twk_{key.id}_")
    assert (key.scope, key.athletes, key.expires_at - key.created_at) == ("coach", (ids["Alice"],), timedelta(days=90))
    assert run("keys", "grant", key.id, "Bob", "Alice").exit_code == 0
    assert set(keys_of(tmp_path)[0].athletes) == set(ids.values())
    assert run("keys", "withdraw", key.id, ids["Alice"]).exit_code == 0
    assert keys_of(tmp_path)[0].athletes == (ids["Bob"],)
    listed = run("keys", "list").stdout
    assert "coach  active   never used  until 20" in listed
    assert "athletes: 1" in listed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["create", "--scope", "coach", "--athlete", "Nobody"], "there is no athlete Nobody"),
        (["create", "--scope", "admin", "--athlete", "Alice"], "--athlete goes with --scope coach"),
        (["create", "--scope", "read", "--expires", "soon"], "give days from 1 to 3650, such as 90d."),
        (["create", "--scope", "read", "--expires", "0d"], "give days from 1 to 3650"),
        (["grant", "nokey", "Alice"], "there is no active coach's key with the id nokey"),
    ],
)
def test_a_wrong_key_is_one_line_and_none_is_made(run: Run, tmp_path: Path, words: list[str], said: str) -> None:
    move_in(tmp_path, "Alice")
    result = run("keys", *words)
    assert result.exit_code != 0
    assert said in result.stderr
    assert keys_of(tmp_path) == []


def set_to(run: Run) -> Any:
    return json.loads(run("rules", "limits", "--format", "json").stdout)["limits"]


def test_limits_are_shown_with_what_each_does(run: Run) -> None:
    assert run("rules", "set", "l01.small=112").exit_code == 0
    words = limits()["l01.small"]
    assert run("rules", "limits").stdout == f"l01.small=112\n    {words}\n"
    told = json.loads(run("rules", "limits", "--format", "json").stdout)
    assert told == {"limits": {"l01.small": 112}, "about": {"l01.small": words}}
    every = json.loads(run("rules", "limits", "--all", "--format", "json").stdout)
    assert every["limits"].keys() == every["about"].keys() == limits().keys()
    assert (every["limits"]["l01.small"], every["limits"]["l04.on"]) == (112, False)


def test_limits_are_set_one_by_one_shown_and_reset(run: Run, tmp_path: Path) -> None:
    assert run("rules", "set", "l01.small=115", "policy.daily=2").stdout.startswith("the pack in force is 2026")
    assert run("rules", "set", "l01.small=112").exit_code == 0
    assert set_to(run) == {"l01.small": 112, "policy.daily": 2}
    assert run("rules", "reset", "l01.small").exit_code == 0
    assert set_to(run) == {"policy.daily": 2}
    assert run("rules", "reset").stdout == f"the pack in force is {STANDARD.version}\n"
    lines = on_store(tmp_path, lambda store: store.keys.find_audit()).items
    assert [line.actor for line in lines] == ["cli"] * 4


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("l01.small=300", "l01.small: 300 is not safe; it may be 105 to 130 (110 as shipped)."),
        ("l01.small", "give PATH=NUMBER"),
        ("l01.small=1.5", "give PATH=NUMBER"),
        ("l01.small=true", "must be a whole number"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_with_what_would_do(run: Run, given: str, said: str) -> None:
    for words in (["set", given], ["preview", "--set", given]):
        result = run("rules", *words)
        assert result.exit_code != 0
        assert said in result.stderr
    assert run("rules", "limits").stdout == ""


def train(folder: Path) -> str:
    """Alice ran nine kilometres every third day, and once 9.7; her id."""
    alice, at = move_in(folder, "Alice")["Alice"], now()
    runs = [ran(str(days), at - timedelta(days=days), 9.7 if days == 9 else 9) for days in range(60, 2, -3)]

    async def work(store: Store) -> None:
        state, athlete = begin(), Athlete(alice, name="Alice")
        for one in runs:
            state = judge(athlete, state, one, Ear(Voice.PUSH, (), speech), at).state
        async with store.write() as tx:
            await store.history.save_activities(tx, [activity_row(alice, one, pack_activity(one)) for one in runs])
            await store.history.save_states(tx, [(alice, Kept("", state))], at)

    on_store(folder, work)
    return alice


def test_a_preview_shows_what_would_be_said_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    alice = train(tmp_path)
    words = ("rules", "preview", "--set", "l01.small=105", "--set", "l01.floor_m=500", "--days", "30")
    text = run(*words)
    assert text.exit_code == 0, text.output
    assert "1 of 1 athletes judged" in text.stdout
    assert "L01              0 → 1" in text.stdout
    assert "+ 1 newly said" in text.stdout
    assert "Your 9.7 km run" in text.stdout
    told = json.loads(run(*words, "--format", "json", "--athlete", "Alice").stdout)
    assert [one["athlete"] for one in told["newly"]["examples"]] == [alice]
    assert run("rules", "limits").stdout == ""
