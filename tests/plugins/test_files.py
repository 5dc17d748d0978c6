"""The adapter of files: what it lets in, and that it looks at no more than the first bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from recordings.maker import a_run, gpx, gz, point, zipped
from twinge.plugin import Delivery, NotConfigured, PlatformAdapter, Recorded, Rejected
from twinge.testing import Sample, check_adapter
from twinge_files import Files

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
TOKEN = "a-long-enough-token-for-files"


def sent(body: bytes, athlete: str = "alice", **query: str) -> Delivery:
    return Delivery("files", "POST", "", {"athlete": athlete, **query}, {}, body, NOW, token=TOKEN)


def test_it_keeps_the_contract() -> None:
    adapter: PlatformAdapter = Files([TOKEN])
    track = gpx([point(0), point(1)])
    bodies = {"fit": a_run(60), "gpx": track, "gz": gz(track), "zip": zipped(a_gpx=track)}
    check_adapter(adapter, [Sample(name, sent(body)) for name, body in bodies.items()], NOW)


def test_a_file_is_named_by_its_athlete_and_what_is_in_it() -> None:
    files, body = Files(), a_run(60)
    [item] = files.read(sent(body, sport="run"))
    assert isinstance(item, Recorded)
    assert (item.owner, item.recording.body, item.recording.sport, item.recording.several) == (
        "alice",
        body,
        "run",
        True,
    )
    assert files.key(sent(body)) == files.key(sent(body, sport="walk")) != files.key(sent(body, "bob"))
    assert item.recording.key.startswith("files:")
    assert repr(body)[2:20] not in repr(item)


@pytest.mark.parametrize("body", [b"", b"\xff\xd8\xff\xe0 a photograph", b"date,km", b"%PDF-1.7", b"{}"])
def test_what_is_surely_no_recording_is_refused_at_the_door(body: bytes) -> None:
    with pytest.raises(Rejected, match="no FIT, TCX or GPX"):
        Files().read(sent(body))


@pytest.mark.parametrize("athlete", ["", "a" * 201, "a\0b"])
def test_the_athlete_must_be_named(athlete: str) -> None:
    for ask in (Files().read, Files().key):
        with pytest.raises(Rejected, match="Name the athlete"):
            ask(sent(a_run(60), athlete))


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "ü" * 30])
def test_only_the_token_opens_the_hook(token: str | None) -> None:
    for adapter in (Files(), Files([TOKEN]), Files(["another-token-of-ours", TOKEN])):
        with pytest.raises(Rejected) as told:
            adapter.verify(replace(sent(b""), token=token), NOW)
        assert told.value.status == 401


def test_it_is_always_there_and_refuses_a_token_that_can_be_guessed() -> None:
    Files.from_env({})
    Files.from_env({"TOKEN": f"{TOKEN} {TOKEN}2"}).verify(sent(b""), NOW)
    with pytest.raises(NotConfigured, match="TWINGE_FILES_TOKEN"):
        Files.from_env({"TOKEN": "short"})
