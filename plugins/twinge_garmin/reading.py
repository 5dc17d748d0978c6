"""One body of Garmin as items, in the order they stand there. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from twinge.core.model import Activity, Wellness
from twinge.plugin import Inline, Item, Pointer, Rejected, Revoked
from twinge.plugin.vendor import trusted
from twinge_garmin import mapping
from twinge_garmin.mapping import DETAILS, FILE, Stamp, id_of, missing, to_activity
from twinge_garmin.payload import Call, Day, Details, File, Permissions, Push, Summary

REST = "/wellness-api/rest/"
FORMATS = {"FIT": "fit", "TCX": "tcx", "GPX": "gpx"}
READ = frozenset({"ACTIVITY_EXPORT", "HEALTH_EXPORT"})
"""The permissions by which anything reaches us."""

ToDay = Callable[[Day, Stamp, str], Wellness | None]
DAYS: dict[str, ToDay] = {"dailies": mapping.daily, "sleeps": mapping.night, "hrv": mapping.variability}


class Reading:
    """Reads one body that came at `stamp`. With `shaped` False samples are checked and not worked out."""

    def __init__(self, base: str, stamp: Stamp, *, shaped: bool = True) -> None:
        self._base, self._stamp, self._shaped = base, stamp, shaped

    def items(self, push: Push) -> Iterator[Item]:
        """Everything the body says. Raises `Rejected` naming the field."""
        for kind, summaries in (
            ("activities", push.activities),
            ("manuallyUpdatedActivities", push.manually_updated_activities),
        ):
            yield from self._each(kind, summaries, self._summary)
        yield from self._each("activityDetails", push.activity_details, self._details)
        for number, file in enumerate(push.activity_files):
            yield self._file(file, f"activityFiles[{number}]")
        for kind, days in (("dailies", push.dailies), ("sleeps", push.sleeps), ("hrv", push.hrv)):
            yield from self._each(kind, days, DAYS[kind])
        for number, change in enumerate(push.user_permissions_change):
            yield from _withdrawn(change, f"userPermissionsChange[{number}]")
        yield from (Revoked(one.user_id) for one in push.deregistrations)

    def _each(
        self,
        kind: str,
        entries: list[Summary] | list[Details] | list[Day],
        read: Callable[..., Activity | Wellness | None],
    ) -> Iterator[Item]:
        for number, entry in enumerate(entries):
            place = f"{kind}[{number}]"
            if not entry.user_id:
                missing(f"{place}.userId")
            if entry.callback_url is not None:
                yield self._ping(entry, kind, place)
            elif (event := read(entry, self._stamp, place)) is not None:
                yield Inline(entry.user_id, event)

    def _summary(self, given: Summary, stamp: Stamp, place: str) -> Activity | None:
        """The totals; None for the frame around a multisport's legs, which come one by one."""
        key = f"garmin:{id_of(given.activity_id, given.summary_id, place)}"
        activity = _worth(to_activity(given, key, stamp, place), place)
        return None if given.is_parent else activity

    def _details(self, given: Details, stamp: Stamp, place: str) -> Activity | None:
        if given.summary is None:
            missing(f"{place}.summary")
        key = f"garmin:{id_of(given.activity_id, given.summary_id, place)}"
        totals = to_activity(given.summary, key, stamp, f"{place}.summary")
        elapsed = mapping.elapsed_of(given, totals.moving_s)
        totals = _worth(replace(totals, elapsed_s=elapsed, version=stamp.rank(DETAILS)), f"{place}.summary")
        if given.summary.is_parent:
            return None
        return replace(totals, shape=mapping.shape_of(given.samples, totals.sport)) if self._shaped else totals

    def _ping(self, given: Call, kind: str, place: str) -> Pointer:
        url = self._checked(given, place)
        return Pointer(given.user_id, kind, self._stamp.ms, {"kind": kind, "url": url})

    def _file(self, given: File, place: str) -> Pointer:
        if given.callback_url is None:
            missing(f"{place}.callbackURL")
        url = self._checked(given, place)
        extra = {"kind": "file", "url": url, "format": FORMATS.get(given.file_type.upper(), "")}
        found = id_of(given.activity_id, given.summary_id, place)
        return Pointer(given.user_id, found, self._stamp.rank(FILE), extra)

    def _checked(self, given: Call, place: str) -> str:
        url = given.callback_url or ""
        if not trusted(url, self._base, REST):
            raise Rejected(f"{place}.callbackURL leads away from Garmin's API", field=f"{place}.callbackURL")
        return url


def _worth(activity: Activity, place: str) -> Activity:
    if not (activity.moving_s or activity.elapsed_s or activity.distance_m):
        missing(f"{place}.durationInSeconds")
    return activity


def _withdrawn(change: Permissions, place: str) -> Iterator[Item]:
    """An athlete who shares nothing with us any more has left; one who shares less just sends less."""
    if not READ & set(change.permissions):
        yield Revoked(change.user_id)
