"""What a rule saw, as a clause: which of its sentences the facts call for, and what is worked out for it from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from twinge.core.model import Facts
from twinge.core.pack import STANDARD
from twinge.speech.tongue import Tongue


@dataclass(frozen=True, slots=True)
class Way:
    """One way to tell a rule's facts."""

    suffix: str = ""
    """Of the message's id: `L01.reason` + `.race`."""
    more: Facts = field(default_factory=dict)
    """What the sentence needs beside the facts themselves."""


def reason(rule: str, facts: Facts, speaker: Tongue) -> str:
    """What was seen: no capital, no full stop."""
    chosen = way(rule, facts)
    return speaker.render(f"{rule}.reason{chosen.suffix}", {**facts, **chosen.more})


def briefly(rule: str, facts: Facts, speaker: Tongue) -> str:
    """The same in few words."""
    chosen = way(rule, facts)
    kind = f"{rule}.brief{chosen.suffix}"
    if not speaker.knows(kind):
        kind = f"{rule}.brief"
    return speaker.render(kind, {**facts, **chosen.more})


def way(rule: str, facts: Facts) -> Way:
    """How to tell what `rule` saw."""
    chosen = WAYS.get(rule)
    return Way() if chosen is None else chosen(facts)


def _spike(facts: Facts) -> Way:
    told, race = facts["source"] == "declared", facts["race"]
    return Way((".told" if told else "") + (".race" if race else ""))


def _alike(facts: Facts) -> Way:
    return _heavier(facts["load"], facts["usual"], ".heavy", "")


def _fitness(facts: Facts) -> Way:
    what = f".{facts['what']}"
    return _heavier(facts["fatigue"], facts["fitness"], what, ".bare")


def _heavier(now: int | None, usual: int | None, over: str, bare: str) -> Way:
    """By how much one load is over another, where both are known and it is over it."""
    if now is None or not usual or 200 * (now - usual) < usual:
        return Way(bare)
    return Way(over, {"heavier": (100 * (now - usual) + usual // 2) // usual})


def _gap(facts: Facts) -> Way:
    return Way(".dates" if facts["gap_h"] is None else "")


def _rests(facts: Facts) -> Way:
    return Way(".rests" if facts["days"] < facts["limit_days"] else "")


def _sleep(facts: Facts) -> Way:
    mean = facts["mean_min"]
    return Way(".nights" if mean is None or mean >= facts["limit_min"] else "")


def _return(facts: Facts) -> Way:
    return Way(f".{facts['what']}")


def _lighter(facts: Facts) -> Way:
    load = facts["load"]
    shares = {"less": facts["suggest_easy"], "least": facts["suggest_low"]}
    return Way(more={name: 100 - (100 * share + load // 2) // load for name, share in shares.items()})


def _slope(facts: Facts) -> Way:
    known = facts["over_percent"] is not None and facts["most_30d"]
    return Way("" if known and not facts.get("first") else ".first")


def _ground(facts: Facts) -> Way:
    return Way("" if facts["longest_42d_min"] else ".first")


def _drift(facts: Facts) -> Way:
    """The one or two signs that moved furthest towards tired, each by its own limit."""
    share = {sign: way * (facts[sign] or 0) / abs(getattr(STANDARD.f01, sign)) for sign, way in TIRED.items()}
    first, second = sorted(share, key=lambda sign: -share[sign])[:2]
    more = {"first": _sign(first, facts), "second": _sign(second, facts)}
    return Way(".two" if share[second] > FAINT else "", more)


TIRED = {"cadence": -1, "contact": 1, "bounce": 1, "decoupling": 1}
"""Which way each sign goes when somebody tires."""
FAINT = 0.5
"""Of its limit: a sign that moved less is not worth words. Ours."""


def _sign(sign: str, facts: Facts) -> tuple[str, Facts]:
    return f"sign.{sign}", {"percent": max(1, round(abs(facts[sign] or 0) / 10))}


def _side(facts: Facts) -> Way:
    """The foot that carries more than usual: its share of the ground time and its norm. Their difference is points of a
    hundred, no per cent of anything, so it is not told."""
    left, usual = facts["left"], facts["usual"]
    if left > usual:
        return Way(".left", {"share": left, "norm": usual})
    return Way(".right", {"share": 10_000 - left, "norm": 10_000 - usual})


WAYS: Mapping[str, Callable[[Facts], Way]] = {
    "L01": _spike,
    "L05": _alike,
    "L06": _fitness,
    "R01": _gap,
    "R02": _rests,
    "R05": _sleep,
    "R06": _return,
    "R07": _lighter,
    "T01": _slope,
    "T02": _slope,
    "T03": _ground,
    "F01": _drift,
    "F02": _side,
}
"""Rule → its way; the others have one sentence and need nothing more."""
