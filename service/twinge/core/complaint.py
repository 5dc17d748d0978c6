"""The pain story inside the state: what a report, a session and the passing of time do to it."""

from __future__ import annotations

from dataclasses import replace

from twinge.core.listen import understand
from twinge.core.model import Athlete, Report
from twinge.core.moment import Moment
from twinge.core.pack import DAY, Pack
from twinge.core.pain import Pain, Run, Say, Setting, hear, pass_time, ran
from twinge.core.silence import own_plan
from twinge.core.state import State

Told = tuple[State, tuple[Say, ...]]
HARD = ("hard", "maximal", "steep")
"""Efforts that leave ordinary soreness behind; a hilly session does too."""
LARGE_D = 14
WALKING = 2
"""Metres per second above which nobody walks (rules.md section 9)."""


def take_report(state: State, report: Report, athlete: Athlete, pack: Pack) -> Told:
    """The state after a report, and what the athlete is to be told."""
    told = understand(report, athlete.language)
    pain, says = hear(state.pain, told, _setting(state, told.at, athlete, pack))
    return replace(state, pain=pain), says


def take_session(state: State, moment: Moment) -> Told:
    """The same for a session. One that leaves no legs sore and falls into no story leaves everything as it was."""
    run = _run(moment)
    if not run.sores(moment.pack.pain.climb_m_km) and _quiet(state.pain, moment.athlete):
        return state, ()
    pain, says = ran(state.pain, run, _setting(state, run.end, moment.athlete, moment.pack))
    return replace(state, pain=pain), says


def pass_until(state: State, until: int, athlete: Athlete, pack: Pack) -> Told:
    """What time alone does until then (epoch seconds)."""
    if _quiet(state.pain, athlete):
        return state, ()
    pain, says = pass_time(state.pain, until, _setting(state, until, athlete, pack))
    return (state, says) if pain == state.pain else (replace(state, pain=pain), says)


def _quiet(pain: Pain, athlete: Athlete) -> bool:
    """Whether there is no story that time or a workout could move: for most people, most of the time."""
    planned = athlete.preferences.weekly_since is not None or pain.weekly.due is not None
    return not (pain.episodes or pain.asked or pain.later or planned)


def _run(moment: Moment) -> Run:
    """The session for the story. Without streams, one that was faster than walking all in all was all running."""
    session, run_s = moment.session, moment.activity.shape.run_s
    seconds, metres = session.seconds, session.metres
    if run_s is None and seconds and metres and metres > WALKING * seconds:
        run_s = seconds
    return Run(
        session.key,
        session.sport,
        session.start,
        session.end,
        run_s,
        session.effort in HARD,
        session.climb,
        session.metres,
    )


def _setting(state: State, at: int, athlete: Athlete, pack: Pack) -> Setting:
    since = athlete.preferences.weekly_since
    return Setting(
        zone=athlete.timezone,
        weekly_since=None if since is None else int(since.timestamp()),
        l01_large=any(mark.rule == "L01" and at - LARGE_D * DAY <= mark.start <= at for mark in state.marks),
        own_plan=own_plan(athlete.silences, at),
        limits=pack.pain,
    )
