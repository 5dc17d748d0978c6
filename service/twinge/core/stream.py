"""Per-second samples in, one small `Shape` out; what fails its gate comes out empty, never as a guess.

The gates are those of rules.md section 1. Where that page leaves a number open, the constant says that it is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import accumulate, chain, repeat
from math import isfinite
from operator import lt, sub
from typing import Final, cast

from twinge.core import form, heart, pace
from twinge.core.formula import normalized_power
from twinge.core.hills import climbed, cut, graded, steep
from twinge.core.model import Shape
from twinge.core.track import Track, follow, runs

Stream = Sequence[float | None] | None

LATEST: Final = 1e11
"""Seconds no clock shows: a later time is garbage."""
MISSING: Final = 10
"""Per cent of samples a stream may lack."""
BOUNDS: Final = {
    "hr": (30, 230),
    "distance_m": (0, 1e7),
    "altitude_m": (-500, 9000),
    "speed_m_s": (0, 100),
    "power_w": (0, 3000),
    "cadence_spm": (0, 300),
    "contact_ms": (100, 600),
    "bounce_mm": (20, 250),
    "bounce_pct": (1, 30),
    "left_pct": (30, 70),
}
"""What a stream may show; a sample outside counts as missing. The heart's are of rules.md section 1, the others ours.

A walker's foot stays down longer than 600 ms: contact time and what goes with it are a runner's.
"""


@dataclass(frozen=True, slots=True)
class Streams:
    """A recorder's streams, aligned by index; None inside a stream is a sample not known.

    Streams of unequal length are cut to the shortest; an empty one counts as not there.
    """

    time_s: Stream = None
    """Seconds, increasing; a sample that does not increase is dropped from every stream."""
    distance_m: Stream = None
    """Since the start."""
    altitude_m: Stream = None
    hr: Stream = None
    cadence_spm: Stream = None
    """Steps of both feet per minute; a source that counts one foot must be doubled first."""
    power_w: Stream = None
    speed_m_s: Stream = None
    contact_ms: Stream = None
    """Ground contact time of a step."""
    bounce_mm: Stream = None
    """Vertical oscillation."""
    bounce_pct: Stream = None
    """Vertical ratio, oscillation over step length in per cent: used where oscillation is missing."""
    left_pct: Stream = None
    """Ground-contact balance: the share of the left foot in per cent."""
    moving: Sequence[bool | None] | None = None
    barometric: bool | None = None
    """Whether the altitude has a barometer behind it; not known is taken for GPS."""


def shape(streams: Streams) -> Shape:
    """What the streams showed. Never raises for data: a part that cannot be used is None or empty; `gated` says why.

    What comes from speed means something for sports on foot only: a step over 12.5 m/s, or 30 s over 8 m/s, is left
    out of it.
    """
    told, backwards = _in_step(streams)
    gate = _Gate(told, {"time_backwards"} if backwards else set())
    heights = gate.bridged("altitude_m")
    climb, descent = (None, None) if heights is None else climbed(heights, bool(streams.barometric))
    if told.time_s is None:
        return Shape(climb_m=climb, descent_m=descent, gated=gate.words)
    track = _track(gate, cast(list[float], told.time_s))
    course = cut(track, heights)
    flat = graded(course)
    beats, cadence, shares = _beats(gate, track), gate.bridged("cadence_spm"), gate.clean("left_pct")
    hr = _bridge(beats) if beats else None
    return Shape(
        hr_seconds=heart.histogram(track, beats) if beats else (),
        normalized_power_w=_power(track, gate.bridged("power_w")),
        graded_m=flat and flat.metres,
        graded_s=flat and flat.seconds,
        climb_m=climb,
        descent_m=descent,
        steep_m=steep(course),
        uneven=pace.uneven(course),
        run_s=pace.running(track, course, cadence),
        early_hr=heart.early(track.clock, hr) if hr else None,
        early_mm_s=pace.early(course),
        brisk_mm_s=pace.brisk(course),
        drift=form.drift(
            track,
            course,
            hr=hr,
            cadence=cadence,
            contact=gate.bridged("contact_ms"),
            bounce=gate.bridged("bounce_mm") or gate.bridged("bounce_pct"),
        ),
        left=form.left(shares, track.held) if shares else None,
        jumped_m=None if track.path is None else round(track.jumped),
        gated=gate.words,
    )


# ---- bringing the streams into step ----------------------------------------------------------------------------------

NAMES: Final = tuple(field.name for field in fields(Streams) if field.name != "barometric")


def _in_step(streams: Streams) -> tuple[Streams, bool]:
    """The same streams, of one length, with time increasing; what is not there stays None. Was a sample dropped?"""
    given = {name: stream for name in NAMES if (stream := getattr(streams, name))}
    if not given:
        return Streams(), False
    length = min(map(len, given.values()))
    given = {name: _listed(stream, length) for name, stream in given.items()}
    time = given.get("time_s")
    kept = None if time is None or _increases(time) else _increasing(time)
    if kept is not None:
        given = {name: [stream[i] for i in kept] for name, stream in given.items() if kept}
    return Streams(**given), bool(kept)


def _listed(stream: Sequence[float | None], length: int) -> list[float | None]:
    """So much of the stream as a list: the stream itself where it is one, for nobody here writes into it."""
    return stream if isinstance(stream, list) and len(stream) == length else list(stream[:length])


def _increases(time: Sequence[float | None]) -> bool:
    whole = cast(Sequence[float], time)
    try:
        return whole[0] >= 0 and whole[-1] < LATEST and all(map(lt, whole, whole[1:]))
    except TypeError:  # None
        return False


def _increasing(time: Sequence[float | None]) -> list[int]:
    """Indexes of the samples whose time is a number and later than that of the last one kept."""
    kept, last = [], -1.0
    for i, t in enumerate(time):
        if t is not None and last < t < LATEST:
            kept.append(i)
            last = t
    return kept


# ---- gates -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Gate:
    """The streams, and a word for each thing that was not believed of those that were asked for."""

    told: Streams
    doubts: set[str]

    @property
    def words(self) -> tuple[str, ...]:
        """The doubts in order."""
        return tuple(sorted(self.doubts))

    def clean(self, name: str) -> list[float | None] | None:
        """The stream with what lies outside its bounds made None; None when it is not there or too much is missing."""
        stream: list[float | None] | None = getattr(self.told, name)
        return stream if stream is None or _sound(stream, *BOUNDS[name]) else self._sifted(name, stream)

    def bridged(self, name: str) -> list[float] | None:
        """The clean stream with its gaps closed in straight lines, its ends held."""
        stream: list[float | None] | None = getattr(self.told, name)
        if stream is None or _sound(stream, *BOUNDS[name]):
            return cast(list[float] | None, stream)
        sifted = self._sifted(name, stream)
        return None if sifted is None else _bridge(sifted)

    def _sifted(self, name: str, stream: list[float | None]) -> list[float | None] | None:
        least, most = BOUNDS[name]
        known = [x for x in stream if x is not None]
        kept = len(known)
        if known and not _sound(known, least, most):
            stream = [x if x is not None and least <= x <= most else None for x in stream]
            kept -= len([x for x in known if not least <= x <= most])
        if name == "hr" and kept < len(known):
            self.doubts.add("hr_range")
        if kept and 100 * (len(stream) - kept) <= MISSING * len(stream):
            return stream
        self.doubts.add(f"{name.partition('_')[0]}_missing")
        return None


def _sound(stream: Sequence[float | None], least: float, most: float) -> bool:
    """Whether all of it is within bounds, told at the speed of C: most streams are."""
    whole = cast(Sequence[float], stream)
    try:
        return isfinite(sum(whole)) and least <= min(whole) and max(whole) <= most
    except (TypeError, OverflowError):  # None, or a number beyond all floats
        return False


def _bridge(clean: list[float | None]) -> list[float]:
    filled = cast(list[float], clean[:])
    for first, after in runs([x is None for x in clean]):
        if after == len(filled):
            filled[first:] = [filled[first - 1]] * (after - first)
        elif first == 0:
            filled[:after] = [filled[after]] * after
        else:
            low = filled[first - 1]
            slope = (filled[after] - low) / (after - first + 1)
            filled[first:after] = [low + slope * step for step in range(1, after - first + 1)]
    return filled


def _track(gate: _Gate, time: list[float]) -> Track:
    """The track by distance, else by speed."""
    distance = gate.bridged("distance_m")
    speed = gate.bridged("speed_m_s") if distance is None else None
    track = follow(time, distance, speed, gate.told.moving)
    if track.spikes:
        gate.doubts.add("speed_spikes")
    return track


def _beats(gate: _Gate, track: Track) -> list[float | None] | None:
    """The heart rate, where it is believed."""
    beats = gate.clean("hr")
    word = None if beats is None else heart.doubt(track, beats, gate.told.cadence_spm)
    if word is None:
        return beats
    gate.doubts.add(word)
    return None


def _power(track: Track, power: list[float] | None) -> int | None:
    """Normalised power of one sample a second; None without a meter, which some sources write as zeros throughout."""
    if power is None:
        return None
    if track.even:
        return round(normalized_power(power) or 0) or None
    ends = list(map(round, accumulate(track.held)))
    watts = list(chain.from_iterable(map(repeat, power, map(sub, ends, [0, *ends]))))
    return round(normalized_power(watts) or 0) or None
