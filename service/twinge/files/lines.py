"""JSON histories: lines or an array, of a vendor's rows, of generic events, or of plain records."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from twinge import event
from twinge.core.model import Activity, Removed, Report, Wellness
from twinge.files.problem import Found, Problem, Reading, Unreadable
from twinge.files.rows import is_zone
from twinge.files.table import read_records
from twinge.plugin import ReadsRows, Rejected

WRAPPERS = ("activities", "items", "data", "events", "workouts", "results")
SURPRISES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a vendor's reader may raise on a row that is nothing like its vendor's."""

Row = tuple[int, Any]
"""The line an item begins on, and the item."""


def looks_like_json(text: str) -> bool:
    """Whether the first character is one that JSON objects and arrays begin with."""
    return text.lstrip()[:1] in ("{", "[")


def read_json(
    path: Path, text: str, readers: Sequence[ReadsRows], *, zone: ZoneInfo | None, sport: str | None
) -> Reading:
    """Every item by the first reader that knows it; what none knows is read by its keys, as a table would be."""
    reading = Reading([], [])
    rows = list(_objects(path, text, reading.problems))
    reading.rows = len(rows)
    reading.zone = _zone(rows)
    owners: Counter[str] = Counter()
    strangers: list[tuple[int, dict[str, str]]] = []
    events: list[tuple[int, str, Told]] = []
    for line, row in rows:
        reader = next((reader for reader in readers if _recognises(reader, row)), None)
        if reader is not None:
            _vendor(reading, line, row, reader)
        elif "type" in row and "athlete" in row:
            events += _generic(reading, line, row)
            owners.update(owner for _, owner, _ in events[-1:])
        else:
            strangers.append((line, _flat(row)))
    _take_events(reading, events, owners)
    if strangers:
        _take_records(path, reading, strangers, zone=zone, sport=sport)
    return reading


def _objects(path: Path, text: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    items = _array(text, problems) if text.lstrip()[:1] == "[" else _lines(text, problems)
    for line, item in items:
        if isinstance(item, dict):
            yield from _unwrapped(line, item)
        else:
            problems.append(Problem(line, None, "this is not a JSON object; it was skipped"))


def _unwrapped(line: int, item: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    inner = next((item[name] for name in WRAPPERS if isinstance(item.get(name), list)), None)
    if inner is None:
        yield line, item
        return
    yield from ((line, each) for each in inner if isinstance(each, dict))


def _lines(text: str, problems: list[Problem]) -> Iterator[Row]:
    """JSON lines; a single object spread over many lines is one item."""
    whole = _load(text)
    if isinstance(whole, dict):
        yield 1, whole
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        item = _load(line)
        if isinstance(item, ValueError):
            problems.append(Problem(number, None, f"this line is not JSON ({item}); it was skipped"))
        else:
            yield number, item


def _load(text: str) -> Any:
    """The JSON value, or the error as a value."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        return ValueError(f"{error.msg} at character {error.colno}")
    except (ValueError, RecursionError):
        return ValueError("a number too long or nested too deeply")


def _array(text: str, problems: list[Problem]) -> Iterator[Row]:
    """The items of an array one by one, so that a broken tail does not take the rest with it."""
    decoder = json.JSONDecoder()
    at = text.index("[") + 1
    line, counted = 1, 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        line, counted = line + text.count("\n", counted, at), at
        if at >= len(text) or text[at] == "]":
            if at >= len(text):
                problems.append(Problem(line, None, "the array is cut short here"))
            return
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            problems.append(Problem(line, None, "from here on this is not JSON; the rest was left out"))
            return
        yield line, item


def _recognises(reader: ReadsRows, row: Mapping[str, Any]) -> bool:
    try:
        return reader.recognises(row)
    except SURPRISES:
        return False


def _vendor(reading: Reading, line: int, row: Mapping[str, Any], reader: ReadsRows) -> None:
    try:
        reading.found.append(Found(line, reader.read_row(row)))
    except Rejected as error:
        reading.problems.append(Problem(line, error.field, f"{error.reason}; the row was skipped"))
    except SURPRISES as error:
        reading.problems.append(Problem(line, None, f"the row could not be read ({type(error).__name__}); skipped"))


T = TypeVar("T", Wellness, Report)
Told = Activity | Removed | Wellness | Report


def _generic(reading: Reading, line: int, row: Mapping[str, Any]) -> Iterator[tuple[int, str, Told]]:
    """Generic events; a report without a time of its own is skipped, for there is no delivery to date it by."""
    try:
        for each in event.decode(json.dumps(row).encode()):
            yield line, each.athlete, event.to_item(each).event
    except Rejected as error:
        reading.problems.append(Problem(line, error.field, f"{error.reason}; the event was skipped"))


def _take_events(reading: Reading, events: Sequence[tuple[int, str, Told]], owners: Counter[str]) -> None:
    """One athlete's events, deletions done; the others' are left out, and that is said."""
    main = owners.most_common(1)[0][0] if owners else ""
    others = sum(owner != main for _, owner, _ in events)
    if others:
        what = f"the file speaks of {len(owners)} athletes; {others} events of the others were left out (one file each)"
        reading.problems.append(Problem(None, "athlete", what))
    gone: set[str] = set()
    mornings: dict[str, Wellness] = {}
    reports: dict[str, Report] = {}
    for line, owner, item in events:
        if owner != main:
            continue
        match item:
            case Activity():
                reading.found.append(Found(line, item))
            case Removed():
                gone.add(item.key)
            case Wellness():
                mornings[item.key] = _newer(mornings.get(item.key), item)
            case Report():
                reports[item.key] = _newer(reports.get(item.key), item)
    reading.found = [found for found in reading.found if found.activity.key not in gone]
    reading.mornings, reading.reports = list(mornings.values()), list(reports.values())


def _newer(old: T | None, new: T) -> T:
    """The higher version; of two with one version the later in the file."""
    return old if old is not None and old.version > new.version else new


def _flat(row: Mapping[str, Any]) -> dict[str, str]:
    """A record's plain values as cells; one level of nesting is opened, null is an empty cell."""
    cells: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            cells.update({str(inner): str(each) for inner, each in value.items() if _is_plain(each)})
        elif _is_plain(value):
            cells[str(key)] = str(value)
    return cells


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and len(str(value)) < 5000


def _take_records(
    path: Path,
    reading: Reading,
    records: Sequence[tuple[int, dict[str, str]]],
    *,
    zone: ZoneInfo | None,
    sport: str | None,
) -> None:
    try:
        other = read_records(path, records, zone=zone, sport=sport)
    except Unreadable as error:
        if not reading.found:
            raise
        what = f"{len(records)} objects are of no kind we know, first here; they were left out"
        reading.problems.append(Problem(error.line, None, what))
        return
    reading.found += other.found
    reading.problems += other.problems
    reading.empty += other.empty
    reading.names = other.names
    reading.zone, reading.units_note = reading.zone or other.zone, other.units_note


def _zone(rows: Sequence[tuple[int, dict[str, Any]]]) -> str | None:
    """The zone most rows name; Strava writes `(GMT-05:00) America/New_York`."""
    names = Counter(str(row["timezone"])[-60:].split()[-1] for _, row in rows if str(row.get("timezone") or "").strip())
    return next((name for name, _ in names.most_common(20) if is_zone(name)), None)
