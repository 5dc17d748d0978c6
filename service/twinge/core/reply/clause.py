"""Clauses and denials: which of the phrases in a message are said, and which are said not to be.

A *no* reaches ahead over phrases and over light words ("no sign of fever"), and no further than the first word that is
neither: "don't know why my chest hurts" denies nothing. It ends with the clause, at a comma and at an *and* ("no limp
and tingling" is tingling). One at the very end reaches back ("numbness: no"). The idea is NegEx (Chapman 2001, J Biomed
Inform 34:301), cut down to text messages; the distances are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from twinge.core.reply.answer import RED_FLAGS
from twinge.core.reply.lexicon import Span
from twinge.core.reply.tokens import BREAKS, PAUSE

BACK: Final = 2
"""Words between a phrase and the *no* behind it."""
FLIPS: Final = {"feel": "numb", "can": "cannot"}
"""Abilities: to deny one is to say the trouble. Not feeling a foot is numbness, and denies nothing else."""
ABILITY_BACK: Final = 4
"""Words between an ability and its *not*: German puts the object there."""
GRAMMAR: Final = {"no", "not", "without", "nay", "and", "or", "but", "gone"}
"""`no` denies what follows; `not` does, or flips an ability; `nay` only answers what went before."""
LIGHT: Final = "light"
"""The meaning of words over which a *no* reaches: have, any, sign of, …"""
LASTING: Final = {"better", "worse", "left", "right", "both"}
"""What *gone* does not touch."""


class Hit(NamedTuple):
    """One meaning, at one place."""

    meaning: str
    start: int
    end: int
    clause: int
    denied: bool


@dataclass(slots=True)
class _Clause:
    start: int
    """Index of its first token."""
    comma: bool
    """It follows a comma: a list may go on."""
    spans: list[Span] = field(default_factory=list)
    light: list[Span] = field(default_factory=list)
    end: int = 0
    denied: set[Span] = field(default_factory=set)
    flipped: set[Span] = field(default_factory=set)


def weigh(found: Sequence[str], spans: Sequence[Span], *, cautious: bool) -> list[Hit]:
    """Every meaning of `spans` over the tokens `found`, with its clause and whether it is denied.

    `cautious` is for red flags: neither a list across commas ("no numbness, tingling or limp") nor a *gone* denies one,
    nor a *no* that is not its own ("no pain fever").
    """
    clauses = _clauses(found, spans)
    listed = [False] * len(clauses) if cautious else _lists(clauses)
    alive = False
    for clause, goes_on in zip(clauses, listed, strict=True):
        _flip(clause)
        alive = _deny_ahead(clause, alive and goes_on, cautious)
        _deny_back(clause)
        if not cautious:
            _take_back(clause)
    return [hit for number, clause in enumerate(clauses) for hit in _hits(number, clause)]


def _clauses(found: Sequence[str], spans: Sequence[Span]) -> list[_Clause]:
    """The message cut at its breaks and before each *but*."""
    clauses = [_Clause(0, comma=False)]
    starts = {span.start: span for span in spans}
    for at, token in enumerate(found):
        span = starts.get(at)
        if token in BREAKS or (span and "but" in span.meanings):
            clauses[-1].end = at
            clauses.append(_Clause(at + 1, comma=token == PAUSE))
        elif span:
            (clauses[-1].light if span.meanings == (LIGHT,) else clauses[-1].spans).append(span)
    clauses[-1].end = len(found)
    return clauses


def _lists(clauses: list[_Clause]) -> list[bool]:
    """Which clauses go on with a list: behind a comma, a phrase of ours first, and an *or* here or further on."""
    told = [False] * len(clauses)
    ors = False
    for number in range(len(clauses) - 1, -1, -1):
        clause = clauses[number]
        ors = ors or any("or" in span.meanings for span in clause.spans)
        first = clause.spans[0] if clause.spans else None
        told[number] = ors and clause.comma and first is not None and first.start == clause.start
        ors = ors and clause.comma
    return told


def _is(span: Span, *meanings: str) -> bool:
    return not set(meanings).isdisjoint(span.meanings)


def _flip(clause: _Clause) -> None:
    """Pair each *not* with the ability it denies: the one just behind it, else the last one before it."""
    able: Span | None = None
    for span, after in zip(clause.spans, [*clause.spans[1:], None], strict=False):
        if _is(span, *FLIPS):
            able = span
        elif _is(span, "not") and after and after.start - span.end <= BACK and _is(after, *FLIPS):
            clause.flipped.add(after)
        elif _is(span, "not") and able and span.start - able.end <= ABILITY_BACK and not (after and _is(after, "pain")):
            clause.flipped.add(able)
    if any(_is(span, "pain") for span in clause.spans):
        clause.flipped = {span for span in clause.flipped if not _is(span, "feel")}


def _deny_ahead(clause: _Clause, alive: bool, cautious: bool) -> bool:
    """Deny what a *no* reaches; whether it is still alive at the end of the clause."""
    at, own = clause.start, alive
    for span in sorted([*clause.spans, *clause.light]):
        alive = alive and span.start == at
        at = span.end
        if _is(span, "no", "not", "without"):
            alive = own = not clause.flipped
        elif _is(span, "and") or not span.meanings:
            alive = False
        elif _is(span, "or"):
            own = True
        elif alive and not _is(span, LIGHT) and (own or not cautious or not _is(span, *RED_FLAGS)):
            clause.denied.add(span)
            own = False
    return alive and at == clause.end


def _deny_back(clause: _Clause) -> None:
    """Let a *no* that ends the clause deny the phrase just before it."""
    *before, last = clause.spans or [Span(0, 0, ())]
    if last.end == clause.end and _is(last, "no", "not", "nay") and not clause.flipped:
        clause.denied.update(span for span in before if last.start - span.end <= BACK)


def _take_back(clause: _Clause) -> None:
    """Let *gone* deny what stands before it in the clause, or else what follows."""
    goes = [span for span in clause.spans if _is(span, "gone") and span not in clause.denied]
    if goes:
        before = {span for span in clause.spans if span.start < goes[-1].start}
        clause.denied |= {span for span in before or clause.spans if not _is(span, *GRAMMAR, *LASTING)}


def _hits(number: int, clause: _Clause) -> Iterator[Hit]:
    for span in clause.spans:
        for meaning in span.meanings:
            flips = span in clause.flipped and meaning in FLIPS
            said = FLIPS[meaning] if flips else meaning
            yield Hit(said, span.start, span.end, number, span in clause.denied and not flips)
