"""Phrases and what they mean: found from the left, the longest first, and forgiving of one slip in some long words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from twinge.core.reply.tokens import tokens

_LEAST: Final = 6
"""Letters of a word that may be a misspelt one; the words that may be misspelt have seven and more. Ours."""
_MOST: Final = 24
_SKIPS: Final = 2
"""Articles that may stand inside a phrase: "down the leg" is "down leg"."""
NOTHING: Final = ""
"""The meaning of an idiom that only looks like something: found, so that its words are not, and without a meaning."""


class Span(NamedTuple):
    """A phrase that was found."""

    start: int
    """Index of its first token."""
    end: int
    """Index after its last."""
    meanings: tuple[str, ...]
    """Empty for an idiom."""


class _Node(dict[str, "_Node"]):
    meanings: tuple[str, ...] | None = None


class Lexicon:
    """Phrases → meanings. `long` are the words that one wrong letter leaves recognisable."""

    def __init__(
        self,
        phrases: Mapping[str, tuple[str, ...]],
        fillers: Collection[str] = (),
        long: Collection[str] = (),
    ) -> None:
        self._root = _Node()
        self._fillers = frozenset(fillers)
        self._known: set[str] = set(fillers)
        self._near = {slip: word for word in long for slip in (word, *_shortened(word))}
        for phrase, meanings in phrases.items():
            self._learn(phrase.split(), meanings)

    def _learn(self, words: list[str], meanings: tuple[str, ...]) -> None:
        self._known.update(words)
        node = self._root
        for word in words:
            node = node.setdefault(word, _Node())
        node.meanings = meanings

    def find(self, found: list[str]) -> list[Span]:
        """The phrases in `found` (tokens), none overlapping. Linear in the tokens."""
        spelt = [self._spell(token) for token in found]
        spans, at = [], 0
        while at < len(spelt):
            span = self._longest(spelt, at)
            if span:
                spans.append(span)
            at = span.end if span else at + 1
        return spans

    def _longest(self, spelt: list[str], start: int) -> Span | None:
        node, at, skips = self._root, start, 0
        best: Span | None = None
        while at < len(spelt):
            after = node.get(spelt[at])
            if after is not None:
                node, skips = after, 0
            elif node is not self._root and spelt[at] in self._fillers and skips < _SKIPS:
                skips += 1
            else:
                break
            at += 1
            if after is not None and after.meanings is not None:
                best = Span(start, at, after.meanings)
        return best

    def _spell(self, token: str) -> str:
        """The word that `token` was meant to be: itself, or a long word one slip away that begins as it does."""
        if token in self._known or not _LEAST <= len(token) <= _MOST:
            return token
        nearby = (self._near.get(slip, token) for slip in (token, *_shortened(token)))
        return next((word for word in nearby if word != token and word[0] == token[0]), token)


def _shortened(word: str) -> Iterator[str]:
    """The word without one of its letters, for each."""
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def phrases(*vocabularies: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Vocabularies (meaning → "phrase|phrase") turned round; a phrase with two meanings has both.

    Umlauts are also known as they are typed without them: hüfte is hufte, and huefte.
    """
    found: dict[str, tuple[str, ...]] = {}
    for vocabulary in vocabularies:
        for meaning, listed in vocabulary.items():
            for phrase in _spellings(listed):
                known = found.get(phrase, ())
                found[phrase] = known if meaning in (*known, NOTHING) else (*known, meaning)
    return found


def _spellings(listed: str) -> Iterator[str]:
    for phrase in listed.split("|"):
        written = phrase.lower()
        for spelt in {written, written.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")}:
            yield " ".join(tokens(spelt))
