"""Two thousand broken recordings; `mutants.py` breaks as many as one likes."""

from __future__ import annotations

from collections import Counter

import pytest

from recordings.mutants import mutants, outcome, seeds


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_bytes_are_they_are_read_or_refused_in_a_sentence(seed: int) -> None:
    found = Counter(outcome(body) for body in mutants(seeds(), 250, seed))
    assert found["read"] > 10
    assert sum(found.values()) - found["read"] > 10


def test_the_unbroken_ones_are_read() -> None:
    assert [outcome(body) for body in seeds()] == ["read"] * 6 + ["archive: read"]
