"""A PostgreSQL on a disk of its own that can lose its power: ext4 in a file, shut down as if the plug were pulled.

EXT4_IOC_SHUTDOWN with NOLOGFLUSH stops the file system at once: what was written and not synced never reaches the disk,
and what is asked of it afterwards fails (https://docs.kernel.org/filesystems/ext4/, fs/ext4/ioctl.c; it is what
xfstests calls a power failure). Mounting it again is what a machine does that comes back. It wants root and a loop
device.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postgres import NOBODY, SETTINGS, Server

SHUTDOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN: _IOR('X', 125, __u32)."""
NO_LOG_FLUSH = 2
MEGABYTES = 512
DURABLE = {**SETTINGS, "fsync": "on", "synchronous_commit": "on", "wal_writer_delay": "10s"}
"""As PostgreSQL ships it, but that what is not synced at once stays so for long: there is more to lose."""


class Unfit(RuntimeError):
    """No such disk can be made here."""


class Volume:
    """A disk in the file `image`, mounted at `place`."""

    def __init__(self, image: Path, place: Path) -> None:
        if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
            raise Unfit("a disk of its own wants root and mkfs.ext4")
        self.place, self._image = place, image
        place.mkdir()
        with image.open("wb") as file:
            file.truncate(MEGABYTES << 20)
        self._call("mkfs.ext4", "-q", "-F", str(image))
        self.mount()

    def mount(self) -> None:
        """The power is back."""
        self._call("mount", "-o", "loop", str(self._image), str(self.place))

    def cut(self) -> None:
        """The power goes: what was not synced is lost."""
        place = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(place, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(place)

    def unmount(self) -> None:
        """Once nobody has anything open there."""
        self._call("umount", str(self.place))

    @staticmethod
    def _call(*words: str) -> None:
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        if done.returncode:
            raise Unfit(f"{words[0]}: {done.stderr.strip()}")


class Machine:
    """A server and the disk beneath it."""

    def __init__(self, server: Server, volume: Volume) -> None:
        self.server, self._volume = server, volume

    def lose_power(self) -> None:
        """The disk stops first, so nobody is told of anything that is not on it; then every process is gone."""
        self.server.kill(self._volume.cut)
        self._volume.unmount()

    def come_back(self) -> None:
        """The file system and the server recover what they had synced."""
        self._volume.mount()
        self.server.start_again()


@contextmanager
def powered(**settings: str) -> Iterator[Machine]:
    """A machine with a new server; `Unfit` where there can be none."""
    with tempfile.TemporaryDirectory(prefix="twinge-power-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        volume = Volume(folder / "image", folder / "disk")
        try:
            for one in (folder, volume.place):
                shutil.chown(one, NOBODY, NOBODY)
            server = Server(folder, {**DURABLE, **settings}, volume.place / "data")
            os.sync()  # the server was made without
            try:
                yield Machine(server, volume)
            finally:
                server.stop()
        finally:
            volume.unmount()
