"""An evaluation for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinge.evaluate import BLANK, Evaluation, Window
from twinge.evaluate.chance import Estimate
from twinge.evaluate.claim import claims
from twinge.evaluate.risk import Watch

SHOWN = 12
"""Notes printed in full; the rest is counted."""
ROUNDED = 4


def to_json(evaluation: Evaluation) -> dict[str, Any]:
    """One object; shares lie between 0 and 1, an interval is [low, high] or null."""
    return {
        "athletes": [_athlete(athlete) for athlete in evaluation.athletes],
        "onsets": {"given": _given(evaluation), "judged": evaluation.onsets},
        "nudges_per_athlete_week": _estimate(evaluation.rate),
        "windows": [_window(window) for window in evaluation.windows],
        "look_ahead": {
            "cuts": sum(len(proof.cuts) for proof in evaluation.proofs),
            "decisions_compared": sum(cut.decisions for proof in evaluation.proofs for cut in proof.cuts),
            "changed": [
                {"file": name, "day": cut.day.isoformat(), "decisions": cut.changed} for name, cut in evaluation.leaks
            ],
        },
        "claims": list(claims(evaluation)),
        "left_out": list(evaluation.notes),
        "bootstrap": {"draws": evaluation.draws, "seed": evaluation.seed, "level": 0.95},
    }


def _athlete(athlete: Watch) -> dict[str, Any]:
    return {
        "file": athlete.name,
        "workouts": len(athlete.workouts.heard),
        "mornings": len(athlete.mornings.heard),
        "weeks": athlete.weeks,
        "nudges": athlete.nudges,
        "nudges_about_mornings": len(athlete.mornings.nudged),
        "digests": athlete.digests,
        "onsets": len(athlete.onsets),
        "onsets_given": athlete.onsets_given,
        "left_out": {"workouts": athlete.workouts_left_out, "nudges": athlete.nudges_left_out},
    }


def _window(window: Window) -> dict[str, Any]:
    counts = {name: round(value, ROUNDED) for name, value in window.counts._asdict().items()}
    named = window._asdict().items()
    shares = {name: _estimate(each) for name, each in named if isinstance(each, Estimate)}
    return {"days": window.within, **shares, "counts": counts}


def _estimate(estimate: Estimate) -> dict[str, Any]:
    value, low, high = (None if each is None else round(each, ROUNDED) for each in estimate)
    return {"value": value, "interval": None if low is None else [low, high]}


def _given(evaluation: Evaluation) -> int:
    return sum(athlete.onsets_given for athlete in evaluation.athletes)


def print_text(evaluation: Evaluation, console: Console) -> None:
    """Numbers, what they can show, what was left out, the proof; made for 80 columns, good without colour."""
    console.print(Text(_span(evaluation), style="bold"))
    console.print(Text(_rates(evaluation)))
    console.print()
    _print_windows(evaluation, console)
    _print_list("What this can show", list(claims(evaluation)), console)
    _print_list("Left out", _left_out(evaluation), console)
    _print_proof(evaluation, console)


def _span(evaluation: Evaluation) -> str:
    athletes = evaluation.athletes
    workouts, weeks = sum(len(each.workouts.heard) for each in athletes), sum(each.weeks for each in athletes)
    mornings = sum(len(each.mornings.heard) for each in athletes)
    woken = f" and {_count(mornings, 'morning')}" if mornings else ""
    return (
        f"{_count(len(athletes), 'athlete')}, {_count(workouts, 'workout')}{woken} at risk in"
        f" {_count(weeks, 'athlete-week')}, {_count(evaluation.onsets, 'onset')}"
    )


def _rates(evaluation: Evaluation) -> str:
    nudges = sum(athlete.nudges for athlete in evaluation.athletes)
    about = sum(len(athlete.mornings.nudged) for athlete in evaluation.athletes)
    mornings = f" ({about} about mornings)" if about else ""
    said = f"{_count(nudges, 'nudge')}{mornings}, {_ratio(evaluation.rate)} an athlete-week"
    rates = [athlete.nudges / athlete.weeks for athlete in evaluation.athletes if athlete.weeks]
    if len(rates) > 1:
        said += f"\nby athlete: median {median(rates):.2f}, {min(rates):.2f} to {max(rates):.2f}"
    return said


def _print_windows(evaluation: Evaluation, console: Console) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("within", justify="right", no_wrap=True)
    table.add_column("measured", overflow="fold")
    for name in ("", "Twinge (95 %)", "random", "lift (95 %)"):
        table.add_column(name, justify="right", no_wrap=True)
    for window in evaluation.windows:
        counts, days = window.counts, f"{window.within} d"
        warned = f"{counts.warned:.0f}/{counts.onsets:.0f}", _share(window.sensitivity)
        followed = f"{counts.followed:.0f}/{counts.nudges:.0f}", _share(window.precision)
        chance = [_share(Estimate(each.value)) for each in (window.sensitivity_chance, window.precision_chance)]
        table.add_row(days, "onsets after a nudge", *warned, chance[0], _ratio(window.lift))
        table.add_row("", "nudges before onset", *followed, chance[1], _ratio(window.precision_lift))
    console.print(table)
    console.print()


def _left_out(evaluation: Evaluation) -> list[str]:
    workouts = sum(athlete.workouts_left_out for athlete in evaluation.athletes)
    nudges = sum(athlete.nudges_left_out for athlete in evaluation.athletes)
    digests = sum(athlete.digests for athlete in evaluation.athletes)
    said = []
    if workouts:
        said += [
            f"{_count(workouts, 'workout')} and {_count(nudges, 'nudge')} inside an episode or the {BLANK} days after"
        ]
    if digests:
        said += [f"{_count(digests, 'weekly digest')}: they interrupt nobody, and are no nudges here"]
    return [*said, *evaluation.notes]


def _print_proof(evaluation: Evaluation, console: Console) -> None:
    cuts = [cut for proof in evaluation.proofs for cut in proof.cuts]
    compared = sum(cut.decisions for cut in cuts)
    leaks = evaluation.leaks
    if not compared and not leaks:
        tried = _count(len(cuts), "cut")
        console.print(Text(f"Look-ahead: {tried} tried, but no decision stood before any: nothing is proved."))
        return
    if not leaks:
        tried = f"{_count(len(cuts), 'cut')} tried, {_count(compared, 'decision')} compared, none changed"
        console.print(Text(f"No look-ahead: {tried} when the later days were taken away."))
        return
    console.print(Text(f"LOOK-AHEAD: {len(leaks)} of {_count(len(cuts), 'cut')} changed a decision.", style="bold red"))
    told = [f"{name}, cut after {cut.day}: {_count(cut.changed, 'decision')} differed" for name, cut in leaks]
    _print_list("The numbers above mean nothing until this is mended", told, console)


def _print_list(title: str, lines: Sequence[str], console: Console) -> None:
    if not lines:
        return
    console.print(Text(title, style="bold"))
    more = [f"… and {len(lines) - SHOWN} more (all of them in --format json)"] if len(lines) > SHOWN else []
    bullets = Table.grid(padding=(0, 1))
    for line in [*lines[:SHOWN], *more]:
        bullets.add_row("•", Text(line))
    console.print(Padding(bullets, (0, 0, 0, 2), expand=False))
    console.print()


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("s" if number != 1 else "")


def _share(estimate: Estimate) -> str:
    value, low, high = estimate
    if value is None:
        return "–"
    return f"{value:.0%}" + (f" ({100 * low:.0f}–{100 * high:.0f})" if low is not None and high is not None else "")


def _ratio(estimate: Estimate) -> str:
    value, low, high = estimate
    if value is None:
        return "–"
    return f"{value:.2f}" + (f" ({low:.2f}–{high:.2f})" if low is not None and high is not None else "")
