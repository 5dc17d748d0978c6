"""What the API shows of each thing: instants in UTC, nothing that is secret."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from twinge.core.bounds import safe
from twinge.core.model import EVERYTHING, Athlete, Finding, Held, Report, Silence, Wellness
from twinge.core.pack import Pack
from twinge.core.pain import Episode
from twinge.core.purpose import NOTICE
from twinge.core.rules import Rule
from twinge.core.silence import rules_of
from twinge.meanings import limits as meanings
from twinge.registry import PluginStatus
from twinge.store import Address, Connection
from twinge.store.addresses import Agreed
from twinge.store.erasures import Erasure
from twinge.store.history import Recorded
from twinge.store.inbox import Kept
from twinge.store.keys import Audited, Key
from twinge.store.spoken import Spoken, held_id
from twinge.web.api import answers, installed, records
from twinge.web.api.listing import instant

_HIDDEN = {"revision", "silences"}
_SHOWN = ("sport", "elapsed_s", "moving_s", "distance_m", "climb_m", "descent_m", "avg_hr", "max_hr")
_ALSO = ("avg_power_w", "rpe", "race", "surface", "day_only")


def athlete(one: Athlete) -> answers.Athlete:
    """A profile with the wishes in it."""
    return answers.Athlete(**_profile(one))


def in_full(
    one: Athlete, channels: list[answers.Channel], connections: list[answers.Connection]
) -> answers.AthleteInFull:
    """A profile with channels and connections."""
    return answers.AthleteInFull(**_profile(one), channels=channels, connections=connections)


def _profile(one: Athlete) -> dict[str, Any]:
    shown = {f.name: getattr(one, f.name) for f in fields(one) if f.name not in _HIDDEN}
    wishes = {f.name: getattr(one.preferences, f.name) for f in fields(one.preferences)}
    for name in ("quiet_from", "quiet_to", "digest_at"):
        wishes[name] = None if wishes[name] is None else wishes[name].strftime("%H:%M")
    wishes["paused_until"] = instant(one.preferences.paused_until)
    wishes["weekly_check"] = wishes.pop("weekly_since") is not None
    return {**shown, "limits": dict(one.limits), "preferences": answers.Preferences(**wishes)}


def silence(one: Silence) -> answers.Silence:
    """A stretch of planned life and the rules it keeps quiet."""
    return answers.Silence(
        id=one.id, kind=one.kind, since=instant(one.since), until=instant(one.until), rules=rules_of(one), by=one.by
    )


def address(one: Address, *, whole: bool) -> answers.Channel:
    """One way to reach somebody; whoever may only read sees its two ends."""
    return answers.Channel(
        id=one.id,
        channel=one.channel,
        address=one.address if whole else masked(one.address),
        usable=one.usable,
        shut=one.shut,
        purposes=[purpose.value for purpose in EVERYTHING if purpose in one.purposes],
        rank=one.rank,
        verified_at=instant(one.verified_at),
        consent_at=instant(one.consent_at),
        consent_how=one.consent_how,
        stopped_at=instant(one.stopped_at),
        disabled_reason=one.disabled_reason,
    )


def agreed(one: Agreed) -> answers.Agreement:
    """One line of the ledger of consent."""
    return answers.Agreement(one.address_id, instant(one.at), one.what, one.purposes, one.by, one.how, one.words)


def masked(text: str) -> str:
    """`+4915112345689` → `+4…89`; a short one disappears."""
    return f"{text[:2]}…{text[-2:]}" if len(text) > 7 else "…"


def connection(one: Connection, *, whole: bool = True) -> answers.Connection:
    """A connection without its tokens; who the athlete is there is nothing for a coach."""
    return answers.Connection(
        id=one.id,
        platform=one.platform,
        external_id=one.external_id if whole else None,
        state=one.state,
        scope=one.scope,
        created_at=instant(one.created_at),
    )


def activity(record: Recorded) -> records.Activity:
    """A record of a workout in SI units; `counted_in` names the richer record of the same workout, if there is one."""
    one = record.activity
    rest = {name: getattr(one, name) for name in (*_SHOWN, *_ALSO)}
    return records.Activity(id=one.key, start=instant(one.start), **rest, counted_in=record.same_as)


def morning(one: Wellness) -> records.Morning:
    """A morning as it was told; null is not known."""
    names = ("resting_hr", "hrv_rmssd_ms", "hrv_sdnn_ms", "sleep_h", "readiness")
    return records.Morning(id=one.key, date=one.day, **{name: getattr(one, name) for name in names})


def report(one: Report) -> Struct:
    """What the athlete told, as far as it was said; their own words are kept and not shown."""
    told = {f.name: getattr(one, f.name) for f in fields(one) if f.name not in {"key", "at", "text", "version"}}
    said = {name: value for name, value in told.items() if value not in (None, ())}
    return records.Report(id=one.key, at=instant(one.at), **said)


def episode(one: Episode) -> records.Episode:
    """One pain story: where it stands, since when, and its timeline."""
    return records.Episode(
        id=one.id,
        site=one.site or None,
        side=one.side or None,
        state=one.state,
        open=one.state != "closed",
        onset=_stamp(one.onset),
        since=_stamp(one.since),
        next_look=None if one.check is None else _stamp(one.check),
        score=one.score,
        signs=list(one.signs),
        urgency=one.urgency or None,
        cleared=one.cleared,
        stage=one.stage if one.state == "return" else None,
        dormant=one.asleep is not None,
        timeline=[
            records.Entry(_stamp(entry.at), entry.what, entry.word or None, entry.number) for entry in one.history
        ],
    )


def _stamp(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def finding(one: Finding) -> records.Finding:
    """What a rule saw."""
    return records.Finding(
        id=f"{one.rule}.{one.band}.{one.activity}",
        rule=one.rule,
        severity=one.severity.word,
        band=one.band,
        at=instant(one.at),
        activity_id=one.activity,
        facts=dict(one.facts),
    )


def nudge(one: Spoken) -> records.Nudge:
    """A message and what became of it."""
    return records.Nudge(
        id=one.nudge.id,
        severity=one.nudge.severity.word,
        rules=one.nudge.rules,
        text="•••" if one.nudge.facts.get(NOTICE) == "code" else one.nudge.text,
        facts=dict(one.nudge.facts),
        state=one.state,
        reason=one.reason,
        channel=one.channel,
        made_at=instant(one.nudge.made_at),
        not_before=instant(one.nudge.not_before),
        expires_at=instant(one.nudge.expires_at),
        sent_at=instant(one.sent_at),
        answered_at=instant(one.answered_at),
        attempts=one.attempts,
        activity_id=one.nudge.activity,
        copy_of=one.nudge.copy_of,
        segments=one.segments,
    )


def held(one: Held) -> records.Held:
    """What was not said, and why."""
    return records.Held(
        id=held_id(one),
        severity=one.severity.word,
        rules=one.rules,
        reason=one.reason,
        at=instant(one.at),
        facts=dict(one.facts),
        activity_id=one.activity,
    )


def delivery(one: Kept) -> installed.Delivery:
    """What came, how long it was and what became of it; never the body."""
    return installed.Delivery(
        id=one.id,
        platform=one.delivery.platform,
        key=one.key,
        state=one.state,
        note=one.note,
        attempts=one.attempts,
        delays=one.delays,
        bytes=one.size,
        received_at=instant(one.delivery.received_at),
        not_before=instant(one.not_before),
        settled_at=instant(one.settled_at),
    )


def rule(one: Rule, pack: Pack) -> installed.Rule:
    """A rule with its limits, the lowest and highest that is safe for each, and how good its evidence is."""
    limits = {name: value for name, value in one.limits(pack).items() if not isinstance(value, bool)}
    shipped = one.limits()
    return installed.Rule(
        id=one.id,
        name=one.name,
        kind=one.kind,
        says=one.says,
        severity=one.severities,
        limits=dict(one.limits(pack)),
        safe={name: [*safe(f"{one.part}.{name}", shipped[name])] for name in limits},
        about={name: words for name in shipped if (words := meanings().get(f"{one.part}.{name}"))},
        evidence=one.evidence,
        strength=one.strength,
    )


def plugin(one: PluginStatus) -> installed.Plugin:
    """A platform or channel and whether it is ready."""
    names = ("kind", "name", "state", "reason", "version", "capabilities")
    return installed.Plugin(**{name: getattr(one, name) for name in names})


def key(one: Key) -> installed.Key:
    """A key without its secret."""
    return installed.Key(
        id=one.id,
        prefix=f"twk_{one.id}_",
        name=one.name,
        scope=one.scope,
        athletes=list(one.athletes) if one.scope == "coach" else None,
        created_at=instant(one.created_at),
        expires_at=instant(one.expires_at),
        used_at=instant(one.used_at),
        revoked_at=instant(one.revoked_at),
    )


def erasure(one: Erasure) -> installed.Erasure:
    """How far an erasure is; when it is done, the proof of it. It names nobody."""
    return installed.Erasure(
        id=one.mark,
        state="done" if one.done_at is not None else "under_way",
        step=one.step,
        asked_by=one.asked_by,
        asked_at=instant(one.asked_at),
        done_at=instant(one.done_at),
        removed=dict(one.counts),
        vendors={name: dict(outcomes) for name, outcomes in one.vendors.items()},
    )


def audited(one: Audited) -> installed.Audited:
    """One line of the audit."""
    return installed.Audited(
        id=one.id, at=instant(one.at), actor=one.actor, action=one.action, object=one.object, detail=one.detail
    )
