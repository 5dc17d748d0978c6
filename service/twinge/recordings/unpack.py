"""What a body is, by its first bytes, and what is packed in it: .gz, and .zip with one file or many."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import Final

from twinge.plugin import Rejected
from twinge.recordings.fit import read_fit
from twinge.recordings.gpx import read_gpx
from twinge.recordings.markup import root
from twinge.recordings.tape import Tape
from twinge.recordings.tcx import read_tcx

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one file unpacked: a day of everything by the second is a tenth of it."""
MOST_FILES: Final = 5_000
SUFFIXES: Final = (".fit", ".tcx", ".gpx")

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
TROUBLE: Final = (
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What zipfile and gzip raise for archives that are damaged, locked or of an unknown method."""


def members(body: bytes) -> list[str]:
    """Names of the recordings in a zip; empty for anything else."""
    if not body.startswith(ZIP):
        return []
    with _archive(body) as archive:
        names = [item.filename for item in archive.infolist() if _is_recording(item.filename)]
    if not names:
        raise Rejected("the archive holds no .fit, .tcx or .gpx file (an archive in it must be unpacked first)")
    if len(names) > MOST_FILES:
        raise Rejected(f"the archive holds more than {MOST_FILES} files: send it in parts")
    return names


def _is_recording(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith(SUFFIXES) and not name.startswith("__MACOSX")


def member(body: bytes, name: str) -> bytes:
    """One file of a zip, unpacked."""
    with _archive(body) as archive:
        try:
            with archive.open(name) as stream:
                return plain(_within(stream.read(LARGEST + 1)))
        except TROUBLE:
            raise Rejected("the file in the archive is damaged or locked with a password") from None


def _archive(body: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(body))
    except TROUBLE:
        raise Rejected("the zip archive is damaged or cut short: send it again") from None


def plain(body: bytes) -> bytes:
    """The body without its gzip, if it has one."""
    if not body.startswith(GZIP):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as stream:
            return _within(stream.read(LARGEST + 1))
    except TROUBLE:
        raise Rejected("the gzip file is damaged or cut short: send it again") from None


def _within(body: bytes) -> bytes:
    if len(body) > LARGEST:
        raise Rejected(f"it is larger than {LARGEST // 2**20} MB when unpacked: no workout is")
    return body


def tapes(body: bytes) -> list[Tape]:
    """Every workout of one unpacked file. Raises `Rejected` for what is none of the three formats."""
    if not body.strip(b"\x00 \t\r\n"):
        raise Rejected("the file is empty: export it again")
    if body[8:12] == b".FIT":
        return read_fit(body)
    match root(body):
        case "gpx":
            return read_gpx(body)
        case "trainingcenterdatabase":
            return read_tcx(body)
    raise Rejected("this is no FIT, TCX or GPX file: export the activity as one of these")
