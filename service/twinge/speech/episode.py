"""What the pain story says, in words: where and how bad, one thing to do, and the question that comes with it.

A message is put together from sentences. What it is for has to be there; the rest (the place, the standing line, the
score, a kind word) is added in order of weight while it costs no further SMS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from twinge.core.model import Athlete, Facts
from twinge.speech.gsm7 import fitting, plain, segments
from twinge.speech.place import menu, place, score, sign, told
from twinge.speech.rescue import emergency
from twinge.speech.tongue import Tongue, capital, tongue_of

if TYPE_CHECKING:
    from twinge.core.pain import Say

NEEDED, STANDING, PLACE, OFFER, NUMBER, SIGN, SCORE, THEN, MORE = range(9)
"""What a sentence weighs: needed, or added in this order while there is room."""

OPENERS: Final = frozenset(
    {"stop_now", "rest_24", "rest_72", "soreness", "see_doctor", "refer_on", "weekly_slow", "weekly_rest"}
)
"""What may be the first word of a story, and the doctor's: the standing line goes with it, in short."""
ALARMS: Final = {"urgent": NEEDED, "urgent_ask": STANDING}
"""What names the number itself, and how much the rest of the standing line weighs there."""
MENUS: Final = frozenset({"signs", "bone", "site", "which_place", "which_question"})
SLEEPERS: Final = frozenset({"ask_dormant", "how_did_it_go"})

Line = tuple[int, str]
"""Weight and id of one sentence."""


class Piece(NamedTuple):
    """One sentence, or a part of the first one, which says where and how bad."""

    weight: int
    text: str
    label: bool = False


def pain(say: Say, athlete: Athlete, country: str | None = None) -> str:
    """One message of the pain story with its question; `country` (ISO) gives the emergency number, if it is known."""
    speaker = tongue_of(athlete)
    facts = {
        **say.facts,
        "number": emergency(athlete, country) if say.kind in OPENERS or say.kind in ALARMS else "",
        "session": _session(say.facts),
        "asks": "" if say.question is None else say.question.kind,
    }
    return fitting(_fitted(_pieces(say, _naming(facts, signs, speaker), speaker)) for signs in (2, 1))


def _naming(facts: dict[str, Any], signs: int, speaker: Tongue) -> Facts:
    """The facts, with so many signs of an emergency by name at most."""
    return {**facts, "told": told(str(facts.get("signs") or facts.get("found") or ""), signs, speaker)}


def _fitted(pieces: Sequence[Piece]) -> str:
    """All that is needed, and of the rest what costs no further SMS."""
    kept = {at for at, piece in enumerate(pieces) if piece.weight == NEEDED}
    most = segments(_text(pieces, kept))
    for at in sorted(set(range(len(pieces))) - kept, key=lambda at: pieces[at].weight):
        if segments(_text(pieces, kept | {at})) <= most:
            kept.add(at)
    return _text(pieces, kept)


def _text(pieces: Sequence[Piece], kept: set[int]) -> str:
    chosen = [piece for at, piece in enumerate(pieces) if at in kept]
    label = ", ".join(piece.text for piece in chosen if piece.label)
    opening = [f"{capital(label)}."] if label else []
    return plain(" ".join([*opening, *(piece.text for piece in chosen if not piece.label)]))


def _pieces(say: Say, facts: Facts, speaker: Tongue) -> list[Piece]:
    """Everything that could be said, in order. An emergency is not headed by its place, and ends with the line."""
    said, asked = _said(say.kind, facts, speaker), _question(say, facts, speaker)
    if say.kind in ALARMS:
        return [*said, *asked, Piece(ALARMS[say.kind], speaker.render("standing.short", {}))]
    return [*_label(say.kind, facts, speaker), *said, *_standing(say.kind, facts, speaker), *asked]


def _said(kind: str, facts: Facts, speaker: Tongue) -> Iterator[Piece]:
    if facts.get("again") and kind != "run_in_hold_ask":
        yield Piece(THEN, speaker.render("pain.again", {}))
    for weight, sentence in LINES[kind](facts) if kind in LINES else [(NEEDED, f"pain.{kind}")]:
        yield Piece(weight, speaker.render(sentence, facts))


def _standing(kind: str, facts: Facts, speaker: Tongue) -> Iterator[Piece]:
    if kind in OPENERS:
        yield Piece(NEEDED if kind == "see_doctor" else STANDING, speaker.render("standing.short", {}))
        yield Piece(NUMBER, speaker.render("standing.number", facts))


def _question(say: Say, facts: Facts, speaker: Tongue) -> Iterator[Piece]:
    if say.question is None:
        return
    kind, asked = say.question.kind, _asked(say.kind, say.question.kind, facts)
    choices = menu(kind, say.question.choices, speaker) if kind in MENUS else ""
    yield Piece(NEEDED, speaker.render(f"ask.{asked}", facts) + choices)
    if facts.get("nerve") and asked in ALL_OR_NOTHING:
        yield Piece(NEEDED, speaker.render("pain.nerve", {}))


def _label(kind: str, facts: Facts, speaker: Tongue) -> Iterator[Piece]:
    """Where, how bad, and what else; a doctor's word without its place would be no use."""
    where = NEEDED if kind == "see_doctor" and facts["asks"] != "signs" else PLACE
    parts = (
        (where, place(facts.get("site") or "", facts.get("side") or "", speaker)),
        (SCORE, score(facts, speaker)),
        (SIGN, sign(facts, speaker)),
    )
    return (Piece(weight, text, label=True) for weight, text in parts if text)


ALL_OR_NOTHING: Final = frozenset({"check", "walk", "now"})
"""Questions whose 0 means that no nerve sign is left either (P05)."""


def _asked(kind: str, question: str, facts: Facts) -> str:
    """Which wording of a question fits the message and the facts."""
    if kind == "run_in_hold_ask":
        return "feel"
    if question == "return" or (question == "check" and kind in SLEEPERS):
        return "now"
    if question == "score" and not facts.get("site"):
        return "score.where"
    if question == "run" and (facts["nerve"] or facts["stage"] == 0):
        return "run.nerve" if facts["nerve"] else "run.walk"
    return question


def _session(facts: Facts) -> tuple[str, Facts] | None:
    """The session of a step, as a part of a sentence."""
    if "sets" not in facts:
        return None
    form = "walk" if not facts["run_minutes_each"] else "mix" if facts["walk_minutes"] else "run"
    return f"session.{form}", facts


def _rest(facts: Facts) -> list[Line]:
    first = [(OFFER, "pain.guess")] if "live" in facts and facts["score"] is None else []
    if facts.get("live") and not first:
        first = [(NEEDED, "pain.live")]
    if facts.get("worse") and facts["first"] is not None:
        first = [(SCORE, "pain.worse")]
    return [*first, (NEEDED, "pain.rest"), (THEN, "pain.then"), (MORE, "pain.move")]


def _doctor(facts: Facts) -> list[Line]:
    crowded = facts["asks"] == "signs"
    form = f"{facts['urgency'] or 'routine'}{'.brief' if crowded else ''}"
    return [(NEEDED, f"pain.see_doctor.{form}"), (OFFER if crowded else NEEDED, "pain.seeing")]


def _breach(facts: Facts) -> Line:
    known = facts["reason"] in {"hard", "hills"} or (facts["reason"] == "long" and facts["ran_minutes"] is not None)
    return NEEDED, f"breach.{facts['reason'] if known else 'more'}"


LINES: Final[Mapping[str, Callable[[Facts], list[Line]]]] = {
    "rest_24": _rest,
    "rest_72": _rest,
    "rest_on": lambda _: [(NEEDED, "pain.rest_on"), (THEN, "pain.then"), (MORE, "pain.move")],
    "refer_on": lambda _: [(NEEDED, "pain.refer_on"), (THEN, "pain.then")],
    "pain_back": lambda _: [(NEEDED, "pain.pain_back"), (THEN, "pain.then")],
    "ask_24h": lambda facts: [(NEEDED, f"pain.ask_24h{'.two' if facts['hours_since'] > 36 else ''}")],
    "see_doctor": _doctor,
    "urgent": lambda facts: [(NEEDED, "pain.urgent" if _named(facts) else "pain.urgent.alarm")],
    "stage_next": lambda _: [(NEEDED, "pain.stage_next"), (STANDING, "pain.clinician")],
    "stage_breach": lambda facts: [_breach(facts), (NEEDED, "pain.stage_breach")],
    "stage_rest": lambda facts: [_breach(facts), (NEEDED, "pain.stage_rest")],
    "monitor": lambda facts: [(NEEDED, f"pain.monitor{'.bare' if facts['volume_percent'] is None else ''}")],
    "run_in_hold_ask": lambda _: [(NEEDED, "pain.ran")],
    "ask_dormant": lambda _: [(NEEDED, "pain.ran")],
    **dict.fromkeys(("ask_score", "ask_sore", "ask_seen", "ask_clearance", "ask_walk", "ask_run"), lambda _: []),
    **dict.fromkeys(("urgent_ask", "which_place", "which_question", "weekly_ask"), lambda _: []),
}
"""Kind → its sentences beside its question; the others have the one of their own name."""


def _named(facts: Facts) -> bool:
    """Whether anything but the menu's "one of these" was told."""
    return bool(set(str(facts.get("signs") or "").split()) - {"alarm"})
