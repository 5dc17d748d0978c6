"""A table of activities: finds the header, reads each column by its own conventions, then each row."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from twinge.files.columns import Column, Sheet
from twinge.files.problem import Problem, Reading, Unreadable
from twinge.files.rows import read_rows
from twinge.files.words import header, plain

DELIMITERS = ",;\t|"
LOOK = 15
"""Rows from the top in which the header must stand: some exports begin with a title or `sep=;`."""
EXPECTED = "A history needs a date column and a distance or duration column, e.g. date,distance_km,moving_time_min."


class Line(NamedTuple):
    """A row and the line of the file on which it begins."""

    number: int
    cells: list[str]


def read_csv(path: Path, text: str, *, zone: ZoneInfo | None, sport: str | None) -> Reading:
    """A CSV of any of the usual kinds."""
    delimiter = _delimiter(text)
    problems: list[Problem] = []
    lines = list(_lines(path, text, delimiter, problems))
    at, columns = _find_header(path, lines)
    return _read(
        columns, len(lines[at].cells), lines[at + 1 :], problems, zone=zone, sport=sport, comma_likely=delimiter == ";"
    )


def read_records(
    path: Path, records: Sequence[tuple[int, dict[str, str]]], *, zone: ZoneInfo | None, sport: str | None
) -> Reading:
    """JSON objects of no known vendor: their keys are read as headers."""
    names = list(dict.fromkeys(key for _, record in records for key in record))
    columns = _columns(names)
    if not _is_header(columns):
        raise Unreadable(path, records[0][0], None, _found(names), EXPECTED)
    lines = [Line(number, [record.get(name, "") for name in names]) for number, record in records]
    return _read(columns, len(names), lines, [], zone=zone, sport=sport, comma_likely=False)


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into the most cells, alike in each."""
    head = [line for line in text[:20000].splitlines() if line.strip()][:LOOK]
    if head and head[0].lower().startswith("sep=") and len(head[0].strip()) == 5:
        return head[0].strip()[4]

    def score(delimiter: str) -> tuple[int, int]:
        counts = [len(row) for row in _try_csv(head, delimiter)]
        width, often = Counter(counts).most_common(1)[0] if counts else (0, 0)
        return (often if width > 1 else 0, width)

    return max(DELIMITERS, key=score)


def _try_csv(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []


def _lines(path: Path, text: str, delimiter: str, problems: list[Problem]) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(Problem(reader.line_num, None, f"the row is broken ({error}) and was skipped"))
            before = reader.line_num
            continue
        if any(cell.strip() for cell in cells):
            yield Line(before + 1, [cell.strip().strip("\ufeff") for cell in cells])
        before = reader.line_num


def _find_header(path: Path, lines: Sequence[Line]) -> tuple[int, list[Column]]:
    for at, line in enumerate(lines[:LOOK]):
        columns = _columns(line.cells)
        if _is_header(columns):
            if at + 1 == len(lines):
                raise Unreadable(path, line.number, None, "there is a header but no row below it.", "Export it again.")
            return at, columns
    first = lines[0] if lines else Line(1, [])
    raise Unreadable(path, first.number, None, _found(first.cells), EXPECTED)


def _found(names: Sequence[str]) -> str:
    seen = ", ".join(name[:30] for name in names[:8] if name)
    return f"no header of a training history was found (columns seen: {seen or 'none'})."


def _columns(names: Sequence[str]) -> list[Column]:
    found = []
    for index, name in enumerate(names):
        meaning = header(name) if len(name) < 400 else None
        if meaning is not None:
            found.append(Column(index, name, plain(name), *meaning))
    return found


def _is_header(columns: Sequence[Column]) -> bool:
    fields = {column.field for column in columns}
    dated = fields & {"start", "start_local"}
    return bool(dated and fields & {"distance", "elapsed", "moving", "sport"} and len(columns) > 1)


def _read(
    columns: list[Column],
    width: int,
    lines: Sequence[Line],
    problems: list[Problem],
    *,
    zone: ZoneInfo | None,
    sport: str | None,
    comma_likely: bool,
) -> Reading:
    kept = []
    for line in lines:
        if any(line.cells[width:]):
            problems.append(Problem(line.number, None, f"the row has more cells than the header ({width}); skipped"))
        else:
            kept.append(Line(line.number, line.cells + [""] * (width - len(line.cells))))
    if not kept:
        return Reading([], problems, rows=len(lines))
    sheet = Sheet(columns, [line.number for line in kept], [line.cells for line in kept], comma_likely, problems)
    reading = read_rows(sheet, zone=zone, sport=sport)
    reading.rows = len(lines)
    return reading
