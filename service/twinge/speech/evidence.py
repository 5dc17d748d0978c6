"""The answer to WHY: the numbers that made us say so, our limit, how good the evidence is, how to hear no more of it.

How good it is stands in the catalogues in a few plain words; where the words come from is `Rule.evidence` and the
docstrings of `core/rules` and `core/pain`. Nothing here is a figure of risk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final

from babel.lists import format_list

from twinge.core.bounds import own_pack
from twinge.core.model import Athlete, Facts
from twinge.core.pack import STANDARD, Pack
from twinge.speech.gsm7 import fitting
from twinge.speech.place import place, score, told
from twinge.speech.reasons import briefly, reason
from twinge.speech.tongue import Tongue, capital, tongue_of

MOST: Final = 2
"""SMS that an answer may take: it was asked for."""

LIMITS: Final[Mapping[str, Callable[[Pack], int]]] = {
    "L01": lambda pack: pack.l01.small - 100,
    "L02": lambda pack: pack.l02.slow - 100,
    "L03": lambda pack: pack.l03.ramp - 100,
    "R02": lambda pack: pack.r02.slow,
    "R03": lambda pack: pack.r03.rise,
    "T01": lambda pack: pack.t01.info - 100,
    "T02": lambda pack: pack.t02.slow - 100,
    "P02": lambda pack: pack.pain.high,
    "P10": lambda pack: pack.pain.again_d,
    "RR02": lambda pack: pack.pain.over,
}
"""Rule → the limit that its words name; the others have theirs in the numbers, or none that a sentence could hold."""


def why(rules: Sequence[str], facts: Mapping[str, Facts], athlete: Athlete, pack: Pack = STANDARD) -> str:
    """What made us say a message of `rules` with `facts` (as a nudge has them), under the limits of `pack`."""
    speaker, own = tongue_of(athlete), own_pack(athlete, pack)
    known = sorted((rule for rule in rules if speaker.knows(f"why.{rule}")), key=lambda rule: rule == "X01")
    if not known:
        return fitting([speaker.render("why.none", {})])
    accounts = [_account(rule, facts.get(rule, {}), own, speaker) for rule in known]
    own_words = accounts[: len(known) - 1] if known[-1] == "X01" else accounts
    out = _way_out(known, speaker)
    ladder = chain(islice(_shorter(accounts), FULL), _shorter(own_words or accounts))
    return fitting((" ".join([*some, out]) for some in ladder), MOST)


Account = tuple[str, str, str]
"""One rule's numbers and evidence: in full, with the numbers in few words, and without them."""


FULL: Final = 3
"""The first rungs of the ladder, on which every rule has its numbers; X01 has none, and gives way below them."""


def _shorter(accounts: Sequence[Account]) -> Iterator[Sequence[str]]:
    """Everything in full, then ever less; without the last rule, and in the end the first alone."""
    for count in range(len(accounts), 0, -1):
        for lead, others in ((0, 0), (0, 1), (1, 1), (1, 2), (2, 2)) if count > 1 else ((0, 0), (1, 0)):
            yield [accounts[0][lead], *(account[others] for account in accounts[1:count])]


def account(rule: str, facts: Facts, athlete: Athlete, pack: Pack = STANDARD) -> tuple[str, str]:
    """One rule's numbers and its evidence, a sentence or two each; "" where there is none. For a page."""
    speaker = tongue_of(athlete)
    if not speaker.knows(f"why.{rule}"):
        return "", ""
    try:
        seen = _numbers(rule, facts, speaker)[0]
    except (LookupError, TypeError):  # an older version's facts
        seen = ""
    return seen, _evidence(rule, facts, own_pack(athlete, pack), speaker)


def _evidence(rule: str, facts: Facts, own: Pack, speaker: Tongue) -> str:
    limit = LIMITS[rule](own) if rule in LIMITS else None
    return speaker.render(_grounds(rule, facts, speaker), {"limit": limit})


def _account(rule: str, facts: Facts, own: Pack, speaker: Tongue) -> Account:
    evidence = _evidence(rule, facts, own, speaker)
    full, brief = _numbers(rule, facts, speaker)
    return f"{full} {evidence}".strip(), f"{brief} {evidence}".strip(), evidence


def _grounds(rule: str, facts: Facts, speaker: Tongue) -> str:
    """The id of the evidence: good news of the pain story has its own, whichever rule it came by."""
    good = f"why.{facts.get('kind')}"
    return good if speaker.knows(good) else f"why.{rule}"


def _numbers(rule: str, facts: Facts, speaker: Tongue) -> tuple[str, str]:
    """The numbers as a sentence, and in few words."""
    if facts and _seen(rule, speaker):
        return f"{capital(reason(rule, facts, speaker))}.", f"{capital(briefly(rule, facts, speaker))}."
    where = place(facts.get("site") or "", facts.get("side") or "", speaker)
    signs = told(str(facts.get("signs") or facts.get("found") or ""), 2, speaker)
    parts = ", ".join(filter(None, (where, score(facts, speaker), signs)))
    sentence = speaker.render("why.told", {"told": parts}) if parts else ""
    return sentence, sentence


def _way_out(rules: Sequence[str], speaker: Tongue) -> str:
    """MUTE for what can be muted; the pain story is the athlete's own, and ends with STOP."""
    mutable = [f"MUTE {rule}" for rule in rules if _seen(rule, speaker)]
    if not mutable:
        return speaker.render("why.stop", {})
    return speaker.render("why.mute", {"commands": format_list(mutable, style="or", locale=speaker.locale)})


def _seen(rule: str, speaker: Tongue) -> bool:
    """Whether the rule is one that sees something for itself, and is not told."""
    return speaker.knows(f"{rule}.brief")
