"""Whether a round kept its promises, by somebody who trusts nobody: this file knows nothing of the program.

It reads three things that a round leaves behind: the journal of the calls that were made, the database, and what the
provider wrote down. Each invariant is one function that names its offenders.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from faults.evidence import Evidence, Made, Row, acknowledged, backwards, events

Offenders = Iterator[str]

DOCTOR, URGENT = 4, 5
"""Severities of the table `nudge`."""
ENDS = {"sent", "delivered", "failed", "expired", "void"}
STOPS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"}
IN_HAND_S = 1.5
"""What the sender had in hand when STOP was acknowledged is not called back;"""
LONGEST_S = 30
"""and what it had taken before, by its own books, may come so late on a machine that has much else to do."""
JUST_NOW_MS = 16 * 60 * 1000
FINDING_OUT = {"score", "signs", "confirm"}
"""What a question may ask in quiet hours, of somebody who wrote a moment ago."""
MORE_FILES, MORE_KB = 12, 48 * 1024
"""What a process may have more at the end of a round than when it was warm."""


def nothing_is_lost(evidence: Evidence) -> Offenders:
    """I1. Every call that was answered 2xx is in the inbox, once."""
    kept = Counter((row["platform"], row["key"]) for row in evidence.tables["inbox"])
    for one in acknowledged(evidence):
        if evidence.restored and one.at > evidence.restored:
            continue
        if kept[one.platform, one.key] != 1:
            count = kept[one.platform, one.key]
            yield f"call {one.number} ({one.platform}) was acknowledged and is there {count} times"


def every_delivery_ends(evidence: Evidence) -> Offenders:
    """I2. Every delivery is used, or set aside with a reason, and out of hand; what is used has left its workout."""
    for row in evidence.tables["hand"]:
        yield f"delivery {row['delivery_id']} is still in hand"
    there = {(row["athlete_id"], row["key"]) for row in evidence.tables["activity"]}
    owner = {(row["platform"], row["external_id"]): row["athlete_id"] for row in evidence.tables["connection"]}
    for row in evidence.tables["inbox"]:
        if row["state"] not in {"done", "stray", "dead"}:
            yield f"delivery {row['id']} is still {row['state']}: {row['note']}"
        elif row["state"] != "done":
            if not row["note"]:
                yield f"delivery {row['id']} is {row['state']} without a reason"
        else:
            for event in events(row):
                whose = owner.get((row["platform"], event["athlete"]))
                if event["type"] == "activity" and (whose, f"generic:{event['id']}") not in there:
                    yield f"delivery {row['id']} is done, and its workout {event['id']} is not there"


def lanes_keep_their_order(evidence: Evidence) -> Offenders:
    """I3. An athlete's deliveries are settled, and their effects appear, in the order in which they came."""
    lanes: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sorted(evidence.tables["inbox"], key=lambda row: int(row["id"])):
        if row["state"] == "done" and row["lane"]:
            lanes[row["platform"], row["lane"]].append(row)
    back = backwards(evidence)
    for (_, lane), rows in lanes.items():
        for elder, younger in pairwise(rows):
            if younger["settled_ms"] + back < elder["settled_ms"]:
                yield f"{lane}: delivery {younger['id']} was settled before {elder['id']}"
        came = list(dict.fromkeys(f"generic:{event['id']}" for row in rows for event in events(row)))
        told = [key for key in _told(evidence, "added") if key in set(came)]
        wanted = [key for key in came if key in set(told)]
        if told != wanted:
            yield f"{lane}: its workouts were told of as {told}, and came as {wanted}"


def _told(evidence: Evidence, what: str) -> list[str]:
    rows = sorted(evidence.tables["feed"], key=lambda row: int(row["id"]))
    return [json.loads(row["facts"])["activity"] for row in rows if (row["type"], row["what"]) == ("activity", what)]


def one_event_has_one_effect(evidence: Evidence) -> Offenders:
    """I4. A workout is added once and changed by its edits alone, and of one workout each rule speaks at most once."""
    for key, count in Counter(_told(evidence, "added")).items():
        if count > 1:
            yield f"workout {key} was added {count} times"
    used = [row for row in evidence.tables["inbox"] if row["state"] == "done"]
    came = Counter(f"generic:{event['id']}" for row in used for event in events(row))
    for key, count in Counter(_told(evidence, "changed")).items():
        if count >= came[key]:
            yield f"workout {key} came {came[key]} times and was changed {count} times"
    spoken: Counter[tuple[str, str, str]] = Counter()
    for row in evidence.tables["nudge"]:
        if row["activity"] and not row["copy_of"] and row["state"] != "void":
            spoken.update((row["athlete_id"], row["activity"], rule) for rule in json.loads(row["rules"]))
    for (athlete, activity, rule), count in spoken.items():
        if count > 1:
            yield f"{athlete} was told {count} times of {rule} in {activity}"


def every_message_ends(evidence: Evidence) -> Offenders:
    """I5. Every message is sent, or failed, expired or withdrawn with a reason; what is held has one too."""
    for row in evidence.tables["nudge"]:
        if row["state"] not in ENDS:
            if row["not_before_ms"] <= evidence.ended:  # else it became due while the program was being stopped
                yield f"message {row['id']} is still {row['state']}: {row['reason']}"
        elif row["state"] in {"failed", "expired", "void"} and not row["reason"]:
            yield f"message {row['id']} is {row['state']} without a reason"
    for row in evidence.tables["held"]:
        if not row["reason"]:
            yield f"{row['id']} is held without a reason"


def doubles_come_from_doubt(evidence: Evidence) -> Offenders:
    """I6. What is sent was taken; what was taken twice had a lost answer for each time more, and is grave.

    A provider's list does not tell two equal texts to one phone apart: where the answer to one of them was lost, the
    other may have been taken for it, and the words have arrived.
    """
    taken = Counter(line["nudge"] for line in evidence.provider if line["what"] == "taken")
    whose = {line["sid"]: line["nudge"] for line in evidence.provider if line["what"] == "taken"}
    doubts = _doubts(evidence)
    rows = {row["id"]: row for row in evidence.tables["nudge"]}
    for stranger in taken.keys() - rows.keys():
        if not evidence.restored:
            yield f"the provider has {stranger}, and it is in no book"
    for row in rows.values():
        count, most = taken[row["id"]], 1 + (doubts[row["id"]] if row["severity"] >= DOCTOR else 0)
        if evidence.restored and row["made_ms"] >= evidence.began:
            most += 1  # what waited in the backup is judged once more, and may be said once more
        twin = rows.get(whose.get(row["provider_id"], ""))
        same = twin is not None and (twin["address_id"], twin["text"]) == (row["address_id"], row["text"])
        if row["state"] in {"sent", "delivered"} and not count and not (same and doubts[row["id"]]):
            yield f"message {row['id']} is {row['state']}, and the provider never had it"
        if count > most:
            yield f"message {row['id']} was taken {count} times, with {doubts[row['id']]} lost answers"


def _doubts(evidence: Evidence) -> Counter[str]:
    """How often each message passed `unknown`, by the program's log."""
    doubts: Counter[str] = Counter()
    for line in evidence.log:
        if "outcome=unknown" in line and "nudge=" in line:
            doubts[line.partition("nudge=")[2].split()[0]] += 1
    return doubts


def stop_is_kept(evidence: Evidence) -> Offenders:
    """I7. The provider is asked for nothing after STOP was acknowledged, in quiet hours, or past a message's time.

    What is urgent goes at any hour, and answers an emergency that was written after STOP. So does what finds out
    whether it is one, and what somebody has just asked for.
    """
    rows = {row["id"]: row for row in evidence.tables["nudge"]}
    athletes = {row["id"]: json.loads(row["profile"]) for row in evidence.tables["athlete"]}
    stopped, wrote, back = _stopped(evidence), _wrote(evidence), backwards(evidence)
    for line in evidence.provider:
        row = rows.get(line.get("nudge", ""))
        if line["what"] != "asked" or row is None:
            continue
        if line["clock"] >= row["expires_ms"] + 1000:
            yield f"message {row['id']} was sent {(line['clock'] - row['expires_ms']) // 1000} s after its time"
        if row["severity"] >= URGENT:
            continue
        stop = stopped.get(row["athlete_id"])
        if stop is not None and line["at"] > stop.at + (LONGEST_S if _in_hand(row, stop, back) else IN_HAND_S) * 1e9:
            yield f"message {row['id']} was sent {(line['at'] - stop.at) / 1e9:.1f} s after STOP"
        if _is_quiet(athletes[row["athlete_id"]], line["clock"]) and not _answers(row, line, wrote[row["athlete_id"]]):
            yield f"message {row['id']} was sent in quiet hours"


def _in_hand(row: Row, stop: Made, back: int) -> bool:
    """Whether its last take was before STOP was acknowledged; a clock that was set back says nothing of that."""
    return not back and (row["taken_ms"] or 0) <= stop.clock


def _stopped(evidence: Evidence) -> dict[str, Made]:
    """Whose STOP was acknowledged, and by which call."""
    owner = {row["address"]: row["athlete_id"] for row in evidence.tables["address"]}
    found: dict[str, Made] = {}
    kept = {(row["platform"], row["key"]) for row in evidence.tables["inbox"]}  # a backup may be older than a STOP
    for one in acknowledged(evidence):
        if one.platform.startswith("channel:") and (one.platform, one.key) in kept:
            form = parse_qs(one.body)
            if form["Body"][0].strip().upper() in STOPS and form["From"][0] in owner:
                found.setdefault(owner[form["From"][0]], one)
    return found


def _wrote(evidence: Evidence) -> dict[str, list[Row]]:
    """The calls by which each athlete wrote to us."""
    owner = {row["address"]: row["athlete_id"] for row in evidence.tables["address"]}
    owner |= {row["external_id"]: row["athlete_id"] for row in evidence.tables["connection"]}
    found: dict[str, list[Row]] = defaultdict(list)
    for line in evidence.journal:
        if line["what"] == "call":
            who = parse_qs(line["body"])["From"][0] if line["kind"] == "text" else _reporter(line)
            found[owner.get(who, "")].append(line)
    return found


def _reporter(line: Row) -> str:
    try:
        told = json.loads(line["body"])
        return str(told["athlete"]) if told["type"] == "report" else ""
    except (ValueError, KeyError, RecursionError):
        return ""


def _answers(row: Row, asked: Row, wrote: Sequence[Row]) -> bool:
    """Whether it finds out how grave it is, or was asked for, and they wrote a moment ago.

    By the clock; or really, where the clock was turned between the last look at it and the call.
    """
    facts = json.loads(row["facts"])
    told = [one for one in facts.values() if isinstance(one, dict)]
    finds_out = any(one.get("asks") in FINDING_OUT and one.get("answers") for one in told)
    if not finds_out and facts.get("asked") is not True:
        return False
    ages = ((asked["clock"] - line["clock"], asked["at"] - line["at"]) for line in wrote if line["at"] <= asked["at"])
    return any(0 <= clock <= JUST_NOW_MS or real <= IN_HAND_S * 1e9 for clock, real in ages)


def _is_quiet(profile: Row, clock_ms: int) -> bool:
    wishes = profile.get("preferences", {})
    since, until = wishes.get("quiet_from"), wishes.get("quiet_to")
    if not since or not until:
        return False
    zone = ZoneInfo(profile.get("timezone") or "UTC")
    clock = datetime.fromtimestamp(clock_ms / 1000, UTC).astimezone(zone).strftime("%H:%M:%S")
    return bool(since <= clock < until) if since <= until else bool(clock >= since or clock < until)


def the_database_is_sound(evidence: Evidence) -> Offenders:
    """I8. The database finds nothing wrong with itself."""
    yield from evidence.integrity


def the_log_is_discreet(evidence: Evidence) -> Offenders:
    """I9. No token, number, name or text that an athlete wrote or was sent is in the log."""
    secret = {word for line in evidence.journal if line["what"] == "secrets" for word in line["words"]}
    secret |= {row["text"] for row in evidence.tables["nudge"] if len(row["text"]) > 8}
    for line in evidence.journal:
        if line["what"] == "call" and line["kind"] == "text":
            text = parse_qs(line["body"])["Body"][0]
            secret |= {text} if len(text) > 8 else set()
    for number, said in enumerate(evidence.log, 1):
        if any(word in said for word in secret):
            yield f"line {number} of the log tells a secret"


def nothing_grows(evidence: Evidence) -> Offenders:
    """I10. At the end a process has about as much memory and as many open files as when it was warm."""
    by_life: dict[int, list[Row]] = defaultdict(list)
    for line in evidence.journal:
        if line["what"] == "gauge":
            by_life[line["pid"]].append(line)
    for pid, found in by_life.items():
        first, last = found[0], found[-1]
        if last["fds"] > first["fds"] + MORE_FILES:
            yield f"process {pid} had {first['fds']} open files, and has {last['fds']}"
        if last["rss_kb"] > first["rss_kb"] + MORE_KB:
            yield f"process {pid} had {first['rss_kb']} kB of memory, and has {last['rss_kb']}"


INVARIANTS: Mapping[str, Callable[[Evidence], Offenders]] = {
    "I1": nothing_is_lost,
    "I2": every_delivery_ends,
    "I3": lanes_keep_their_order,
    "I4": one_event_has_one_effect,
    "I5": every_message_ends,
    "I6": doubles_come_from_doubt,
    "I7": stop_is_kept,
    "I8": the_database_is_sound,
    "I9": the_log_is_discreet,
    "I10": nothing_grows,
}


def problems(evidence: Evidence, only: Sequence[str] = tuple(INVARIANTS)) -> list[str]:
    """Every offender, with the name of what it offends."""
    return [f"{name}: {one}" for name in only for one in INVARIANTS[name](evidence)]
