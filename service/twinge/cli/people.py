"""Which athlete a command means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinge.cli.screen import stop

if TYPE_CHECKING:
    from twinge.store import Store


async def find_athlete(store: Store, wanted: str) -> str | None:
    """The id that `wanted` is, or of the only athlete with this name."""
    if await store.athletes.get(wanted) is not None:
        return wanted
    named: list[str] = []
    page = await store.athletes.find(None, 200)
    while True:
        named += [one.id for one in page.items if one.name == wanted]
        if page.next is None:
            return named[0] if len(named) == 1 else None
        page = await store.athletes.find(page.next, 200)


def not_one(athlete: str) -> None:
    """Say that a name means nobody, or more than one."""
    several = f"there is no athlete {athlete}, or several have this name"
    stop(f"{several}; GET /api/v1/athletes lists them with their ids.")
