"""What must hold after every run, whatever went wrong in it: each a function from the record to its offenders."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from simulation.people import Person
from simulation.record import Record, Row
from simulation.vendors import SimChannel
from simulation.world import Call
from twinge.core.fold import fold
from twinge.core.model import Activity, Removed, Report, Severity, Wellness
from twinge.store import codec

Offenders = Iterator[str]

CONVERSATION = timedelta(minutes=16)
FINDING_OUT = {"score", "signs", "confirm"}
AT_THE_GATE = timedelta(seconds=30)
"""Between the last look at the clock and the call: the time that the call was under way."""
FRESH = timedelta(hours=44)
"""48 hours, less what a wrong clock and a stopped service take of them."""
IN_HAND = timedelta(seconds=30)
"""What the sender had in hand when STOP came in is not called back."""
ENDS = {"sent", "delivered", "failed", "expired", "void"}
DAY = timedelta(days=1)
MESSAGES = Path(__file__).parents[2] / "docs" / "messages.md"


# ---- what comes in ---------------------------------------------------------------------------------------------------


def no_delivery_is_lost(record: Record) -> Offenders:
    """What was answered 2xx is in the inbox, and worked off."""
    kept = {f"{row['platform']}:{row['key']}": row for row in record.rows["inbox"]}
    for key in record.world.acknowledged:
        if key not in kept:
            yield f"{key} was acknowledged and is not there"
    for key, row in kept.items():
        if row["state"] != "done":
            yield f"{key} ended as {row['state']}: {row['note']}"


def histories_are_true(record: Record) -> Offenders:
    """Of every workout and every morning the newest text is kept, and nothing else."""
    for person in record.people:
        told = {key: text for key, text in person.texts.items() if isinstance(text, Activity | Removed)}
        kept = {row["key"]: row for row in record.of("activity", person.id)}
        for key in sorted(told.keys() ^ kept.keys()):
            yield f"{person.id} {key} is {'missing' if key in told else 'invented'}"
        for key in sorted(told.keys() & kept.keys()):
            if kept[key]["version"] != told[key].version or kept[key]["removed"] != isinstance(told[key], Removed):
                yield f"{person.id} {key} is kept as version {kept[key]['version']} of {told[key].version}"


def states_are_one_fold(record: Record) -> Offenders:
    """The state is that of one fold over the history that is true in the end."""
    until = _end(record)
    for person in record.people:
        athlete, kept = record.athletes[person.id], record.states.get(person.id)
        history = [text for text in person.texts.values() if isinstance(text, Activity | Wellness)]
        wanted = fold(athlete, [*history, *record.reports[person.id]], until=until)
        if kept is None:
            if history:
                yield f"{person.id} has no state"
        elif kept != codec.pack_state(wanted.state):
            yield f"{person.id} has another state than a fold over their history"


def _end(record: Record) -> datetime:
    if record.world.ended is None:
        raise ValueError("the run has not come to its end")
    return record.world.ended


def lanes_keep_their_order(record: Record) -> Offenders:
    """Of one athlete each delivery is settled after its elders."""
    back = -sum((by for _, by in record.world.steps if by < timedelta(0)), timedelta(0))
    lanes: dict[str, list[Row]] = defaultdict(list)
    for row in record.rows["inbox"]:
        lanes[row["lane"]].append(row)
    for lane, rows in lanes.items():
        ordered = sorted((row for row in rows if row["settled_ms"] is not None), key=lambda row: int(row["id"]))
        for elder, younger in pairwise(ordered):
            if younger["settled_ms"] + back / timedelta(milliseconds=1) < elder["settled_ms"]:
                yield f"{lane}: {younger['key']} was settled before {elder['key']}"


# ---- what goes out ---------------------------------------------------------------------------------------------------


def every_message_ends(record: Record) -> Offenders:
    """Sent, failed, expired or void, and where it was not sent, with a reason."""
    now = codec.to_ms(_end(record))
    for row in record.rows["nudge"]:
        if row["state"] not in ENDS:
            if row["state"] != "waiting" or row["not_before_ms"] < now - 60_000:
                yield f"{_named(row)} is still {row['state']}: {row['reason']}"
        elif row["state"] in {"failed", "expired", "void"} and not row["reason"]:
            yield f"{_named(row)} is {row['state']} without a reason"


def what_is_sent_was_sent(record: Record) -> Offenders:
    """Nothing is in the books as sent that no provider has taken, and nothing was taken that they do not know."""
    taken = {call.nudge for call in record.world.calls if call.taken}
    told = {call.nudge for call in record.world.calls if call.taken and call.clear}
    known = {row["id"] for row in record.rows["nudge"]}
    yield from (f"{nudge} was sent and is in no book" for nudge in sorted(taken - known))
    for row in record.rows["nudge"]:
        if row["state"] in {"sent", "delivered"} and row["id"] not in taken:
            yield f"{_named(row)} is {row['state']} and nobody has it"
        if row["state"] in {"waiting", "void", "expired"} and row["id"] in told:
            yield f"{_named(row)} is {row['state']} although it was sent"


def doubles_come_from_doubt(record: Record) -> Offenders:
    """A message is handed over again only after an answer was lost, and only where a miss is worse."""
    calls: dict[str, list[Call]] = defaultdict(list)
    for call in record.world.calls:
        calls[call.nudge].append(call)
    for nudge, made in calls.items():
        before: list[Call] = []
        for call in made:
            if any(one.taken and one.clear for one in before):
                yield f"{nudge} was sent again after it had been taken"
            if any(not one.clear for one in before) and call.severity < Severity.SEE_DOCTOR:
                yield f"{nudge} ({call.severity.name.lower()}) was repeated after a doubt"
            before.append(call)


def nothing_after_stop(record: Record) -> Offenders:
    """From the moment STOP was acknowledged until START, but for the answer to an emergency written later."""
    owner = {place.address: person.id for person in record.people for place in person.places}
    made = {row["id"]: codec.from_ms(row["made_ms"]) for row in record.rows["nudge"]}
    for who, since, until in _stopped(record):
        for call in record.world.calls:
            if owner[call.address] == who and since + IN_HAND < call.at < until:
                answer = call.severity is Severity.URGENT and made[call.nudge] > since - AT_THE_GATE
                if not answer:
                    yield f"{who} was sent {call.nudge} {call.at - since} after STOP at {since:%m-%d %H:%M:%S}"


def _stopped(record: Record) -> Iterator[tuple[str, datetime, datetime]]:
    """Whose silence, from when until when, at least."""
    far = record.world.now + DAY
    for stop in (one for one in record.world.wrote if one.text.upper() == "STOP"):
        since = record.world.acknowledged.get(f"channel:sms:{stop.key}")
        if since is None:
            continue
        starts = [
            one.at for one in record.world.wrote if one.owner == stop.owner and one.text == "START" and one.at > stop.at
        ]
        yield stop.owner, since, min(starts, default=far)


def nothing_without_consent(record: Record) -> Offenders:
    """Nothing goes to an address that nobody agreed to, or that was never shown to be theirs."""
    places = {place.address: place for person in record.people for place in person.places}
    for call in record.world.calls:
        place = places[call.address]
        if not place.agreed or (not place.verified and call.severity is not Severity.URGENT):
            yield f"{call.nudge} went to {place.channel} of {'nobody' if place.agreed else 'somebody who never agreed'}"


def quiet_hours_are_quiet(record: Record) -> Offenders:
    """But for an emergency, and for finding out whether it is one from somebody who has just written."""
    facts = {row["id"]: msgspec.json.decode(row["facts"]) for row in record.rows["nudge"]}
    owner = {place.address: person for person in record.people for place in person.places}
    for call in record.world.calls:
        person = owner[call.address]
        loud = call.severity < Severity.URGENT and _is_quiet(record, person, call.clock)
        if loud and _is_quiet(record, person, call.clock - AT_THE_GATE):
            told = [one for one in facts[call.nudge].values() if isinstance(one, dict)]
            asks = {one.get("asks") for one in told} & FINDING_OUT
            asked = any(one.get("asked") is True for one in told)
            if not ((asks or asked) and _just_wrote(record, person, call.at)):
                yield f"{person.id} was sent {call.nudge} at {call.clock:%m-%d %H:%M} UTC, in their quiet hours"


def _just_wrote(record: Record, person: Person, at: datetime) -> bool:
    wrote = [one.at for one in record.world.wrote if one.owner == person.id]
    wrote += [when for key, when in person.first_told.items() if isinstance(person.texts[key], Report)]
    acknowledged = [record.world.acknowledged.get(f"channel:sms:{one.key}", one.at) for one in record.world.wrote]
    return any(timedelta(0) <= at - when <= CONVERSATION for when in (*wrote, *acknowledged))


def _is_quiet(record: Record, person: Person, at: datetime) -> bool:
    athlete = record.athletes[person.id]
    since, until = athlete.preferences.quiet_from, athlete.preferences.quiet_to
    clock = at.astimezone(ZoneInfo(athlete.timezone)).time()
    if since is None or until is None:
        return False
    return since <= clock < until if since <= until else clock >= since or clock < until


def caps_hold(record: Record) -> Offenders:
    """A channel's messages to one address within 24 hours; graver ones have twice the room."""
    most = SimChannel.pace.per_address_day or 0
    places: dict[str, list[Call]] = defaultdict(list)
    for call in record.world.calls:
        if call.taken and call.clear:
            places[call.address].append(call)
    for calls in places.values():
        for call in calls:
            day = sum(timedelta(0) <= call.clock - one.clock < DAY and one.at <= call.at for one in calls)
            if day > most * (1 if call.severity < Severity.SEE_DOCTOR else 2):
                yield f"{call.nudge} was number {day} within a day"


def nobody_is_interrupted_too_often(record: Record) -> Offenders:
    """Unasked words: as many on a day as the athlete has allowed (M01), by when they were due."""
    for person in record.people:
        zone, wishes = ZoneInfo(record.athletes[person.id].timezone), record.athletes[person.id].preferences
        most = wishes.daily_cap or 1
        days: Counter[Any] = Counter()
        for row in record.of("nudge", person.id):
            unasked = row["activity"] is not None and row["copy_of"] is None and row["severity"] < Severity.URGENT
            if unasked and row["state"] in {"sent", "delivered"} and row["attempts"] == 1:
                days[codec.from_ms(row["not_before_ms"]).astimezone(zone).date()] += 1
        yield from (
            f"{person.id} was interrupted {count} times on {day}" for day, count in days.items() if count > most
        )


def stories_are_told_in_order(record: Record) -> Offenders:
    """What one address hears of one pain comes in the order in which it was found."""
    rows = {row["id"]: row for row in record.rows["nudge"]}
    heard: dict[tuple[str, Any], list[Row]] = defaultdict(list)
    seen: set[str] = set()
    for call in record.world.calls:
        row = rows[call.nudge]
        episode = next((one["episode"] for one in _inner(row) if "episode" in one), None)
        if call.taken and call.nudge not in seen and episode and row["copy_of"] is None:
            seen.add(call.nudge)
            heard[call.address, episode].append(row)
    for told in heard.values():
        for sooner, later in pairwise(told):
            grave = max(sooner["severity"], later["severity"]) >= Severity.SEE_DOCTOR
            if later["made_ms"] < sooner["made_ms"] and not grave and not record.world.steps:
                yield f"{_named(later)} came after {_named(sooner)}"


def grave_words_come_from_reports(record: Record) -> Offenders:
    """Nobody is sent to a doctor by what a watch has counted."""
    for row in record.rows["nudge"]:
        if row["severity"] < Severity.SEE_DOCTOR:
            continue
        skew = sum((abs(by) for _, by in record.world.steps), timedelta(0))
        made = codec.from_ms(row["made_ms"] + 1) + skew
        if row["activity"] is not None or not any(one.at <= made for one in record.reports[row["athlete_id"]]):
            yield f"{_named(row)} without a report"


def silence_has_a_reason(record: Record) -> Offenders:
    """What was found in a workout that had just ended is said, or held for a reason that the page names."""
    for row in record.rows["held"]:
        if row["reason"] not in _reasons():
            yield f"{row['athlete_id']} was not told of {row['rules']} for {row['reason']!r}"
    for person in record.people:
        told = {
            (row["activity"], rule)
            for table in ("nudge", "held")
            for row in record.of(table, person.id)
            for rule in msgspec.json.decode(row["rules"])
        }
        same = {row["key"]: row["same_as"] for row in record.of("activity", person.id)}
        about = {same.get(activity) or activity for activity, _ in told}
        for row in record.of("finding", person.id):
            first = person.first_told.get(row["activity"])
            fresh = first is not None and first - codec.from_ms(row["at_ms"]) < FRESH
            if (
                fresh
                and not _came_up_later(person, codec.from_ms(row["at_ms"]))
                and (row["activity"], row["rule"]) not in told
                and row["activity"] not in about
            ):
                yield f"{person.id}: {row['rule']} of {row['activity']} was neither said nor held"


def _came_up_later(person: Person, at: datetime) -> bool:
    """Whether something before it was told so long after that it may have been found only then."""
    return any(begun < at and person.last_told[key] - at > FRESH for key, begun in person.begun.items())


def the_log_is_discreet(record: Record) -> Offenders:
    """No address, no name and nothing that an athlete wrote is in the log."""
    secret = {place.address for person in record.people for place in person.places}
    secret |= {person.life.athlete.name for person in record.people}
    secret |= {row["text"] for row in record.rows["nudge"]}
    secret |= {one.text for one in record.world.wrote if len(one.text) > 8}
    for line in record.log:
        if any(word in line for word in secret):
            yield line


@cache
def _reasons() -> frozenset[str]:
    reasons, _, _ = MESSAGES.read_text().partition("\n## ")
    return frozenset(re.findall(r"^\| `(\w+)` \|", reasons, re.MULTILINE))


def _inner(row: Row) -> list[Mapping[str, Any]]:
    return [one for one in msgspec.json.decode(row["facts"]).values() if isinstance(one, dict)]


def _named(row: Row) -> str:
    kind = next((one["kind"] for one in _inner(row) if "kind" in one), row["rules"])
    return f"{row['athlete_id']} {row['id']} ({kind})"


INVARIANTS: tuple[Callable[[Record], Offenders], ...] = (
    no_delivery_is_lost,
    histories_are_true,
    states_are_one_fold,
    lanes_keep_their_order,
    every_message_ends,
    what_is_sent_was_sent,
    doubles_come_from_doubt,
    nothing_after_stop,
    nothing_without_consent,
    quiet_hours_are_quiet,
    caps_hold,
    nobody_is_interrupted_too_often,
    stories_are_told_in_order,
    grave_words_come_from_reports,
    silence_has_a_reason,
    the_log_is_discreet,
)


def broken(record: Record) -> list[str]:
    """Every offender of every invariant."""
    return [f"{holds.__name__}: {offender}" for holds in INVARIANTS for offender in holds(record)]
