"""A channel that prints: development, dry runs and the demo. It needs no settings and never fails.

It is there in every installation, so what colours its lines is loaded with the first one.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

import aiohttp

from twinge.core.model import Severity
from twinge.plugin import Delivery, Message, OneWay, Rejected, Sent

if TYPE_CHECKING:
    from rich.text import Text

_COLOURS = {
    Severity.INFO: "cyan",
    Severity.QUESTION: "blue",
    Severity.SLOW_DOWN: "yellow",
    Severity.REST: "bold yellow",
    Severity.SEE_DOCTOR: "bold red",
    Severity.URGENT: "bold white on red",
}


class Console(OneWay):
    """Prints one coloured line a message through `write`: a rich console's `print`, a list's `append`."""

    name: ClassVar[str] = "console"
    voice: ClassVar[str] = "print"

    def __init__(self, write: Callable[[Text], object] | None = None) -> None:
        self._write = write or _print

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Console:
        """Always ready."""
        return cls()

    def normalise(self, address: str) -> str:
        """Any name on one line; it only heads the line that is printed."""
        name = " ".join(address.split())
        if not name.isprintable() or not 0 < len(name) <= 200:
            raise Rejected("A console address is a name of 1 to 200 printable characters.", field="address")
        return name

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Print it. Where nobody can see (a closed pipe), it counts as handed over, not as arrived."""
        try:
            self._write(_line(message))
        except (OSError, ValueError):
            return Sent(message.id)
        return Sent(message.id, "delivered")

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """Paper keeps no record: what was asked twice is printed twice."""
        return None

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nobody calls back."""
        raise Rejected("The console has no callbacks.", status=404)


@cache
def _terminal() -> Any:
    from rich.console import Console as Terminal

    return Terminal(soft_wrap=True, highlight=False)


def _print(line: Text) -> None:
    _terminal().print(line)


def _line(message: Message) -> Text:
    from rich.text import Text

    label = message.severity.word.replace("_", " ").upper()
    return Text.assemble((f" {label} ", _COLOURS[message.severity]), (f" {message.address}  ", "dim"), message.text)
