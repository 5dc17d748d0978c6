"""From an Altair chart to a small SVG that takes the page's font and colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode

WIDTH, HEIGHT = 288, 106
"""Pixels between the axes; with them a chart is as wide as a small phone, so that its 10 px letters stay 10 px."""
INK, GRID = "#57606a", "#e2e5e9"


def chart(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    """A chart of `rows`, which travel inside its specification."""
    return alt.Chart(alt.InlineData(values=list(rows)))


def draw(drawn: alt.Chart | alt.LayerChart | alt.FacetChart) -> str:
    """The chart as a small SVG that scales and takes the page's font and colours; its caption speaks for it."""
    sized = drawn.properties(width=WIDTH, height=HEIGHT).configure(**LOOK)
    with debug_mode(False):  # checking each part against the whole schema takes half of the time; vl-convert checks too
        spec = sized.to_dict()
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VERSION)
    for found, instead in SLIM:
        svg = found.sub(instead, svg)
    return svg


SLIM = (
    (re.compile(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>'), r'<svg \1 aria-hidden="true">'),
    (re.compile(r'<path class="(?:background|foreground)"[^>]*/>'), ""),
    (re.compile(r' (?:class|role|aria-roledescription|pointer-events|font-family|font-size)="[^"]*"'), ""),
    (re.compile(r' opacity="1"'), ""),
    (re.compile(r'(?<=<g) aria-hidden="true"| transform="translate\(0,0\)"| [xy]2="0"'), ""),
    (re.compile(r' stroke-width="[12]"(?= */>)'), ""),
    (re.compile(r"(\d\.\d)\d+"), r"\1"),
    (
        re.compile(r'<path transform="translate\(([-\d.]+),([-\d.]+)\)" d="M([\d.]+),0A[^"]*"'),
        r'<circle cx="\1" cy="\2" r="\3"',
    ),
)
"""What an SVG of vl-convert can do without, half of its size: names for scripts, the font (page.css has it), digits."""

VERSION = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
"""Vega-Lite as Altair writes it; vl-convert carries several."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
LOOK: dict[str, Any] = {
    "aria": False,
    "background": "transparent",
    "font": FONT,
    "padding": 2,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "labelFontSize": 10,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
        "labelOverlap": True,
        "labelFlush": False,
    },
    "axisY": {"minExtent": 44, "maxExtent": 44},
}
