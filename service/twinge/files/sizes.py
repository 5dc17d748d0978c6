"""Metres and seconds for every row, whatever units the columns are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from twinge.files.columns import Column, Sheet, read_numbers, read_spans
from twinge.files.numbers import Measure, Span
from twinge.files.scale import METRES, SECONDS, Pace, best, by_length, by_size, usual

UNITS = ("km", "m", "mi")


@dataclass(slots=True)
class Sizes:
    """What was found, row by row, and in which units it stood."""

    moving: list[float | None]
    elapsed: list[float | None]
    metres: list[float | None]
    notes: list[str] = field(default_factory=list)


def read_sizes(sheet: Sheet, sports: Sequence[str], labels: Sequence[str], used: set[int]) -> Sizes:
    """Durations first, then distances against them; columns in `used` are times of day."""
    count = len(sheet.rows)
    sizes = Sizes([None] * count, [None] * count, [None] * count)
    distances = [(column, read_numbers(sheet, column)) for column in sheet.of("distance")]
    for name in ("moving", "elapsed"):
        target = getattr(sizes, name)
        for column in sheet.of(name):
            if column.index not in used:
                _fill(target, _seconds(column, read_spans(sheet, column), distances, sports, sizes))
    _read_metres(sheet, distances, sports, labels, sizes)
    return sizes


def _fill(target: list[float | None], found: Sequence[float | None]) -> None:
    """Zero is a watch that did not measure, so another column may know better; what is negative stays to be seen."""
    for row, value in enumerate(found):
        if not target[row] and value:
            target[row] = value


def _seconds(
    column: Column,
    spans: Sequence[Span | None],
    distances: Sequence[tuple[Column, Sequence[Measure | None]]],
    sports: Sequence[str],
    sizes: Sizes,
) -> list[float | None]:
    factors = {"exact": 1.0}
    for form, choices in (("plain", tuple(SECONDS.values())), ("pair", (1.0, 60.0))):
        rows = [row for row, span in enumerate(spans) if span and span.form == form and span.value > 0]
        if rows:
            factors[form] = _factor(column, form, choices, rows, spans, distances, sports)
    if "plain" in factors:
        unit = next(name for name, factor in SECONDS.items() if factor == factors["plain"])
        sizes.notes.append(f"{column.name[:40]} in {unit}")
    return [span.value * factors.get(span.form, 1.0) if span else None for span in spans]


def _factor(
    column: Column,
    form: str,
    choices: Sequence[float],
    rows: Sequence[int],
    spans: Sequence[Span | None],
    distances: Sequence[tuple[Column, Sequence[Measure | None]]],
    sports: Sequence[str],
) -> float:
    """Seconds to one of what is written: by the header, else by the speeds it gives, else by its length."""
    if form == "plain" and column.unit in SECONDS:
        return SECONDS[column.unit]
    if form == "pair" and column.unit in ("h", "min"):
        return 60.0 if column.unit == "h" else 1.0
    values = [span.value if (span := spans[row]) else 0.0 for row in rows]
    for other, numbers in distances:
        paces = _paces(rows, numbers, dict(zip(rows, values, strict=True)), sports)
        if paces:
            return best(paces, _candidates(other), choices)[1]
    return by_length(values, choices)


def _candidates(column: Column) -> tuple[str, ...]:
    return (column.unit,) if column.unit in METRES else UNITS


def _paces(
    rows: Sequence[int], numbers: Sequence[Measure | None], durations: dict[int, float], sports: Sequence[str]
) -> list[Pace]:
    return [
        Pace(sports[row], number.value, durations[row])
        for row in rows
        if (number := numbers[row]) and number.value > 0 and number.unit is None and durations.get(row, 0) > 0
    ]


def _read_metres(
    sheet: Sheet,
    distances: Sequence[tuple[Column, Sequence[Measure | None]]],
    sports: Sequence[str],
    labels: Sequence[str],
    sizes: Sizes,
) -> None:
    durations = {
        row: value for row in range(len(sheet.rows)) if (value := sizes.moving[row] or sizes.elapsed[row] or 0) > 0
    }
    units = _units(distances, sports, durations)
    order = sorted(range(len(distances)), key=lambda at: units[at] != "m")
    found = []
    for at in order:
        column, numbers = distances[at]
        by_label = _by_label(column, units[at], numbers, sports, labels, durations, sizes)
        found.append(_metres(sheet, column, numbers, by_label, sports, labels, durations))
        _fill(sizes.metres, found[-1])
    _compare(sheet, found, sizes)


def _units(
    distances: Sequence[tuple[Column, Sequence[Measure | None]]], sports: Sequence[str], durations: dict[int, float]
) -> list[str]:
    """The unit of each distance column: by its header, by its ratio to another column, by the speeds it gives."""
    units = []
    for column, numbers in distances:
        rows = [row for row, number in enumerate(numbers) if number and number.value > 0]
        paces = _paces(rows, numbers, durations, sports)
        if column.unit in METRES:
            units.append(column.unit)
        elif paces:
            units.append(best(paces, UNITS, (1.0,))[0])
        else:
            values = [number.value for number in numbers if number and number.value > 0]
            units.append(by_size(values, sports[rows[0]]) if values else "km")
    for at, (column, _) in enumerate(distances):
        for other in range(len(distances)):
            unit = _by_ratio(distances[at][1], distances[other][1]) if other != at else None
            if unit and column.unit not in METRES:
                units[at], units[other] = unit, "m"
    return units


def _by_ratio(small: Sequence[Measure | None], large: Sequence[Measure | None]) -> str | None:
    """km or mi when the other column is the same distance in metres."""
    ratios = sorted(
        many.value / few.value
        for few, many in zip(small, large, strict=True)
        if few and many and few.value > 1 and many.value > 0
    )
    if len(ratios) < 2:
        return None
    middle = ratios[len(ratios) // 2]
    return "km" if 980 < middle < 1020 else "mi" if 1590 < middle < 1630 else None


def _by_label(
    column: Column,
    unit: str,
    numbers: Sequence[Measure | None],
    sports: Sequence[str],
    labels: Sequence[str],
    durations: dict[int, float],
    sizes: Sizes,
) -> dict[str, str]:
    """Unit per sport label: swims stand in metres where runs stand in kilometres."""
    sizes.notes.append(f"{column.name[:40]} in {unit}")
    chosen = {}
    for label in sorted(set(labels)):
        rows = [row for row, other in enumerate(labels) if other == label]
        paces = _paces(rows, numbers, durations, sports)
        usual_here = {u: _usual_share(paces, u) for u in dict.fromkeys((unit, "m", "km"))}
        chosen[label] = unit
        if paces and usual_here[unit] < 0.4 and max(usual_here.values()) > 0.6:
            chosen[label] = max(usual_here, key=lambda u: usual_here[u])
            sizes.notes.append(f"{label or 'no sport'} in {chosen[label]}")
    return chosen


def _usual_share(paces: Sequence[Pace], unit: str) -> float:
    fits = sum(usual(pace.sport, pace.distance * METRES[unit], pace.duration) for pace in paces)
    return fits / len(paces) if paces else 0.0


def _metres(
    sheet: Sheet,
    column: Column,
    numbers: Sequence[Measure | None],
    by_label: dict[str, str],
    sports: Sequence[str],
    labels: Sequence[str],
    durations: dict[int, float],
) -> list[float | None]:
    """The column in metres; a single row that only makes sense a thousand times smaller is read so, and said."""
    metres: list[float | None] = []
    for row, number in enumerate(numbers):
        if number is None:
            metres.append(None)
            continue
        unit = number.unit if number.unit in METRES else by_label[labels[row]]
        value = number.value * METRES[unit]
        if unit == "km" and row in durations and _thousandfold(sports[row], value, durations[row]):
            sheet.complain(row, column, f"{number.value:g} was read as metres: in kilometres nobody is as fast")
            value /= 1000
        metres.append(value)
    return metres


def _thousandfold(sport: str, metres: float, seconds: float) -> bool:
    return metres / seconds > 100 and usual(sport, metres / 1000, seconds)


def _compare(sheet: Sheet, found: Sequence[Sequence[float | None]], sizes: Sizes) -> None:
    """Say where two distance columns tell different stories."""
    apart = Counter(
        row
        for other in found[1:]
        for row, value in enumerate(other)
        if value and (main := sizes.metres[row]) and abs(value - main) > max(100.0, main / 20)
    )
    if apart:
        column = sheet.of("distance")[0]
        what = f"the distance columns differ in {len(apart)} rows, first here; the one in metres was used"
        sheet.complain(min(apart), column, what)
