"""The smallest platform adapter, for an invented vendor: copy it to write your own (docs/adapters.md).

The vendor pushes in its own units and words: `POST /hooks/demo` with a shared secret in the header `x-demo-secret`, and
{"workouts": [{"user": "alice", "id": 17, "kind": "run", "began": "2026-05-01T07:30:00+02:00", "minutes": 52.5}, …]}"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from twinge.core.model import Activity, Removed
from twinge.core.sport import sport
from twinge.event import Heart, Height, Instant, Name, Ten, count, parse, plausible, whole
from twinge.plugin import Access, Capabilities, Delivery, Inline, NotConfigured, OAuth, Pointer, Rejected


class Workout(Struct):  # what the vendor sends: the types and ranges are the validation, a misfit is refused by path
    user: Name
    id: Annotated[int, Meta(ge=1, le=2**53)]
    changed: Annotated[int, Meta(ge=0, le=4_000_000_000)] = 0
    deleted: bool = False
    kind: str = "workout"
    began: Instant | None = None
    minutes: Annotated[float, Meta(gt=0, le=10_000)] | None = None
    km: Annotated[float, Meta(gt=0, le=10_000)] | None = None
    climb: Height | None = None
    mean_hr: Heart | None = None
    effort: Ten | None = None
    race: bool = False

    def event(self) -> Activity | Removed:
        key, version = f"demo:{self.id}", self.changed * 1000  # the later version of a key wins, in any order
        if self.deleted:
            return Removed(key, version)
        if self.began is None or not plausible(self.began) or not (self.minutes or self.km):
            raise Rejected("A workout needs `began`, and `minutes` or `km`.", field="began")
        seconds, metres = whole((self.minutes or 0) * 60), whole((self.km or 0) * 1000)
        return Activity(  # metres, seconds, our words; what is not known stays None: it is never 0
            key, sport(self.kind), self.began, moving_s=seconds, distance_m=metres, climb_m=count(self.climb),
            avg_hr=whole(self.mean_hr), rpe=whole(self.effort), race=self.race, version=version,
        )  # fmt: skip


class Push(Struct):
    workouts: list[Workout]


class Demo:  # pyproject.toml names it under `twinge.platforms`; the name there is the name in the URL
    name: ClassVar[str] = "demo"
    capabilities: ClassVar[Capabilities] = Capabilities(signed=False, deletes=True, batch=True)
    oauth: OAuth | None = None

    def __init__(self, secret: str) -> None:
        self.secret = secret.encode()

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Demo":  # settings come without their prefix; say what is missing
        if env.get("ENABLED") != "1" or not env.get("SECRET"):
            raise NotConfigured("Set TWINGE_DEMO_ENABLED=1, and TWINGE_DEMO_SECRET to what senders must know.")
        return cls(env["SECRET"])

    def admit(self, call: Delivery) -> None:  # before the body is read; constant time, on bytes: headers hold anything
        if not hmac.compare_digest(call.headers.get("x-demo-secret", "").encode(errors="replace"), self.secret):
            raise Rejected("The x-demo-secret header is missing or wrong.", status=401)

    def verify(self, delivery: Delivery, now: datetime) -> None:  # here a signature over the body would be checked
        self.admit(delivery)

    def key(self, delivery: Delivery) -> str:  # the vendor's own id of the call; without one, the body is its name
        return hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> list[Inline]:  # `parse` turns whatever is wrong into `Rejected`
        return [Inline(workout.user, workout.event()) for workout in parse(Push, delivery.body).workouts]

    def handshake(self, delivery: Delivery) -> None: ...  # Strava, for one, wants its challenge back

    async def fetch(self, pointer: Pointer, access: Access) -> None: ...  # the data came with the call

    async def recent(self, access: Access, since: datetime) -> tuple[Pointer, ...]:  # nothing to list either
        return ()
