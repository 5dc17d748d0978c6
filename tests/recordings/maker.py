"""Small recordings, made by hand: what a watch would have written of an invented run."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

EPOCH = 631_065_600
START = datetime(2026, 5, 4, 7, 30, tzinfo=UTC)

U8, U16, U32, S8, TEXT, ENUM = (0x02, "B"), (0x84, "H"), (0x86, "I"), (0x01, "b"), (0x07, "s"), (0x00, "B")
Field = tuple[int, tuple[int, str], Any]

RUNNING, CYCLING, TRANSITION = 1, 2, 3
TREADMILL, TRAIL = 1, 3


def stamp(at: datetime) -> int:
    return int(at.timestamp()) - EPOCH


def crc(body: bytes) -> int:
    """As in https://developer.garmin.com/fit/protocol/, two nibbles a byte."""
    table = [0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401]
    table += [0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400]
    found = 0
    for byte in body:
        for nibble in (byte & 15, byte >> 4):
            found = (found >> 4) ^ table[found & 15] ^ table[nibble]
    return found


def message(local: int, number: int, fields: Sequence[Field], *, big: bool = False) -> bytes:
    """A definition and one message of it."""
    order = ">" if big else "<"
    head = struct.pack(f"{order}BBBHB", 0x40 | local, 0, int(big), number, len(fields))
    data = bytes([local])
    for num, (kind, code), value in fields:
        body = value.encode() + b"\0" if code == "s" else struct.pack(f"{order}{code}", value)
        head += bytes([num, len(body), kind])
        data += body
    return head + data


def fit(
    messages: Iterable[bytes], *, kind: int | None = 4, size: int | None = None, checksum: int | None = None
) -> bytes:
    """A FIT file of these messages; `kind` 4 is an activity."""
    data = b"".join(messages)
    if kind is not None:
        data = message(0, 0, [(0, ENUM, kind), (4, U32, stamp(START))]) + data
    head = struct.pack("<BBHI4s", 14, 0x20, 2100, len(data) if size is None else size, b".FIT")
    head += struct.pack("<H", crc(head))
    return head + data + struct.pack("<H", crc(head + data) if checksum is None else checksum)


def record(
    second: int, *, metres: float, bpm: int = 140, stride: int = 85, height: float = 100, more: Sequence[Field] = ()
) -> bytes:
    at = stamp(START) + second
    return message(
        1,
        20,
        [
            (253, U32, at),
            (5, U32, round(metres * 100)),
            (3, U8, bpm),
            (4, U8, stride),
            (78, U32, round((height + 500) * 5)),
            *more,
        ],
    )


def session(
    seconds: int, metres: float, *, sport: int = RUNNING, sub: int = 0, after: int = 0, more: Sequence[Field] = ()
) -> bytes:
    began = stamp(START) + after
    fields: list[Field] = [
        (253, U32, began + seconds),
        (2, U32, began),
        (5, ENUM, sport),
        (6, ENUM, sub),
        (7, U32, (seconds + 60) * 1000),
        (8, U32, seconds * 1000),
        (9, U32, round(metres * 100)),
    ]
    return message(2, 18, [*fields, *more])


def activity(offset_s: int) -> bytes:
    return message(3, 34, [(253, U32, stamp(START)), (5, U32, stamp(START) + offset_s)])


def records(seconds: int, *, speed: float = 3.0, first: int = 0) -> list[bytes]:
    return [record(n, metres=speed * (n - first)) for n in range(first, first + seconds)]


def a_run(seconds: int = 900, *, offset_s: int = 7200, sub: int = 0, more: Sequence[Field] = ()) -> bytes:
    """A quarter of an hour at 3 m/s."""
    return fit([*records(seconds), session(seconds, 3.0 * seconds, sub=sub, more=more), activity(offset_s)])


def gpx(points: Iterable[str], *, kind: str = "<type>running</type>", head: str = "") -> bytes:
    body = "".join(points)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<gpx version="1.1" creator="x" '
        'xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">'
        f"<trk><name>Morning</name>{kind}<trkseg>{body}</trkseg></trk></gpx>"
    ).encode()


def point(second: int, *, degrees: float = 0.0000270, bpm: int | None = 140, when: str | None = None) -> str:
    """A step north of 3 metres a second."""
    at = when or datetime.fromtimestamp(START.timestamp() + second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    beat = (
        ""
        if bpm is None
        else "<extensions><gpxtpx:TrackPointExtension>"
        f"<gpxtpx:hr>{bpm}</gpxtpx:hr><gpxtpx:cad>85</gpxtpx:cad></gpxtpx:TrackPointExtension></extensions>"
    )
    return f'<trkpt lat="{50 + degrees * second:.7f}" lon="8.0"><ele>100.0</ele><time>{at}</time>{beat}</trkpt>'


def tcx(laps: str, *, sport: str = "Running", started: str = "2026-05-04T07:30:00Z") -> bytes:
    return (
        '<?xml version="1.0"?><TrainingCenterDatabase '
        'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2" '
        'xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2"><Activities>'
        f'<Activity Sport="{sport}"><Id>{started}</Id>{laps}</Activity></Activities></TrainingCenterDatabase>'
    ).encode()


def lap(seconds: int, metres: float, points: str = "", *, bpm: int = 140, start: str = "2026-05-04T07:30:00Z") -> str:
    return (
        f'<Lap StartTime="{start}"><TotalTimeSeconds>{seconds}</TotalTimeSeconds>'
        f"<DistanceMeters>{metres}</DistanceMeters>"
        f"<AverageHeartRateBpm><Value>{bpm}</Value></AverageHeartRateBpm>"
        f"<MaximumHeartRateBpm><Value>{bpm + 20}</Value></MaximumHeartRateBpm><Track>{points}</Track></Lap>"
    )


def trackpoint(second: int) -> str:
    at = datetime.fromtimestamp(START.timestamp() + second, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return (
        f"<Trackpoint><Extensions><ns3:TPX><ns3:Speed>3.0</ns3:Speed><ns3:RunCadence>85</ns3:RunCadence></ns3:TPX>"
        f"</Extensions><HeartRateBpm><Value>140</Value></HeartRateBpm><DistanceMeters>{3 * second}</DistanceMeters>"
        f"<Position><LatitudeDegrees>50</LatitudeDegrees><LongitudeDegrees>8</LongitudeDegrees></Position>"
        f"<AltitudeMeters>100</AltitudeMeters><Time>{at}</Time></Trackpoint>"
    )


def gz(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def zipped(**members: bytes) -> bytes:
    """`a__run_fit` is `a/run.fit`, `MACOSX__a` is `__MACOSX/a`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(
                name.replace("__", "/")
                .replace("MACOSX", "__MACOSX")
                .replace("_gz", ".gz")
                .replace("_fit", ".fit")
                .replace("_gpx", ".gpx"),
                body,
            )
    return buffer.getvalue()
