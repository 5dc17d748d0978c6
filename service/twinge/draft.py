"""What a batch leaves behind of workouts, mornings and reports: in memory, until it is written together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Activity, Removed, Report, Wellness
from twinge.core.state import dawn
from twinge.person import Person
from twinge.store import Store
from twinge.store.codec import pack, pack_activity, to_ms
from twinge.store.feed import happened, of_workout
from twinge.store.history import Known, activity_row, tombstone_row, weigh
from twinge.store.texts import Text, is_news

Place = tuple[str, str]
"""(athlete id, key)."""
Record = Activity | Removed | Wellness | Report


class Draft:
    """The newest text of each record, and what of it is not in the database yet."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store, self._now = store, now
        self._known: dict[Place, Known] = {}
        self._told: dict[Place, Text] = {}
        self._rows: dict[Place, dict[str, object]] = {}
        self._mornings: dict[Place, Wellness] = {}
        self._reports: dict[Place, Report] = {}
        self._news: list[dict[str, object]] = []

    async def load(self, tx: AsyncConnection, places: Mapping[Place, Record]) -> None:
        """What the database has of these records."""
        workouts = [place for place, event in places.items() if isinstance(event, Activity | Removed)]
        mornings = [place for place, event in places.items() if isinstance(event, Wellness)]
        reports = [place for place, event in places.items() if isinstance(event, Report)]
        self._known = await self._store.history.known(tx, workouts)
        self._told = await self._store.mornings.known(tx, mornings)
        self._told |= await self._store.reports.known(tx, reports)

    def take(self, person: Person, event: Record, received_at: datetime) -> None:
        """One record of a person's; they learn of it where it says anything new."""
        match event:
            case Activity():
                self._activity(person, event)
            case Removed():
                # A platform that does not number its texts means "now".
                self._remove(person, event.key, event.version or to_ms(received_at))
            case Wellness():
                self._morning(person, event)
            case Report():
                self.report(person, event)

    def _activity(self, person: Person, activity: Activity) -> None:
        place = (person.athlete.id, activity.key)
        blob, old = pack_activity(activity), self._known.get(place)
        fate = weigh(old, activity, blob)
        if fate in {"same", "older"}:
            return
        row = activity_row(person.athlete.id, activity, blob)
        self._rows[place] = row
        self._known[place] = Known(activity.version, removed=False, start_ms=row["start_ms"], blob=blob)
        self._news.append(of_workout(person.athlete.id, activity, "added" if fate == "new" else "changed", self._now))
        start_ms = row["start_ms"] if old is None else min(row["start_ms"], old.start_ms)
        person.learn(activity, start_ms, new=fate == "new")

    def _morning(self, person: Person, wellness: Wellness) -> None:
        place, texts = (person.athlete.id, wellness.key), self._store.mornings
        old = self._told.get(place)
        if not is_news(old, wellness):
            return
        self._mornings[place], self._told[place] = wellness, Text(wellness.version, pack(wellness))
        if texts.says_more(old, wellness):
            day = wellness.day if old is None else min(wellness.day, texts.read(old).day)
            person.learn(wellness, to_ms(dawn(day, person.athlete.timezone)), new=old is None)

    def report(self, person: Person, report: Report) -> None:
        """What they say, by whatever way it came."""
        place, texts = (person.athlete.id, report.key), self._store.reports
        old = self._told.get(place)
        if not is_news(old, report):
            return
        self._reports[place], self._told[place] = report, Text(report.version, pack(report))
        if texts.says_more(old, report):
            told = [report] if old is None else [report, texts.read(old)]
            # An effort changes the workout it is about, which began long before the word.
            first = 0 if any(one.about for one in told) else min(to_ms(one.at) for one in told)
            person.learn(report, first, new=old is None)

    def _remove(self, person: Person, key: str, version: int) -> None:
        place = (person.athlete.id, key)
        old = self._known.get(place)
        if old is not None and old.version > version:
            return
        start_ms = 0 if old is None else old.start_ms
        self._rows[place] = tombstone_row(person.athlete.id, key, version, start_ms)
        self._known[place] = Known(version, removed=True, start_ms=start_ms, blob=None)
        if old is not None and not old.removed:
            self._news.append(happened(person.athlete.id, self._now, "activity", "removed", {"activity": key}))
            person.disturb(start_ms, None)

    async def write(self, tx: AsyncConnection, people: Iterable[Person]) -> list[dict[str, object]]:
        """Write what is not in the database yet; what the feed is to have of it."""
        for person in people:
            for key, whole in person.same.items():
                if (person.athlete.id, key) in self._rows:
                    self._rows[person.athlete.id, key]["same_as"] = whole
        await self._store.history.save_activities(tx, list(self._rows.values()))
        await self._store.mornings.put(tx, [(place[0], one) for place, one in self._mornings.items()])
        await self._store.reports.put(tx, [(place[0], one) for place, one in self._reports.items()])
        news = self._news
        self._rows, self._mornings, self._reports, self._news = {}, {}, {}, []
        return news
