"""The weekly digest: what was no ground for an interruption, in one message, if there is anything to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from twinge.core.model import Athlete, Finding, Held, Nudge, Severity, Voice
from twinge.core.pack import Pack
from twinge.core.policy import RANK, UTC, Ear, contradicts, name, next_window
from twinge.core.relay import STORY

DIGESTED = frozenset({"digest", "over_budget"})
"""Silences that the digest makes up for."""


def next_digest(athlete: Athlete, after: datetime) -> datetime | None:
    """When the athlete's next digest is due after that instant; None where they want none."""
    wishes, zone = athlete.preferences, ZoneInfo(athlete.timezone)
    if wishes.digest_at is None:
        return None
    today = after.astimezone(zone).date()
    first = today + timedelta(days=(wishes.digest_day - today.isoweekday()) % 7)
    due = datetime.combine(first, wishes.digest_at, zone)
    if due <= after:
        due = datetime.combine(first + timedelta(days=7), wishes.digest_at, zone)
    return due.astimezone(UTC)


def digest(
    athlete: Athlete, held: Sequence[Held], ear: Ear, now: datetime, pack: Pack, hurts: str = "clear"
) -> Nudge | None:
    """One message about what was `held` in the last week (oldest first), or None.

    While something `hurts` (`pain.standing`), nothing in it contradicts the rest that was asked for.
    """
    wishes = athlete.preferences
    if ear.voice is Voice.NONE or wishes.digest_at is None:
        return None
    if wishes.paused_until is not None and now < wishes.paused_until:
        return None
    worth = _worth_saying(athlete, held, ear, now, pack)
    found = [one for one in worth if not contradicts(one.rule, hurts)][: pack.digest.most]
    if not found:
        return None
    rules, bands = tuple(one.rule for one in found), tuple(one.band for one in found)
    not_before = next_window(wishes, athlete.timezone, now)
    day = now.astimezone(ZoneInfo(athlete.timezone)).date()
    return Nudge(
        id=name(athlete.id, f"digest:{day}", (), ()),
        athlete=athlete.id,
        severity=Severity.INFO,
        rules=rules,
        text=ear.tongue.say(found, Severity.INFO, athlete),
        facts={one.rule: one.facts for one in found},
        made_at=now,
        not_before=not_before,
        expires_at=not_before + timedelta(hours=pack.digest.expire_h),
        bands=bands,
    )


def _worth_saying(athlete: Athlete, held: Sequence[Held], ear: Ear, now: datetime, pack: Pack) -> list[Finding]:
    """The newest finding of each rule that was not said lately and is not muted, the most serious first."""
    newest: dict[str, Finding] = {}
    for one in held:
        if (
            one.reason in DIGESTED
            and not (one.activity or "").startswith(STORY)
            and now - one.at <= timedelta(days=pack.digest.days)
        ):
            for rule in one.rules:
                newest[rule] = Finding(rule, one.severity, 1, one.at, one.activity or "", one.facts.get(rule, {}))
    told = {rule for said in ear.said for rule in said.rules if now - said.at <= timedelta(days=pack.cooldown_d(rule))}
    silent = {*athlete.preferences.mute, *told, "X01"}
    found = [one for rule, one in newest.items() if rule not in silent]
    return sorted(found, key=lambda one: (-one.severity, RANK.get(one.rule, 2), one.rule))
