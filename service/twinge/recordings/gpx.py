"""GPX 1.0 and 1.1 (https://www.topografix.com/GPX/1/1/): each track is a workout.

A GPX file has no distance, so it is measured from point to point, and the places are forgotten with the last one. Heart
rate, cadence and power come in extensions of several makers, under names that agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Final

from twinge.plugin import Rejected
from twinge.recordings.markup import Walk, number, time
from twinge.recordings.tape import Sample, Tape, count_both_legs
from twinge.recordings.words import xml_sport

EARTH_M: Final = 6_371_008.8
MEASURED: Final = {
    "ele": "altitude_m",
    "hr": "hr",
    "heartrate": "hr",
    "cad": "cadence_spm",
    "cadence": "cadence_spm",
    "power": "power_w",
    "powerinwatts": "power_w",
    "watts": "power_w",
    "speed": "speed_m_s",
}
Place = tuple[float, float]


class Gpx:
    """Hears one file."""

    def __init__(self) -> None:
        self.tapes: list[Tape] = []
        self.walk = Walk(self.opened, self.closed)
        self._tape: Tape | None = None
        self._point: Sample | None = None
        self._place: Place | None = None
        self._segment = 0
        self._places: list[tuple[Place | None, int]] = []
        """By sample: where, and in which segment."""
        self.timeless = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        match name:
            case "trk":
                self._tape, self._places = Tape(), []
            case "trkseg":
                self._segment += 1
            case "trkpt":
                self._point = {}
                self._place = _place(attributes)

    def closed(self, name: str, text: str) -> None:
        """An element ends."""
        if name == "trk" and self._tape is not None:
            self._finish(self._tape)
            self._tape = None
        elif name == "trkpt" and self._tape is not None and self._point is not None:
            self._add(self._tape, self._point)
            self._point = None
        elif self._point is not None:
            self._measure(self._point, name, text)
        elif self._tape is not None and self.walk.path[-2:-1] == ["trk"]:
            self._name(self._tape, name, text)

    def _name(self, tape: Tape, name: str, text: str) -> None:
        if name == "type":
            tape.sport = xml_sport(text)
        elif name == "name":
            tape.title = text

    def _measure(self, point: Sample, name: str, text: str) -> None:
        if name == "time" and self.walk.path[-2:-1] == ["trkpt"]:
            if (at := time(text)) is not None:
                point["time"] = at.timestamp()
                if self._tape is not None and self._tape.start is None:
                    self._tape.start = at
        elif name in MEASURED and (value := number(text)) is not None:
            point[MEASURED[name]] = value

    def _add(self, tape: Tape, point: Sample) -> None:
        if "time" not in point:
            self.timeless = True
            return
        tape.samples.append(point)
        self._places.append((self._place, self._segment))

    def _finish(self, tape: Tape) -> None:
        pairs = sorted(zip(tape.samples, self._places, strict=True), key=lambda pair: pair[0]["time"])
        self._places = []
        if len(pairs) > 1:
            tape.samples = [sample for sample, _ in pairs]
            _pace_out(pairs)
            count_both_legs(tape)
            self.tapes.append(tape)


def _pace_out(pairs: Sequence[tuple[Sample, tuple[Place | None, int]]]) -> None:
    """Give each sample its metres since the start. What lies between two segments was not recorded."""
    path, before, last = 0.0, None, 0
    for sample, (place, segment) in pairs:
        if place is None:
            continue
        if before is not None and segment == last:
            path += metres(before, place)
        before, last = place, segment
        sample["distance_m"] = path


def read_gpx(body: bytes) -> list[Tape]:
    """Every track that has times; `Rejected` where there is none."""
    heard = Gpx()
    heard.walk.over(body)
    if not heard.tapes:
        what = "no times: it is a planned route" if heard.timeless else "no track with two points"
        raise Rejected(f"this GPX file holds {what}, not a workout; export the recorded activity")
    return heard.tapes


def _place(attributes: Mapping[str, str]) -> Place | None:
    north, east = (number(attributes.get(name, "")) for name in ("lat", "lon"))
    if north is None or east is None or not (abs(north) <= 90 and abs(east) <= 180):
        return None
    return None if (north, east) == (0, 0) else (radians(north), radians(east))


def metres(before: Place, after: Place) -> float:
    """The way between two places (radians) along the sphere, by the haversine formula."""
    half = sin((after[0] - before[0]) / 2) ** 2 + cos(before[0]) * cos(after[0]) * sin((after[1] - before[1]) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))
