"""A disk beneath SQLite that keeps a record and can be full: the default VFS with three of its methods watched.

https://www.sqlite.org/c3ref/vfs.html and https://www.sqlite.org/c3ref/io_methods.html. It sits in the very library
that the interpreter's `sqlite3` uses, so the program under test is none the wiser.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import mmap
import os
import struct
import time
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_int64, c_void_p, cast, pointer, sizeof
from pathlib import Path
from typing import Any

RECORD = struct.Struct("<qBBqi")
"""ns of the monotonic clock, operation, file, offset or size, bytes that follow."""
WRITE, SYNC, TRUNCATE = range(3)
MAIN, LOG = range(2)
KINDS = {0x00000100: MAIN, 0x00080000: LOG}
"""Flags with which SQLite opens a database and its write-ahead log → which file it is."""
FULL, IOERR_WRITE = 13, 778
FINE, NO_ROOM, BROKEN = range(3)
"""What the disk may be: the first byte of the file `disk`."""

_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)


_HELD: list[object] = []


class _Methods(Structure):
    _fields_ = (
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", c_void_p),
        ("truncate", c_void_p),
        ("sync", c_void_p),
        ("rest", c_void_p * 13),
    )


class _Vfs(Structure):
    _fields_ = (
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", c_void_p),
        ("rest", c_void_p * 15),
    )


class _File(Structure):
    _fields_ = (("methods", c_void_p),)


class Unfit(RuntimeError):
    """This interpreter's SQLite lies hidden in it."""


def library() -> ctypes.CDLL:
    """SQLite as the interpreter has it; `Unfit` where it was linked into it without its names."""
    found = ctypes.CDLL(_sqlite3.__file__)
    try:
        found.sqlite3_vfs_find.restype = c_void_p
        found.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
    except AttributeError:
        raise Unfit("this interpreter's sqlite3 does not show its library") from None
    return found


def switch(path: Path, state: int) -> None:
    """What the disk is from now on. The file is mapped, so it must not be made anew."""
    with path.open("r+b") as file:
        file.write(bytes([state]))


class Disk:
    """Registered as the default VFS of this process, for good."""

    def __init__(self, record: Path, state: Path) -> None:
        self._out = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with state.open("r+b") as file:
            self._state = mmap.mmap(file.fileno(), 1)
        self._alike: dict[tuple[int, int], Any] = {}
        self._keep: list[Any] = []
        lib = library()
        self._real = cast(lib.sqlite3_vfs_find(None), POINTER(_Vfs))
        self._open = _Open(self._real.contents.open)
        self._own = _Vfs.from_buffer_copy(self._real.contents)
        self._own.name = b"faulty"
        self._own.open = self._kept(_Open(self._opened))
        assert lib.sqlite3_vfs_register(byref(self._own), 1) == 0
        _HELD.append(self)  # SQLite calls it as long as a connection is open

    def _kept(self, made: Any) -> int | None:
        self._keep.append(made)
        return cast(made, c_void_p).value

    def _opened(self, _vfs: int, name: int, file: int, flags: int, out: Any) -> int:
        answer = self._open(ctypes.addressof(self._real.contents), name, file, flags, out)
        kind = next((kind for flag, kind in KINDS.items() if flags & flag), None)
        if answer == 0 and kind is not None:
            opened = cast(file, POINTER(_File)).contents
            opened.methods = self._watched(opened.methods, kind)
        return int(answer)

    def _watched(self, methods: int, kind: int) -> int | None:
        if (methods, kind) not in self._alike:
            real = cast(methods, POINTER(_Methods)).contents
            own = _Methods.from_buffer_copy(real)
            own.write = self._kept(_Write(self._write(_Write(real.write), kind)))
            own.truncate = self._kept(_Truncate(self._truncate(_Truncate(real.truncate), kind)))
            own.sync = self._kept(_Sync(self._sync(_Sync(real.sync), kind)))
            self._alike[methods, kind] = own
        return cast(pointer(self._alike[methods, kind]), c_void_p).value

    def _write(self, real: Any, kind: int) -> Any:
        def write(file: int, data: int, amount: int, offset: int) -> int:
            if self._state[0] != FINE:
                return FULL if self._state[0] == NO_ROOM else IOERR_WRITE
            self._note(WRITE, kind, offset, ctypes.string_at(data, amount))
            return int(real(file, data, amount, offset))

        return write

    def _truncate(self, real: Any, kind: int) -> Any:
        def truncate(file: int, size: int) -> int:
            self._note(TRUNCATE, kind, size)
            return int(real(file, size))

        return truncate

    def _sync(self, real: Any, kind: int) -> Any:
        def sync(file: int, flags: int) -> int:
            answer = int(real(file, flags))
            if answer == 0:
                self._note(SYNC, kind, 0)
            return answer

        return sync

    def _note(self, what: int, kind: int, place: int, data: bytes = b"") -> None:
        os.write(self._out, RECORD.pack(time.monotonic_ns(), what, kind, place, len(data)) + data)


assert sizeof(_Methods) == 19 * 8
