"""Recordings in a backtest: single files, folders and exports as one athlete's history."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from recordings.maker import a_run, fit, gpx, gz, point, records, session
from twinge.archives import bodies, count, open_recordings, sources
from twinge.cli import twinge
from twinge.core.model import Athlete
from twinge.files import Unreadable
from twinge.histories import Wish, play

DAY = 86_400
HEADER = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Filename,Moving Time\n"
ROW = '1,"May 4, 2026, 7:30:00 AM",Long race,Run,960,2.7,activities/77.fit.gz,900\n'


def run_on(day: int, seconds: int = 300) -> bytes:
    return fit([*records(seconds, first=day * DAY), session(seconds, 3.0 * seconds, after=day * DAY)])


def export(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), body)
    return path


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, body: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return path

    return write


def nothing(_: float) -> None:
    return None


def backtest(*words: str | Path) -> tuple[Result, Any]:
    result = CliRunner().invoke(twinge, ["backtest", *map(str, words), "--format", "json"])
    return result, json.loads(result.stdout) if result.stdout else None


def test_single_recordings_are_one_history_and_lists_are_their_own(put: Callable[[str, bytes], Path]) -> None:
    first, table, second = put("a.fit", b"x"), put("b.csv", b"x"), put("c.GPX.gz", b"x")
    assert sources([first, table, second]) == [(first, second), table]


def test_a_folder_or_zip_of_recordings_alone_is_a_history(put: Callable[[str, bytes], Path], tmp_path: Path) -> None:
    put("folder/2026/a.fit", a_run())
    put("listed/activities.csv", b"x")
    put("listed/activities/a.fit", a_run())
    alone = export(tmp_path / "alone.zip", a_DOT_fit=a_run())
    strava = export(tmp_path / "strava.zip", activities_DOT_csv=b"x", activities__1_DOT_fit=a_run())
    texts = export(tmp_path / "texts.zip", a_DOT_csv=b"x")
    paths = [tmp_path / "folder", tmp_path / "listed", alone, strava, texts]
    assert sources(paths) == [(paths[0],), paths[1], (alone,), strava, texts]
    assert [count(path) for path in paths] == [1, 1, 1, 1, 0]


def test_garmins_archive_in_an_archive_is_opened(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("1_activity.fit", a_run())
    path = export(tmp_path / "garmin.zip", DI_CONNECT__UploadedFiles_DOT_zip=inner.getvalue(), a_DOT_json=b"{}")
    assert sources([path]) == [(path,)]
    assert list(bodies(path)) == [("1_activity.fit", a_run())]


def test_one_history_of_many_files_by_start(put: Callable[[str, bytes], Path]) -> None:
    paths = put("b.fit", run_on(2)), put("a.fit", a_run()), put("c.gpx.gz", gz(gpx(point(n) for n in range(60))))
    heard: list[int] = []
    history = open_recordings(paths, heard.append)
    assert sorted(one.distance_m or 0 for one in history.activities) == [177, 900, 2700]
    assert history.activities[-1].distance_m == 900
    assert (history.rows, history.skipped, heard) == (3, 0, [1, 1, 1])
    assert history.zone.key == "Etc/GMT-2"
    assert "UTC+2, as most devices had it" in str(history.problems[0])
    assert history.name == "b.fit and 2 more"


def test_the_same_file_twice_is_one_workout_and_a_bad_one_is_told(put: Callable[[str, bytes], Path]) -> None:
    paths = put("a.fit", a_run()), put("b.fit", a_run()), put("c.fit", b"nonsense")
    history = open_recordings(paths, lambda _: None)
    assert len(history.activities) == 1
    assert [str(each) for each in history.problems[1:]] == [
        "c.fit: this is no FIT, TCX or GPX file: export the activity as one of these"
    ]


def test_without_any_workout_the_reason_is_the_whole_answer(put: Callable[[str, bytes], Path], tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"a\.fit: this is no FIT"):
        open_recordings((put("a.fit", b"nonsense"),), lambda _: None)
    with pytest.raises(Unreadable, match="none of its 2 recordings"):
        open_recordings((put("a.fit", b"nonsense"), put("b.fit", b"nonsense")), lambda _: None)
    with pytest.raises(Unreadable, match="cannot be opened"):
        open_recordings((tmp_path / "absent.fit",), lambda _: None)


def test_the_command_takes_recordings(put: Callable[[str, bytes], Path]) -> None:
    result, told = backtest(put("a.fit", a_run()), put("b.fit", run_on(2)), "--timezone", "Europe/Berlin")
    assert result.exit_code == 0
    [athlete] = told["athletes"]
    assert (athlete["sessions"], athlete["zone"]) == (2, "Europe/Berlin")
    result, _ = backtest(put("c.fit", b"nonsense"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "this is no FIT, TCX or GPX file" in result.stderr


def test_the_recordings_of_an_export_are_read_where_asked_for(tmp_path: Path) -> None:
    table = (HEADER + ROW).encode()
    path = export(tmp_path / "export.zip", activities_DOT_csv=table, activities__77_DOT_fit_DOT_gz=gz(a_run()))
    wish, heard = Wish(Athlete("backtest"), "Europe/Berlin"), list[float]()
    [plain] = play(path, wish).stories
    [rich] = play(path, replace(wish, streams=True), heard.append).stories
    assert "1 recordings lie beside the list; --streams reads them" in str(plain.problems[0])
    assert "1 workouts were read from 1 recordings" in str(rich.problems[0])
    assert (len(plain.log), plain.same, len(rich.log), rich.same) == (1, 0, 1, 1)
    assert plain.log[0].told != rich.log[0].told
    assert sum(heard) == pytest.approx(1)
