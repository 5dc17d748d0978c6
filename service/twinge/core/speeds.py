"""The athlete's own speeds (`load.Own`), looked up when a rung of the ladder asks: a third of a step's work."""

from __future__ import annotations

from twinge.core.moment import Moment


class Speeds:
    """`load.Speeds` of a moment, in millimetres per second."""

    __slots__ = ("_moment",)

    def __init__(self, moment: Moment) -> None:
        self._moment = moment

    @property
    def threshold_mm_s(self) -> int | None:
        """Best 30 to 60 minute run of the last 90 days."""
        gates = self._moment.pack.gates
        least, most = gates.threshold_least_s, gates.threshold_most_s
        runs = self._moment.window(gates.threshold_d)
        return max([s.pace for s in runs if s.pace and least <= (s.seconds or 0) <= most], default=None)

    @property
    def median_mm_s(self) -> int | None:
        """Median of the runs of the last 42 days."""
        recent = sorted([s.pace for s in self._moment.window(self._moment.pack.gates.median_d) if s.pace])
        return recent[len(recent) // 2] if recent else None
