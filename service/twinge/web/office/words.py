"""The desk's words for what the house writes in its own: lights, stages, states, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from twinge.store.glances import Light

LIGHT_WORDS: Final[Mapping[Light, str]] = {
    Light.PAIN: "Open episode",
    Light.REST: "Rest",
    Light.SLOW_DOWN: "Slow down",
    Light.NO_DATA: "No data",
    Light.FINE: "Fine",
}

STAGES: Final[Mapping[str, str]] = {
    "urgent": "sent to urgent care",
    "refer": "sent to a doctor or physio",
    "rest72": "rest for three days",
    "rest24": "rest for a day",
    "triage": "being asked about",
    "settling": "settling",
    "return": "coming back, stage by stage",
    "monitor": "back to running, watched",
    "sore": "sore",
    "clear": "none open",
    "closed": "closed",
}

SEVERITIES: Final[Mapping[str, str]] = {
    "info": "Information",
    "question": "Question",
    "slow_down": "Slow down",
    "rest": "Rest",
    "see_doctor": "See a doctor",
    "urgent": "Urgent",
}

STATES: Final[Mapping[str, str]] = {
    "waiting": "waits for its time",
    "taken": "being sent",
    "sent": "sent",
    "delivered": "delivered",
    "failed": "failed",
    "unknown": "in doubt",
    "expired": "expired unsent",
    "void": "withdrawn",
}

REASONS: Final[Mapping[str, str]] = {
    "backfill": "the workout was more than 48 hours old when it came",
    "same_workout": "another recording of the workout was spoken about",
    "digest": "waits for the weekly digest",
    "muted": "the athlete muted this rule",
    "paused": "all messages are paused",
    "silenced": "falls into a silence: a race, a camp, a journey, an illness",
    "inhibited": "something hurts, and advice about load would contradict the rest",
    "said_already": "the same rule spoke lately, and it has not got worse",
    "grouped": "the message already carries two graver reasons",
    "no_channel": "there is no channel to reach them by",
    "no_consent": "no channel has their consent for this",
    "not_verified": "no address was shown to be theirs",
    "stopped": "the athlete wrote STOP",
    "channel_down": "the channel's provider does not answer",
    "over_cap": "the operator's limit for the address or channel is reached",
    "over_budget": "the budget of messages is spent: it waits for the digest",
    "stale": "it would be more than a day old by the time it may go",
}

KIND_WORDS: Final[Mapping[str, str]] = {
    "workout": "Workouts",
    "finding": "Findings",
    "message": "Messages",
    "held": "Held",
    "report": "Told by the athlete",
    "story": "Pain story",
}

LINE_WORDS: Final[Mapping[str, str]] = {
    "workout": "Workout",
    "finding": "Finding",
    "message": "Message",
    "held": "Held",
    "report": "Told",
    "story": "Pain story",
}

SILENCES: Final[Mapping[str, str]] = {
    "race": "Race",
    "overload": "Camp that is meant to be much",
    "taper": "Taper",
    "travel": "Travel",
    "illness": "Illness",
    "own_plan": "On a clinician's plan",
}
"""Those that the desk's form offers; the API has more."""

STANDING: Final[Mapping[str, str]] = {
    "last_activity": "Last workout",
    "history_days": "Days of history",
    "sessions_7d": "Workouts in 7 days",
    "load_7d": "Load points in 7 days",
    "load_usual": "Load points in a usual week",
    "longest_run_30d_m": "Longest run in 30 days",
    "next_run_ceiling_m": "Next run up to",
    "days_in_a_row": "Days in a row",
    "last_rest_day": "Last rest day",
    "recovery": "Mornings, now and usual",
    "last_hard": "Last hard session",
    "next_hard_from": "Next hard session from",
    "pain": "Pain story",
    "conditions": "Conditions that last",
    "returning": "Coming back after a break",
    "unknown": "Not known",
}

UNKNOWN: Final[Mapping[str, str]] = {
    "resting_hr": "resting heart rate",
    "hrv_ms": "heart-rate variability (ms)",
    "sleep_min": "sleep (minutes)",
    "hr_max": "highest heart rate",
    "hr_rest": "heart rate at rest",
    "gap_days": "days without running",
}
"""Numbers by name, where the name alone would be no word."""
