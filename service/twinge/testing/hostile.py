"""Bodies that nobody should send, and a room from which nothing can call out."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any


class ContractError(AssertionError):
    """A plugin does not keep its contract; the message says where."""


def hostile_bodies(genuine: bytes) -> Iterator[bytes]:
    """Bodies that nobody should send: broken, deep, huge; and `genuine` with each value swapped for an odd one."""
    yield from (b"", b"null", b"[]", b"{}", b"0", b'""', b"\xff\xfe", b"\x00", b"[" * 100_000, b'{"a":' * 100_000)
    yield from (b'{"a":' + b"9" * 5_000 + b"}", b'["\\ud800"]', b"[1e999]", b"[NaN]", b"%FF=%00&=&&&;", genuine[:-1])
    yield genuine[: len(genuine) // 2]
    try:
        given = json.loads(genuine)
    except ValueError:
        return
    for changed in _swapped(given):
        yield json.dumps(changed).encode()


_ODD: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, 1.5, float("1e300"), "", "\ud800", "\0", "🏃", "unheard-of", "2026-02-30T25:61:00Z",
    "0001-01-01T00:00:00+14:00", [], {}, [[]], [None],
)  # fmt: skip


def _swapped(given: Any) -> Iterator[Any]:
    """`given` again and again, each time with one value replaced, or one key left out."""
    places = given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, list) else ()
    for place, value in list(places):
        copy = given.copy()
        for odd in _ODD:
            copy[place] = odd
            yield copy
        for inner in _swapped(value):
            copy[place] = inner
            yield copy
        if isinstance(given, dict):
            yield {key: value for key, value in given.items() if key != place}


_watched = threading.local()
_CALLS_OUT = frozenset({"socket.connect", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.system"})


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event in _CALLS_OUT and getattr(_watched, "on", False):
        raise ContractError(f"{event} was called: verify, key and read must not leave the process")


def indoors(check: Callable[[], None]) -> None:
    """Run `check` in a thread of its own, where there is no event loop and the network is watched."""
    _install_watch()
    trouble: list[BaseException] = []

    def run() -> None:
        _watched.on = True
        try:
            check()
        except BaseException as error:  # noqa: BLE001 - raised again, in the caller's thread
            trouble.append(error)

    thread = threading.Thread(target=run, name="twinge-check")
    thread.start()
    thread.join()
    if trouble:
        raise trouble[0]


_installed: list[bool] = []


def _install_watch() -> None:
    """Once a process: an audit hook cannot be taken off again, so it looks only at threads that ask for it."""
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_watch)
