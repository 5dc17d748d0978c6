"""Messages about a body: pain and where, what goes with it, better or gone, seen by somebody, the walk done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from twinge.core.reply.answer import FLAGS, RED_FLAGS, SIDES, SITES, Answer, Better, Cleared, Pain, Seen, Walked
from twinge.core.reply.clause import LIGHT, Hit, weigh
from twinge.core.reply.lexicon import Lexicon, Span
from twinge.core.reply.number import Number, minutes, score
from twinge.core.reply.sign import signs

ONSETS: Final = ("during", "after", "next_morning")
TROUBLES: Final = {*RED_FLAGS, "radiating", "tingling", "numb", "limp", "sore", "stitch", "blister", "worse_longer"}
"""Flags that make a report by themselves; the others say more about a pain."""
IMPLIED: Final = {"stitch": "side_stitch", "blister": "blister"}
"""The site of a trouble that was given none."""
VAGUE: Final = {"vague_back": "back", "vague_other": "other"}
"""Words that are a site only beside a trouble or alone: "back hurts", but "I'm back"."""
FINE_AFTER: Final = 3
"""Words between a site and its *fine*: "knee feels fine", not "fine run, knee"."""
STRANGERS: Final = 1
"""Unknown words beside which a bare *better* is still the athlete's own, and not the weather's. Ours."""
_PLACES: Final = {*SITES, *VAGUE} - set(IMPLIED.values())
_BODY: Final = {*_PLACES, "leg", "legs", "both_legged"}
_TRENDS: Final = {"better", "worse"}
_SCORE: Final = "score"
_SMALL: Final = {"aside", "article", "now", "of"}


class _Told(NamedTuple):
    """What a message says of a body."""

    hits: list[Hit]
    said: set[str]
    """Meanings that are not denied."""
    denied: set[str]
    flags: set[str]
    number: Number | None
    """What may be a score; it is one only where there is a trouble, or beside a site."""
    strangers: int
    """Words that mean nothing to us."""
    free: bool = False
    """In so many words: no pain."""

    @property
    def named(self) -> set[str]:
        return self.said | self.denied

    @property
    def bare(self) -> bool:
        """Nothing but a place, a number and a trend is in it: an answer to *where?*."""
        return not self.strangers and self.said <= {*_PLACES, *SIDES, *_TRENDS, _SCORE, "and", "or"}


def story(found: list[str], lexicon: Lexicon, red: set[str], known: Mapping[str, str]) -> Answer | None:
    """What the tokens tell, or None. `red` are the red flags found in them, in whatever language."""
    told = _read(found, lexicon, red, known)
    site, side = _place(told)
    if _hurts(told, site):
        number = told.number.value if told.number else 0 if told.free else None
        return Pain(number, site, side, _flags(told), _onset(told), _trend(told))
    if "cleared" in told.flags:
        return Cleared()
    if "seen" in told.flags:
        return Seen()
    took = minutes(found, known)
    if _walked(told, took):
        return Walked(took, 0 if told.free or told.number else None)
    if told.free:
        return Better(True, site, side)
    return Better(False, site, side) if _eased(told) else None


def _read(found: list[str], lexicon: Lexicon, red: set[str], known: Mapping[str, str]) -> _Told:
    spans = lexicon.find(found)
    taken = {at for span in spans if span.meanings != (LIGHT,) for at in range(span.start, span.end)}
    number = score(found, known, taken)
    scored = [Span(number.start, number.end, (_SCORE,))] if number else []
    hits = weigh(found, sorted([*spans, *scored]), cautious=False)
    flags = signs(hits) - set(RED_FLAGS) | red
    if "bladder_bowel" in flags:
        flags.discard("blister")  # a German Blase is either
    strangers = sum(
        word.isalpha() and at not in taken and known.get(word) not in _SMALL for at, word in enumerate(found)
    )
    said = {hit.meaning for hit in hits if not hit.denied}
    denied = {hit.meaning for hit in hits if hit.denied}
    told = _Told(hits, said, denied, flags, number, strangers)
    return told._replace(free=_is_free(told))


def _troubled(told: _Told) -> bool:
    return "pain" in told.said or not told.flags.isdisjoint(TROUBLES)


def _own(told: _Told) -> bool:
    """Whether a *better*, *worse* or *gone* is about the body, and not about the weather or a watch."""
    return told.strangers <= STRANGERS or not told.named.isdisjoint({"pain", *_BODY, *TROUBLES})


def _is_free(told: _Told) -> bool:
    """Said to be without pain: denied, gone (and not just something that went with it), or a site that is fine."""
    if _troubled(told):
        return False
    gone = "gone" in told.said and told.denied.isdisjoint(TROUBLES) and _own(told)
    return gone or "painless" in told.said or "pain" in told.denied or _is_fine(told)


def _is_fine(told: _Told) -> bool:
    site: Hit | None = None
    for hit in told.hits:
        if hit.meaning in _PLACES:
            site = hit
        elif hit.meaning == "fine" and not hit.denied and site and _close(site, hit):
            return True
    return False


def _close(site: Hit, fine: Hit) -> bool:
    return site.clause == fine.clause and fine.start - site.end <= FINE_AFTER


def _hurts(told: _Told, site: str | None) -> bool:
    """Whether it is a report: a trouble, a weak leg, a score, *worse*, or the bare answer to *where?*."""
    if _troubled(told) or ("weak" in told.flags and not told.said.isdisjoint(_BODY)):
        return True
    if _scored(told, site):
        return True
    worse = _own(told) and ("worse" in told.said or "better" in told.denied)
    return not told.free and (worse or (told.bare and site is not None and "better" not in told.said))


def _scored(told: _Told, site: str | None) -> bool:
    """Whether the number is a score without a word of pain: beside a site or a trend, or a sure one of a walk.

    A 0 is a report of its site; of a walk it only says that nothing hurt.
    """
    if not told.number or (not told.number.value and (site is None or "walked" in told.said)):
        return False
    clauses = {hit.clause for hit in told.hits if hit.meaning == _SCORE}
    beside = {hit.meaning for hit in told.hits if told.bare or hit.clause in clauses}
    sure = told.number.sure and not told.named.isdisjoint({"pain", "walked", *_TRENDS})
    return sure or not beside.isdisjoint(_PLACES | _TRENDS)


def _walked(told: _Told, took: int | None) -> bool:
    """Whether the walk is done: with its minutes, free of pain, or said with nothing else."""
    if "walked" in told.said:
        return told.free or took is not None or not told.strangers
    return told.free and took is not None and "walking" in told.named


def _eased(told: _Told) -> bool:
    return _own(told) and not told.said.isdisjoint({"better", "gone"})


def _place(told: _Told) -> tuple[str | None, str | None]:
    """The site, and the side said in its clause: of a clause that hurts before one that does not."""
    hurting = {hit.clause for hit in told.hits if not hit.denied and hit.meaning in {"pain", _SCORE, *TROUBLES}}
    places = _PLACES if told.bare or hurting or told.flags & TROUBLES else _PLACES - set(VAGUE)
    sites = [hit for hit in told.hits if hit.meaning in places]
    first = min(sites, key=lambda hit: (hit.denied, hit.clause not in hurting, hit.start), default=None)
    clauses = {first.clause} if first else hurting or {hit.clause for hit in told.hits}
    sides = {hit.meaning for hit in told.hits if hit.meaning in SIDES and hit.clause in clauses}
    side = "both" if len(sides) > 1 else next(iter(sides), None)
    implied = next((site for flag, site in IMPLIED.items() if flag in told.flags), None)
    return (VAGUE.get(first.meaning, first.meaning) if first else implied), side


def _flags(told: _Told) -> tuple[str, ...]:
    up = told.flags | ({"walking"} if "walked" in told.said else set())
    return tuple(flag for flag in FLAGS if flag in up)


def _onset(told: _Told) -> str | None:
    return next((hit.meaning for hit in told.hits if hit.meaning in ONSETS and not hit.denied), None)


def _trend(told: _Told) -> bool | None:
    """Better or worse; None where neither is said, or both are. What worsens the longer one runs is no trend."""
    better = "better" in told.said
    worse = "better" in told.denied or ("worse" in told.said and "worse_longer" not in told.flags)
    return None if better == worse else better
