"""The command line: what each command prints, its exit codes, and that it starts quickly."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from conftest import NOW
from twinge.cli import twinge
from twinge_webpush import WebPush

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in an empty folder with no settings but those given."""
    for name in [name for name in os.environ if name.startswith("TWINGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def call(*words: str, **env: str) -> Result:
        return CliRunner().invoke(twinge, words, env=env)

    return call


def in_shell(*words: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The same through the real process, for exit codes and what goes to which stream."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TWINGE_")}
    return subprocess.run(
        [sys.executable, "-m", "twinge", *words],
        cwd=cwd,
        env={**clean, **env},
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )


def every(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group, with the words that lead to it."""
    for name, command in group.commands.items():
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from every(command, (*before, name))


LONG = "2026-05-03 07:00,25,2:30:00\n"
HISTORY = (
    "Date,Distance (km),Moving time\n"
    + "".join(f"2026-{month}-{day:02d} 07:00,10,1:00:00\n" for month in ("03", "04") for day in range(1, 31, 3))
    + LONG
)


@pytest.mark.parametrize(
    "words",
    [[], *([*path] for path, _ in every(twinge))],
    ids=" ".join,
)
def test_every_command_explains_itself(run: Run, words: list[str]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


FACTLESS = {
    "serve",
    "demo",
    "completion",
    "keys create",
    "keys grant",
    "keys withdraw",
    "keys revoke",
    "keys vapid",
    "keys secret",
    "keys lost",
    "export",
    "erase",
}
"""Commands that run, or print one line that is itself for a program."""


@pytest.mark.parametrize("path", [path for path, command in every(twinge) if not isinstance(command, click.Group)])
def test_every_command_that_tells_facts_tells_them_to_programs_too(path: tuple[str, ...]) -> None:
    known = dict(every(twinge))[path].params
    assert any("--format" in option.opts for option in known) or " ".join(path) in FACTLESS


def test_a_backtest_needs_neither_settings_nor_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "alice.csv").write_text(HISTORY)
    result = run("backtest", "alice.csv", "--timezone", "Europe/Berlin", "--format", "json")
    report = json.loads(result.stdout)
    (alice,) = report["athletes"]
    assert (result.exit_code, alice["file"], alice["sessions"]) == (0, "alice.csv", 21)
    assert "L01" in alice["nudges"][-1]["rules"]
    assert list(tmp_path.iterdir()) == [tmp_path / "alice.csv"]


FIRST_WEEK = "date,distance_km,moving_time\n" + "".join(f"2026-05-{day:02d},3,0:24:00\n" for day in (1, 3, 5))


def test_a_backtest_takes_what_somebody_knows_of_themselves(run: Run, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text(FIRST_WEEK)
    words = ("backtest", "new.csv", "--timezone", "Europe/Berlin", "--format", "json")
    [plain] = json.loads(run(*words).stdout)["athletes"]
    [novice] = json.loads(run(*words, "--novice", "--bmi", "24").stdout)["athletes"]
    assert [one["rules"] for one in plain["nudges"]] == []
    assert [one["rules"] for one in novice["nudges"]] == [["L07"]]
    [declared] = json.loads(run(*words, "--longest", "2000").stdout)["athletes"]
    assert declared["nudges"][0]["rules"] == ["L01"]


def test_a_backtest_writes_where_it_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "alice.csv").write_text(HISTORY)
    result = run("backtest", "alice.csv", "--out", "report.txt", "--units", "mi")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "15.5 mi" in (tmp_path / "report.txt").read_text()


def test_a_file_that_cannot_be_read_is_one_line_and_exit_1(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    for words in (["bad.csv"], ["missing.csv"]):
        result = in_shell("backtest", *words, cwd=tmp_path)
        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr.startswith("twinge: ")
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["backtest"],
        ["backtest", "x.csv", "--timezone", "Mars/Olympus"],
        ["backtest", "x.csv", "--units", "furlong"],
        ["keys", "create"],
        ["keys", "create", "--scope", "root"],
        ["serve", "--port", "70000"],
        ["dance"],
    ],
)
def test_wrong_usage_is_exit_2(run: Run, words: list[str]) -> None:
    assert run(*words).exit_code == 2


def test_plugins_are_listed_for_people_and_for_programs(run: Run) -> None:
    text = run("plugins").stdout
    lines = json.loads(run("plugins", "--format", "json").stdout)
    assert {"generic", "strava", "twilio", "console"} <= {line["name"] for line in lines}
    assert all(line["name"] in text for line in lines)
    ready = {
        line["name"]: line["state"]
        for line in json.loads(run("plugins", "--format", "json", TWINGE_GENERIC_TOKEN="t" * 20).stdout)
    }
    assert ready["generic"] == "ready"


def test_a_strange_setting_is_named_on_stderr(run: Run) -> None:
    result = run("plugins", "--format", "json", TWINGE_PROT="1")
    assert "did you mean TWINGE_PORT?" in result.stderr
    json.loads(result.stdout)


def test_a_key_is_alone_on_the_last_line_and_can_be_revoked(run: Run) -> None:
    made = run("keys", "create", "--scope", "admin", "--name", "Bob's laptop")
    key = made.stdout.splitlines()[-1]
    assert (made.exit_code, key[:4], made.stdout) == (0, "twk_", key + "\n")
    key_id = key.split("_")[1]
    listed = run("keys", "list").stdout
    assert key_id in listed
    assert "Bob's laptop" in listed
    assert key.split("_", 2)[2] not in listed
    assert run("keys", "revoke", key_id).exit_code == 0
    again = run("keys", "revoke", key_id)
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)


def test_a_key_for_web_push_is_one_line_for_the_environment_file(run: Run) -> None:
    made, other = run("keys", "vapid"), run("keys", "vapid")
    name, _, private = made.stdout.strip().partition("=")
    assert (made.exit_code, made.stdout) == (0, f"TWINGE_WEBPUSH_PRIVATE_KEY={private}\n")
    ready = WebPush.from_env({name.removeprefix("TWINGE_WEBPUSH_"): private, "SUBJECT": "mailto:ops@twinge.example"})
    assert ready.public_key in made.stderr
    assert private not in made.stderr
    assert other.stdout != made.stdout


def test_a_channel_is_tried_and_says_what_came_of_it(run: Run) -> None:
    tried = run("channels", "test", "console", "Alice")
    assert tried.exit_code == 0, tried.output
    assert "this is a test" in tried.output
    assert "delivered" in tried.output.splitlines()[-1]
    listed = json.loads(run("channels", "list", "--format", "json").stdout)
    quiet = {"state": "up", "messages_today": 0, "segments_today": 0}
    assert listed == [{"channel": "console", **quiet}, {"channel": "me", **quiet}]
    assert "console" in run("channels", "list").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["twilio", "+1555"], "`twinge plugins` says what it lacks"),
        (["ntfy", "a b"], "topic of 1 to 64 letters"),
        (["ntfy", "a-topic-nobody-guesses"], "may work later: ntfy could not be reached"),
    ],
)
def test_a_channel_that_does_not_work_says_why(run: Run, words: list[str], sentence: str) -> None:
    env = {"TWINGE_NTFY_SECRET": "s" * 20, "TWINGE_NTFY_API_BASE": "http://127.0.0.1:9"}
    tried = run("channels", "test", *words, **env)
    assert (tried.exit_code, sentence in tried.output) == (1, True), tried.output


def test_the_database_is_checked_and_upgraded(run: Run) -> None:
    assert run("db", "check").exit_code == 1
    assert run("db", "upgrade").exit_code == 0
    assert run("db", "check").exit_code == 0


def test_a_wrong_setting_is_one_line_without_its_value(tmp_path: Path) -> None:
    result = in_shell("serve", cwd=tmp_path, TWINGE_SECRET_KEY="hush")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("twinge: TWINGE_SECRET_KEY must be ")
    assert "hush" not in result.stderr


def test_serve_says_where_it_listens_answers_and_stops_on_sigterm(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TWINGE_")}
    command = [sys.executable, "-m", "twinge", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, env=clean, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "hop=start" in line)
        url = line.split("url=")[1].split()[0]
        with urllib.request.urlopen(f"{url}/health/ready", timeout=5) as response:
            assert response.status == 200
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        assert process.wait(10) == 0
    assert "hop=stop outcome=asked" in rest


HEAVY = ("aiohttp.web", "sqlalchemy", "alembic", "apscheduler", "twilio")


@pytest.mark.parametrize("words", [["--help"], ["plugins", "--help"], ["plugins"], ["backtest", "alice.csv"]])
def test_light_commands_load_neither_web_nor_database(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "alice.csv").write_text(HISTORY)
    script = (
        "import sys\nfrom twinge.cli import twinge\n"
        f"twinge({words!r}, standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, check=False, capture_output=True, text=True, timeout=30
    )
    assert result.stderr.splitlines()[-1] == "[]"


def move_in(folder: Path, *names: str) -> list[str]:
    """Athletes of these names in a fresh database; their ids."""
    from twinge.config import Settings  # noqa: PLC0415
    from twinge.core.model import Athlete  # noqa: PLC0415
    from twinge.database import opened  # noqa: PLC0415 - only here

    async def made() -> list[str]:
        async with opened(Settings.from_env({"TWINGE_DATA_DIR": str(folder)})) as store, store.write() as tx:
            return [(await store.athletes.create(tx, Athlete("", name=name), NOW)).id for name in names]

    return asyncio.run(made())


def test_a_link_is_the_last_line_by_name_or_id(run: Run, tmp_path: Path) -> None:
    alice, *_ = move_in(tmp_path / "data", "Alice", "Bob", "Bob")
    for word in ("Alice", alice):
        result = run("link", word, TWINGE_PUBLIC_URL="https://run.example/t/")
        assert result.exit_code == 0
        assert re.fullmatch(r"https://run\.example/t/me/enter/[-_A-Za-z0-9]{43}\n", result.stdout)
    for word in ("Bob", "Charlie"):
        result = run("link", word, TWINGE_PUBLIC_URL="https://run.example")
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"there is no athlete {word}, or several have this name" in result.stderr


def test_a_link_needs_the_public_url(run: Run, tmp_path: Path) -> None:
    result = run("link", "Alice")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "set TWINGE_PUBLIC_URL" in result.stderr


def test_who_is_here_and_how_one_stands(run: Run, tmp_path: Path) -> None:
    assert "nobody is here yet" in run("athletes", "list").stdout
    alice, *_ = move_in(tmp_path / "data", "Alice", "Bob", "Bob")
    assert alice in run("athletes", "list").stdout
    listed = json.loads(run("athletes", "list", "--format", "json").stdout)
    assert sorted(one["name"] for one in listed) == ["Alice", "Bob", "Bob"]
    told = run("athletes", "show", "Alice")
    assert (told.exit_code, alice in told.stdout, "hr_max" in told.stdout) == (0, True, True)
    seen = json.loads(run("athletes", "show", alice, "--format", "json").stdout)
    assert (seen["athlete"]["name"], seen["state"]["pain"], seen["nudges"]) == ("Alice", "clear", [])
    assert "`twinge athletes list` shows them" in run("athletes", "show", "Bob").stderr


def test_what_came_in_is_listed_and_tried_again(run: Run, tmp_path: Path) -> None:
    put_in(tmp_path / "data")
    assert "generic" in run("deliveries", "list", "--state", "stray").stdout
    assert run("deliveries", "list", "--state", "dead").stdout == ""
    [one] = json.loads(run("deliveries", "list", "--format", "json").stdout)
    assert (one["platform"], one["state"], one["bytes"]) == ("generic", "stray", 2)
    both = run("deliveries", "replay", str(one["id"]), "999")
    assert (both.exit_code, "waits again" in both.stdout, "not replayed: 999" in both.stderr) == (1, True, True)
    again = run("deliveries", "replay", str(one["id"]), "--format", "json")
    assert (again.exit_code, json.loads(again.stdout)) == (1, [{"id": one["id"], "replayed": False}])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_told_how_to_complete(run: Run, shell: str) -> None:
    told = run("completion", shell)
    assert (told.exit_code, "_TWINGE_COMPLETE" in told.stdout, shell in told.stderr) == (0, True, True)


def put_in(folder: Path) -> None:
    """One delivery for nobody we know in a fresh database."""
    from twinge.config import Settings  # noqa: PLC0415
    from twinge.database import opened  # noqa: PLC0415 - only here
    from twinge.plugin import Delivery  # noqa: PLC0415

    async def made() -> None:
        async with opened(Settings.from_env({"TWINGE_DATA_DIR": str(folder)})) as store:
            await store.inbox.put(Delivery("generic", "POST", "", {}, {}, b"{}", NOW), "generic:1")
            [one] = await store.inbox.claim(NOW)
            async with store.write() as tx:
                await store.inbox.settle(tx, [(one.id, "stray", "nobody")], NOW)

    asyncio.run(made())
