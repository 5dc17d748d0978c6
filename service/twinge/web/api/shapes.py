"""What the API takes: bodies as types with their limits, so that a wrong one is refused by the name of its field."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, time
from functools import cache
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import available_timezones

from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.json import Decoder

from twinge.core.bounds import Unsafe, check_own
from twinge.core.model import EVERYTHING, Athlete, Preferences
from twinge.core.pack import Pack
from twinge.core.rules import CATALOGUE
from twinge.event import Complaint, Morning, Workout
from twinge.web.answer import Problem

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Word = Annotated[str, Meta(min_length=1, max_length=64)]
ExternalId = Annotated[str, Meta(min_length=1, max_length=250)]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Year = Annotated[int, Meta(ge=1900, le=2100)]
Delay = Annotated[int, Meta(ge=20, le=90)]
DailyCap = Annotated[int, Meta(ge=1, le=5)]
WeeklyCap = Annotated[int, Meta(ge=1, le=14)]
Purposes = Annotated[list[Literal["load", "pain", "digest"]], Meta(max_length=3)]
Instant = Annotated[datetime, Meta(tz=True)]

T = TypeVar("T")


class Wishes(Struct, forbid_unknown_fields=True, kw_only=True):
    """`preferences`: what is left out keeps its value."""

    quiet_from: Clock | UnsetType | None = UNSET
    quiet_to: Clock | UnsetType | None = UNSET
    delay_min: Delay | UnsetType = UNSET
    daily_cap: DailyCap | UnsetType = UNSET
    weekly_cap: WeeklyCap | UnsetType | None = UNSET
    mute: Annotated[list[Word], Meta(max_length=64)] | UnsetType = UNSET
    daily_runner: bool | UnsetType = UNSET
    paused_until: Instant | UnsetType | None = UNSET
    ask_effort: bool | UnsetType = UNSET
    weekly_check: bool | UnsetType = UNSET
    digest_day: Annotated[int, Meta(ge=1, le=7)] | UnsetType = UNSET
    digest_at: Clock | UnsetType | None = UNSET


class Profile(Struct, forbid_unknown_fields=True, kw_only=True):
    """`PATCH /athletes/{id}`: what is left out keeps its value, null makes it unknown."""

    name: Name | UnsetType = UNSET
    timezone: Word | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    units: Literal["km", "mi"] | UnsetType = UNSET
    birth_year: Year | UnsetType | None = UNSET
    sex: Literal["female", "male", "other"] | UnsetType | None = UNSET
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")] | UnsetType | None = UNSET
    hr_max: Annotated[int, Meta(ge=100, le=240)] | UnsetType | None = UNSET
    hr_rest: Annotated[int, Meta(ge=25, le=120)] | UnsetType | None = UNSET
    hr_threshold: Annotated[int, Meta(ge=80, le=230)] | UnsetType | None = UNSET
    ftp_w: Annotated[int, Meta(ge=30, le=700)] | UnsetType | None = UNSET
    threshold_pace_s: Annotated[int, Meta(ge=120, le=900)] | UnsetType | None = UNSET
    bmi: Annotated[float, Meta(ge=10, le=100)] | UnsetType | None = UNSET
    novice: bool | UnsetType | None = UNSET
    runs_before: Annotated[int, Meta(ge=0, le=100000)] | UnsetType | None = UNSET
    declared_longest_m: Annotated[int, Meta(ge=0, le=1000000)] | UnsetType | None = UNSET
    limits: Annotated[dict[Word, int], Meta(max_length=64)] | UnsetType = UNSET
    """The athlete's own limits, all of them: `{"l01.small": 115}`; an empty object takes them back."""
    preferences: Wishes | UnsetType = UNSET


class NewReport(Complaint, forbid_unknown_fields=True, gc=False):
    """`POST /athletes/{id}/reports`: pain and its signs, how hard a workout was, or somebody's clearance."""


class NewWorkout(Workout, forbid_unknown_fields=True, kw_only=True, gc=False):
    """`POST /athletes/{id}/activities`: a workout told by hand."""

    id: Name | UnsetType = UNSET
    """The same id again is an edit."""


class NewMorning(Morning, forbid_unknown_fields=True, kw_only=True, gc=False):
    """`POST /athletes/{id}/wellness`: a morning told by hand; one a day, told again it is an edit."""


class Batch(Struct, forbid_unknown_fields=True, kw_only=True):
    """`POST /deliveries/replay`."""

    state: Literal["dead", "stray"]
    platform: Annotated[str, Meta(min_length=1, max_length=80)] | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class NewKey(Struct, forbid_unknown_fields=True, kw_only=True):
    """`POST /keys`."""

    scope: Literal["read", "admin"]
    name: Annotated[str, Meta(max_length=200)] = ""
    expires_at: Instant | None = None


class NewSilence(Struct, forbid_unknown_fields=True, kw_only=True):
    """`POST /athletes/{id}/silences`: planned life, with an end."""

    kind: Literal["race", "overload", "taper", "travel", "illness", "daily_runner", "warm_up", "own_plan", "rules"]
    since: Instant = field(name="from")
    until: Instant
    rules: Annotated[list[Word], Meta(max_length=64)] = []


class NewChannel(Struct, forbid_unknown_fields=True):
    """One way to reach the athlete. Whoever adds it states that the athlete agreed to it."""

    channel: Word
    address: Annotated[str, Meta(min_length=1, max_length=4096)]
    purposes: Purposes = field(default_factory=lambda: [one.value for one in EVERYTHING])
    words: Annotated[str, Meta(max_length=2000)] = ""
    """What they were shown when they agreed."""
    verify: bool = False
    """True: six digits go there first, and nothing else until they came back."""


class Way(Struct, forbid_unknown_fields=True):
    """`PATCH /athletes/{id}/channels/{channel}`: what is left out stays."""

    purposes: Purposes | None = None
    """All that is agreed to from now on."""
    words: Annotated[str, Meta(max_length=2000)] = ""
    rank: Annotated[int, Meta(ge=-1000, le=1000)] | None = None
    """Smaller is tried first."""


class Code(Struct, forbid_unknown_fields=True):
    """`POST /athletes/{id}/channels/{channel}/confirm`."""

    code: Annotated[str, Meta(min_length=1, max_length=20)]


class NewConnection(Struct, forbid_unknown_fields=True):
    """Who the athlete is at a platform."""

    platform: Word
    external_id: ExternalId


class NewAthlete(Profile, kw_only=True):
    """`POST /athletes`."""

    name: Name
    timezone: Word
    channels: Annotated[list[NewChannel], Meta(max_length=10)] = []
    connections: Annotated[list[NewConnection], Meta(max_length=20)] = []


read_profile = Decoder(Profile).decode
read_athlete = Decoder(NewAthlete).decode
read_channel = Decoder(NewChannel).decode
read_way = Decoder(Way).decode
read_code = Decoder(Code).decode
read_connection = Decoder(NewConnection).decode
read_report = Decoder(NewReport).decode
read_silence = Decoder(NewSilence).decode
read_workout = Decoder(NewWorkout).decode
read_morning = Decoder(NewMorning).decode
read_batch = Decoder(Batch).decode
read_key = Decoder(NewKey).decode

_PLAIN = [f.name for f in fields(Athlete) if f.name not in {"id", "limits", "preferences", "silences", "revision"}]


def merged(old: Athlete, body: Profile, pack: Pack, now: datetime) -> Athlete:
    """`old` with what the body says, or a 400 for what its types could not see; own limits must go with `pack`."""
    given = {name: value for name in _PLAIN if (value := getattr(body, name)) is not UNSET}
    new = replace(old, **given)
    if body.limits is not UNSET:
        new = replace(new, limits=_limits(body.limits, pack))
    if body.preferences is not UNSET:
        new = replace(new, preferences=_wishes(old.preferences, body.preferences, now))
    _check(new)
    return new


def _wishes(old: Preferences, body: Wishes, now: datetime) -> Preferences:
    given: dict[str, Any] = {
        name: value for name in Wishes.__struct_fields__ if (value := getattr(body, name)) is not UNSET
    }
    if (check := given.pop("weekly_check", None)) is not None:
        given["weekly_since"] = (old.weekly_since or now) if check else None
    for name in ("quiet_from", "quiet_to", "digest_at"):
        if given.get(name) is not None:
            given[name] = time.fromisoformat(given[name])
    if "mute" in given:
        given["mute"] = known_rules(given["mute"], "preferences.mute")
    return replace(old, **given)


def _limits(given: dict[str, int], pack: Pack) -> tuple[tuple[str, int], ...]:
    limits = tuple(sorted(given.items()))
    try:
        check_own(limits, pack)
    except Unsafe as error:
        path, _, reason = str(error).partition(": ")
        raise wrong(f"limits.{path}", f"{reason[:1].upper()}{reason[1:]}") from None
    return limits


def known_rules(names: list[str], field: str) -> tuple[str, ...]:
    """The names, each once, or a 400 that says which of `field` is no rule of ours."""
    known = {rule.id for rule in CATALOGUE}
    for place, name in enumerate(names):
        if name not in known:
            raise wrong(f"{field}[{place}]", "There is no such rule; GET /api/v1/rules lists them.")
    return tuple(dict.fromkeys(names))


def _check(new: Athlete) -> None:
    if not new.name.isprintable():
        raise wrong("name", "The name must be printable text on one line.")
    if new.timezone not in _zones():
        raise wrong("timezone", "The time zone must be an IANA name such as Europe/Berlin.")
    if new.hr_max is not None and new.hr_rest is not None and new.hr_rest >= new.hr_max:
        raise wrong("hr_rest", "The resting heart rate must be below the maximum.")
    if (new.preferences.quiet_from is None) != (new.preferences.quiet_to is None):
        raise wrong("preferences", "Give both quiet_from and quiet_to, or null for both.")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def wrong(field: str, message: str) -> Problem:
    """A value that its type lets through and its meaning does not."""
    return Problem(400, "invalid", message, field=field)
