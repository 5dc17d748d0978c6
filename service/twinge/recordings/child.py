"""The process that reads strangers' files: it limits itself, then answers one question after the other.

    python -I -m twinge.recordings.child <megabytes> <cpu seconds>

It has no settings, opens no file and no socket: a body comes in by stdin, numbers go out by stdout. What kills it (its
own limits, a crash) fails the one file it was reading.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
from typing import BinaryIO

from twinge.plugin import Rejected
from twinge.recordings import unpack
from twinge.recordings.tape import to_activity
from twinge.recordings.wire import LENGTH, Answer, Ask, frame, read_ask, write_answer

FILES = 8
"""Open at once: stdin, stdout, stderr, and what Python itself may open."""
READY = b"ready"


def main(megabytes: int, seconds: int) -> None:
    """Answer until stdin ends."""
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    limit(megabytes)
    _send(outgoing, READY)
    while question := _receive(incoming):
        grant(seconds)
        found = answer(read_ask(question), megabytes)
        _send(outgoing, write_answer(found))
        if found.spent:
            return


def limit(megabytes: int) -> None:
    """No more memory, no files written, few open, no processes, no core dump: from here on, for good."""
    for kind, most in (
        (resource.RLIMIT_AS, megabytes * 2**20),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a system that knows no such limit, or a lower one already
            resource.setrlimit(kind, (most, most))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the house, which then ends us


def grant(seconds: int) -> None:
    """So many more seconds of the processor; beyond them the system ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def answer(ask: Ask, megabytes: int) -> Answer:
    """What a body holds, or in a sentence why it cannot be read."""
    try:
        return _read(ask)
    except Rejected as error:
        return Answer(wrong=error.reason)
    except MemoryError:
        return Answer(wrong=f"it needs more than {megabytes} MB of memory: no workout does", spent=True)
    except RecursionError:
        return Answer(wrong="it is nested too deeply to be a workout")
    except Exception as error:  # noqa: BLE001 - a parser may raise anything for a file that means nothing
        return Answer(wrong=f"the file is damaged ({type(error).__name__}): export it again")


def _read(ask: Ask) -> Answer:
    if ask.member is None and (names := unpack.members(ask.body)):
        return Answer(members=tuple(names))
    body = unpack.plain(ask.body) if ask.member is None else unpack.member(ask.body, ask.member)
    found, wrong = [], ""
    for tape in unpack.tapes(body):
        try:
            found.append(to_activity(tape, ask.sport, ask.start))
        except Rejected as error:
            wrong = wrong or error.reason
    return Answer(tuple(found), spent=_grown()) if found else Answer(wrong=wrong)


def _grown() -> bool:
    """Whether most of the memory that is allowed has been used once: a fresh process is better for the next."""
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    return most > 0 and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > most // 2


def _receive(incoming: BinaryIO) -> bytes:
    head = incoming.read(LENGTH)
    return incoming.read(int.from_bytes(head, "big")) if len(head) == LENGTH else b""


def _send(outgoing: BinaryIO, body: bytes) -> None:
    outgoing.write(frame(body))
    outgoing.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
