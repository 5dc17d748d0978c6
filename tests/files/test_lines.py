"""JSON histories: a vendor's rows through its reader, generic events, plain records, and broken lines between them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from twinge.core.model import Activity
from twinge.files import History, Unreadable, open_history
from twinge.plugin import Rejected


class Vendor:
    """A made-up vendor whose rows have a `vendor_id`."""

    def recognises(self, row: Mapping[str, Any]) -> bool:
        return "vendor_id" in row

    def read_row(self, row: Mapping[str, Any]) -> Activity:
        if "begin" not in row:
            raise Rejected("begin is missing", field="begin")
        return Activity(
            f"vendor:{row['vendor_id']}", "run", datetime.fromisoformat(row["begin"]), moving_s=int(row["secs"])
        )


ROWS = [
    {"vendor_id": 2, "begin": "2024-05-03T07:00:00+00:00", "secs": 1800, "timezone": "(GMT+01:00) Europe/Berlin"},
    {"vendor_id": 1, "begin": "2024-05-01T07:00:00+00:00", "secs": 1500, "timezone": "(GMT+01:00) Europe/Berlin"},
]


def read(tmp_path: Path, text: str, name: str = "bob.jsonl") -> History:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return open_history(path, readers=[Vendor()])


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, ROWS)),
        "\n\n" + "\n\n".join(map(json.dumps, ROWS)) + "\n",
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        json.dumps({"activities": ROWS}, indent=1),
    ],
    ids=["lines", "spaced lines", "array", "pretty array", "wrapped"],
)
def test_a_vendors_rows_in_every_wrapping(tmp_path: Path, text: str) -> None:
    history = read(tmp_path, text)
    assert [a.key for a in history.activities] == ["vendor:1", "vendor:2"]
    assert history.zone.key == "Europe/Berlin"


def test_broken_lines_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = [json.dumps(ROWS[0]), "{broken", "[1]", json.dumps({"vendor_id": 3}), json.dumps({**ROWS[1], "secs": "x"})]
    history = read(tmp_path, "\n".join([*lines, json.dumps(ROWS[1])]))
    assert [a.key for a in history.activities] == ["vendor:1", "vendor:2"]
    assert {(p.line, p.column) for p in history.problems} >= {(2, None), (3, None), (4, "begin")}


def test_a_cut_array_gives_what_came_before_the_cut(tmp_path: Path) -> None:
    history = read(tmp_path, json.dumps(ROWS, indent=2)[:-30])
    assert [a.key for a in history.activities] == ["vendor:2"]
    assert history.problems[-1].line == 8


def event(name: str, kind: str = "activity", athlete: str = "alice", **activity: Any) -> str:
    body = {"sport": "run", "start": "2024-05-01T07:00:00+02:00", "moving_s": 1800, **activity}
    return json.dumps(
        {"type": kind, "athlete": athlete, "id": name} | ({"activity": body} if kind == "activity" else {})
    )


def test_generic_events_with_a_deletion_and_somebody_else(tmp_path: Path) -> None:
    lines = [
        event("a"),
        event("b", start="2024-05-02T07:00:00+02:00", distance_m=5000),
        event("a", kind="activity.deleted"),
        event("c", athlete="charlie"),
        event("d", start="2024-05-02"),
    ]
    history = read(tmp_path, "\n".join(lines))
    [run] = history.activities
    assert (run.key, run.distance_m, run.start) == ("generic:b", 5000, datetime(2024, 5, 2, 5, tzinfo=UTC))
    assert any("2 athletes" in str(problem) for problem in history.problems)
    assert any(problem.line == 5 and "start" in str(problem) for problem in history.problems)


def test_plain_records_are_read_by_their_keys(tmp_path: Path) -> None:
    record = {"startTime": "2024-05-01T07:00:00Z", "activityType": {"typeKey": "x"}, "sport": "trail running"}
    text = "\n".join(json.dumps({**record, "distance": d, "duration": 60 * d / 150}) for d in (5000.0, 8000.0))
    first, second = read(tmp_path, text).activities
    assert (first.sport, first.distance_m, second.distance_m) == ("trail_run", 5000, 8000)


def test_deep_and_odd_json_is_refused_by_a_sentence(tmp_path: Path) -> None:
    for text in ("[" * 5000, '{"a":' * 5000, "[1,2,3]", '{"a": 1}', "{", "[]"):
        with pytest.raises(Unreadable):
            read(tmp_path, text)


def test_gzip_is_opened_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, ROWS)).encode()))
    assert len(open_history(path, readers=[Vendor()]).activities) == 2
