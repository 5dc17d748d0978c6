"""What the terms of an athlete's sources keep from a coach: workouts, mornings, and every number that rests on them.

Severity and rule are Twinge's own and stay. Where the numbers came from follows from what is stored: whatever was
worked out or said since such a source was connected may rest on it, for a load compares a workout with all others,
and of one workout the records of several sources fill each other in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as fresh
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from aiohttp import web
from msgspec import UNSET, Struct
from msgspec.structs import replace

from twinge.core.model import Finding, Held, Nudge, Report
from twinge.core.pain import Episode
from twinge.plugin import OWN, Rejected
from twinge.store import Page
from twinge.store.codec import from_json, to_json
from twinge.store.feed import Happened
from twinge.store.history import Kept
from twinge.store.provenance import Span
from twinge.store.seal import Seal, WrongSecret
from twinge.web.api import records
from twinge.web.api.answers import Hidden, Listing
from twinge.web.api.listing import Cut
from twinge.web.caller import CALLER
from twinge.web.parts import PLATFORMS, STATUS, STORE

T = TypeVar("T")
S = TypeVar("S", bound=Struct)

WORDS: Final = "Hidden by the terms of {}: what came from there may be shown to its owner only."

TOLD: Final = frozenset({"P01", "P02", "P03", "P04", "P05", "P06", "P07", "P08", "P10"})
"""Rules whose messages speak of what the athlete told, and of no workout."""

CURSOR: Final = "cursor"
"""What a sealed cursor is sealed for."""
STANDS: Final = frozenset({"pain", "conditions"})
"""Of a state: what is no number of a workout."""


@dataclass(frozen=True, slots=True)
class Veil:
    """What is hidden from this caller of one athlete; nothing from anybody but a coach."""

    spans: Mapping[str, Span] = field(default_factory=dict)
    """Of the sources whose terms forbid that others see it."""
    seal: Seal | None = None
    """Closes cursors: in them stand the instants and ids of workouts."""

    @property
    def sources(self) -> list[str]:
        """Those of which something is here."""
        return sorted(name for name, span in self.spans.items() if span.until is None)

    def hides(self, key: str) -> bool:
        """Whether a workout, morning or report of this id is left out."""
        return key.partition(":")[0] in self.sources

    def told(self, sources: list[str]) -> list[Hidden]:
        """What is said in the place of what is hidden."""
        return [Hidden(name, "terms", WORDS.format(name)) for name in sources]

    def over(self, at: datetime, key: str | None = None) -> list[str]:
        """The sources that hide something worked out at `at`, about the workout or morning `key`."""
        own = (key or "").partition(":")[0]
        return sorted(name for name, span in self.spans.items() if name == own or span.covers(at))

    def listed(self, shown: list[T], page: str | None) -> Listing[T]:
        """A list that leaves out the records of hidden sources, and says so."""
        return Listing(shown, page, self.told(self.sources) if self.sources else UNSET)

    def activity(self, shown: records.Activity) -> records.Activity:
        """A workout; that it is counted in a hidden record of it is left out."""
        source = (shown.counted_in or "").partition(":")[0]
        return replace(shown, counted_in=None) if source in self.spans else shown

    def finding(self, shown: records.Finding, one: Finding) -> records.Finding:
        """A finding; hidden, its rule and severity: its id names band and workout."""
        blank: dict[str, Any] = {"id": None, "band": None, "at": None, "activity_id": None, "facts": {}}
        return self._blanked(shown, blank, self.over(one.at, one.activity))

    def nudge(self, shown: records.Nudge, one: Nudge) -> records.Nudge:
        """A message; hidden, all but its words, numbers and workout."""
        if one.activity is None and one.rules and TOLD.issuperset(one.rules):
            return shown
        blank: dict[str, Any] = {"text": None, "facts": {}, "activity_id": None}
        return self._blanked(shown, blank, self.over(one.made_at, one.activity))

    def held(self, shown: records.Held, one: Held) -> records.Held:
        """What was not said; hidden, all but its numbers and workout, and its id, which is made of that."""
        return self._blanked(shown, {"id": None, "facts": {}, "activity_id": None}, self.over(one.at, one.activity))

    def report(self, shown: Struct, one: Report) -> Struct:
        """A report; which workout of a hidden source it rates is left out."""
        source = (one.about or "").partition(":")[0]
        return self._blanked(shown, {"about": UNSET}, [source] if source in self.spans else [])

    def episode(self, shown: records.Episode, one: Episode) -> records.Episode:
        """A pain story without the runs in its timeline."""
        runs = {entry.at: self.over(datetime.fromtimestamp(entry.at, UTC)) for entry in one.history}
        pairs = zip(shown.timeline, one.history, strict=True)
        kept = [line for line, entry in pairs if entry.what != "run" or not runs[entry.at]]
        hidden = sorted({name for entry in one.history if entry.what == "run" for name in runs[entry.at]})
        return self._blanked(shown, {"timeline": kept}, hidden)

    def state(self, shown: records.Standing, kept: Kept | None) -> records.Standing:
        """What Twinge sees; hidden, what stands of it without a number.

        What was deleted is in the state until it is folded anew: its stamp is empty until then.
        """
        waits = kept is not None and not kept.stamp
        blank = dict.fromkeys({*shown.__struct_fields__} - STANDS)
        return self._blanked(shown, blank, sorted(self.spans) if waits else self.sources)

    def event(self, row: Happened) -> Happened | None:
        """A row of the feed; None where it is about a hidden workout, or when one was."""
        facts: dict[str, Any] = from_json(row.facts)
        about = facts.get("activity") if row.type == "activity" else facts.get("activity_id")
        hidden = self.over(row.at, about)
        if not hidden or row.type in {"connection", "episode"}:
            return row
        if row.type == "activity":
            return None if (about or "").partition(":")[0] in self.spans else row
        if row.type != "nudge":
            return None
        blank: dict[str, Any] = {"activity_id": None} | ({"held": None} if "held" in facts else {})
        return fresh(row, facts=to_json({**facts, **blank}))

    def _blanked(self, shown: S, blank: dict[str, Any], sources: list[str]) -> S:
        return replace(shown, **{**blank, "hidden": self.told(sources)}) if sources else shown

    def closed(self, page: Page[Any]) -> str | None:
        """A page's cursor, sealed where it could be read for what is hidden."""
        if self.seal is None or page.next is None:
            return page.next
        return self.seal.write(page.next, CURSOR)

    def opened(self, cut: Cut) -> Cut:
        """The page that is wanted, its cursor opened again."""
        if self.seal is None or cut.cursor is None:
            return cut
        try:
            return cut._replace(cursor=self.seal.read(cut.cursor, CURSOR))
        except (WrongSecret, ValueError):
            raise Rejected("cursor is not one of ours: leave it out to start again", field="cursor") from None


async def veil_of(request: web.Request, athlete_id: str) -> Veil:
    """What this caller may not see of this athlete."""
    if request[CALLER].scope != "coach":
        return Veil()
    store = request.app[STORE]
    spans = await store.provenance.spans(athlete_id)
    return Veil({name: span for name, span in spans.items() if hides(request.app, name)}, store.seal)


def hides(app: web.Application, platform: str) -> bool:
    """Whether a platform's terms forbid that a coach sees its data; of one that is not installed nothing is known."""
    if platform == OWN:
        return False
    if (adapter := app[PLATFORMS].get(platform)) is not None:
        return not adapter.capabilities.coach_may_see
    able = next((line.capabilities for line in app[STATUS] if (line.kind, line.name) == ("platform", platform)), {})
    return not able.get("coach_may_see", False)
