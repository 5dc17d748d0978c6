"""The bench of pages is true to the schema, and every page that it measures is there."""

from __future__ import annotations

from pathlib import Path

from bench.pages import Size, measure, move_in
from bench.started import started


def test_every_page_of_the_bench_is_answered(tmp_path: Path) -> None:
    size = Size(athletes=20, weeks=4, rounds=1)
    doors = move_in(tmp_path / "pages", size)
    with started("web", tmp_path / "pages") as server:
        asked = measure(server.url, size, doors)  # It stops at an answer that is not 200.
    assert all(length > 10 for _, length in asked.values()), asked
