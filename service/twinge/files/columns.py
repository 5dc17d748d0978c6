"""One column at a time: its conventions are decided from all its cells, then every cell is read by them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from twinge.files.dates import Moment, moment, order_of
from twinge.files.numbers import Measure, Span, decimal_mark, is_blank, measure, span
from twinge.files.problem import Problem
from twinge.files.words import STRAVA_DATES

T = TypeVar("T")
SAMPLE = 60


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose header we know."""

    index: int
    name: str
    phrase: str
    """The header in plain small words."""
    field: str
    rank: int
    unit: str | None


@dataclass(slots=True)
class Sheet:
    """The rows below the header, all of one width."""

    columns: list[Column]
    lines: list[int]
    rows: list[list[str]]
    comma_likely: bool
    problems: list[Problem]

    def of(self, *fields: str) -> list[Column]:
        """The columns of a field, the surest first."""
        return sorted((c for c in self.columns if c.field in fields), key=lambda c: (c.rank, c.index))

    def cells(self, column: Column) -> list[str]:
        """A column's cells, top down."""
        return [row[column.index] for row in self.rows]

    @property
    def strava(self) -> bool:
        """Whether this is Strava's own bulk export, whose dates are UTC."""
        return any(c.phrase in STRAVA_DATES for c in self.columns)

    @property
    def english(self) -> bool:
        """Whether the headers are English, as far as the date column's name tells."""
        return all(c.phrase.split()[0] in _ENGLISH for c in self.of("start", "start_local"))

    def complain(self, row: int | None, column: Column | None, what: str) -> None:
        """Note a problem of one row, or of the whole file."""
        line = self.lines[row] if row is not None else None
        self.problems.append(Problem(line, column.name[:60] if column else None, what))


_ENGLISH = frozenset(
    ("activity", "date", "start", "started", "begin", "datetime", "timestamp", "when", "time", "day", "local")
)


def read_numbers(sheet: Sheet, column: Column) -> list[Measure | None]:
    """A column of numbers; a cell that is none becomes a problem and None."""
    cells = sheet.cells(column)
    mark = decimal_mark(cells, comma_likely=sheet.comma_likely)
    return _read(sheet, column, cells, lambda cell: measure(cell, mark))


def read_spans(sheet: Sheet, column: Column) -> list[Span | None]:
    """A column of durations."""
    cells = sheet.cells(column)
    mark = decimal_mark(cells, comma_likely=sheet.comma_likely)
    return _read(sheet, column, cells, lambda cell: span(cell, mark))


def read_values(sheet: Sheet, field: str, low: float, high: float) -> list[int | None]:
    """Whole numbers of a minor field from the first column that has one; outside the limits they are not known."""
    merged: list[int | None] = [None] * len(sheet.rows)
    for column in sheet.of(field):
        factor = 0.3048 if column.unit == "ft" else 1.0
        for row, found in enumerate(read_numbers(sheet, column)):
            if found is None or merged[row] is not None:
                continue
            value = found.value * (0.3048 if found.unit == "ft" else factor)
            merged[row] = round(value) if low <= value <= high else None
    return merged


def _read(sheet: Sheet, column: Column, cells: Sequence[str], read: Callable[[str], T | None]) -> list[T | None]:
    """Read every cell; a column that is mostly unreadable is one problem, but dates are named row by row."""
    values: list[T | None] = []
    bad: list[tuple[int, str]] = []
    for row, cell in enumerate(cells):
        try:
            values.append(read(cell))
        except ValueError as error:
            values.append(None)
            bad.append((row, str(error)))
    filled = sum(not is_blank(cell) for cell in cells)
    if len(bad) * 2 > filled > 3 and column.field not in ("start", "start_local"):
        sheet.complain(bad[0][0], column, f"{bad[0][1]}; so it is with most of this column, which was left out")
        return [None] * len(cells)
    for row, what in bad:
        sheet.complain(row, column, what)
    return values


def read_starts(sheet: Sheet) -> tuple[list[Moment | None], set[int]]:
    """When each row began, and the indexes of the columns used for it.

    The column that knows the hour wins over one that knows the day only; a day and a time of day are put together.
    """
    columns = sheet.of("start", "start_local", "clock")
    tried = {column: _sample(sheet, column) for column in columns}
    dated = [c for c in columns if any(m and m.dated for m in tried[c])]
    if not dated:
        sheet.complain(0, columns[0], "no cell of this column is a date")
        return [None] * len(sheet.rows), {c.index for c in columns}
    best = max(dated, key=lambda c: (sum(_worth(m) for m in tried[c]), c.field == "start", -c.rank))
    starts = _whole(sheet, best)
    used = {best.index}
    if not any(m.timed for m in starts if m):
        clock = _clock(sheet, [c for c in columns if c is not best])
        if clock is not None:
            used.add(clock.index)
            starts = [_together(day, time) for day, time in zip(starts, _parse(sheet, clock), strict=True)]
    return starts, used


def _worth(found: Moment | None) -> int:
    """2 for a day with its hour, 1 for a day."""
    return 0 if found is None or not found.dated else 2 if found.timed else 1


def _sample(sheet: Sheet, column: Column) -> list[Moment | None]:
    step = max(1, len(sheet.rows) // SAMPLE)
    return _moments(sheet, [row[column.index] for row in sheet.rows[::step]])


def _moments(sheet: Sheet, cells: Sequence[str]) -> list[Moment | None]:
    order = order_of(cells, english=sheet.english)
    found: list[Moment | None] = []
    for cell in cells:
        try:
            found.append(moment(cell, order))
        except (ValueError, OverflowError):
            found.append(None)
    return found


def _parse(sheet: Sheet, column: Column) -> list[Moment | None]:
    cells = sheet.cells(column)
    order = order_of(cells, english=sheet.english)
    if order.doubt:
        sheet.complain(None, column, order.doubt)
    return _read(sheet, column, cells, lambda cell: moment(cell, order))


def _whole(sheet: Sheet, column: Column) -> list[Moment | None]:
    """The column as moments; Strava's local times pretend to be UTC, and midnight throughout means no hour at all."""
    found = _parse(sheet, column)
    if column.field == "start_local":
        found = [m and m._replace(at=m.at.replace(tzinfo=None)) for m in found]
    hours = {(m.at.hour, m.at.minute, m.at.second) for m in found if m and m.timed}
    if hours == {(0, 0, 0)}:
        found = [m and m._replace(timed=False) for m in found]
    return found


def _clock(sheet: Sheet, others: Sequence[Column]) -> Column | None:
    """A column of times of day; `time` counts as one only where another column gives the duration."""
    spare = [c for c in sheet.of("elapsed") if c.phrase in ("time", "tijd", "zeit", "tiempo", "temps", "tempo")]
    if len(sheet.of("elapsed", "moving")) > len(spare):
        others = [*others, *spare]
    for column in others:
        found = [m for m in _sample(sheet, column) if m]
        if found and all(not m.dated for m in found):
            return column
    return None


def _together(day: Moment | None, time: Moment | None) -> Moment | None:
    if day is None or time is None or time.dated:
        return day
    return Moment(day.at.replace(hour=time.at.hour, minute=time.at.minute, second=time.at.second), timed=True)
