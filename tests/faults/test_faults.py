"""The short form of every fault, with seeds that are named here; `python tests/faults/run.py` plays the long one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from faults import away, clocks, cut, full, kill, pause, poison, restore, server, upgrade, vfs
from faults.check import problems
from faults.evidence import Evidence
from faults.failpoints import NAMES
from faults.volume import Machine, Unfit, powered
from faults.zygote import Zygote
from postgres import Server


@pytest.fixture(scope="module")
def watchable() -> None:
    """Skips where a disk cannot be put beneath the interpreter's SQLite."""
    try:
        vfs.library()
    except vfs.Unfit as error:
        pytest.skip(str(error))


def deaths(evidence: Evidence) -> list[str]:
    """Where a process or a server was killed, or killed itself."""
    return [line.get("point", "") for line in evidence.journal if line["what"] == "killed"]


async def test_killed_at_random(zygote: Zygote, tmp_path: Path) -> None:
    evidence = await kill.at_random(zygote, tmp_path, 1, athletes=3)
    assert problems(evidence) == []
    assert len(deaths(evidence)) >= 2


async def test_killed_at_every_failpoint(zygote: Zygote, tmp_path: Path) -> None:
    evidence = await kill.at_points(zygote, tmp_path, 1, athletes=3)
    assert problems(evidence) == []
    assert set(deaths(evidence)) == set(NAMES)


@pytest.mark.usefixtures("watchable")
async def test_the_power_goes_and_the_program_goes_on_with_what_is_left(zygote: Zygote, tmp_path: Path) -> None:
    evidence = await cut.goes_on(zygote, tmp_path, 1, athletes=3)
    assert problems(evidence) == []
    assert "power" in deaths(evidence)


@pytest.mark.usefixtures("watchable")
async def test_no_cut_of_the_power_loses_what_was_acknowledged(zygote: Zygote, tmp_path: Path) -> None:
    cuts, evidence = await cut.many(zygote, tmp_path, 1, cuts=40, athletes=3)
    assert (cuts.lost, cuts.unsound) == (0, 0)
    assert cuts.acknowledged > 200
    assert problems(evidence) == []


@pytest.mark.usefixtures("watchable")
async def test_the_same_cuts_lose_much_where_the_log_is_not_synced(zygote: Zygote, tmp_path: Path) -> None:
    cuts, _ = await cut.many(zygote, tmp_path, 1, cuts=40, athletes=3, synchronous="NORMAL")
    assert cuts.losing > 20


@pytest.mark.usefixtures("watchable")
async def test_a_full_disk_refuses_and_is_forgiven(zygote: Zygote, tmp_path: Path) -> None:
    evidence = await full.full(zygote, tmp_path, 1, athletes=3)
    assert problems(evidence) == []
    assert [line["status"] for line in evidence.journal if line["what"] == "answer"].count(503) >= 3


async def test_a_process_that_stood_still_doubles_nothing(zygote: Zygote, tmp_path: Path) -> None:
    assert problems(await pause.paused(zygote, tmp_path, 1, athletes=3, times=2)) == []


async def test_the_clock_jumps_in_the_night_in_which_it_is_changed(zygote: Zygote, tmp_path: Path) -> None:
    assert problems(await clocks.jumping(zygote, tmp_path, 1, athletes=2)) == []


async def test_poison_is_set_aside_and_the_rest_goes_on(zygote: Zygote, tmp_path: Path) -> None:
    evidence = await poison.poisoned(zygote, tmp_path, 1, athletes=2, deeds=("segfault", "loop"))
    assert problems(evidence) == []
    ends = [row["note"] for row in evidence.tables["inbox"] if row["platform"] == "poison"]
    assert ends == ["crashed three times"] * 2
    assert len(deaths(evidence)) >= 4


async def test_an_older_database_with_work_in_flight_is_taken_over(zygote: Zygote, tmp_path: Path) -> None:
    evidence = await upgrade.upgraded(zygote, tmp_path, 1, athletes=3)
    assert problems(evidence) == []
    [killed] = [line for line in evidence.journal if line["what"] == "killed" and "open" in line]
    assert killed["open"] > 0


async def test_yesterdays_backup_says_nothing_of_yesterday(zygote: Zygote, tmp_path: Path) -> None:
    evidence = await restore.restored(zygote, tmp_path, 1, athletes=3)
    assert problems(evidence) == []
    assert any(line["what"] == "answer" and line["at"] > evidence.restored for line in evidence.journal)


async def test_a_stop_that_nobody_has_read_yet_is_kept(zygote: Zygote, tmp_path: Path) -> None:
    evidence = await away.worker_away(zygote, tmp_path, 1, athletes=2)
    assert problems(evidence) == []
    assert [line["waiting"] for line in evidence.journal if line["what"] == "later"] != [0]


async def test_a_server_that_is_killed_loses_nothing(zygote: Zygote, tmp_path: Path, postgres: Server) -> None:
    evidence = await server.restarted(zygote, tmp_path, 1, postgres, athletes=3)
    assert problems(evidence) == []
    assert deaths(evidence)


async def test_a_replica_that_stood_still_doubles_nothing(zygote: Zygote, tmp_path: Path, postgres: Server) -> None:
    assert problems(await server.zombie(zygote, tmp_path, 1, postgres, athletes=3)) == []


@contextmanager
def machine(**settings: str) -> Iterator[Machine]:
    """A server on a disk that can lose its power; skips where there can be none."""
    with ExitStack() as stack:
        try:
            made = stack.enter_context(powered(**settings))
        except Unfit as error:
            pytest.skip(str(error))
        yield made


async def test_a_server_that_loses_its_power_loses_nothing(zygote: Zygote, tmp_path: Path) -> None:
    with machine() as made:
        evidence = await server.powerless(zygote, tmp_path, 1, made, athletes=2)
    assert problems(evidence) == []
    assert deaths(evidence)


async def test_the_same_cuts_lose_much_where_the_server_does_not_wait_for_its_disk(
    zygote: Zygote, tmp_path: Path
) -> None:
    with machine(synchronous_commit="off") as made:
        evidence = await server.powerless(zygote, tmp_path, 1, made, athletes=2)
    assert problems(evidence, ["I1"]) != []
