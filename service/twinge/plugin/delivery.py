"""What comes in: a vendor's call as it arrived, and the items that reading it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from twinge.core.model import Activity, Removed, Report, Wellness

OWN = "twinge"
"""The platform of what athletes and operators tell us directly; an owner there is the athlete's own id."""
FILES = "files"
"""The platform of device files that people bring themselves."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of a vendor as it arrived. Header names are lower case; the body is the raw bytes."""

    platform: str
    method: str
    path: str
    """Path below the route, e.g. `status/abc`; empty for the plain hook."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    url: str = ""
    """The public URL the vendor called, from TWINGE_PUBLIC_URL: some signatures cover it."""
    token: str | None = None
    """The secret path segment of /hooks/{platform}/{token}, if any."""


@dataclass(frozen=True, slots=True)
class Inline:
    """An item that carries its data. `owner` is the athlete's id at the platform."""

    owner: str
    event: Activity | Removed | Wellness | Report


@dataclass(frozen=True, slots=True)
class Pointer:
    """An item that only says where the data is: the worker calls `fetch` for it."""

    owner: str
    object_id: str
    version: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recording:
    """A workout as the file that its device wrote: the house reads it, in a process of its own and with limits."""

    key: str
    """As an activity's: `wahoo:123`."""
    body: bytes = field(repr=False)
    format: str = ""
    """fit, tcx or gpx, perhaps with .gz or .zip; empty: its first bytes tell."""
    version: int = 0
    known: Activity | None = None
    """What the vendor tells beside it: the file leads, this fills what it lacks."""
    sport: str = ""
    """What it is where the file does not say."""
    several: bool = False
    """True: every workout in it counts, as `<key>`, `<key>/2` and on. Else only the one that leads, the run before the
    others, then the longest: a vendor that deletes it knows one key."""


class Opened(NamedTuple):
    """What a recording with `several` held, and in a sentence what of it could not be read."""

    activities: tuple[Activity, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An item that carries a device's file: the worker reads it if it knows the owner."""

    owner: str
    recording: Recording


Fetched = Activity | Wellness | Removed | Recording
"""What an adapter may bring from its vendor."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """The athlete disconnected us at the platform: tokens are wiped, no retry."""

    owner: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A channel's word on an earlier send. `nudge` is our id, from the callback URL."""

    nudge: str
    state: str
    """sent · delivered · failed."""
    provider_id: str | None = None
    reason: str | None = None
    disable: bool = False
    opt_out: bool = False
    """The person there said STOP to somebody on the way."""
    again: timedelta | None = None
    """With `failed`: a passing trouble, worth one or two more sends after so long, while the message is of use."""
    alert: bool = False
    """With `failed`: something that only the operator can mend."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The athlete wrote back. The text is data: parsed, kept with the delivery, never echoed or logged."""

    address: str
    text: str
    opt_out: str | None = None
    """STOP, START or HELP where the carrier has already acted on it; UNSUBSCRIBE for this address alone."""
    told: Report | None = None
    """What they told by choosing, in a form, instead of by words; `text` is empty then."""


Item = Inline | Pointer | Recorded | Revoked | Receipt | Reply
