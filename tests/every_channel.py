"""Writes the table of what each channel makes of each fault into docs/channels.md, from playing them all.

A channel's stage is `tests/stages/<its name>.py`: `stage()` there opens a stand-in of its provider and gives a `Stage`.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path

import aiohttp

from twinge.testing import CASES, OURS, Stage, check_stage

PAGE = Path(__file__).parent.parent / "docs/channels.md"
BEGIN = "<!-- channels:begin (python tests/every_channel.py writes this table) -->\n"
END = "<!-- channels:end -->"
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


def names() -> list[str]:
    """Our own channels, by their entry points; a stranger's that is installed beside them is not ours to judge."""
    found = entry_points(group="twinge.channels")
    return sorted(point.name for point in found if point.dist is not None and point.dist.name == "twinge")


def stage_of(name: str) -> AbstractAsyncContextManager[Stage]:
    """The stage of a channel. Raises `LookupError` where it has none."""
    module = f"stages.{name.replace('-', '_')}"
    try:
        made: AbstractAsyncContextManager[Stage] = importlib.import_module(module).stage()
    except ModuleNotFoundError as error:
        if error.name not in {"stages", module}:
            raise
        raise LookupError(
            f"The channel {name} has no stage: write tests/stages/{name}.py like its neighbours."
        ) from None
    return made


async def row_of(name: str) -> Mapping[str, str]:
    """What the channel makes of each case, by the case's name."""
    async with stage_of(name) as stage, aiohttp.ClientSession() as http:
        return await check_stage(stage, http, NOW, limit_s=10)


def line(name: str, row: Mapping[str, str]) -> str:
    """The channel's line of the table."""
    return f"| `{name}` | {' | '.join(row[case.name] for case in (*CASES, *OURS))} |"


def head() -> list[str]:
    """The table's first two lines."""
    cases = [case.name for case in (*CASES, *OURS)]
    return [f"| | {' | '.join(cases)} |", "|" + "---|" * (len(cases) + 1)]


def legend() -> list[str]:
    """What each case stands for."""
    return [f"- *{case.name}*: {case.says}" for case in (*CASES, *OURS)]


async def table() -> str:
    """The whole table, played."""
    rows = [line(name, await row_of(name)) for name in names()]
    return "\n".join([*head(), *rows, "", *legend()]) + "\n"


def written(page: str, fresh: str) -> str:
    """The page with a fresh table."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + fresh + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(), asyncio.run(table())))
