"""One zygote for all rounds of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from faults.zygote import Zygote, opened


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    with opened() as made:
        yield made
