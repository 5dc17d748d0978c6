"""Values to columns and back: instants as epoch milliseconds, facts as JSON, bounded values as msgpack."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec

from twinge.core.model import Activity, Athlete, Removed, Report, Wellness
from twinge.core.state import State

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLI = timedelta(milliseconds=1)

_pack = msgspec.msgpack.Encoder().encode
_json = msgspec.json.Encoder().encode
_read_activity = msgspec.msgpack.Decoder(tuple[int, Activity]).decode
_read_envelope = msgspec.msgpack.Decoder(tuple[str, str, dict[str, str], dict[str, str], str]).decode
_read_state = msgspec.msgpack.Decoder(State).decode
_read_athlete = msgspec.json.Decoder(Athlete).decode
_read_wellness = msgspec.msgpack.Decoder(Wellness).decode
_read_removed = msgspec.msgpack.Decoder(Removed).decode
_read_report = msgspec.msgpack.Decoder(Report).decode


def to_ms(at: datetime) -> int:
    """An aware instant as epoch milliseconds, rounded down."""
    return (at - EPOCH) // _MILLI


def from_ms(value: int) -> datetime:
    """Epoch milliseconds as an aware UTC instant."""
    return EPOCH + value * _MILLI


def maybe_at(value: int | None) -> datetime | None:
    """`from_ms`, and None for None."""
    return None if value is None else from_ms(value)


def new_id(now: datetime) -> str:
    """A fresh id that sorts by time: 11 hex digits of milliseconds, 10 of chance."""
    return f"{to_ms(now):011x}{secrets.token_hex(5)}"


def pack_envelope(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], url: str) -> bytes:
    """What came around a body."""
    return _pack((method, path, query, headers, url))


def unpack_envelope(blob: bytes) -> tuple[str, str, dict[str, str], dict[str, str], str]:
    """The inverse of `pack_envelope`."""
    return _read_envelope(blob)


def pack_activity(activity: Activity) -> bytes:
    """An activity with its UTC offset in seconds, which a msgpack timestamp would drop."""
    offset = activity.start.utcoffset()
    return _pack((0 if offset is None else offset // timedelta(seconds=1), activity))


def unpack_activity(blob: bytes) -> Activity:
    """The inverse of `pack_activity`."""
    offset, activity = _read_activity(blob)
    if not offset:
        return activity
    return replace(activity, start=activity.start.astimezone(timezone(timedelta(seconds=offset))))


def pack_state(state: State) -> bytes:
    """A state as one blob; equal states have equal blobs."""
    return _pack(state)


def try_state(blob: bytes) -> State | None:
    """The inverse of `pack_state`; None when another version of us wrote it and its shape has changed since."""
    try:
        return _read_state(blob)
    except msgspec.MsgspecError:
        return None


def pack(value: Wellness | Report) -> bytes:
    """A wellness morning or a report."""
    return _pack(value)


def unpack_wellness(blob: bytes) -> Wellness:
    """The inverse of `pack`."""
    return _read_wellness(blob)


def unpack_report(blob: bytes) -> Report:
    """The inverse of `pack`."""
    return _read_report(blob)


def pack_own(event: Activity | Removed | Wellness | Report) -> tuple[str, bytes]:
    """What was told here by hand, as (kind, body) of its delivery."""
    if isinstance(event, Activity):
        return "activity", pack_activity(event)
    return {Removed: "removal", Wellness: "wellness", Report: "report"}[type(event)], _pack(event)


def unpack_own(kind: str, blob: bytes) -> Activity | Removed | Wellness | Report:
    """The inverse of `pack_own`; without a kind it is a report, which once were all that came this way."""
    readers: dict[str, Callable[[bytes], Activity | Removed | Wellness | Report]]
    readers = {"activity": unpack_activity, "removal": _read_removed, "wellness": _read_wellness}
    return readers.get(kind, _read_report)(blob)


def to_json(value: Any) -> str:
    """Plain JSON text."""
    return _json(value).decode()


def from_json(text: str) -> Any:
    """The inverse of `to_json`; tuples come back as lists."""
    return msgspec.json.decode(text)


def to_profile(athlete: Athlete) -> str:
    """An athlete as JSON text.

    No wish for a number of messages a day is left out: the version before 0014, which may run beside this one, reads
    a number or nothing there, and would set aside whatever came for somebody with a null.
    """
    profile = msgspec.to_builtins(athlete)
    if athlete.preferences.daily_cap is None:
        del profile["preferences"]["daily_cap"]
    return _json(profile).decode()


def from_profile(text: str) -> Athlete:
    """The inverse of `to_profile`."""
    return _read_athlete(text)
