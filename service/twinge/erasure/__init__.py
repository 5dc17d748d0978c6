"""An athlete leaves for good: everything goes, vendors are told, and a proof without a name stays.

`begin` is one transaction after which nobody here knows the athlete any more. `Eraser` does the rest in steps, each of
which a crash may interrupt: what was removed is counted in the transaction that removed it.
"""

from twinge.erasure.begin import Begun, begin
from twinge.erasure.eraser import Eraser

__all__ = ["Begun", "Eraser", "begin"]
