"""A recorder that never errs: legs of even running in, streams of one sample a second out."""

from __future__ import annotations

from twinge.core.stream import Streams


def record(*legs: tuple[float, ...], first: float = 500.0) -> Streams:
    """Each leg is (seconds, metres a second) or (seconds, metres a second, per cent grade), from `first` metres up."""
    path, heights = [0.0], [first]
    for seconds, speed, *grade in legs:
        for _ in range(int(seconds)):
            path.append(path[-1] + speed)
            heights.append(heights[-1] + speed * sum(grade) / 100)
    return Streams(time_s=list(range(len(path))), distance_m=path, altitude_m=heights, barometric=True)


def turned(*parts: tuple[int, float]) -> list[float]:
    """A stream that holds each value for so many seconds, after a first sample of the first value."""
    return [parts[0][1], *(value for seconds, value in parts for _ in range(seconds))]
