"""A Twilio in a process of its own, which outlives the program.

Its log (`provider.log` in the folder) says what it was asked, what it really took, and what it called back.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random
from typing import Any

from fake_twilio import FakeTwilio, Fault, Word, seeded
from fake_twilio.faults import Play
from faults.clock import Clock
from faults.logbook import Logbook

KINDS: tuple[Play, ...] = (
    Fault.SLOW,
    Fault.EARLY,
    Fault.DROP_BEFORE,
    Fault.DROP,
    Fault.ERROR_BEFORE,
    Fault.ERROR,
    Fault.CUT,
    Fault.GARBAGE,
    Fault.NAMELESS,
    20429,
)
"""What goes wrong here. Hanging and dripping cost real seconds: tests/plugins/test_twilio_faults.py plays them."""


def receipts(seed: int) -> Any:
    """Some lost, some twice, in any order."""

    def script(nudge: str) -> list[Word]:
        dice = Random(f"{seed} {nudge}")
        words = [Word(status) for status in ("queued", "sent", "delivered") if dice.random() >= 0.2]
        words += [word for word in words if dice.random() < 0.3]
        dice.shuffle(words)
        return words

    return script


class Provider(FakeTwilio):
    """Writes down what happens to it, before it answers."""

    def __init__(self, book: Logbook, clock: Clock, seed: int, share: float) -> None:
        plan = seeded(seed, share, KINDS)

        def asked(nudge: str, n: int) -> Play:
            play = plan(nudge, n)
            if not nudge.startswith(("list ", "delete ")):
                book.note("asked", clock(), nudge=nudge, play=str(play))
            return play

        super().__init__(plan=asked, script=receipts(seed), now=clock)
        self._book = book

    def keep(self, form: dict[str, str], **more: Any) -> dict[str, Any]:
        """Take a message."""
        made = super().keep(form, **more)
        taken = self.took[-1]
        self._book.note("taken", taken.at, nudge=taken.nudge, sid=taken.sid, to=taken.to)
        return made


async def provide(folder: Path, seed: int, share: float) -> None:
    """Until the process is killed. The file `provider` in the folder says where it is."""
    clock = Clock(folder / "clock")
    book = Logbook(folder / "provider.log", durable=False)
    async with Provider(book, clock, seed, share) as fake:
        (folder / "provider.new").write_text(fake.base)
        (folder / "provider.new").rename(folder / "provider")
        told = 0
        while True:
            await fake.call_back()
            for one in fake.called[told:]:
                book.note("called", clock(), nudge=one.nudge, status=one.word.status, answer=one.answer)
            told = len(fake.called)
            await asyncio.sleep(0.02)
