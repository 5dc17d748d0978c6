"""Rows of a table into activities: who did what, when, how long, how far; what a cell does not say stays unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from twinge.core.model import RUNNING, Activity
from twinge.core.sport import OTHER, is_interval, is_race, is_trail
from twinge.files.columns import Column, Sheet, read_starts, read_values
from twinge.files.dates import Moment
from twinge.files.numbers import is_blank
from twinge.files.problem import Found, Reading
from twinge.files.sizes import Sizes, read_sizes
from twinge.files.words import plain, sport_of

REST = frozenset(
    ("rest", "restday", "recovery", "off", "rust", "rustdag", "ruhe", "ruhetag", "descanso", "repos", "riposo", "pausa")
)
NOON = time(12)
YES = frozenset(
    ("true", "yes", "1", "1.0", "ja", "si", "sim", "oui", "vrai", "wahr", "verdadero", "verdadeiro", "vero", "x")
)


def read_rows(sheet: Sheet, *, zone: ZoneInfo | None, sport: str | None) -> Reading:
    """Every row that says something about a workout, with the zone the file names most often."""
    starts, used = read_starts(sheet)
    labels, sports = _sports(sheet, sport)
    sizes = read_sizes(sheet, sports, labels, used)
    name = _zone_name(sheet)
    reading = Reading([], sheet.problems, zone=name, units_note="; ".join(dict.fromkeys(sizes.notes)))
    reading.names = _names(sheet, used)
    place = zone or (ZoneInfo(name) if name else ZoneInfo("UTC"))
    minor, titles = _minor(sheet), sheet.of("title")
    for row, start in enumerate(starts):
        if start is None or not start.dated:
            _no_start(sheet, row, used)
        elif _is_rest(row, sizes, labels[row]):
            reading.empty += 1
        else:
            activity = _activity(sheet, row, _instant(start, place, sheet.strava), sports[row], sizes, minor, titles)
            reading.found.append(Found(sheet.lines[row], activity))
    return reading


def _names(sheet: Sheet, used: set[int]) -> dict[str, str]:
    """How this file calls the date, the duration, the distance and the id."""
    names = {"date": next((column.name for column in sheet.columns if column.index in used), "date")}
    for field, fields in (("duration", ("moving", "elapsed")), ("distance", ("distance",)), ("id", ("id",))):
        columns = sheet.of(*fields)
        if columns:
            names[field] = columns[0].name
    return names


def _no_start(sheet: Sheet, row: int, used: set[int]) -> None:
    """An empty date: a cell that is no date has been complained of already."""
    column = next(column for column in sheet.columns if column.index in used)
    if is_blank(sheet.rows[row][column.index]):
        sheet.complain(row, column, "the date is missing; the row was skipped")


def _is_rest(row: int, sizes: Sizes, label: str) -> bool:
    if sizes.moving[row] or sizes.elapsed[row] or sizes.metres[row]:
        return False
    return sport_of(label) in (None, OTHER) or plain(label).replace(" ", "") in REST


def _instant(start: Moment, place: ZoneInfo, strava: bool) -> tuple[datetime, bool]:
    """The instant, and whether only the day was known: then it is noon of that day, there."""
    if not start.timed:
        return datetime.combine(start.at.date(), NOON, place), True
    if start.at.tzinfo is not None:
        return start.at.astimezone(UTC), False
    return start.at.replace(tzinfo=UTC if strava else place).astimezone(UTC), False


def _sports(sheet: Sheet, given: str | None) -> tuple[list[str], list[str]]:
    """The label and the sport of each row."""
    columns = [c for c in sheet.of("sport", "workout_type") if _is_worded(sheet.cells(c))]
    columns.sort(key=lambda c: -sum(sport_of(cell) not in (None, OTHER) for cell in sheet.cells(c)[:400]))
    if not columns:
        what = f"there is no sport column; every row was taken for “{given or 'run'}”"
        if given is None:
            what += " (name another with --sport)"
        sheet.complain(None, None, what)
        return [""] * len(sheet.rows), [given or "run"] * len(sheet.rows)
    labels = sheet.cells(columns[0])
    _complain_of_blanks(sheet, columns[0], labels, given)
    return labels, _indoors(sheet, [sport_of(label) or given or OTHER for label in labels])


def _is_worded(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if not is_blank(cell)]
    return bool(filled) and sum(any(char.isalpha() for char in cell) for cell in filled) * 2 > len(filled)


def _complain_of_blanks(sheet: Sheet, column: Column, labels: Sequence[str], given: str | None) -> None:
    blank = [row for row, label in enumerate(labels) if is_blank(label)]
    if blank:
        what = f"{len(blank)} rows name no sport, first here; taken for “{given or OTHER}”"
        sheet.complain(blank[0], column, what)


def _indoors(sheet: Sheet, sports: list[str]) -> list[str]:
    """A run or ride with the trainer mark was on a treadmill or a roller: its distance is not to be trusted."""
    inside = {"run": "treadmill", "ride": "indoor_ride"}
    marks = _marks(sheet, "trainer")
    return [inside.get(sport, sport) if row in marks else sport for row, sport in enumerate(sports)]


def _marks(sheet: Sheet, field: str) -> set[int]:
    return {row for column in sheet.of(field) for row, cell in enumerate(sheet.cells(column)) if cell.casefold() in YES}


def _zone_name(sheet: Sheet) -> str | None:
    """The zone most rows name; Strava writes `(GMT-05:00) America/New_York`."""
    names = Counter(cell.split()[-1] for column in sheet.of("zone") for cell in sheet.cells(column) if cell.strip())
    return next((name for name, _ in names.most_common(20) if is_zone(name)), None)


def is_zone(name: str) -> bool:
    """Whether this is an IANA zone that the system knows."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True


def _minor(sheet: Sheet) -> dict[str, Sequence[int | None]]:
    races = _marks(sheet, "race")
    return {
        "climb_m": read_values(sheet, "climb", 0, 20_000),
        "descent_m": read_values(sheet, "descent", 0, 20_000),
        "avg_hr": read_values(sheet, "avg_hr", 30, 230),
        "max_hr": read_values(sheet, "max_hr", 30, 230),
        "rpe": read_values(sheet, "rpe", 1, 10),
        "avg_power_w": read_values(sheet, "power", 1, 2_000),
        "type": read_values(sheet, "workout_type", 0, 99) if not _worded_types(sheet) else [],
        "race": [int(row in races) for row in range(len(sheet.rows))],
    }


def _worded_types(sheet: Sheet) -> bool:
    columns = sheet.of("workout_type")
    return not columns or _is_worded(sheet.cells(columns[0]))


def _activity(
    sheet: Sheet,
    row: int,
    start: tuple[datetime, bool],
    sport: str,
    sizes: Sizes,
    minor: dict[str, Sequence[int | None]],
    titles: Sequence[Column],
) -> Activity:
    title = next((cell for column in titles if (cell := sheet.rows[row][column.index])), "")
    race, interval = _tags(row, sport, minor, title)
    return Activity(
        key=_key(sheet, row),
        sport=sport,
        start=start[0],
        day_only=start[1],
        elapsed_s=_whole(sizes.elapsed[row]),
        moving_s=_whole(sizes.moving[row]),
        distance_m=_whole(sizes.metres[row]),
        race=race,
        interval=interval,
        surface="trail" if sport == "run" and is_trail(title) else None,
        **{name: minor[name][row] for name in ("climb_m", "descent_m", "avg_hr", "max_hr", "rpe", "avg_power_w")},  # type: ignore[arg-type]
    )


def _tags(row: int, sport: str, minor: dict[str, Sequence[int | None]], title: str) -> tuple[bool, bool]:
    """Race and interval: by Strava's workout type (1 and 11 race, 3 and 12 workout), a race column, or the title."""
    kind = minor["type"][row] if minor["type"] else None
    untagged = not kind or kind == 10
    race = kind in (1, 11) or bool(minor["race"][row]) or (untagged and is_race(title))
    return race, kind in (3, 12) or (untagged and is_interval(title, running=sport in RUNNING))


def _key(sheet: Sheet, row: int) -> str:
    columns = sheet.of("id")
    name = sheet.rows[row][columns[0].index].strip()[:100] if columns else ""
    return f"{'strava' if sheet.strava else 'file'}:{name or f'line {sheet.lines[row]}'}"


def _whole(value: float | None) -> int | None:
    """Whole metres or seconds; zero is a watch that did not measure."""
    return (round(value) or None) if value is not None and abs(value) < 1e9 else None
