"""From an Altair chart to its specification, and from that to a picture: inside a page, as an SVG file, or as a PNG."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode

WIDTH, HEIGHT = 288, 106
"""Pixels between the axes; with them a chart is as wide as a small phone, so that its 10 px letters stay 10 px."""
INK, GRID = "#57606a", "#e2e5e9"
PAPER = "#ffffff"
"""What lies around letters that stand on a chart."""

Drawn = alt.Chart | alt.LayerChart | alt.FacetChart
Spec = dict[str, Any]
"""A chart as Vega-Lite has it, data and all."""


def chart(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    """A chart of `rows`, which travel inside its specification."""
    return alt.Chart(alt.InlineData(values=list(rows)))


def specify(drawn: Drawn, tall: int = HEIGHT) -> Spec:
    """The chart's specification in our size (`tall` pixels between top and foot) and look."""
    sized = drawn.properties(width=WIDTH, height=tall).configure(**LOOK)
    with debug_mode(False):  # checking each part against the whole schema takes half of the time; vl-convert checks too
        found: Spec = sized.to_dict()
    return found


def draw(drawn: Drawn) -> str:
    """The chart as a small SVG for inside a page, whose font and colours it takes; its caption speaks for it."""
    svg: str = vl_convert.vegalite_to_svg(specify(drawn), vl_version=VERSION)
    for found, instead in SLIM:
        svg = found.sub(instead, svg)
    return svg


def write_svg(spec: Spec, *, dark: bool = False) -> str:
    """An SVG that is a file of its own, in light or dark colours on whatever it lies on."""
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VERSION)
    return recolour(svg, darkened()) if dark else svg


def write_png(spec: Spec, scale: float = 3) -> bytes:
    """A PNG on white paper, for places that show no SVG."""
    opaque = spec | {"background": PAPER, "padding": 12}
    return bytes(vl_convert.vegalite_to_png(opaque, vl_version=VERSION, scale=scale))


def recolour(svg: str, colours: Mapping[str, str]) -> str:
    """`svg` with each of the colours replaced."""
    return COLOUR.sub(lambda found: colours.get(found[0].lower(), found[0]), svg)


COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


@cache
def darkened() -> Mapping[str, str]:
    """Light colour → dark colour, as page.css has them."""
    css = files("twinge.page").joinpath("templates/page.css").read_text("utf-8")
    return {PAPER: "#14171b", **dict(re.findall(r'\[fill="(#\w{6})"\] \{ fill: (#\w{6}); \}', css))}


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
