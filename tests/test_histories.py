"""Many files at once: the same stories on one core or two, and one bad file stops no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from twinge.cli import twinge
from twinge.core.model import Athlete
from twinge.core.pack import STANDARD, Pack
from twinge.histories import FEW, Wish, play_all, spread

ROWS = "Date,Distance (km),Moving time\n" + "".join(
    f"2026-{month}-{day:02d} 07:00,10,1:00:00\n" for month in ("03", "04") for day in range(1, 31, 3)
)
WISH = Wish(Athlete("backtest"), "Europe/Berlin", packs=(STANDARD, Pack(version="2")))


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """More than a few: Alice's in ever longer last runs, and one of Bob's that is no history."""
    made = [tmp_path / f"alice{number}.csv" for number in range(FEW)]
    for number, path in enumerate(made):
        path.write_text(ROWS + f"2026-05-03 07:00,{9 + number},2:00:00\n")
    (tmp_path / "bob.csv").write_text("a,b\n1,2\n")
    return [*made[:2], tmp_path / "bob.csv", *made[2:]]


def test_two_cores_tell_the_same_stories_in_the_same_order(paths: list[Path]) -> None:
    heard: list[float] = []
    alone, spread_out = play_all(paths, WISH, heard.append, cores=1), play_all(paths, WISH, heard.append, cores=2)
    assert spread_out == alone
    assert [told.file for told in alone] == [str(path) for path in paths]
    assert [len(told.stories) for told in alone] == [2, 2, 0, *[2] * (FEW - 2)]
    assert sum(heard) == pytest.approx(2 * len(paths))


def test_a_file_that_cannot_be_read_is_told_and_the_rest_goes_on(paths: list[Path]) -> None:
    [bad] = [told for told in play_all(paths, WISH, lambda _: None, cores=1) if told.trouble]
    assert bad.file.endswith("bob.csv")
    assert "no header of a training history" in str(bad.trouble)


def test_slow_work_keeps_its_order_on_one_core_and_on_two() -> None:
    heard: list[float] = []
    assert spread(abs, [-3, -1, -2], heard.append, cores=1) == spread(abs, [-3, -1, -2], heard.append, cores=2)
    assert heard == [1] * 6


def test_the_command_names_the_bad_file_tells_the_others_and_ends_with_1(paths: list[Path], tmp_path: Path) -> None:
    words = ["backtest", *map(str, paths[:3]), "--format", "json"]
    result = CliRunner().invoke(twinge, words)
    found = json.loads(result.stdout)
    assert (result.exit_code, len(found["athletes"])) == (1, 2)
    assert result.stderr.startswith(f"twinge: {paths[2]}: ")
    assert found["unreadable"] == [result.stderr.removeprefix("twinge: ").strip()]
    assert {"nudges_per_week_least", "nudges_per_week_median", "nudges_per_week_most"} <= set(found["summary"])


def test_nothing_readable_writes_nothing(paths: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    result = CliRunner().invoke(twinge, ["backtest", str(paths[2]), "--format", "html", "--out", str(out)])
    assert (result.exit_code, result.stdout, out.exists()) == (1, "", False)
