"""From findings to a nudge now, later or never, with the reason for every silence (rules M01 to M06).

A chain of gates, in this order: backfill, digest, muted, paused, said already, grouped, no channel, over budget, stale.
The words are the ones of docs/messages.md; each held finding keeps its word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from twinge.core.model import Athlete, Finding, Held, Nudge, Preferences, Said, Severity, Voice
from twinge.core.pack import Pack
from twinge.core.rules.compound import compound
from twinge.core.wording import message

UTC = ZoneInfo("UTC")
RANK = {"L01": 0, "R01": 1, "T02": 1}
"""M02: among equals L01 leads, then R01 and T02, then the rest."""
RISES = {"L01", "L02", "R01", "R02"}
"""Rules whose higher band is news inside the cooldown; R06's second line in one return is the same news again."""


@dataclass(frozen=True, slots=True)
class Ear:
    """How the athlete can be reached, and what was said to them in the last 28 days (oldest first)."""

    voice: Voice
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy made of one workout's findings."""

    nudges: tuple[Nudge, ...]
    held: tuple[Held, ...]


def decide(athlete: Athlete, findings: Sequence[Finding], ear: Ear, now: datetime, pack: Pack) -> Decision:
    """Decide on the findings of one activity; X01 is worked out again from the parts that may speak."""
    held: list[Held] = []
    open_to_say: list[Finding] = []
    for finding in findings:
        if finding.rule == "X01":
            continue
        reason = _silenced(athlete, finding, ear, now, pack)
        if reason is None:
            open_to_say.append(finding)
        else:
            held.append(_held(athlete, [finding], finding.severity, reason, now))
    if not open_to_say:
        return Decision((), tuple(held))
    nudge, silent = _compose(athlete, open_to_say, ear, now, pack)
    return Decision((nudge,) if nudge is not None else (), (*held, *silent))


def _silenced(athlete: Athlete, finding: Finding, ear: Ear, now: datetime, pack: Pack) -> str | None:
    """The gates that look at one finding alone."""
    if now - finding.at > timedelta(hours=pack.policy.fresh_h):
        return "backfill"
    if finding.severity is Severity.INFO:
        return "digest"
    wishes = athlete.preferences
    if finding.rule in wishes.mute or (wishes.daily_runner and finding.rule == "R02" and finding.band <= 2):
        return "muted"
    if wishes.paused_until is not None and now < wishes.paused_until:
        return "paused"
    return _said_already(finding, ear.said, ZoneInfo(athlete.timezone), pack)


def _said_already(finding: Finding, said: Sequence[Said], zone: ZoneInfo, pack: Pack) -> str | None:
    """M03: silent within the cooldown unless the band rises; ignored messages lengthen it, then end it.

    Counted in whole local days, the same weekday included: whether next Sunday's long run starts ten minutes earlier or
    later must not decide.
    """
    of_rule = [(s, s.bands[s.rules.index(finding.rule)]) for s in said if finding.rule in s.rules]
    ignored = _ignored([s for s, _ in of_rule])
    if ignored >= pack.policy.ignored_digest:
        return "digest"
    days = pack.policy.repeat_d * (2 if ignored >= pack.policy.ignored_double else 1)
    today = finding.at.astimezone(zone).date()
    recent = [band for s, band in of_rule if (today - s.at.astimezone(zone).date()).days <= days]
    worse = finding.rule in RISES and finding.band > max(recent, default=0)
    return "said_already" if recent and not worse else None


def _ignored(said: Sequence[Said]) -> int:
    """How many of the last messages in a row went without an answer, where an answer was possible."""
    count = 0
    for earlier in reversed(said):
        if earlier.answered is not False:
            break
        count += 1
    return count


def _compose(
    athlete: Athlete, findings: list[Finding], ear: Ear, now: datetime, pack: Pack
) -> tuple[Nudge | None, list[Held]]:
    """One message for the activity (M02), or the gate that held it."""
    both = compound(findings)
    findings = sorted(findings, key=lambda f: (-f.severity, RANK.get(f.rule, 2), f.rule))
    severity = findings[0].severity if both is None else max(both.severity, findings[0].severity)
    spoken, grouped = findings[:2], findings[2:]
    held = [_held(athlete, [f], f.severity, "grouped", now) for f in grouped]
    not_before = next_window(athlete.preferences, athlete.timezone, _earliest(athlete, findings[0], now))
    reason = _withheld(athlete, findings[0], ear, now, not_before, pack)
    if reason is not None:
        return None, [_held(athlete, spoken, severity, reason, now), *held]
    rules = (*(["X01"] if both is not None else []), *(f.rule for f in spoken))
    bands = (*([both.band] if both is not None else []), *(f.band for f in spoken))
    nudge = Nudge(
        id=_name(athlete.id, findings[0].activity, rules, bands),
        athlete=athlete.id,
        severity=severity,
        rules=rules,
        text=message(spoken, severity, athlete),
        facts={f.rule: f.facts for f in spoken},
        made_at=now,
        not_before=not_before,
        expires_at=not_before + timedelta(hours=pack.policy.expire_h),
        activity=findings[0].activity,
        bands=bands,
    )
    return nudge, held


def _earliest(athlete: Athlete, finding: Finding, now: datetime) -> datetime:
    """M04: some minutes after the end, not while the athlete is still out of breath."""
    return max(now, finding.at + timedelta(minutes=athlete.preferences.delay_min))


def _withheld(athlete: Athlete, lead: Finding, ear: Ear, now: datetime, not_before: datetime, pack: Pack) -> str | None:
    """The gates that look at the message as a whole."""
    if ear.voice is Voice.NONE:
        return "no_channel"
    if not_before > _earliest(athlete, lead, now) and not_before - lead.at > timedelta(hours=pack.policy.stale_h):
        return "stale"
    return "over_budget" if _over_budget(athlete, ear, not_before, pack) else None


def _over_budget(athlete: Athlete, ear: Ear, at: datetime, pack: Pack) -> bool:
    """M01: so many a day and a week; urgent messages are not counted."""
    zone, wishes = ZoneInfo(athlete.timezone), athlete.preferences
    counted = [s.at for s in ear.said if s.severity < Severity.URGENT]
    weekly = wishes.weekly_cap
    if weekly is None:
        weekly = pack.policy.weekly_sms if ear.voice is Voice.SMS else pack.policy.weekly_push
    today = sum(s.astimezone(zone).date() == at.astimezone(zone).date() for s in counted)
    week = sum(abs(at - s) < timedelta(days=7) for s in counted)
    return today >= wishes.daily_cap or week >= weekly


def _held(athlete: Athlete, findings: Sequence[Finding], severity: Severity, reason: str, now: datetime) -> Held:
    return Held(
        athlete=athlete.id,
        rules=tuple(f.rule for f in findings),
        severity=severity,
        reason=reason,
        at=now,
        activity=findings[0].activity,
        facts={f.rule: f.facts for f in findings},
    )


def _name(athlete: str, activity: str, rules: tuple[str, ...], bands: tuple[int, ...]) -> str:
    """The nudge's id: the same message about the same workout has the same id, however often it is worked out."""
    text = "\x1f".join((athlete, activity, *rules, *map(str, bands)))
    return "n_" + blake2b(text.encode(), digest_size=12).hexdigest()


def next_window(wishes: Preferences, timezone: str, moment: datetime) -> datetime:
    """`moment`, or the end of the quiet hours it falls into, as a UTC instant.

    Wall clock in the athlete's zone: an opening that the clock skips in spring is the first minute after the gap, one
    that it repeats in autumn is the first of the two.
    """
    opens, closes = wishes.quiet_to, wishes.quiet_from
    if opens is None or closes is None or opens == closes:
        return moment
    local = moment.astimezone(ZoneInfo(timezone))
    clock = local.time()
    if opens < closes:
        if opens <= clock < closes:
            return moment
        day = local.date() if clock < opens else local.date() + timedelta(days=1)
    else:
        if not closes <= clock < opens:
            return moment
        day = local.date()
    return max(moment, _instant(day, opens, ZoneInfo(timezone)))


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time. In a spring gap `fold=0` reads it with the offset before the gap, which lands
    as far behind the gap as the clock was into it; that is late enough, never too early."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
