"""The dates of injury or pain that a history is held against. A label is never guessed: what cannot be read stops."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

SUFFIX = ".onsets.csv"
BEGINS = ("onset", "onset_date", "start", "start_date", "begin", "date", "from", "injury", "injury_date", "pain")
ENDS = ("end", "end_date", "until", "to", "cleared", "recovered")
TOLD = 5
"""Bad cells named in one message; the rest are counted."""


class WrongOnsets(ValueError):
    """The dates cannot be used; the message names file, line and column and says what to write instead."""


class Onset(NamedTuple):
    """One episode of injury or pain."""

    day: date
    """The athlete's local day on which it began."""
    end: date | None
    """Its last day; None where nobody wrote it down."""
    line: int
    """Where it stands in its file; 1 is the header."""


def read_onsets(path: Path) -> tuple[Onset, ...]:
    """The onsets in a CSV with the columns `onset` and, if known, `end`, by day; a header alone says: no injury.

    Dates are written year-month-day. Raises `WrongOnsets`.
    """
    rows = list(_rows(path))
    if not rows:
        raise WrongOnsets(f"{path}: the file is empty. Write a header line, onset,end; no rows below it: no injury.")
    header, *below = rows
    begin, end = _column(header[1], BEGINS), _column(header[1], ENDS)
    if begin is None:
        seen = ", ".join(header[1])[:80]
        raise WrongOnsets(f"{path}: line {header[0]}: no column “onset” (found: {seen}). Write a header, onset,end.")
    wrong: list[str] = []
    found = [_onset(line, cells, header[1], begin, end, wrong) for line, cells in below]
    if wrong:
        more = f"; and {len(wrong) - TOLD} more" if len(wrong) > TOLD else ""
        raise WrongOnsets(f"{path}: {'; '.join(wrong[:TOLD])}{more}.")
    return tuple(sorted(onset for onset in found if onset is not None))


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line it ends on."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise WrongOnsets(f"{path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise WrongOnsets(f"{path} is not UTF-8 text. Save it as CSV (UTF-8).") from None
    head = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise WrongOnsets(f"{path}: line {reader.line_num}: the row is broken ({error}).") from None


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    plain = [cell.casefold().replace(" ", "_") for cell in header]
    return next((plain.index(name) for name in names if name in plain), None)


def _onset(
    line: int, cells: Sequence[str], header: Sequence[str], begin: int, end: int | None, wrong: list[str]
) -> Onset | None:
    def cell(at: int | None) -> str:
        return cells[at] if at is not None and at < len(cells) else ""

    first = _day(cell(begin), f"line {line}, column “{header[begin]}”", wrong)
    last = None
    if end is not None and cell(end):
        last = _day(cell(end), f"line {line}, column “{header[end]}”", wrong)
        if first and last and last < first:
            wrong.append(f"line {line}, column “{header[end]}”: {last} lies before the onset, {first}")
    return Onset(first, last, line) if first else None


def _day(cell: str, where: str, wrong: list[str]) -> date | None:
    try:
        return datetime.fromisoformat(cell).date()
    except ValueError:
        said = f"“{cell[:30]}” is not a date" if cell else "there is no date"
        wrong.append(f"{where}: {said}; write it year-month-day, like 2024-05-31")
        return None


def match(histories: Sequence[Path], onsets: Sequence[Path]) -> tuple[list[tuple[Path, Path]], list[str]]:
    """Each history with its dates, and what was left out, in words.

    A folder that holds NAME.onsets.csv brings its own; every other history takes the next of `onsets`. Raises
    `WrongOnsets`.
    """
    found: list[tuple[Path, Path]] = []
    alone: list[str] = []
    single: list[Path] = []
    for path in histories:
        if path.is_dir() and (not onsets or any(path.glob(f"*{SUFFIX}"))):
            both, left_out = _pairs(path)
            found += both
            alone += left_out
        else:
            single.append(path)
    if len(single) != len(onsets):
        told = f"{len(single)} single histories and {len(onsets)} --onsets were given"
        raise WrongOnsets(f"{told}: give one --onsets for each, in the same order, or a folder of pairs.")
    found += zip(single, onsets, strict=True)
    _once(found)
    return found, alone


def _pairs(folder: Path) -> tuple[list[tuple[Path, Path]], list[str]]:
    """NAME.csv with NAME.onsets.csv; another kind of history that backtest reads (NAME.jsonl.gz, …) will do too."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    dates = {path.name.removesuffix(SUFFIX): path for path in files if path.name.endswith(SUFFIX)}
    histories = [path for path in files if not path.name.endswith(SUFFIX)]
    names = {path: _stem(path, dates) for path in histories}
    alone = [
        f"{path.name} was left out: it has no {path.name.partition('.')[0]}{SUFFIX} (a header alone says: no injury)"
        for path, name in names.items()
        if name is None
    ]
    lonely = dates.keys() - set(names.values())
    alone += [f"{dates[name].name} was left out: no history beside it" for name in sorted(lonely)]
    found = [(path, dates[name]) for path, name in names.items() if name is not None]
    if not found:
        raise WrongOnsets(f"{folder}: no pair was found. Put NAME.csv beside NAME{SUFFIX}, or give --onsets.")
    return found, alone


def _stem(path: Path, dates: dict[str, Path]) -> str | None:
    """The longest beginning of the file's name, up to a dot, for which there are dates."""
    parts = path.name.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in dates), None)


def _once(found: Sequence[tuple[Path, Path]]) -> None:
    """Two histories beside one file of dates would count every onset twice."""
    seen: dict[Path, Path] = {}
    for history, onsets in found:
        if onsets in seen:
            both = f"{seen[onsets].name} and {history.name}"
            raise WrongOnsets(f"{onsets}: two histories stand beside it ({both}). Leave one.")
        seen[onsets] = history
