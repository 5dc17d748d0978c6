"""Whatever becomes of a genuine body on its way: items, nothing, or a refusal, and never another exception."""

from __future__ import annotations

import pytest

from mutants import try_out, vendors


@pytest.mark.parametrize("name", vendors())
def test_two_thousand_mutants_are_read_or_refused(name: str) -> None:
    ends, _ = try_out(name, 2_000, seed=7)
    assert sum(ends.values()) == 2_000
    assert ends["fault"] == 0
    assert ends["items"]  # some survive, or nothing but the front door was tried
    assert ends["400"]
