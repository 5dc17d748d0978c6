"""The long form: `python tests/faults/run.py --minutes 30 --seed 1`; one round: `--only kill --rounds 1 --seed 7`;
so many kills: `--only kill --faults 1000 --minutes 90 --seed 1`.

Every fault in turn with one seed, then all with the next, until the time is over. It ends with a table, also after
SIGTERM, and with the exit code 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event

sys.path.insert(0, str(Path(__file__).parents[1]))

from faults import away, clocks, cut, full, kill, mixed, pause, poison, restore, server, upgrade
from faults.calm import calm
from faults.check import problems
from faults.evidence import Evidence, acknowledged
from faults.volume import Machine, Unfit, powered
from faults.zygote import Zygote, opened
from postgres import Server, serving

Round = Callable[[Zygote, Path, int], Awaitable[Evidence]]
CUTS = 100

ROUNDS: dict[str, Round] = {
    "calm": calm,
    "kill": kill.at_random,
    "failpoints": kill.at_points,
    "power": cut.goes_on,
    "full": full.full,
    "pause": pause.paused,
    "clock": clocks.jumping,
    "poison": poison.poisoned,
    "away": away.worker_away,
    "upgrade": upgrade.upgraded,
    "restore": restore.restored,
}
ON_SERVER: dict[str, Callable[[Zygote, Path, int, Server], Awaitable[Evidence]]] = {
    "pg restart": server.restarted,
    "pg zombie": server.zombie,
    "pg kill": server.killed,
}
ON_MACHINE: dict[str, Callable[[Zygote, Path, int, Machine], Awaitable[Evidence]]] = {"pg power": server.powerless}
COUNTED = {"power cuts": "", "… with NORMAL": "NORMAL"}
"""Many cuts of one run → what `synchronous` is set to; the second is the control, and must lose."""
NAMES = (*ROUNDS, *ON_SERVER, *ON_MACHINE, *COUNTED)
MIXED = "pg mixed"
"""Only where an older version is to be had."""


@dataclass
class Row:
    """What all rounds of one fault came to."""

    rounds: int = 0
    faults: int = 0
    deliveries: int = 0
    """Answered 2xx."""
    messages: int = 0
    """Taken by the provider."""
    lost: int = 0
    doubled: int = 0
    found: list[str] = field(default_factory=list)

    def add(self, evidence: Evidence, seed: int) -> None:
        """One round more."""
        found = problems(evidence)
        self.rounds += 1
        self.faults += sum(line["what"] == "killed" or line.get("fault", False) for line in evidence.journal)
        self.deliveries += len(acknowledged(evidence))
        self.messages += sum(line["what"] == "taken" for line in evidence.provider)
        self.lost += sum(one.startswith("I1:") for one in found)
        self.doubled += sum(one.startswith(("I4:", "I6:")) for one in found)
        self.found += [f"seed {seed}: {one}" for one in found]

    def count(self, cuts: cut.Cuts, seed: int, *, control: bool) -> None:
        """The cuts of one run."""
        self.rounds += 1
        self.faults += cuts.cuts
        self.deliveries += cuts.acknowledged
        self.lost += cuts.lost
        if control and not cuts.lost:
            self.found.append(f"seed {seed}: the control lost nothing, so the cuts prove nothing")
        if not control and (cuts.lost or cuts.unsound):
            self.found.append(f"seed {seed}: {cuts}")


@dataclass(frozen=True, slots=True)
class Ground:
    """What rounds are played on; None: not wanted, or not to be had here."""

    zygote: Zygote
    postgres: Server | None
    machine: Machine | None


def play(name: str, ground: Ground, folder: Path, seed: int, row: Row) -> None:
    """One round of one fault."""
    zygote = ground.zygote
    if name in COUNTED:
        work = cut.many(zygote, folder, seed, cuts=CUTS, synchronous=COUNTED[name])
        cuts, evidence = asyncio.run(work)
        row.count(cuts, seed, control=bool(COUNTED[name]))
        row.found += [f"seed {seed}: {one}" for one in problems(evidence)]
    elif name in ON_SERVER:
        assert ground.postgres is not None
        row.add(asyncio.run(_awaited(ON_SERVER[name](zygote, folder, seed, ground.postgres))), seed)
    elif name in ON_MACHINE:
        assert ground.machine is not None
        row.add(asyncio.run(_awaited(ON_MACHINE[name](zygote, folder, seed, ground.machine))), seed)
    else:
        row.add(asyncio.run(_awaited(ROUNDS[name](zygote, folder, seed))), seed)


async def _awaited(work: Awaitable[Evidence]) -> Evidence:
    return await work


@dataclass(frozen=True, slots=True)
class Limits:
    """How far it goes: what is reached first."""

    rounds: int
    minutes: float
    faults: int
    """Of each."""


def run(names: Sequence[str], seed: int, limits: Limits, place: Path) -> dict[str, Row]:
    """Rounds until one of the limits is reached; at least one."""
    table = {name: Row() for name in names}
    with ExitStack() as stack:
        _play_all(table, seed, limits, place, stack)
    return table


def _play_all(table: dict[str, Row], seed: int, limits: Limits, place: Path, stack: ExitStack) -> None:
    until, asked = time.monotonic() + limits.minutes * 60, Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    ground = _ground(table, stack)
    for turn in range(limits.rounds):
        left = [name for name, row in table.items() if row.faults < limits.faults]
        if not left:
            return
        for name in left:
            if asked.is_set() or (turn and time.monotonic() > until):
                return
            _play_one(name, ground, place, seed + turn, table[name])


def _ground(table: dict[str, Row], stack: ExitStack) -> Ground:
    """What these faults want; those for which it cannot be had leave the table."""
    zygote = stack.enter_context(opened())
    postgres = stack.enter_context(serving()) if ON_SERVER.keys() & table.keys() else None
    machine = None
    if wanted := ON_MACHINE.keys() & table.keys():
        try:
            machine = stack.enter_context(powered())
        except Unfit as error:
            print(f"{', '.join(wanted)} is left out: {error}", flush=True)
            for name in wanted:
                del table[name]
    return Ground(zygote, postgres, machine)


def _play_one(name: str, ground: Ground, place: Path, seed: int, row: Row) -> None:
    """One round, whatever comes of it; its folder is kept where that was no good."""
    folder, before = place / f"{name.replace(' ', '-')}-{seed}", len(row.found)
    try:
        play(name, ground, folder, seed, row)
    except (TimeoutError, AssertionError) as error:
        row.found.append(f"seed {seed}: it did not come to its end: {error!r}")
    if len(row.found) == before:
        shutil.rmtree(folder)
    for one in row.found[before:]:
        print(f"{name}, {one} ({folder})", flush=True)


def written(table: dict[str, Row]) -> str:
    """The table, for a terminal and for docs/faults.md."""
    lines = [
        "| fault | rounds | faults | deliveries | messages | lost | doubled | violations |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in table.items():
        figures = (row.rounds, row.faults, row.deliveries, row.messages, row.lost, row.doubled, len(row.found))
        lines.append(f"| {name} | " + " | ".join(f"{figure:,}" for figure in figures) + " |")
    return "\n".join(lines)


def main() -> int:
    """0 where every promise was kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1_000_000)
    parser.add_argument("--faults", type=int, default=1_000_000, help="of each fault")
    parser.add_argument("--only", action="append", choices=[*NAMES, MIXED])
    parser.add_argument(
        "--older", type=Path, help=f"for `{MIXED}`: the command `twinge` of the version before this one"
    )
    asked = parser.parse_args()
    if asked.older:
        ON_SERVER[MIXED] = partial(mixed.mixed, older=asked.older.absolute())
    elif MIXED in (asked.only or ()):
        parser.error(f"`{MIXED}` wants an older version beside this one: --older /path/to/older/.venv/bin/twinge")
    names = asked.only or [*NAMES, *([MIXED] if asked.older else [])]
    place = Path(tempfile.mkdtemp(prefix="twinge-faults-"))
    table = run(names, asked.seed, Limits(asked.rounds, asked.minutes, asked.faults), place)
    print(written(table))
    return int(any(row.found for row in table.values()))


if __name__ == "__main__":
    sys.exit(main())
