"""What can stand at a path: archives, folders, foreign files, and bytes that mean nothing."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinge.files import History, Unreadable, open_history

TABLE = b"date,sport,km,min\n2024-05-01,Run,9,50\n"


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "/").replace("_csv", ".csv"), body)
    return buffer.getvalue()


def test_the_list_is_found_in_an_export(tmp_path: Path) -> None:
    path = tmp_path / "export_1.zip"
    path.write_bytes(zipped(activities_csv=TABLE, profile_csv=b"a,b\n", activities__1_csv=b"x"))
    history = open_history(path)
    assert (history.name, len(history.activities)) == ("export_1.zip:activities.csv", 1)


def test_an_unpacked_export_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "activities.csv").write_bytes(TABLE)
    assert len(open_history(tmp_path).activities) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (zipped(a_csv=TABLE, b_csv=TABLE), "holds no activities.csv"),
        (zipped(activities_csv=TABLE)[:-30], "zip archive"),
        (gzip.compress(TABLE * 100, mtime=0)[:-20], "damaged or cut short"),
        (b"\x0e\x10\x43\x08\x01\x00\x00\x00.FIT\x00\x00", "FIT file"),
        (b"%PDF-1.4\n", "PDF"),
        (bytes(range(256)) * 20, "not a text file"),
        (b"\x00" * 100, "empty"),
    ],
)
def test_what_is_not_a_history_is_named(tmp_path: Path, body: bytes, words: str) -> None:
    path = tmp_path / "history"
    path.write_bytes(body)
    with pytest.raises(Unreadable, match=words):
        open_history(path)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be opened"):
        open_history(tmp_path / "nothing.csv")


def survives(folder: Path, body: bytes) -> None:
    path = folder / "fuzz.csv"
    path.write_bytes(body)
    try:
        history = open_history(path, now=datetime(2026, 1, 1, tzinfo=UTC))
    except Unreadable:
        return
    assert isinstance(history, History)
    assert history.activities
    for activity in history.activities:
        assert activity.start.tzinfo is not None
        assert min(activity.distance_m or 1, activity.duration_s or 1, activity.avg_hr or 30) > 0


@given(body=st.binary(max_size=300))
@settings(max_examples=150)
def test_any_bytes_are_a_history_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    survives(tmp_path_factory.getbasetemp(), body)


CELLS = st.one_of(
    st.sampled_from(
        [
            *("2024-05-01", "03/04/2024", "Mar 7, 2023, 9:00 PM", "1991-01-01", "0000-00-00", "9999-12-31T23:59:59Z"),
            *("2024-05-01T00:00:00+16:00", "0001-01-01T00:00:00+14:00", "99999999999", "12:30", "31.12.2024 24:00"),
            *("5,2", "1.250", "1,250", "-3", "1e9", "nan", "inf", "--", "1:2:3", "99:99", "0", "", " ", "Run", "5 km"),
            *('"', "'", "\x00", "\u202f", "ß", "٣", "²", "1e-9", "9" * 50),
        ]
    ),
    st.text(max_size=12),
)
NAMES = st.sampled_from(
    [
        *("date", "Datum", "start_date_local", "time", "distance", "Distance.1", "km", "Dauer", "duration_min", "type"),
        *("hr", "timezone", "id", "rpe", "workout_type", "trainer", "Höhenmeter", "name", "race"),
    ]
)


@given(
    names=st.lists(NAMES, min_size=2, max_size=6),
    rows=st.lists(st.lists(CELLS, max_size=7), max_size=6),
    delimiter=st.sampled_from(",;\t"),
)
@settings(max_examples=300)
def test_any_table_is_a_history_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], rows: list[list[str]], delimiter: str
) -> None:
    text = "\n".join(delimiter.join(cells) for cells in [["date", *names], *rows])
    survives(tmp_path_factory.getbasetemp(), text.encode("utf-8", errors="surrogatepass"))
