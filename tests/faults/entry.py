"""The program with faults put in where it takes arguments: `entry.py`, told on its standard input what to start.

Each line is an order in JSON; each start is a fork of this process, which has imported everything already, so that a
life costs a tenth of a second and not two. Nothing here reaches into the service: its clock, plugins and settings are
arguments, and the database's and the interpreter's own hooks do the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvloop

from fake_twilio import AUTH_TOKEN, SID
from faults import failpoints
from faults.clock import Clock
from faults.provider import provide
from faults.vfs import Disk
from twinge.app import running
from twinge.config import Settings
from twinge.log import log_to_stderr
from twinge.plugin import TwingeError
from twinge.process import STUCK_S, watched
from twinge.registry import load_plugins

Order = Mapping[str, Any]


async def serve(order: Order) -> None:
    """As `twinge serve` does, until SIGTERM."""
    env: dict[str, str] = order["env"]
    settings, plugins, clock = Settings.from_env(env), load_plugins(env), Clock(Path(order["clock"]))
    log_to_stderr(settings.log_level)
    if record := order.get("record"):
        Disk(Path(record), Path(order["disk"]))
    if point := order.get("failpoint"):
        channels = failpoints.arm(failpoints.Point(**point), plugins.channels)
        plugins = replace(plugins, channels=channels)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with watched(order.get("stuck_s", STUCK_S)), running(settings, plugins, clock=clock) as service:
        if setting := order.get("synchronous"):  # as no setting can: the control must lose what FULL keeps
            await service.store._engines.beneath(lambda raw: raw.execute(f"PRAGMA synchronous = {setting}"))
        asked = asyncio.create_task(stop.wait())
        await asyncio.wait([asked, *service.tasks], return_when=asyncio.FIRST_COMPLETED)


def live(order: Order) -> None:
    """One life, in the child."""
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.path[:0] = order.get("path", [])
    os.chdir(order["folder"])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(provide(**_provider(order)) if "provider" in order else serve(order))


def _provider(order: Order) -> dict[str, Any]:
    return {"folder": Path(order["folder"]), **order["provider"]}


def main() -> None:
    """Fork for each line, and print the child's id."""
    warm = {"ACCOUNT_SID": SID, "AUTH_TOKEN": AUTH_TOKEN, "FROM": "+15005550006"}
    load_plugins({f"TWINGE_TWILIO_{name}": value for name, value in warm.items()})
    for line in sys.stdin:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # not sooner: whoever watches the last one must still find it
                pass
        child = os.fork()
        if not child:
            code = 1
            try:
                live(json.loads(line))
                code = 0
            except TwingeError as error:
                print(f"twinge: {error}", file=sys.stderr, flush=True)  # noqa: T201 - as the command says it
            except BaseException:
                logging.getLogger("faults").exception("outcome=died")
            finally:
                os._exit(code)
        print(child, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
