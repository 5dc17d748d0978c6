"""Strava's webhook: who may call, and what a call says."""

from __future__ import annotations

import hmac
import json

import pytest

from strava_samples import ALICE, NOW, SAMPLES, TOKEN, asked, posted, sample, strava
from twinge.core.model import Removed
from twinge.plugin import Inline, Item, NotConfigured, Pointer, Rejected, Revoked
from twinge.testing import Sample, check_adapter
from twinge_strava import Strava

# ---- settings


def test_without_keys_it_says_which_are_missing() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_STRAVA_CLIENT_SECRET, TWINGE_STRAVA_HOOK_TOKEN"):
        Strava.from_env({"CLIENT_ID": "1", "VERIFY_TOKEN": "v"})


@pytest.mark.parametrize("wrong", [{"HOOK_TOKEN": "short"}, {"SIGNATURE": "maybe"}, {"SUBSCRIPTION_ID": "mine"}])
def test_a_setting_that_cannot_be_meant_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(NotConfigured, match=f"TWINGE_STRAVA_{next(iter(wrong))}"):
        strava(**wrong)


# ---- the webhook


def test_the_handshake_echoes_the_challenge() -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "15f7d1a91c1f40f8", "hub.verify_token": "verify-me"}
    assert strava().handshake(asked(query)) == {"hub.challenge": "15f7d1a91c1f40f8"}


@pytest.mark.parametrize(
    ("query", "token", "status"),
    [
        ({"hub.mode": "subscribe", "hub.challenge": "c", "hub.verify_token": "guess"}, TOKEN, 401),
        ({"hub.mode": "subscribe", "hub.challenge": "c"}, TOKEN, 401),
        ({"hub.mode": "subscribe", "hub.challenge": "c", "hub.verify_token": "verify-me"}, "guess", 401),
        ({"hub.mode": "unsubscribe", "hub.challenge": "c", "hub.verify_token": "verify-me"}, TOKEN, 400),
        ({}, TOKEN, 400),
    ],
)
def test_a_handshake_of_somebody_else_is_refused(query: dict[str, str], token: str, status: int) -> None:
    with pytest.raises(Rejected) as refused:
        strava().handshake(asked(query, token=token))
    assert refused.value.status == status


@pytest.mark.parametrize("token", [None, "", "guess", TOKEN + "x", "größe"])
def test_a_wrong_path_is_401(token: str | None) -> None:
    with pytest.raises(Rejected) as refused:
        strava().verify(posted(sample("create"), token=token), NOW)
    assert refused.value.status == 401


def test_an_event_of_another_subscription_is_401() -> None:
    with pytest.raises(Rejected) as refused:
        strava().verify(posted(sample("create") | {"subscription_id": 999}), NOW)
    assert (refused.value.status, refused.value.field) == (401, "subscription_id")
    strava(SUBSCRIPTION_ID="").verify(posted(sample("create") | {"subscription_id": 999}), NOW)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"{", None),
        (b"[]", None),
        (b"\xff\xfe", None),
        (b'{"object_id": ' + b"[" * 100_000, "object_id"),
        (b'{"updates": {"a": ' + b"[" * 100_000, None),
        (b'{"object_type": "activity"}', "object_id"),
        (json.dumps(sample("create") | {"object_id": "1"}).encode(), "object_id"),
        (json.dumps(sample("create") | {"object_id": 10**30}).encode(), "object_id"),
        (json.dumps(sample("create") | {"event_time": -1}).encode(), "event_time"),
        (json.dumps(sample("create") | {"owner_id": True}).encode(), "owner_id"),
        (json.dumps(sample("create") | {"aspect_type": "x" * 999}).encode(), "aspect_type"),
    ],
)
def test_a_wrong_shape_is_400_and_names_the_field(body: bytes, field: str | None) -> None:
    for refuse in (lambda: strava().verify(posted(body), NOW), lambda: strava().read(posted(body))):
        with pytest.raises(Rejected) as refused:
            refuse()
        assert (refused.value.status, refused.value.field) == (400, field)


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("create", [Pointer(ALICE, "9100000001", 1777888800000)]),
        ("create_without_updates", [Pointer(ALICE, "9100000002", 1777889200000)]),
        ("update_title", [Pointer(ALICE, "9100000001", 1777888860000)]),
        ("update_type", [Pointer(ALICE, "9100000001", 1777888861000)]),
        ("update_private", [Pointer(ALICE, "9100000001", 1777888900000)]),
        ("delete", [Inline(ALICE, Removed("strava:9100000001", 1777889000000))]),
        ("deauthorised_update", [Revoked(ALICE)]),
        ("deauthorised_delete", [Revoked(ALICE)]),
        ("unknown_kind", []),
    ],
)
def test_every_sample_reads(name: str, items: list[Item]) -> None:
    delivery = posted(sample(name))
    strava().verify(delivery, NOW)
    assert list(strava().read(delivery)) == items
    assert strava().key(delivery) == strava().key(posted(sample(name)))


def test_it_keeps_the_contract_of_adapters() -> None:
    samples = [
        Sample(path.stem, posted(path.read_bytes()), items=0 if path.stem == "unknown_kind" else 1)
        for path in sorted(SAMPLES.glob("*.json"))
    ]
    check_adapter(strava(), samples, NOW)


def test_a_boolean_in_a_deauthorisation_counts_too_and_other_profile_changes_do_not() -> None:
    event = sample("deauthorised_update")
    assert strava().read(posted(event | {"updates": {"authorized": False}})) == (Revoked(ALICE),)
    assert strava().read(posted(event | {"updates": {"weight": 61}})) == ()


def test_the_key_is_object_aspect_and_time() -> None:
    assert strava().key(posted(sample("create"))) == "9100000001:create:1777888800"
    alice, bob = sample("deauthorised_delete"), sample("deauthorised_delete") | {"owner_id": 7002}
    assert strava().key(posted(alice)) != strava().key(posted(bob))


def test_a_signature_is_recorded_or_required_only_on_request(caplog: pytest.LogCaptureFixture) -> None:
    body = json.dumps(sample("create")).encode()
    at = int(NOW.timestamp())
    # HMAC-SHA256 over "<t>.<body>", computed apart from the code under test
    good = _mac(f"{at}.".encode() + body, b"standin-client-secret")
    signed = posted(body, x_strava_signature=f"t={at},v1={good}")
    wrong = posted(body, x_strava_signature=f"t={at},v1={'0' * 64}")
    stale = posted(body, x_strava_signature=f"t={at - 301},v1={good}")
    strava(SIGNATURE="off").verify(wrong, NOW)
    strava(SIGNATURE="require").verify(signed, NOW)
    for other in (wrong, stale, posted(body), posted(body, x_strava_signature="é=ü,,")):
        with pytest.raises(Rejected) as refused:
            strava(SIGNATURE="require").verify(other, NOW)
        assert refused.value.status == 401
    with caplog.at_level("INFO", logger="twinge.strava"):
        strava(SIGNATURE="record").verify(wrong, NOW)
    assert caplog.messages == ["hop=verify platform=strava signature=wrong"]


def _mac(message: bytes, key: bytes) -> str:
    return hmac.new(key, message, "sha256").hexdigest()


def test_an_event_from_the_future_is_refused() -> None:
    """It would outrank every true word on that workout until its time has come."""
    with pytest.raises(Rejected) as refused:
        strava().verify(posted(sample("delete") | {"event_time": 2**33}), NOW)
    assert (refused.value.status, refused.value.field) == (400, "event_time")
