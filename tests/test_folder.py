"""The watched folder: whole files only, once each, never deleted, and the same after a restart."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fakes import FakeTokens
from house import House, house
from recordings.maker import START, a_run, gz, zipped
from twinge.folder import AT_A_TIME, Folder
from twinge.plugin import TwingeError
from twinge.recordings import Readers
from twinge.worker import Worker
from twinge_files import Files


class Desk:
    """A house with a folder, and a worker that reads files."""

    def __init__(self, home: House, path: Path, readers: Readers) -> None:
        self.home, self.path, self.readers = home, path, readers
        self.folder = self.restarted()
        home.clock.now = START + timedelta(hours=1)

    def restarted(self) -> Folder:
        return Folder(self.home.store, self.path, self.home.clock)

    def put(self, name: str, body: bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return path

    async def look(self, times: int = 2, folder: Folder | None = None) -> None:
        for _ in range(times):
            await (folder or self.folder).look()
            self.home.clock.forward(seconds=3)

    async def work(self) -> None:
        home = self.home
        opened = self.readers.open_recording
        await Worker(home.store, {"files": Files()}, {}, FakeTokens(), home.clock, open_recording=opened).drain()

    def there(self, name: str = "Alice") -> list[str]:
        """What lies in an athlete's folder."""
        place = self.path / name
        return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())

    async def deliveries(self) -> list[str]:
        return [each.state for each in (await self.home.store.inbox.find()).items]


@pytest.fixture
async def readers() -> AsyncIterator[Readers]:
    made = Readers()
    yield made
    await made.close()


@pytest.fixture
async def desk(tmp_path: Path, readers: Readers) -> AsyncIterator[Desk]:
    async with house(tmp_path) as home:
        yield Desk(home, tmp_path / "files", readers)


async def runs(desk: Desk, athlete: str) -> list[int | None]:
    items = (await desk.home.store.history.find_activities(athlete)).items
    return [one.activity.distance_m for one in items]


async def test_a_file_is_taken_in_and_moved_when_it_is_done(desk: Desk) -> None:
    alice = await desk.home.move_in("Alice")
    desk.put("Alice/run.fit", a_run())
    await desk.look()
    assert await desk.deliveries() == ["waiting"]
    assert desk.there() == ["run.fit"]
    await desk.work()
    await desk.look()
    assert desk.there() == ["done/run.fit"]
    assert (desk.path / "Alice/done/run.fit").read_bytes() == a_run()
    assert await runs(desk, alice) == [2700]


async def test_a_folder_may_be_named_after_the_athletes_id_or_name(desk: Desk) -> None:
    alice, bob = await desk.home.move_in("Alice"), await desk.home.move_in("Bob Brown")
    desk.put(f"{alice}/run.gpx.gz", gz(a_run()))
    desk.put("bob brown/run.zip", zipped(a_fit=a_run()))
    await desk.look()
    await desk.work()
    assert (await runs(desk, alice), await runs(desk, bob)) == ([2700], [2700])


async def test_a_file_that_still_grows_is_left_alone(desk: Desk) -> None:
    await desk.home.move_in("Alice")
    body = a_run()
    for size in (100, 2000, 9000, len(body)):
        desk.put("Alice/run.fit", body[:size])
        await desk.look(1)
    assert await desk.deliveries() == []
    await desk.look(1)
    assert await desk.deliveries() == ["waiting"]


async def test_the_same_file_twice_is_taken_in_once_and_both_are_moved(desk: Desk) -> None:
    alice = await desk.home.move_in("Alice")
    desk.put("Alice/run.fit", a_run())
    desk.put("Alice/copy of run.fit", a_run())
    await desk.look()
    await desk.work()
    await desk.look()
    desk.put("Alice/run.fit", a_run())
    await desk.look(3)
    assert await desk.deliveries() == ["done"]
    assert desk.there() == ["done/copy of run.fit", "done/run (2).fit", "done/run.fit"]
    assert await runs(desk, alice) == [2700]


async def test_what_cannot_be_read_stays_with_the_reason_beside_it(desk: Desk) -> None:
    await desk.home.move_in("Alice")
    desk.put("Alice/run.fit", a_run()[:200])
    await desk.look()
    await desk.work()
    await desk.look(4)
    assert desk.there() == ["run.fit", "run.fit.error.txt"]
    why = (desk.path / "Alice/run.fit.error.txt").read_text()
    assert why.startswith("the FIT file breaks off")
    assert await desk.deliveries() == ["dead"]


async def test_a_changed_file_is_tried_again_and_so_is_one_whose_note_is_gone(desk: Desk) -> None:
    alice = await desk.home.move_in("Alice")
    desk.put("Alice/run.fit", a_run()[:200])
    await desk.look()
    await desk.work()
    await desk.look()
    (desk.path / "Alice/run.fit.error.txt").unlink()
    await desk.look()
    assert await desk.deliveries() == ["waiting"]
    await desk.work()
    await desk.look()
    assert desk.there() == ["run.fit", "run.fit.error.txt"]
    fresh = desk.put("aside.fit", a_run())
    os.utime(fresh, (0, 0))  # as a copy that keeps its time
    fresh.rename(desk.path / "Alice/run.fit")
    await desk.look()
    await desk.work()
    await desk.look()
    assert desk.there() == ["done/run.fit"]
    assert await runs(desk, alice) == [2700]


async def test_of_an_archive_the_note_lies_beside_it_in_done(desk: Desk) -> None:
    await desk.home.move_in("Alice")
    desk.put("Alice/all.zip", zipped(a_fit=a_run(), b_fit=b"nonsense"))
    await desk.look()
    await desk.work()
    await desk.look()
    assert desk.there() == ["done/all.zip", "done/all.zip.error.txt"]


async def test_a_restart_at_any_point_changes_nothing(desk: Desk) -> None:
    alice = await desk.home.move_in("Alice")
    desk.put("Alice/run.fit", a_run())
    for _ in range(2):
        await desk.look(folder=desk.restarted())
    assert await desk.deliveries() == ["waiting"]
    await desk.work()
    await desk.look(3, desk.restarted())
    await desk.look(3, desk.restarted())
    assert desk.there() == ["done/run.fit"]
    assert await desk.deliveries() == ["done"]
    assert await runs(desk, alice) == [2700]


async def test_a_folder_of_nobody_says_so_and_is_tried_again_when_somebody_comes(desk: Desk) -> None:
    desk.put("Alice/run.fit", a_run())
    await desk.look()
    assert "no athlete" in (desk.path / "Alice/run.fit.error.txt").read_text()
    alice = await desk.home.move_in("Alice")
    (desk.path / "Alice/run.fit.error.txt").unlink()
    await desk.look()
    await desk.work()
    assert await runs(desk, alice) == [2700]


async def test_two_of_one_name_are_not_guessed_between(desk: Desk) -> None:
    await desk.home.move_in("Alice")
    await desk.home.move_in("Bob")
    async with desk.home.store.write() as tx:
        bob = (await desk.home.store.athletes.load(tx, [desk.home.people["Bob"]]))[desk.home.people["Bob"]]
        await desk.home.store.athletes.update(tx, replace(bob, name="ALICE"))
    desk.put("Alice/run.fit", a_run())
    await desk.look()
    assert "or there are two" in (desk.path / "Alice/run.fit.error.txt").read_text()


async def test_what_is_too_large_is_left(desk: Desk) -> None:
    await desk.home.move_in("Alice")
    desk.folder.cap_kb = 1
    desk.put("Alice/run.fit", a_run())
    await desk.look()
    assert "TWINGE_FILE_CAP_KB" in (desk.path / "Alice/run.fit.error.txt").read_text()
    assert await desk.deliveries() == []


async def test_other_files_links_and_folders_are_not_looked_at(desk: Desk, tmp_path: Path) -> None:
    await desk.home.move_in("Alice")
    secret = tmp_path / "secret.fit"
    secret.write_bytes(a_run())
    for name in (
        "Alice/notes.txt",
        "Alice/.hidden.fit",
        "Alice/run.fit.part",
        "run.fit",
        ".sync/run.fit",
        "Alice/deep/run.fit",
    ):
        desk.put(name, a_run())
    desk.put("Alice/empty.fit", b"")
    (desk.path / "Alice/link.fit").symlink_to(secret)
    (desk.path / "Bob").symlink_to(tmp_path)
    await desk.look(3)
    assert await desk.deliveries() == []


async def test_a_large_backlog_is_taken_in_by_and_by(desk: Desk) -> None:
    await desk.home.move_in("Alice")
    for number in range(AT_A_TIME + 5):
        desk.put(f"Alice/{number}.fit", a_run(60 + number))
    await desk.look(4)
    assert len(await desk.deliveries()) == AT_A_TIME
    await desk.work()
    await desk.look(2)
    assert len(await desk.deliveries()) == AT_A_TIME + 5


async def test_a_running_folder_sees_what_appears_and_stops_when_asked(desk: Desk) -> None:
    await desk.home.move_in("Alice")
    stop, home = asyncio.Event(), desk.home

    def moving() -> datetime:
        home.clock.forward(seconds=3)
        return home.clock.now

    folder = Folder(home.store, desk.path, moving)
    task = asyncio.create_task(folder.run(stop))
    async with asyncio.timeout(30):
        while not desk.path.exists():
            await asyncio.sleep(0.01)
        desk.put("Alice/run.fit", a_run())
        while not await desk.deliveries():
            await asyncio.sleep(0.05)
        stop.set()
        await task


async def test_a_folder_that_cannot_be_made_says_which_setting(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    folder = Folder(desk.home.store, tmp_path / "file" / "files", desk.home.clock)
    with pytest.raises(TwingeError, match="TWINGE_FILES_DIR"):
        await folder.run(asyncio.Event())
