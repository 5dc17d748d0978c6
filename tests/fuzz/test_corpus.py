"""The kept corpus, each input as it is and broken a few hundred times: read or refused, never anything else.

`tests/fuzz/run.py` goes on from here for as long as one likes, guided by coverage.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from fuzz.targets import CORPUS, TARGETS, corpus

MUTANTS = 400


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_whatever_is_kept_and_whatever_is_made_of_it_is_read_or_refused(name: str) -> None:
    target, dice, ends = TARGETS[name], random.Random(name), Counter[str]()
    seeds = [path.read_bytes() for path in corpus(name)]
    for body in seeds:
        ends[target(body)] += 1
    for _ in range(MUTANTS):
        ends[target(broken(dice.choice(seeds), dice))] += 1
    assert ends.total() == len(seeds) + MUTANTS
    assert len(ends) > 1, "inputs that all end alike try nothing"


def broken(body: bytes, dice: random.Random) -> bytes:
    """A few bytes flipped, left out, doubled or swapped for hard ones."""
    made = bytearray(body)
    for _ in range(dice.choice((1, 1, 2, 4))):
        at = dice.randrange(len(made) + 1)
        match dice.randrange(4):
            case 0:
                made[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del made[at : at + dice.choice((1, 3, 40))]
            case 2:
                made[at:at] = made[at : at + 20]
            case 3:
                made[at:at] = dice.choice((b"\xff" * 8, b"\0", b"9" * 25, "٣🏃\u202e".encode(), b"[" * 60, b"\\u0000"))
    return bytes(made)


def test_every_target_has_a_corpus_and_it_is_small() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)
    sizes = [path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()]
    assert len(sizes) <= 200
    assert max(sizes) <= 16_384
