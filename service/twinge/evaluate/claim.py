"""What the numbers can and cannot show, in words: never that a nudge predicts an injury."""

from __future__ import annotations

from collections.abc import Iterator

from twinge.evaluate import Evaluation, Window

SILENT = 20
"""With fewer onsets nothing is claimed."""
STRONG = 160
"""Onsets it takes, about, to show a lift of 1.5."""
FINE = 440
"""Onsets it takes, about, to show a lift of 1.3."""
FEW = 10
"""With fewer athletes who had an onset, an interval over athletes comes out too narrow."""


def claims(evaluation: Evaluation) -> Iterator[str]:
    """One sentence or two each, most important first."""
    yield _about_onsets(evaluation.onsets)
    if evaluation.onsets >= SILENT:
        for window in evaluation.windows:
            yield _about_lift(window)
    hurt = sum(bool(athlete.onsets) for athlete in evaluation.athletes)
    if hurt < FEW:
        yield (
            f"Athletes with a judged onset: {hurt}. With fewer than {FEW} the intervals are too narrow, and one athlete"
            " can make the result."
        )
    yield (
        "None of this says that a nudge predicts or prevents an injury: it says how often one came before, and how"
        " often one would have by chance."
    )


def _about_onsets(onsets: int) -> str:
    many = f"{onsets} onset" + ("s" if onsets != 1 else "")
    if onsets < SILENT:
        return f"{many}: no claim. With fewer than {SILENT} the numbers describe these athletes and show nothing."
    if onsets < STRONG:
        takes = f"showing a lift of 1.5 takes about {STRONG}, of 1.3 about {FINE}"
        return f"{many} can refute a strong rule, not prove a good one: {takes}."
    if onsets < FINE:
        return f"{many} are enough to show a lift of 1.5 if there is one; to show 1.3 takes about {FINE}."
    return f"{many} are enough to show a lift of 1.3 if there is one."


def _about_lift(window: Window) -> str:
    lift, days = window.lift, f"Within {window.within} days"
    if lift.value is None:
        return f"{days}: no nudge at risk, so no lift."
    if lift.low is None or lift.high is None:
        return f"{days}: no interval can be given, so no claim."
    if lift.low > 1:
        return f"{days}: more onsets had a nudge before them than chance would give; the interval lies above 1."
    if lift.high < 1:
        return f"{days}: fewer onsets had a nudge before them than chance would give; the interval lies below 1."
    return f"{days}: the interval holds 1, so nothing here shows that it did better than chance."
