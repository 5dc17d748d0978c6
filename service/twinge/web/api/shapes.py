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
from twinge.preview.run import DAYS, LONGEST_D, MOST
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
    """`HH:MM` on the athlete's own clock; null for both ends means no quiet hours."""
    quiet_to: Clock | UnsetType | None = UNSET
    """The other end."""
    delay_min: Delay | UnsetType = UNSET
    """Minutes after a workout before a message may go."""
    daily_cap: DailyCap | UnsetType | None = UNSET
    """Messages a day; null means one."""
    weekly_cap: WeeklyCap | UnsetType | None = UNSET
    """Messages a week; null means two by SMS, three by push."""
    mute: Annotated[list[Word], Meta(max_length=64)] | UnsetType = UNSET
    """Rules not to hear of."""
    daily_runner: bool | UnsetType = UNSET
    """No word about the seventh day in a row."""
    paused_until: Instant | UnsetType | None = UNSET
    """Nothing before it."""
    ask_effort: bool | UnsetType = UNSET
    """Ask once how hard a workout was that no sensor explains."""
    pictures: bool | UnsetType = UNSET
    """A chart beside a message, where the channel carries one."""
    weekly_check: bool | UnsetType = UNSET
    """Four short questions a week."""
    digest_day: Annotated[int, Meta(ge=1, le=7)] | UnsetType = UNSET
    """Weekday of the weekly digest: 1 is Monday, 7 Sunday."""
    digest_at: Clock | UnsetType | None = UNSET
    """`HH:MM` of the digest; null means none."""


class Profile(Struct, forbid_unknown_fields=True, kw_only=True):
    """`PATCH /athletes/{id}`: what is left out keeps its value, null makes it unknown."""

    name: Name | UnsetType = UNSET
    """Printable, on one line."""
    timezone: Word | UnsetType = UNSET
    """An IANA name, such as `Europe/Berlin`: whose days and hours count."""
    language: Language | UnsetType = UNSET
    """`en`, `de`, `es` or `fr`, also like `de-AT`; another code is kept, and spoken to in English."""
    units: Literal["km", "mi"] | UnsetType = UNSET
    """For the messages."""
    birth_year: Year | UnsetType | None = UNSET
    """Sharpens heart-rate loads."""
    sex: Literal["female", "male", "other"] | UnsetType | None = UNSET
    """Sharpens heart-rate loads."""
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")] | UnsetType | None = UNSET
    """ISO 3166, for the emergency number; without it the time zone's country."""
    hr_max: Annotated[int, Meta(ge=100, le=240)] | UnsetType | None = UNSET
    """Beats a minute."""
    hr_rest: Annotated[int, Meta(ge=25, le=120)] | UnsetType | None = UNSET
    """Beats a minute, below `hr_max`."""
    hr_threshold: Annotated[int, Meta(ge=80, le=230)] | UnsetType | None = UNSET
    """Beats a minute."""
    ftp_w: Annotated[int, Meta(ge=30, le=700)] | UnsetType | None = UNSET
    """Watts."""
    threshold_pace_s: Annotated[int, Meta(ge=120, le=900)] | UnsetType | None = UNSET
    """Seconds a kilometre."""
    bmi: Annotated[float, Meta(ge=10, le=100)] | UnsetType | None = UNSET
    """Never asked for; read by L07 only."""
    novice: bool | UnsetType | None = UNSET
    """New to running."""
    runs_before: Annotated[int, Meta(ge=0, le=100000)] | UnsetType | None = UNSET
    """Runs before our history begins, as declared."""
    declared_longest_m: Annotated[int, Meta(ge=0, le=1000000)] | UnsetType | None = UNSET
    """Longest run of the month before, as declared; stands in for 30 days."""
    limits: Annotated[dict[Word, int], Meta(max_length=64)] | UnsetType = UNSET
    """The athlete's own limits, all of them: `{"l01.small": 115}`; an empty object takes them back."""
    preferences: Wishes | UnsetType = UNSET
    """Wishes."""


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
    """Which."""
    platform: Annotated[str, Meta(min_length=1, max_length=80)] | None = None
    """Left out: of all."""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    """The oldest so many."""


class NewSilence(Struct, forbid_unknown_fields=True, kw_only=True):
    """`POST /athletes/{id}/silences`: planned life, with an end."""

    kind: Literal["race", "overload", "taper", "travel", "illness", "daily_runner", "warm_up", "own_plan", "rules"]
    since: Instant = field(name="from")
    """Its beginning."""
    until: Instant
    """Its end: after the beginning, ahead, and at most 366 days later."""
    rules: Annotated[list[Word], Meta(max_length=64)] = []
    """For the kind `rules`; every other kind knows its own."""


class NewChannel(Struct, forbid_unknown_fields=True):
    """One way to reach the athlete. Whoever adds it states that the athlete agreed to it."""

    channel: Word
    """A ready one; `sms` is whichever sends SMS."""
    address: Annotated[str, Meta(min_length=1, max_length=4096)]
    """Kept in its one canonical form."""
    purposes: Purposes = field(default_factory=lambda: [one.value for one in EVERYTHING])
    """What they agreed to."""
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
    """A ready one."""
    external_id: ExternalId
    """Who the athlete is there."""


class NewAthlete(Profile, kw_only=True):
    """`POST /athletes`."""

    name: Name
    timezone: Word
    channels: Annotated[list[NewChannel], Meta(max_length=10)] = []
    """Whoever adds one states that the athlete agreed to it."""
    connections: Annotated[list[NewConnection], Meta(max_length=20)] = []
    """Who the athlete is at platforms."""


Limits = Annotated[dict[Word, bool | int], Meta(max_length=300)]


class HouseLimits(Struct, forbid_unknown_fields=True):
    """`PUT /rules/limits`: all of them; an empty object takes them back."""

    limits: Limits
    """`{"l01.small": 115}`."""


class NewPreview(Struct, forbid_unknown_fields=True, kw_only=True):
    """`POST /rules/preview`: the limits as they would be set, whose history, and how much of it."""

    limits: Limits
    """As they would be set: all of them."""
    athletes: Annotated[list[Word], Meta(min_length=1, max_length=MOST)] | None = None
    """Ids; left out: everybody, or a choice of them where there are more."""
    days: Annotated[int, Meta(ge=7, le=LONGEST_D)] = DAYS
    """How much of their history."""


read_limits = Decoder(HouseLimits).decode
read_preview = Decoder(NewPreview).decode


class NewKey(Struct, forbid_unknown_fields=True, kw_only=True):
    """`POST /keys`; `athletes` are the ids that a coach's key is for."""

    scope: Literal["read", "admin", "coach"]
    """What it may do."""
    name: Annotated[str, Meta(max_length=200)] = ""
    """Whose it is; printable, on one line."""
    athletes: Annotated[list[Word], Meta(max_length=200)] = field(default_factory=list)
    """Ids, for a coach's key only."""
    expires_at: Instant | None = None
    """Its end, ahead; null: it has none."""


read_key = Decoder(NewKey).decode
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
        raise unsafe(error) from None
    return limits


def unsafe(error: Unsafe) -> Problem:
    """A limit that cannot be set, with what would do."""
    path, _, reason = str(error).partition(": ")
    return wrong(f"limits.{path}", f"{reason[:1].upper()}{reason[1:]}")


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
