"""What can be wrong with a history file, as values and as the one exception."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from twinge.core.model import Activity, Report, Wellness
from twinge.plugin import TwingeError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that could not be read or had to be assumed; the rest of the file went on."""

    line: int | None
    """1 is the first line of the file; None speaks of the whole file."""
    column: str | None
    """The header as the file spells it, or the JSON field."""
    what: str

    def __str__(self) -> str:
        where = [f"line {self.line}"] if self.line else []
        where += [f"column “{self.column}”"] if self.column else []
        return f"{', '.join(where)}: {self.what}" if where else self.what


class Unreadable(TwingeError):
    """Nothing in the file could be read, or it is not what it claims; the message says where and what to do."""

    def __init__(self, path: Path | str, line: int | None, column: str | None, what: str, hint: str = "") -> None:
        self.path, self.line, self.column, self.what, self.hint = str(path), line, column, what, hint
        super().__init__(f"{self.path}: {Problem(line, column, what)}" + (f" {hint}" if hint else ""))


class Found(NamedTuple):
    """An activity and the line it was read from."""

    line: int
    activity: Activity


@dataclass(slots=True)
class Reading:
    """What a reader made of one file, before the absurd, the doubled and the merged are taken out."""

    found: list[Found]
    problems: list[Problem]
    zone: str | None = None
    """The IANA name the file gives most often."""
    units_note: str = ""
    rows: int = 0
    names: dict[str, str] = dataclasses.field(default_factory=dict)
    """Field → the header the file calls it by."""
    empty: int = 0
    """Rows that say nothing about a workout: a rest day of a diary."""
    mornings: list[Wellness] = dataclasses.field(default_factory=list)
    """Each key once."""
    reports: list[Report] = dataclasses.field(default_factory=list)
    """Each key once."""
