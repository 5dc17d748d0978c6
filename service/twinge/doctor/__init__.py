"""`twinge doctor`: is everything as it should be around this installation, and what to do where it is not.

Every check is one small function of a `Scene`; it changes nothing and answers with `Verdict`s. One that fails by itself
is a verdict too, never the end of the others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from twinge.doctor import database, house, machine, outside
from twinge.doctor.scene import Scene, State, Verdict, worst

__all__ = ["CHECKS", "Scene", "State", "Verdict", "examine", "worst"]

Check = Callable[[Scene], Sequence[Verdict] | Awaitable[Sequence[Verdict]]]

CHECKS: tuple[Check, ...] = (
    machine.python,
    machine.sqlite,
    machine.zones,
    machine.folder,
    machine.space,
    house.settings,
    house.secrets,
    house.public_url,
    house.plugins,
    house.channels,
    database.schema,
    database.durability,
    database.keys,
    database.tokens,
    database.queues,
    database.set_aside,
    database.outages,
    database.vendors,
    database.clock,
    outside.service,
    outside.public_url,
    outside.subscriptions,
    outside.clock,
)


async def examine(scene: Scene) -> AsyncIterator[Verdict]:
    """Every verdict, in the order of `CHECKS`."""
    for check in CHECKS:
        try:
            found = check(scene)
            verdicts = found if isinstance(found, Sequence) else await found
        except Exception as error:  # noqa: BLE001 - a plugin or a database may raise anything, and the rest still counts
            verdicts = [Verdict(check.__name__, State.WARN, f"could not be looked at: {type(error).__name__}")]
        for one in verdicts:
            yield one
