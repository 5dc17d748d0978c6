"""RETURN and MONITOR: the gates of the staged return (RR01) and what goes beyond a stage (RR02).

Gates after the pain-monitoring model (Thomeé 1997; Silbernagel 2007, AJSM 35:897) and the knee-pain practice of at
most 2 during, back to usual within the hour, not worse next morning. Never after a nerve sign: then any pain ends the
return (P05). Strength: weak (consensus).
"""

from __future__ import annotations

from twinge.core.pain.given import Run, Told
from twinge.core.pain.limits import DAY, HOUR
from twinge.core.pain.move import lead, put_question, relapse, to_monitor, to_stage
from twinge.core.pain.settle import graver
from twinge.core.pain.signs import strict
from twinge.core.pain.stages import LAST, STAGES
from twinge.core.pain.triage import escalate
from twinge.core.pain.turn import Turn
from twinge.core.pain.value import REST72, Awaited, Episode


def hear_return(turn: Turn, episode: Episode, told: Told, kind: str, before: Episode) -> None:
    """RR01: clean, hold, back or out. A mild number on the same day waits for the morning after."""
    if escalate(turn, episode, before):
        return
    walked = told.walked_30min_ok is True and episode.stage == 0
    if told.pain is None and not walked:
        return
    pain, limits = told.pain or 0, turn.limits
    next_day = told.onset == "next_morning"
    if pain > limits.high or (pain and strict(episode)):
        relapse(turn, episode, REST72, "rest_72", "P05" if strict(episode) else "RR01")
    elif pain > limits.low or (pain and next_day):
        _hold(turn, episode)
    elif kind or next_day or walked:
        _clean(turn, episode, walk=walked or kind == "walk")


def _hold(turn: Turn, episode: Episode) -> None:
    """The same stage again; the second time one stage back."""
    held = episode.held + 1
    if held >= turn.limits.held_most:
        to_stage(turn, episode._replace(clean=0, held=0), max(0, episode.stage - 1), "stage_back")
    else:
        to_stage(turn, episode._replace(clean=0, held=held), episode.stage, "stage_hold")


def _clean(turn: Turn, episode: Episode, *, walk: bool) -> None:
    """One clean session; twice, far enough apart, is a stage."""
    counts = episode.run is not None and episode.run.counts
    if episode.run is None and walk and episode.stage == 0:
        counts = apart(turn, episode, turn.at)
        episode = episode._replace(last_run=turn.at)
    if not counts:
        turn.put(episode._replace(run=None, check=turn.ahead(days=turn.limits.idle_d)))
        return
    clean = episode.clean + 1
    if clean < turn.limits.clean:
        to_stage(turn, episode._replace(clean=clean), episode.stage, "stage_again")
    elif episode.stage == LAST:
        to_monitor(turn, episode)
    else:
        to_stage(turn, episode, episode.stage + 1, "stage_next")


def apart(turn: Turn, episode: Episode, start: int) -> bool:
    """Whether a session that starts then is two days from the one before."""
    return episode.last_run is None or start - episode.last_run >= turn.limits.apart_h * HOUR


def wake_return(turn: Turn, episode: Episode) -> None:
    """The morning after a run, the walk of stage 0, or two weeks without a run."""
    if graver(turn, episode) or turn.setting.own_plan:
        turn.put(episode._replace(check=turn.ahead(days=turn.limits.unclear_d)))
    elif episode.run is not None:
        put_question(turn, episode, "ask_run", "run")
    elif episode.stage == 0:
        put_question(turn, episode, "ask_walk", "walk")
    else:
        put_question(turn, episode, "ask_return", "return")


def walked(turn: Turn, episode: Episode, run: Run) -> None:
    """A recorded walk of stage 0: asked about the next morning."""
    seconds = run.end - run.start
    if episode.stage == 0 and 100 * seconds >= turn.limits.enough * STAGES[0].session_s:
        _await(turn, episode, Awaited(run.start, run.end, 0, apart(turn, episode, run.start)))


def ran_stage(turn: Turn, episode: Episode, run: Run) -> None:
    """A run of the return: beyond the stage or not, long enough or not, and a question for the morning."""
    why = beyond(episode, run, turn)
    counts = not why and _enough(turn, episode, run) and apart(turn, episode, run.start)
    episode = _await(turn, episode, Awaited(run.start, run.end, run.run_s, counts))
    if why:
        _breach(turn, episode._replace(why=why))


def _await(turn: Turn, episode: Episode, run: Awaited) -> Episode:
    asked = turn.open_question(episode)
    if asked is not None and asked.kind in {"run", "walk", "return"}:
        turn.change(asked._replace(due=None))
    check = run.end + turn.limits.run_check_h * HOUR
    return turn.put(episode._replace(run=run, last_run=run.start, check=check))


def _enough(turn: Turn, episode: Episode, run: Run) -> bool:
    """Whether the stage was done; where running and walking cannot be told apart, by the whole session."""
    stage = STAGES[episode.stage]
    done, wanted = (run.end - run.start, stage.session_s) if run.run_s is None else (run.run_s, stage.run_s)
    return 100 * done >= turn.limits.enough * wanted


def beyond(episode: Episode, run: Run, turn: Turn) -> str:
    """RR02: what went beyond the stage, in a word: long, hard, hills; "" for nothing."""
    stage, limits = STAGES[episode.stage], turn.limits
    done, wanted = (run.end - run.start, stage.session_s) if run.run_s is None else (run.run_s, stage.run_s)
    if 100 * done > limits.over * wanted:
        return "long"
    if run.hard:
        return "hard"
    return "hills" if episode.stage < LAST and run.hilly(limits.climb_m_km) else ""


def _breach(turn: Turn, episode: Episode) -> None:
    """SLOW; the second in a week is REST for 48 h. Neither is said twice within 48 h."""
    limits, at = turn.limits, turn.at
    week = (*(past for past in episode.breaches if at - past < limits.breach_d * DAY), at)
    episode = turn.put(episode._replace(breaches=week[-4:]))
    quiet = limits.breach_rest_h * HOUR
    if len(week) >= 2 and (episode.rested is None or at - episode.rested >= quiet):
        lead(turn, "stage_rest", turn.put(episode._replace(breached=at, rested=at)), "RR02")
    elif len(week) < 2 and (episode.breached is None or at - episode.breached >= quiet):
        lead(turn, "stage_breach", turn.put(episode._replace(breached=at)), "RR02")
