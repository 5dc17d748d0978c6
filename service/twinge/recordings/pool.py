"""The processes that read files, as the house sees them: one file at a time, under a deadline, replaced when lost."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from twinge.plugin import Rejected, TryLater
from twinge.recordings.wire import LENGTH, LONGEST_ANSWER, Answer, Ask, frame, read_answer, write_ask

IDLE_S: Final = 60
"""A process that has nothing to do for so long is ended: on a small machine it would cost 60 MB for nothing."""
START_S: Final = 60
"""A fresh process needs half a second; a busy small machine more."""

Spawn = Callable[[Sequence[str]], Awaitable[asyncio.subprocess.Process]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    seconds: float = 10
    """By the clock on the wall, and by the processor's."""
    megabytes: int = 512
    at_once: int = 2
    """Processes."""


def command(limits: Limits) -> list[str]:
    """How a reading process is started: isolated, so that neither environment nor folder changes what it runs."""
    seconds = str(max(1, round(limits.seconds)))
    return [sys.executable, "-I", "-B", "-m", "twinge.recordings.child", str(limits.megabytes), seconds]


async def spawn(words: Sequence[str]) -> asyncio.subprocess.Process:
    """With an empty environment: what a stranger's file takes over has no secret to tell."""
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, stderr=nothing, env={}, cwd="/")


class Lost(Exception):
    """The process ended before it answered; `code` as of `returncode`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Pool:
    """`ask` a process; `close` in the end. Nothing is started before it is needed."""

    def __init__(self, limits: Limits, words: Sequence[str] | None = None) -> None:
        self._limits = limits
        self._words = command(limits) if words is None else words
        self._gate = asyncio.Semaphore(limits.at_once)
        self._idle: list[tuple[asyncio.subprocess.Process, asyncio.TimerHandle]] = []
        self._ended: set[asyncio.Task[int]] = set()

    async def ask(self, question: Ask) -> Answer:
        """The answer, or `Rejected` in whose words the file itself is at fault.

        Raises `TryLater` where no process could be started.
        """
        async with self._gate:
            process = await self._process()
            keep = False
            try:
                async with asyncio.timeout(self._limits.seconds):
                    answer = await _talk(process, write_ask(question))
                keep = not answer.spent
            except TimeoutError:
                raise Rejected(self._too_slow()) from None
            except Lost as lost:
                raise Rejected(self._reason(lost.code)) from None
            finally:
                if keep:
                    self._rest(process)
                else:
                    self._end(process)
        if answer.wrong:
            raise Rejected(answer.wrong)
        return answer

    async def close(self) -> None:
        """End every process."""
        while self._idle:
            process, timer = self._idle.pop()
            timer.cancel()
            self._end(process)
        await asyncio.gather(*self._ended)

    async def _process(self) -> asyncio.subprocess.Process:
        while self._idle:
            process, timer = self._idle.pop()
            timer.cancel()
            if process.returncode is None:
                return process
        return await self._start()

    async def _start(self) -> asyncio.subprocess.Process:
        process = None
        try:
            async with asyncio.timeout(START_S):
                process = await spawn(self._words)
                await _hear(process)
        except (OSError, TimeoutError, Lost) as error:
            if process is not None:
                self._end(process)
            raise TryLater(f"the reader of files could not be started ({type(error).__name__})") from None
        except BaseException:
            if process is not None:
                self._end(process)
            raise
        return process

    def _rest(self, process: asyncio.subprocess.Process) -> None:
        timer = asyncio.get_running_loop().call_later(IDLE_S, self._dismiss, process)
        self._idle.append((process, timer))

    def _dismiss(self, process: asyncio.subprocess.Process) -> None:
        self._idle = [pair for pair in self._idle if pair[0] is not process]
        self._end(process)

    def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        reaped = asyncio.ensure_future(process.wait())
        self._ended.add(reaped)
        reaped.add_done_callback(self._ended.discard)

    def _too_slow(self) -> str:
        seconds = f"{self._limits.seconds:g} seconds"
        return f"the file took longer than {seconds} to read: raise TWINGE_FILE_DEADLINE_S, or split it"

    def _reason(self, code: int) -> str:
        if code == -getattr(signal, "SIGXCPU", 0):
            return self._too_slow()
        if code == -signal.SIGKILL:
            return f"the file needs more than {self._limits.megabytes} MB of memory, or more than is free here"
        return "the reader crashed over this file: it is damaged, export it again"


async def _talk(process: asyncio.subprocess.Process, question: bytes) -> Answer:
    """Send a question and hear the answer. What is no answer is as good as a crash."""
    if process.stdin is None:
        raise Lost(0)
    with contextlib.suppress(ConnectionError):  # it may have died; hearing tells
        process.stdin.write(frame(question))
        await process.stdin.drain()
    try:
        return read_answer(await _hear(process))
    except msgspec.MsgspecError:
        raise Lost(0) from None


async def _hear(process: asyncio.subprocess.Process) -> bytes:
    """One frame."""
    if process.stdout is None:
        raise Lost(0)
    try:
        length = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
        if length > LONGEST_ANSWER:
            raise Lost(0)
        return await process.stdout.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        raise Lost(await process.wait()) from None
