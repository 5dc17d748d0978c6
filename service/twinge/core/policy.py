"""From findings to a nudge now, later or never, with the reason for every silence (rules M01 to M06).

First the gates that look at one finding alone (`GATES`), then those of the whole message: grouped, no channel, stale,
over budget. The words are the ones of docs/messages.md; each held finding keeps its word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from typing import NamedTuple
from zoneinfo import ZoneInfo

from twinge.core.model import Athlete, Finding, Held, Nudge, Preferences, Said, Severity, Voice
from twinge.core.pack import Pack
from twinge.core.pain.value import HOLDS, MONITOR, RETURN
from twinge.core.rules.compound import compound
from twinge.core.silence import silenced
from twinge.core.terse import BARE, Tongue

UTC = ZoneInfo("UTC")
RANK = {"L01": 0, "R01": 1, "T02": 1}
"""M02: among equals L01 leads, then R01 and T02, then the rest."""
RUNNING_ON = {"R01", "R02", "R06", "R07"}
"""Recovery rules that speak of how to go on running."""
RISES = {"L01", "L02", "R01", "R02", "R03", "R04", "T01", "T02"}
"""Rules whose higher band is news inside the cooldown; R06's second line in one return is the same news again."""


@dataclass(frozen=True, slots=True)
class Ear:
    """How the athlete can be reached, what was said to them lately (oldest first), and who finds the words."""

    voice: Voice
    said: tuple[Said, ...] = ()
    tongue: Tongue = BARE
    hurts: str = "clear"
    """The pain story in one word (`pain.standing`)."""

    def heard(self, nudge: Nudge) -> Said:
        """A nudge as it will be remembered; where an answer can come it has not come yet. A digest asks for none."""
        answered = False if self.voice is Voice.SMS and nudge.severity is not Severity.INFO else None
        return Said(nudge.rules, nudge.bands, int(nudge.severity), nudge.not_before, nudge.activity, answered)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy made of one event's findings."""

    nudges: tuple[Nudge, ...]
    held: tuple[Held, ...]


def decide(
    athlete: Athlete,
    findings: Sequence[Finding],
    ear: Ear,
    now: datetime,
    pack: Pack,
    others: frozenset[str] = frozenset(),
) -> Decision:
    """Decide on the findings of one event; X01 is worked out again from the parts that may speak.

    `others` are the keys of further records of the same workout: to have spoken about one is enough.
    """
    held: list[Held] = []
    open_to_say: list[Finding] = []
    for finding in findings:
        if finding.rule == "X01":
            continue
        reason = _silenced(Asked(athlete, finding, ear, now, pack, others))
        if reason is None:
            open_to_say.append(finding)
        else:
            held.append(_held(athlete, [finding], finding.severity, reason, now))
    if not open_to_say:
        return Decision((), tuple(held))
    nudge, silent = _compose(athlete, open_to_say, ear, now, pack)
    return Decision((nudge,) if nudge is not None else (), (*held, *silent))


class Asked(NamedTuple):
    """One finding at the gates."""

    athlete: Athlete
    finding: Finding
    ear: Ear
    now: datetime
    pack: Pack
    others: frozenset[str]

    def earlier(self) -> list[Said]:
        """What was said of the same rule; a line in a digest keeps no louder word back."""
        return [said for said in self.ear.said if self.finding.rule in said.rules and said.severity > Severity.INFO]


def _silenced(asked: Asked) -> str | None:
    """The first of the gates for single findings that is shut, by its word."""
    return next((word for word, shut in GATES.items() if shut(asked)), None)


def _late(asked: Asked) -> bool:
    return asked.now - asked.finding.at > timedelta(hours=asked.pack.policy.fresh_h)


def _told_by_another(asked: Asked) -> bool:
    return bool(asked.others) and any(said.activity in asked.others for said in asked.ear.said)


def _muted(asked: Asked) -> bool:
    wishes, finding = asked.athlete.preferences, asked.finding
    return finding.rule in wishes.mute or (wishes.daily_runner and finding.rule == "R02" and finding.band <= 2)


def _paused(asked: Asked) -> bool:
    until = asked.athlete.preferences.paused_until
    return until is not None and asked.now < until


def _quieted(asked: Asked) -> bool:
    return silenced(asked.finding, asked.athlete.silences) is not None


def _inhibited(asked: Asked) -> bool:
    return contradicts(asked.finding.rule, asked.ear.hurts)


def contradicts(rule: str, hurts: str) -> bool:
    """While something hurts, advice about load would contradict the rest that was asked for.

    The suggestion of other ground (T04) waits until the six weeks after it are over too.
    """
    load = rule[0] in "LTWF" or rule in RUNNING_ON
    return (load and hurts in (HOLDS | {RETURN})) or (rule == "T04" and hurts == MONITOR)


def _for_the_digest(asked: Asked) -> bool:
    ignored = _ignored(asked.earlier()) >= asked.pack.policy.ignored_digest
    return ignored or asked.finding.severity is Severity.INFO


def _said_already(asked: Asked) -> bool:
    """M03: silent within the cooldown unless the band rises; ignored messages lengthen it.

    Counted in whole local days, the same weekday included: whether next Sunday's long run starts ten minutes earlier or
    later must not decide.
    """
    finding, pack, zone = asked.finding, asked.pack, ZoneInfo(asked.athlete.timezone)
    of_rule = asked.earlier()
    days = pack.cooldown_d(finding.rule) * (2 if _ignored(of_rule) >= pack.policy.ignored_double else 1)
    today = finding.at.astimezone(zone).date()
    recent = [
        said.bands[said.rules.index(finding.rule)]
        for said in of_rule
        if (today - said.at.astimezone(zone).date()).days <= days
    ]
    worse = finding.rule in RISES and finding.band > max(recent, default=0)
    return bool(recent) and not worse


GATES: Mapping[str, Callable[[Asked], bool]] = {
    "backfill": _late,
    "same_workout": _told_by_another,
    "muted": _muted,
    "paused": _paused,
    "silenced": _quieted,
    "inhibited": _inhibited,
    "digest": _for_the_digest,
    "said_already": _said_already,
}
"""Word of docs/messages.md → whether it holds one finding back, in the order they are asked."""


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
        id=name(athlete.id, findings[0].activity, rules, bands),
        athlete=athlete.id,
        severity=severity,
        rules=rules,
        text=ear.tongue.say(spoken, severity, athlete),
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
    """M01: so many a day and a week; digests, and what the athlete began themselves, are not counted."""
    zone, wishes = ZoneInfo(athlete.timezone), athlete.preferences
    counted = [s.at for s in ear.said if Severity.INFO < s.severity < Severity.URGENT and s.activity is not None]
    daily, weekly = wishes.daily_cap, wishes.weekly_cap
    if daily is None:
        daily = pack.policy.daily
    if weekly is None:
        weekly = pack.policy.weekly_sms if ear.voice is Voice.SMS else pack.policy.weekly_push
    today = sum(s.astimezone(zone).date() == at.astimezone(zone).date() for s in counted)
    week = sum(abs(at - s) < timedelta(days=7) for s in counted)
    return today >= daily or week >= weekly


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


def name(athlete: str, subject: str, rules: tuple[str, ...], bands: tuple[int, ...]) -> str:
    """A nudge's id: the same message about the same subject has the same id, however often it is worked out."""
    text = "\x1f".join((athlete, subject, *rules, *map(str, bands)))
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
