"""The short form of every fault, with seeds that are named here; `python tests/faults/run.py` plays the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults import kill
from faults.check import problems
from faults.failpoints import NAMES
from faults.zygote import Zygote


@pytest.mark.parametrize("seed", [1], ids=lambda seed: f"seed-{seed}")
async def test_killed_at_random(seed: int, zygote: Zygote, tmp_path: Path) -> None:
    evidence = await kill.at_random(zygote, tmp_path, seed, athletes=5)
    assert problems(evidence) == []
    assert sum(line["what"] == "killed" for line in evidence.journal) >= 2


async def test_killed_at_every_failpoint(zygote: Zygote, tmp_path: Path) -> None:
    evidence = await kill.at_points(zygote, tmp_path, 1)
    assert problems(evidence) == []
    assert {line["point"] for line in evidence.journal if line["what"] == "killed"} == set(NAMES)
