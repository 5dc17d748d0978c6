"""TCX (Garmin's Training Center Database, version 2): each activity is a workout, its laps are summed.

https://www8.garmin.com/xmlschemas/TrainingCenterDatabasev2.xsd, and the extensions TPX (speed, steps, watts) and LX.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from twinge.plugin import Rejected
from twinge.recordings.markup import Walk, number, time
from twinge.recordings.tape import Sample, Tape, count_both_legs
from twinge.recordings.words import xml_sport

MEASURED: Final = {
    "altitudemeters": "altitude_m",
    "distancemeters": "distance_m",
    "cadence": "cadence_spm",
    "runcadence": "cadence_spm",
    "speed": "speed_m_s",
    "watts": "power_w",
}
WHOLE: Final = {"totaltimeseconds": "moving_s", "distancemeters": "distance_m"}
"""What laps sum up. A lap's time is the timer's, without pauses."""


class Tcx:
    """Hears one file."""

    def __init__(self) -> None:
        self.tapes: list[Tape] = []
        self.walk = Walk(self.opened, self.closed)
        self._tape: Tape | None = None
        self._point: Sample | None = None
        self._beats: list[tuple[float, float]] = []
        self._lap: dict[str, float] = {}
        self.courses = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        match name:
            case "activity":
                self._tape, self._beats = Tape(xml_sport(attributes.get("sport", ""))), []
            case "lap":
                self._lap = {}
                if self._tape is not None and self._tape.start is None:
                    self._tape.start = time(attributes.get("starttime", ""))
            case "trackpoint":
                self._point = {}
            case "course":
                self.courses = True

    def closed(self, name: str, text: str) -> None:
        """An element ends."""
        above = self.walk.path[-2] if len(self.walk.path) > 1 else ""
        if self._tape is None:
            return
        match name, above:
            case "activity", _:
                self._finish(self._tape)
                self._tape = None
            case "trackpoint", _:
                if self._point is not None and "time" in self._point:
                    self._tape.samples.append(self._point)
                self._point = None
            case "lap", _:
                self._sum(self._tape)
            case "id", "activity":
                self._tape.start = self._tape.start or time(text)
            case "notes", "activity":
                self._tape.title = text
            case _ if self._point is not None:
                _measure(self._point, name, above, text)
            case _:
                self._total(name, above, text)

    def _total(self, name: str, above: str, text: str) -> None:
        value = number(text)
        if value is None:
            return
        if above == "lap" and name in WHOLE:
            self._lap[WHOLE[name]] = value
        elif name == "value" and above in {"averageheartratebpm", "maximumheartratebpm"}:
            self._lap["avg_hr" if above.startswith("a") else "max_hr"] = value

    def _sum(self, tape: Tape) -> None:
        for name in WHOLE.values():
            if name in self._lap:
                tape.totals[name] = tape.totals.get(name, 0.0) + self._lap[name]
        if "max_hr" in self._lap:
            tape.totals["max_hr"] = max(tape.totals.get("max_hr", 0.0), self._lap["max_hr"])
        if "avg_hr" in self._lap:
            self._beats.append((self._lap["avg_hr"], self._lap.get("moving_s", 0.0)))

    def _finish(self, tape: Tape) -> None:
        tape.totals = {name: value for name, value in tape.totals.items() if value}
        seconds = sum(took for _, took in self._beats)
        if seconds:
            tape.totals["avg_hr"] = sum(bpm * took for bpm, took in self._beats) / seconds
        tape.samples.sort(key=lambda sample: sample["time"])
        count_both_legs(tape)
        if tape.samples or tape.totals:
            self.tapes.append(tape)


def read_tcx(body: bytes) -> list[Tape]:
    """Every activity; `Rejected` where there is none."""
    heard = Tcx()
    heard.walk.over(body)
    if not heard.tapes:
        what = "a course" if heard.courses else "no activity"
        raise Rejected(f"this TCX file holds {what}, not a workout; export the recorded activity")
    return heard.tapes


def _measure(point: Sample, name: str, above: str, text: str) -> None:
    if name == "time" and above == "trackpoint":
        if (at := time(text)) is not None:
            point["time"] = at.timestamp()
    elif (name, above) == ("value", "heartratebpm"):
        if (bpm := number(text)) is not None:
            point["hr"] = bpm
    elif name in MEASURED and (value := number(text)) is not None:
        point[MEASURED[name]] = value
