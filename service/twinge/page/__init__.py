"""The backtest as a page: one self-contained file for a phone, a screen or paper, light and dark, without scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from twinge.core.pack import STANDARD, Pack
from twinge.plugin import TwingeError

if TYPE_CHECKING:
    from twinge.backtest import Story


class NoCharts(TwingeError):
    """The optional libraries that draw are not installed."""


INSTALL = "--format html needs two more libraries: pip install altair vl-convert-python (the extra twinge[charts])"


Spread = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
"""Does one thing to each of many, here or in other processes, and keeps their order."""


def write_page(
    stories: Sequence[Story],
    *,
    units: str = "km",
    pack: Pack = STANDARD,
    others: Sequence[Story] | None = None,
    other: Pack | None = None,
    troubles: Sequence[str] = (),
    spread: Spread | None = None,
) -> str:
    """The whole page. `others` are the same histories under the pack `other`; `troubles` what could not be read.

    Raises `NoCharts` where Altair or vl-convert is missing.
    """
    check_charts()
    # Altair takes a second to import: only who wants a page pays for it.
    from twinge.page.sheet import Job, draw_sheet, render  # noqa: PLC0415

    beside = others if others is not None else [None] * len(stories)
    pairs = enumerate(zip(stories, beside, strict=True), start=1)
    jobs = [Job(f"a{number}", one, two, pack, other, units) for number, (one, two) in pairs]
    sheets = [draw_sheet(job) for job in jobs] if spread is None else spread(draw_sheet, jobs)
    return render(sheets, stories, pack, other, troubles)


def check_charts() -> None:
    """Raise `NoCharts` where a page could not be drawn: better before the histories are judged than after."""
    try:
        import altair  # noqa: F401, PLC0415
        import jinja2  # noqa: F401, PLC0415
        import vl_convert  # noqa: F401, PLC0415
    except ImportError:
        raise NoCharts(INSTALL) from None


__all__ = ["NoCharts", "check_charts", "write_page"]
