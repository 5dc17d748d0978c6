"""What `twinge backtest` does: judge the files, then tell it as text, JSON or a page, alone or under two packs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Any

from rich.console import Console

from twinge.archives import Source
from twinge.backtest import Story
from twinge.difference import Difference, differ, differences_to_json, print_differences
from twinge.histories import Advance, Told, Wish, play_all, spread
from twinge.report import to_json
from twinge.report.text import print_text


@dataclass(frozen=True, slots=True)
class Manner:
    """How it shall be told."""

    form: str = "text"
    """text, json or html."""
    only_difference: bool = False
    """Nothing but the messages that one of two packs alone would have sent; a page always shows both."""


Bar = Callable[[float], AbstractContextManager[Advance]]
"""Opens a progress bar with so many steps."""
Target = Callable[[], AbstractContextManager[IO[str]]]
"""Opens what is written to; asked for only when there is something to write."""


def look_back(paths: Sequence[Source], wish: Wish, manner: Manner, bar: Bar, target: Target) -> list[str]:
    """Judge every history and write the report; returns what could not be read, a line each."""
    draws = manner.form == "html"
    with bar(len(paths) * (2 if draws else 1)) as advance:
        told = play_all(paths, wish, advance)
        troubles = [each.trouble for each in told if each.trouble is not None]
        read = [each for each in told if each.stories]
        if not read:
            return troubles
        text = _page(read, wish, troubles, advance) if draws else None
    with target() as file:
        if text is not None:
            file.write(text)
        elif manner.form == "json":
            file.write(json.dumps(_json(read, wish, troubles, manner), ensure_ascii=False, indent=2) + "\n")
        else:
            _text(read, wish, manner, Console(file=file, highlight=False))
    return troubles


def _page(read: Sequence[Told], wish: Wish, troubles: Sequence[str], advance: Advance) -> str:
    from twinge.page import write_page  # noqa: PLC0415 - the drawing libraries are optional and slow to import

    others = _others(read)
    return write_page(
        [told.stories[0] for told in read],
        units=wish.athlete.units,
        pack=wish.packs[0],
        others=others,
        other=wish.packs[1] if others else None,
        troubles=troubles,
        spread=lambda work, jobs: spread(work, jobs, advance),
    )


def _others(read: Sequence[Told]) -> list[Story] | None:
    return [told.stories[1] for told in read] if len(read[0].stories) > 1 else None


def _differences(read: Sequence[Told]) -> list[Difference]:
    return [differ(*told.stories) for told in read if len(told.stories) > 1]


def _versions(wish: Wish) -> tuple[str, str]:
    return wish.packs[0].version, wish.packs[-1].version


def _json(read: Sequence[Told], wish: Wish, troubles: Sequence[str], manner: Manner) -> dict[str, Any]:
    found = _differences(read)
    compared = differences_to_json(found, *_versions(wish)) if found else None
    if compared is not None and manner.only_difference:
        return {**compared, "unreadable": list(troubles)}
    report = to_json([told.stories[0] for told in read]) | {"unreadable": list(troubles)}
    return report if compared is None else {**report, "compare": compared}


def _text(read: Sequence[Told], wish: Wish, manner: Manner, console: Console) -> None:
    if not manner.only_difference:
        print_text([told.stories[0] for told in read], console, wish.athlete.units, wish.packs[0])
    if found := _differences(read):
        packs = wish.packs[0], wish.packs[-1]
        print_differences(found, *_versions(wish), console, units=wish.athlete.units, packs=packs)
