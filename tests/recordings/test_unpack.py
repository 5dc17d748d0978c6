"""Archives: one file or many, damaged, locked, and larger inside than they look."""

from __future__ import annotations

import io
import zipfile

import pytest

from recordings.maker import a_run, gpx, gz, point, zipped
from recordings.test_fit import read
from twinge.plugin import Rejected
from twinge.recordings import unpack


def test_a_gzip_is_opened_whatever_it_is_called() -> None:
    assert read(gz(a_run())) == read(a_run())


def test_the_recordings_of_a_zip_are_found_and_nothing_else() -> None:
    body = zipped(activities__1_fit_gz=gz(a_run()), notes=b"x", b_gpx=gpx([point(0)]), MACOSX__c_fit=b"")
    assert unpack.members(body) == ["activities/1.fit.gz", "b.gpx"]
    assert unpack.member(body, "activities/1.fit.gz") == a_run()


@pytest.mark.parametrize("body", [a_run(), gz(a_run()), b"", b"PK"])
def test_what_is_no_zip_has_no_members(body: bytes) -> None:
    assert unpack.members(body) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is empty"),
        (b"\0" * 100, "is empty"),
        (b"\xff\xd8\xff\xe0 a photograph", "no FIT, TCX or GPX"),
        (b"date,km\n2026-05-04,10\n", "no FIT, TCX or GPX"),
        (gz(a_run())[:200], "damaged or cut short"),
        (gz(gz(a_run())), "no FIT, TCX or GPX"),
        (b"\x1f\x8bnonsense", "damaged or cut short"),
        (zipped(readme=b"x"), "holds no .fit"),
        (zipped(inner=zipped(a_fit=a_run())), "holds no .fit"),
        (zipped(a_fit=a_run())[:-10], "damaged or cut short"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged or cut short"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, words: str) -> None:
    with pytest.raises(Rejected, match=words):
        read(body)


def test_a_bomb_is_not_unpacked_further_than_the_limit() -> None:
    bomb = bytes(unpack.LARGEST + 1)
    with pytest.raises(Rejected, match="larger than 64 MB"):
        read(gz(bomb))
    with pytest.raises(Rejected, match="larger than 64 MB"):
        unpack.member(zipped(a_fit=bomb), "a.fit")


def test_a_locked_archive_says_so() -> None:
    body = bytearray(zipped(a_fit=a_run()))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(signature) + place] |= 1
    with pytest.raises(Rejected, match="locked with a password"):
        unpack.member(bytes(body), "a.fit")


def test_too_many_files_are_sent_in_parts() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(unpack.MOST_FILES + 1):
            archive.writestr(f"{number}.fit", b"")
    with pytest.raises(Rejected, match="send it in parts"):
        unpack.members(buffer.getvalue())
