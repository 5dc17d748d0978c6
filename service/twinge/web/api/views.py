"""What the API shows of each thing: plain JSON values, instants in UTC, nothing that is secret."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from twinge.core.bounds import safe
from twinge.core.model import EVERYTHING, Athlete, Finding, Held, Report, Silence, Wellness
from twinge.core.pack import Pack
from twinge.core.pain import Episode
from twinge.core.purpose import NOTICE
from twinge.core.rules import Rule
from twinge.core.silence import rules_of
from twinge.registry import PluginStatus
from twinge.store import Address, Connection
from twinge.store.addresses import Agreed
from twinge.store.history import Recorded
from twinge.store.inbox import Kept
from twinge.store.keys import Audited, Key
from twinge.store.spoken import Spoken, held_id
from twinge.web.api.listing import instant

_HIDDEN = {"revision", "silences"}
_SHOWN = ("sport", "elapsed_s", "moving_s", "distance_m", "climb_m", "descent_m", "avg_hr", "max_hr")
_ALSO = ("avg_power_w", "rpe", "race", "surface", "day_only")


def athlete(one: Athlete) -> dict[str, Any]:
    """A profile with the wishes in it."""
    shown = {f.name: getattr(one, f.name) for f in fields(one) if f.name not in _HIDDEN}
    wishes = {f.name: getattr(one.preferences, f.name) for f in fields(one.preferences)}
    for name in ("quiet_from", "quiet_to", "digest_at"):
        wishes[name] = None if wishes[name] is None else wishes[name].strftime("%H:%M")
    wishes["paused_until"] = instant(one.preferences.paused_until)
    wishes["weekly_check"] = wishes.pop("weekly_since") is not None
    return {**shown, "limits": dict(one.limits), "preferences": wishes}


def silence(one: Silence) -> dict[str, Any]:
    """A stretch of planned life and the rules it keeps quiet."""
    span = {"from": instant(one.since), "until": instant(one.until)}
    return {"id": one.id, "kind": one.kind, **span, "rules": rules_of(one), "by": one.by}


def address(one: Address, *, whole: bool) -> dict[str, Any]:
    """One way to reach somebody; whoever may only read sees its two ends."""
    return {
        "id": one.id,
        "channel": one.channel,
        "address": one.address if whole else masked(one.address),
        "usable": one.usable,
        "shut": one.shut,
        "purposes": [purpose.value for purpose in EVERYTHING if purpose in one.purposes],
        "rank": one.rank,
        "verified_at": instant(one.verified_at),
        "consent_at": instant(one.consent_at),
        "consent_how": one.consent_how,
        "stopped_at": instant(one.stopped_at),
        "disabled_reason": one.disabled_reason,
    }


def agreed(one: Agreed) -> dict[str, Any]:
    """One line of the ledger of consent."""
    names = ("what", "purposes", "by", "how", "words")
    return {"channel_id": one.address_id, "at": instant(one.at), **{name: getattr(one, name) for name in names}}


def masked(text: str) -> str:
    """`+4915112345689` → `+4…89`; a short one disappears."""
    return f"{text[:2]}…{text[-2:]}" if len(text) > 7 else "…"


def connection(one: Connection) -> dict[str, Any]:
    """A connection without its tokens."""
    return {
        "id": one.id,
        "platform": one.platform,
        "external_id": one.external_id,
        "state": one.state,
        "scope": one.scope,
        "created_at": instant(one.created_at),
    }


def activity(record: Recorded) -> dict[str, Any]:
    """A record of a workout in SI units; `counted_in` names the richer record of the same workout, if there is one."""
    one = record.activity
    rest = {name: getattr(one, name) for name in (*_SHOWN, *_ALSO)}
    return {"id": one.key, "start": instant(one.start), **rest, "counted_in": record.same_as}


def morning(one: Wellness) -> dict[str, Any]:
    """A morning as it was told; null is not known."""
    names = ("resting_hr", "hrv_rmssd_ms", "hrv_sdnn_ms", "sleep_h", "readiness")
    return {"id": one.key, "date": one.day.isoformat(), **{name: getattr(one, name) for name in names}}


def report(one: Report) -> dict[str, Any]:
    """What the athlete told, as far as it was said; their own words are kept and not shown."""
    told = {f.name: getattr(one, f.name) for f in fields(one) if f.name not in {"key", "at", "text", "version"}}
    said = {name: value for name, value in told.items() if value not in (None, ())}
    return {"id": one.key, "at": instant(one.at), **said}


def episode(one: Episode) -> dict[str, Any]:
    """One pain story: where it stands, since when, and its timeline."""
    return {
        "id": one.id,
        "site": one.site or None,
        "side": one.side or None,
        "state": one.state,
        "open": one.state != "closed",
        "onset": _at(one.onset),
        "since": _at(one.since),
        "next_look": _at(one.check),
        "score": one.score,
        "signs": list(one.signs),
        "urgency": one.urgency or None,
        "cleared": one.cleared,
        "stage": one.stage if one.state == "return" else None,
        "dormant": one.asleep is not None,
        "timeline": [
            {"at": _at(entry.at), "what": entry.what, "word": entry.word or None, "number": entry.number}
            for entry in one.history
        ],
    }


def _at(stamp: int | None) -> datetime | None:
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC)


def finding(one: Finding) -> dict[str, Any]:
    """What a rule saw."""
    return {
        "id": f"{one.rule}.{one.band}.{one.activity}",
        "rule": one.rule,
        "severity": one.severity.word,
        "band": one.band,
        "at": instant(one.at),
        "activity_id": one.activity,
        "facts": one.facts,
    }


def nudge(one: Spoken) -> dict[str, Any]:
    """A message and what became of it."""
    return {
        "id": one.nudge.id,
        "severity": one.nudge.severity.word,
        "rules": one.nudge.rules,
        "text": "•••" if one.nudge.facts.get(NOTICE) == "code" else one.nudge.text,
        "facts": one.nudge.facts,
        "state": one.state,
        "reason": one.reason,
        "channel": one.channel,
        "made_at": instant(one.nudge.made_at),
        "not_before": instant(one.nudge.not_before),
        "expires_at": instant(one.nudge.expires_at),
        "sent_at": instant(one.sent_at),
        "answered_at": instant(one.answered_at),
        "attempts": one.attempts,
        "activity_id": one.nudge.activity,
        "copy_of": one.nudge.copy_of,
        "segments": one.segments,
    }


def held(one: Held) -> dict[str, Any]:
    """What was not said, and why."""
    return {
        "id": held_id(one),
        "severity": one.severity.word,
        "rules": one.rules,
        "reason": one.reason,
        "at": instant(one.at),
        "facts": one.facts,
        "activity_id": one.activity,
    }


def delivery(one: Kept) -> dict[str, Any]:
    """What came, how long it was and what became of it; never the body."""
    return {
        "id": one.id,
        "platform": one.delivery.platform,
        "key": one.key,
        "state": one.state,
        "note": one.note,
        "attempts": one.attempts,
        "delays": one.delays,
        "bytes": one.size,
        "received_at": instant(one.delivery.received_at),
        "not_before": instant(one.not_before),
        "settled_at": instant(one.settled_at),
    }


def rule(one: Rule, pack: Pack) -> dict[str, Any]:
    """A rule with its limits, the lowest and highest that is safe for each, and how good its evidence is."""
    limits = {name: value for name, value in one.limits(pack).items() if not isinstance(value, bool)}
    shipped = one.limits()
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "says": one.says,
        "severity": one.severities,
        "limits": one.limits(pack),
        "safe": {name: safe(f"{one.part}.{name}", shipped[name]) for name in limits},
        "evidence": one.evidence,
        "strength": one.strength,
    }


def plugin(one: PluginStatus) -> dict[str, Any]:
    """A platform or channel and whether it is ready."""
    names = ("kind", "name", "state", "reason", "version", "capabilities")
    return {name: getattr(one, name) for name in names}


def key(one: Key) -> dict[str, Any]:
    """A key without its secret."""
    return {
        "id": one.id,
        "name": one.name,
        "scope": one.scope,
        "created_at": instant(one.created_at),
        "used_at": instant(one.used_at),
        "revoked_at": instant(one.revoked_at),
        "expires_at": instant(one.expires_at),
    }


def audited(one: Audited) -> dict[str, Any]:
    """One line of the audit."""
    return {f.name: getattr(one, f.name) for f in fields(one)} | {"at": instant(one.at)}
