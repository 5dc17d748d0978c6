"""Recordings: FIT, TCX and GPX files of devices, read in processes of their own with limits (docs/files.md).

Whatever the bytes are, they end as activities or as one sentence that says what is wrong and what to do; a file that
hangs, crashes or eats memory fails alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Final

from twinge.core.model import RUNNING, Activity
from twinge.core.sport import OTHER, sport
from twinge.plugin import Opened, Recording, Rejected
from twinge.recordings.pool import Limits, Pool
from twinge.recordings.wire import Ask

TOLD: Final = 3
"""Files of an archive that are named when they could not be read."""
LEADS: Final = frozenset({"key", "sport", "start", "version", "shape", "zone_minutes", "day_only"})
"""What is not simply filled in from the vendor's words."""


class Readers:
    """Opens recordings. `close` ends the processes."""

    def __init__(self, limits: Limits | None = None, words: Sequence[str] | None = None) -> None:
        """`words` is the command of a reading process, for those who bring their own."""
        self._pool = Pool(limits or Limits(), words)

    async def open_recording(self, recording: Recording) -> Activity | Opened:
        """The workout of a recording that leads, or with `several` all of them.

        Raises `Rejected` with what is wrong with the file, and `TryLater` where nothing could be started to read it.
        """
        found, wrong = await self._read(recording)
        if not recording.several:
            return _with_known(_named(_leading(found), recording.key, recording.version), recording.known)
        several = [
            _named(one, recording.key if n == 1 else f"{recording.key}/{n}", recording.version)
            for n, one in enumerate(found, 1)
        ]
        return Opened(tuple(several), wrong)

    async def close(self) -> None:
        """End the processes."""
        await self._pool.close()

    async def _read(self, recording: Recording) -> tuple[list[Activity], str]:
        """Every activity, and of an archive what could not be read."""
        known = recording.known
        fallback = recording.sport and sport(recording.sport)
        start = known.start if known is not None else None
        ask = Ask(recording.body, sport=fallback, start=start)
        answer = await self._pool.ask(ask)
        if not answer.members:
            return list(answer.activities), ""
        found: list[Activity] = []
        wrong: list[str] = []
        for place, name in enumerate(answer.members, 1):
            ask.member = name
            try:
                found += (await self._pool.ask(ask)).activities
            except Rejected as error:
                wrong.append(f"file {place}: {error.reason}")
        if not found:
            raise Rejected(wrong[0] if len(wrong) == 1 else _told(wrong, len(answer.members)))
        return found, _told(wrong, len(answer.members)) if wrong else ""


def _told(wrong: Sequence[str], total: int) -> str:
    more = ", …" if len(wrong) > TOLD else ""
    return f"{len(wrong)} of {total} files in the archive could not be read ({'; '.join(wrong[:TOLD])}{more})"


def _named(one: Activity, key: str, version: int) -> Activity:
    return replace(one, key=key, version=version)


def _leading(found: Sequence[Activity]) -> Activity:
    """The run, since it is what most rules are about, else the longest."""
    return max(found, key=lambda one: (one.sport in RUNNING, one.duration_s or 0))


def _with_known(one: Activity, known: Activity | None) -> Activity:
    """The file leads; what it lacks is the vendor's."""
    if known is None:
        return one
    lacking = {
        field.name: getattr(known, field.name)
        for field in fields(Activity)
        if field.name not in LEADS and _lacks(getattr(one, field.name))
    }
    seen = one.shape.hr_seconds or known.zone_minutes == ()
    return replace(
        one,
        sport=known.sport if one.sport == OTHER else one.sport,
        shape=one.shape if _tells(one) else known.shape,
        zone_minutes=() if seen else known.zone_minutes,
        **lacking,
    )


def _lacks(value: object) -> bool:
    """Not known, or not said; a climb of 0 is an answer."""
    return value is None or value is False


def _tells(one: Activity) -> bool:
    """Whether the streams showed anything."""
    return any(getattr(one.shape, field.name) not in (None, ()) for field in fields(one.shape) if field.name != "gated")


__all__ = ["Limits", "Readers"]
