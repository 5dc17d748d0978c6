"""Why something was said: the numbers that fired as levels, records and a chart of them.

`plot` is made from a message's own facts and the bounded state, without reading any history; `twinge.why.chart` draws
it, once somebody asks for the picture.
"""

from twinge.why.amounts import tell
from twinge.why.levels import LINES, Level, Levels
from twinge.why.plot import Manner, Mornings, Plot, can_draw, plot
from twinge.why.records import Record, Records

__all__ = [
    "LINES",
    "Level",
    "Levels",
    "Manner",
    "Mornings",
    "Plot",
    "Record",
    "Records",
    "can_draw",
    "plot",
    "tell",
]
