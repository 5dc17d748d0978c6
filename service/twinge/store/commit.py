"""Group commit: rows that wait together share one transaction, and none is acknowledged before it.

One commit costs one flush of the disk, whether it carries one row or two hundred. So while one group commits, the
next one gathers.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from twinge.plugin import TryLater

log = logging.getLogger("twinge.store")

Row = tuple[object, ...]
T = TypeVar("T")
GROUP = 256


class GroupCommit:
    """Gathers rows, hands them to `commit` in groups, and releases each waiter with its own result.

    `commit` gets a list of rows and answers one bool a row, in order, once they are durable.
    """

    def __init__(self, commit: Callable[[Sequence[Row]], Awaitable[Sequence[bool]]], hop: str = "inbox") -> None:
        """`hop` names it in the log."""
        self._commit, self._hop = commit, hop
        self._queue: list[tuple[Row, asyncio.Future[bool]]] = []
        self._task: asyncio.Task[None] | None = None
        self.trouble: str | None = None
        """Why the last group failed; None after one that did not."""

    def put(self, row: Row) -> asyncio.Future[bool]:
        """Queue a row. The future is done when it is durable, or failed with `TryLater`."""
        future = asyncio.get_running_loop().create_future()
        self._queue.append((row, future))
        if self._task is None:
            self._task = asyncio.create_task(self._drain())
        return future

    async def close(self) -> None:
        """Wait until everything queued is committed or refused."""
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        try:
            while self._queue:
                group, self._queue = self._queue[:GROUP], self._queue[GROUP:]
                await self._settle(group)
        finally:
            self._task = None

    async def _settle(self, group: Sequence[tuple[Row, asyncio.Future[bool]]]) -> None:
        try:
            fresh = await self._commit([row for row, _ in group])
        except Exception as error:  # noqa: BLE001 - each waiter must be released, whatever it was
            self._refuse(group, error)
            return
        self.trouble = None
        for (_, future), new in zip(group, fresh, strict=True):
            if not future.done():  # A caller that gave up has cancelled its future.
                future.set_result(new)

    def _refuse(self, group: Sequence[tuple[Row, asyncio.Future[bool]]], error: Exception) -> None:
        self.trouble = str(error) if isinstance(error, sqlite3.Error) else type(error).__name__
        log.error("hop=%s outcome=refused rows=%d error=%s", self._hop, len(group), type(error).__name__)
        for _, future in group:
            if not future.done():
                future.set_exception(TryLater(f"the database takes nothing now: {self.trouble}"))
