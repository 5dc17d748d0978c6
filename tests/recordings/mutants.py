"""Broken recordings by the thousand: each is read or refused in a sentence, and nothing else happens.

    python tests/recordings/mutants.py [count] [seed] [folder of recordings]

Without a folder the small ones of `maker` are broken. Prints what became of them.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from recordings.maker import CYCLING, U8, a_run, fit, gpx, gz, lap, point, records, session, tcx, trackpoint, zipped
from twinge.core.model import Activity
from twinge.recordings.child import answer
from twinge.recordings.wire import Answer, Ask, read_answer, write_answer

ODD = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)


def seeds() -> list[bytes]:
    """One of each kind, small."""
    several = [*records(60), session(30, 90), session(30, 250, sport=CYCLING, after=30)]
    run = a_run(130, more=[(16, U8, 140), (193, U8, 50)])
    track = gpx(point(n) for n in range(40))
    laps = tcx(lap(20, 60, "".join(trackpoint(n) for n in range(20))) + lap(20, 60))
    return [run, fit(several), run + run, track, laps, gz(run), zipped(a_fit=run, b_gpx=track)]


def mutants(bodies: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """So many broken bodies, the same for the same seed. Half of the FIT files get their checksum mended."""
    random = Random(seed)
    for _ in range(count):
        body = bytearray(random.choice(bodies))
        for _ in range(random.choice((1, 1, 2, 5))):
            _break(body, random)
        yield _mended(bytes(body)) if random.random() < 0.5 else bytes(body)


def _break(body: bytearray, random: Random) -> None:
    if not body:
        return
    place = random.randrange(len(body))
    match random.randrange(7):
        case 0:
            body[place] ^= 1 << random.randrange(8)
        case 1:
            body[place] = random.choice(ODD)
        case 2:
            del body[place : place + random.choice((1, 2, 7, 100))]
        case 3:
            body[place:place] = random.randbytes(random.choice((1, 2, 7, 100)))
        case 4:
            other = random.randrange(len(body))
            body[place : place + 40] = body[other : other + 40]
        case 5:
            del body[place:]
        case 6:
            body[place : place + 4] = random.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"<!--", b"</x>", b'&a;"'))


def _mended(body: bytes) -> bytes:
    """A FIT file whose header and checksum agree with its bytes again, so that the reader goes on."""
    from fitdecode.utils import compute_crc  # noqa: PLC0415 - only here

    if body[8:12] != b".FIT" or len(body) < 17:
        return body
    head = body[:4] + (len(body) - 16).to_bytes(4, "little") + body[8:12]
    inner = head + int(compute_crc(head)).to_bytes(2, "little") + body[14:-2]
    return inner + int(compute_crc(inner)).to_bytes(2, "little")


def outcome(body: bytes) -> str:
    """What became of it: `read`, or the beginning of the sentence that refused it. Raises for anything else."""
    found = answer(Ask(body), 512)
    if found.members:
        return "archive: " + ", ".join(sorted({_inner(body, name) for name in found.members}))
    told = read_answer(write_answer(found))
    if told.wrong:
        assert not told.activities
        return told.wrong.partition(":")[0].partition(" (line")[0]
    _check(told)
    return "read"


def _inner(body: bytes, name: str) -> str:
    return answer(Ask(body, name), 512).wrong.partition(":")[0].partition(" (line")[0] or "read"


def _check(told: Answer) -> None:
    assert told.activities
    for one in told.activities:
        assert isinstance(one, Activity)
        assert 2000 <= one.start.year <= 2199
        assert one.start.utcoffset() is not None
        numbers = [one.elapsed_s, one.moving_s, one.distance_m, one.climb_m, one.descent_m, one.avg_hr, one.avg_power_w]
        assert all(number is None or (0 <= number <= 10_000_000 and isfinite(number)) for number in numbers)
        assert one.elapsed_s or one.moving_s or one.distance_m


def main(count: int = 100_000, seed: int = 1, folder: str = "") -> None:
    """Break, read, count."""
    bodies = [path.read_bytes() for path in sorted(Path(folder).rglob("*.*"))] if folder else seeds()
    found: Counter[str] = Counter()
    slowest, began = 0.0, time.perf_counter()
    for body in mutants(bodies, count, seed):
        start = time.perf_counter()
        found[outcome(body)] += 1
        slowest = max(slowest, time.perf_counter() - start)
    for words, times in found.most_common():
        print(f"{times:8,}  {words}")
    print(f"{count:,} in {time.perf_counter() - began:.0f} s, the slowest {slowest * 1000:.0f} ms")


if __name__ == "__main__":
    words = sys.argv[1:]
    main(int(words[0]) if words else 100_000, int(words[1]) if words[1:] else 1, words[2] if words[2:] else "")
