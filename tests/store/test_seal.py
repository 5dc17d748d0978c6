"""Sealing itself: what opens where, and under which key."""

from __future__ import annotations

import base64

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from twinge.store.seal import OVERHEAD, Seal, WrongSecret, derive, id_of, keys_in

OLD, NEW = b"an old secret of 32 characters, ok", b"a-new-secret-of-32-characters-and-more"
PLACE = ("report.blob", "alice", "fake:1")


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_in_its_place(value: bytes) -> None:
    seal = Seal(NEW)
    sealed = seal.wrap(value, *PLACE)
    assert seal.unwrap(sealed, *PLACE) == value
    assert len(sealed) == len(value) + OVERHEAD
    assert sealed.startswith(b"v1." + id_of(NEW).encode() + b".")


@given(st.text())
def test_a_text_is_sealed_into_ascii(value: str) -> None:
    seal = Seal(NEW)
    sealed = seal.write(value, "nudge.text", "alice", 1)
    assert sealed.isascii()
    assert seal.read(sealed, "nudge.text", "alice", 1) == value


@pytest.mark.parametrize(
    "place",
    [("wellness.blob", "alice", "fake:1"), ("report.blob", "bob", "fake:1"), ("report.blob", "alice", "fake:2")],
    ids=["column", "athlete", "row"],
)
def test_a_value_that_was_moved_does_not_open(place: tuple[str, ...]) -> None:
    seal = Seal(NEW)
    with pytest.raises(WrongSecret, match=place[0].replace(".", r"\.")):
        seal.unwrap(seal.wrap(b"my knee", *PLACE), *place)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_value_with_one_byte_changed_does_not_open(at: int, by: int) -> None:
    seal = Seal(NEW)
    sealed = bytearray(seal.wrap(b"my knee hurts", *PLACE))
    sealed[at % len(sealed)] ^= by
    with pytest.raises(WrongSecret):
        seal.unwrap(bytes(sealed), *PLACE)


@pytest.mark.parametrize("blob", [b"", b"v1.", b"v1.00000000.", b"plain words", b"gAAAAnot a token", b"\xff" * 50])
def test_what_was_never_sealed_does_not_open(blob: bytes) -> None:
    with pytest.raises(WrongSecret, match="TWINGE_SECRET_KEY"):
        Seal(NEW).unwrap(blob, *PLACE)


def test_the_same_words_are_never_sealed_alike() -> None:
    seal = Seal(NEW)
    assert seal.wrap(b"7", *PLACE) != seal.wrap(b"7", *PLACE)


def test_the_first_key_seals_and_all_open() -> None:
    both = Seal(NEW + b" " + b"-".join(OLD.split()))
    old = Seal(b"-".join(OLD.split()))
    assert both.unwrap(old.wrap(b"7", *PLACE), *PLACE) == b"7"
    assert Seal(NEW).unwrap(both.wrap(b"7", *PLACE), *PLACE) == b"7"
    with pytest.raises(WrongSecret, match=id_of(NEW)):
        old.unwrap(both.wrap(b"7", *PLACE), *PLACE)


def test_a_token_of_an_older_version_opens() -> None:
    fernet = Fernet(base64.urlsafe_b64encode(derive(OLD, b"tokens")))
    assert Seal(OLD).open(fernet.encrypt(b"refresh-1"), "connection.refresh_token", "strava", "77") == "refresh-1"


@pytest.mark.parametrize(
    ("setting", "keys"),
    [
        (b"k" * 32, [b"k" * 32]),
        (b"k" * 32 + b"\n" + b"l" * 32, [b"k" * 32, b"l" * 32]),
        (b"k" * 32 + b" " + b"k" * 32, [b"k" * 32]),
        (b"a pass phrase with spaces is one key", [b"a pass phrase with spaces is one key"]),
        (b"", [b""]),
    ],
    ids=["one", "two lines", "twice the same", "phrase", "none"],
)
def test_the_keys_of_a_setting(setting: bytes, keys: list[bytes]) -> None:
    assert list(keys_in(setting)) == keys


def test_an_address_is_found_under_every_key_and_only_there() -> None:
    old, both = Seal(b"o" * 32), Seal(b"n" * 32 + b" " + b"o" * 32)
    assert old.blinds("address", "sms", "+15550100001")[0] in both.blinds("address", "sms", "+15550100001")
    assert old.blinds("address", "sms", "+15550100001") != old.blinds("address", "mail", "+15550100001")
    assert (
        both.blinds("address", "sms", "+15550100001")[0] == Seal(b"n" * 32).blinds("address", "sms", "+15550100001")[0]
    )
