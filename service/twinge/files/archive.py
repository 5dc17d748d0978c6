"""From a path to text: plain, .gz, .zip or an unpacked export folder, in whatever encoding it was saved."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from twinge.files.problem import Unreadable

LIMIT = 512 * 1024 * 1024
"""Bytes after unpacking: ten times the largest history seen; more is a bomb, not a diary."""

WANTED = "activities.csv"
TEXTS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")

MAGIC = (
    (b"PK\x03\x04", "a zip archive", "Give it a name that ends in .zip."),
    (b"%PDF", "a PDF document", "Export the list of activities as CSV instead."),
    (b"SQLite format 3", "an SQLite database", "Export the list of activities as CSV instead."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the sheet as CSV first."),
)


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text and the name of the member it came from."""

    member: str
    text: str
    note: str = ""


def read_text(path: Path) -> Text:
    """The text at `path`, unpacked and decoded; `Unreadable` where there is none."""
    member, raw = _member(path)
    if len(raw) > LIMIT:
        raise Unreadable(path, None, None, "it is too large to be a history of activities.")
    if not raw.strip(b"\x00 \t\r\n"):
        raise Unreadable(path, None, None, "the file is empty.", "Export it again.")
    _refuse_foreign(path, raw)
    text, note = _decode(path, raw)
    return Text(member, text, note)


def _member(path: Path) -> tuple[str, bytes]:
    try:
        if path.is_dir():
            path = path / WANTED
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(path, None, None, f"it cannot be opened ({error.strerror}).") from None
    if zipfile.is_zipfile(io.BytesIO(raw)) and raw[:2] == b"PK":
        return _from_zip(path, raw)
    return path.name, _ungzip(path, raw)


def _ungzip(path: Path, raw: bytes) -> bytes:
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        with gzip.open(io.BytesIO(raw)) as stream:
            return stream.read(LIMIT + 1)
    except (OSError, EOFError, zlib.error):
        raise Unreadable(path, None, None, "the gzip archive is damaged or cut short.", "Download it again.") from None


def _from_zip(path: Path, raw: bytes) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = [item.filename for item in archive.infolist() if not item.is_dir()]
            name = _choose(path, names)
            with archive.open(name) as stream:
                return name, _ungzip(path, stream.read(LIMIT + 1))
    except (OSError, EOFError, RuntimeError, NotImplementedError, ValueError, zipfile.BadZipFile, zlib.error):
        raise Unreadable(
            path, None, None, "the zip archive is damaged or locked.", "Download it again, without a password."
        ) from None


def _choose(path: Path, names: list[str]) -> str:
    """The list of activities in an archive: `activities.csv`, else the only text file nearest to the top."""
    named = [name for name in names if PurePosixPath(name).name.lower() in (WANTED, WANTED + ".gz")]
    texts = [name for name in names if name.lower().removesuffix(".gz").endswith(TEXTS)]
    texts = [name for name in texts if not name.startswith("__MACOSX")]
    for several in (named, texts):
        depth = min((name.count("/") for name in several), default=0)
        top = [name for name in several if name.count("/") == depth]
        if len(top) == 1 or (top and several is named):
            return top[0]
    if any(PurePosixPath(name).name == "[Content_Types].xml" for name in names):
        raise Unreadable(path, None, None, "this is a spreadsheet or document.", "Save the sheet as CSV first.")
    raise Unreadable(
        path,
        None,
        None,
        f"the archive holds no {WANTED}.",
        "Give the export as it was downloaded, or the CSV file itself.",
    )


def _refuse_foreign(path: Path, raw: bytes) -> None:
    for magic, name, hint in MAGIC:
        if raw.startswith(magic):
            raise Unreadable(path, None, None, f"this is {name}.", hint)
    if raw[8:12] == b".FIT":
        raise Unreadable(
            path, None, None, "this is a FIT file, one workout.", "Give the list of activities (activities.csv)."
        )
    head = raw[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<?xml", b"<gpx", b"<html", b"<!doctype", b"<trainingcenter")):
        raise Unreadable(
            path, 1, None, "this is XML or a web page, not a list of activities.", "Give CSV or JSON lines."
        )


def _decode(path: Path, raw: bytes) -> tuple[str, str]:
    """UTF-8, or UTF-16 by its mark or its zero bytes, else Western European, said so."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace").lstrip("\ufeff"), ""
    zeros = raw[:4000].count(0)
    if zeros > min(len(raw), 4000) // 4:
        order = "utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be"
        return _refuse_binary(path, raw.decode(order, errors="replace")), ""
    try:
        return _refuse_binary(path, raw.decode("utf-8-sig")), ""
    except UnicodeDecodeError:
        note = "The file is not UTF-8; it was read as Western European (Windows-1252)."
        return _refuse_binary(path, raw.decode("cp1252", errors="replace")), note


def _refuse_binary(path: Path, text: str) -> str:
    head = text[:4000]
    odd = sum(1 for char in head if (char < " " and char not in "\t\r\n\f") or char == "\ufffd")
    if odd * 20 > len(head):
        raise Unreadable(
            path, None, None, "this is not a text file.", "Give CSV or JSON lines, plain or as .gz or .zip."
        )
    return text.replace("\x00", "")
