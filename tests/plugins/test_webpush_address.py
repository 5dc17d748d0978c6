"""Web Push: which subscriptions are addresses, in which form they are kept, and what settings say."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from push_standin import Device
from twinge.plugin import NotConfigured, Rejected
from twinge.reach import Reach
from twinge_webpush import Setup, WebPush

FIRST = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
OLDER = "4Mgs6fN4KaWuYPSIfBsnDrsHZ0_IS4NXGyLAlsEpZxQ"
SUBJECT = "mailto:ops@twinge.example"
WEBPUSH = WebPush([FIRST, OLDER], Setup(SUBJECT))
DEVICE = Device("https://fcm.googleapis.com/fcm/send/dA7:APA91b-x_y")
GIVEN = DEVICE.given


def changed(**more: Any) -> str:
    """What the browser gave, with other members; a key of `keys` by its own name."""
    keys = {**GIVEN["keys"], **{name: more.pop(name) for name in ("p256dh", "auth") if name in more}}
    return json.dumps({**GIVEN, "keys": keys, **more})


# Addresses


def test_what_a_browser_gives_is_kept_in_one_form_with_the_first_key() -> None:
    kept = WEBPUSH.normalise(json.dumps(GIVEN, indent=2))
    assert kept == Device(DEVICE.endpoint, WEBPUSH.public_key, DEVICE.private, DEVICE.auth).address
    assert list(json.loads(kept)) == ["endpoint", "key", "keys"]
    assert WEBPUSH.normalise(kept) == kept


def test_the_public_key_is_a_point_in_base64url() -> None:
    raw = base64.urlsafe_b64decode(WEBPUSH.public_key + "=")
    assert (len(raw), raw[0], len(WEBPUSH.public_key)) == (65, 4, 87)


def test_a_subscription_keeps_the_key_that_it_was_made_with() -> None:
    older = WebPush([OLDER], Setup(SUBJECT))
    kept = older.normalise(json.dumps(GIVEN))
    assert WEBPUSH.normalise(kept) == kept
    assert json.loads(kept)["key"] == older.public_key != WEBPUSH.public_key


def test_padding_and_unknown_members_make_no_difference() -> None:
    auth, p256dh = (GIVEN["keys"][name] for name in ("auth", "p256dh"))
    padded = changed(auth=auth + "==", p256dh=p256dh + "=", key=WEBPUSH.public_key, contentEncodings=["aes128gcm"])
    assert WEBPUSH.normalise(f" {padded}\n") == WEBPUSH.normalise(json.dumps(GIVEN))


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/dA7:APA91b-x_y",
        "https://fcm.googleapis.com/wp/dA7:APA91b-x_y",
        "https://jmt17.google.com/fcm/send/dA7:APA91b-x_y",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABk",
        "https://web.push.apple.com/QGuQyavXutnMH",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAD%2bf3%3d",
    ],
)
def test_the_push_services_of_browsers_are_known_and_their_urls_kept_as_they_are(endpoint: str) -> None:
    assert json.loads(WEBPUSH.normalise(changed(endpoint=endpoint)))["endpoint"] == endpoint


BAD_ENDPOINTS = [
    "", "https://", "https://fcm.googleapis.com", "http://fcm.googleapis.com/x", "ftp://fcm.googleapis.com/x",
    "//fcm.googleapis.com/x", "HTTPS://fcm.googleapis.com/x", "https://evil.example/x", "https://push.apple.com/x",
    "https://fcm.googleapis.com.evil.example/x", "https://evilfcm.googleapis.com/x", "https://fcm.googleapis.com./x",
    "https://evil.example/.push.apple.com", "https://evil.example?.push.apple.com/", "https://evil.example#.push.apple.com/",
    "https://evil.example\\.push.apple.com/", "https://user@fcm.googleapis.com/x", "https://fcm.googleapis.com@evil.example/x",
    "https://fcm.googleapis.com:x@evil.example/", "https://fcm.googleapis.com/#x", "https://fcm.googleapis.com/a b",
    "https://fcm.googleapis.com/\r\nX-Evil: 1", "https://fcm.googleapis.com/\x00", "https://fcm.googleapis.com:0/x",
    "https://fcm.googleapis.com:99999/x", "https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x",
    "https://fcm。googleapis。com/x", "https://ｆcm.googleapis.com/x", "https://fcm.googleapis.com/ü",
    "https://fcm.googleapis.com/" + "x" * 2_000,
]  # fmt: skip


@pytest.mark.parametrize("endpoint", BAD_ENDPOINTS)
def test_what_is_at_no_push_service_is_refused(endpoint: str) -> None:
    with pytest.raises(Rejected) as caught:
        WEBPUSH.normalise(changed(endpoint=endpoint))
    assert caught.value.field == "address"
    assert "evil" not in caught.value.reason


def off_curve() -> str:
    return base64.urlsafe_b64encode(b"\x04" + b"\x01" * 64).decode().rstrip("=")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"auth": ""}, "keys.auth"),
        ({"auth": "AAAA"}, "keys.auth"),
        ({"auth": "A" * 24}, "keys.auth"),
        ({"auth": "!" * 22}, "keys.auth"),
        ({"auth": "é" * 22}, "keys.auth"),
        ({"p256dh": ""}, "keys.p256dh"),
        ({"p256dh": "B" * 86}, "keys.p256dh"),
        ({"p256dh": off_curve()}, "keys.p256dh"),
        ({"key": off_curve()}, "key"),
        ({"key": "A"}, "key"),
        ({"key": WebPush([OLDER[:-1] + "A"], Setup(SUBJECT)).public_key}, "TWINGE_WEBPUSH_PRIVATE_KEY"),
    ],
)
def test_keys_are_checked_before_they_are_kept(change: dict[str, str], named: str) -> None:
    with pytest.raises(Rejected, match=named) as caught:
        WEBPUSH.normalise(changed(**change))
    assert caught.value.field == "address"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '"x"', DEVICE.endpoint, '{"endpoint": 1}', "[" * 4_000, "x" * 5_000, "\ud800", '["\\ud800"]'],
)  # fmt: skip
def test_what_is_no_subscription_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        WEBPUSH.normalise(text)
    assert caught.value.field == "address"


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "endpoint": st.text(max_size=40) | st.sampled_from(["https://fcm.googleapis.com/x", *BAD_ENDPOINTS[:20]]),
            "keys": st.dictionaries(st.sampled_from(["auth", "p256dh"]), st.text(max_size=90)) | st.just(GIVEN["keys"]),
            "key": st.text(max_size=90) | st.just(WEBPUSH.public_key) | st.none(),
        },
    )
)
@settings(max_examples=200)
def test_whatever_is_posted_is_refused_or_kept_in_one_form(posted: dict[str, Any]) -> None:
    try:
        kept = WEBPUSH.normalise(json.dumps(posted))
    except Rejected:
        return
    assert WEBPUSH.normalise(kept) == kept
    assert kept.isascii()


# Settings

ENV = {"PRIVATE_KEY": FIRST, "SUBJECT": SUBJECT}


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"PRIVATE_KEY": ""}, "PRIVATE_KEY"),
        ({"PRIVATE_KEY": "short"}, "PRIVATE_KEY"),
        ({"PRIVATE_KEY": f"{FIRST} short"}, "PRIVATE_KEY"),
        ({"PRIVATE_KEY": WEBPUSH.public_key}, "PRIVATE_KEY"),
        ({"PRIVATE_KEY": "A" * 43}, "PRIVATE_KEY"),
        ({"PRIVATE_KEY": "_" * 42 + "8"}, "PRIVATE_KEY"),
        ({"PRIVATE_KEY": "ü" * 43}, "PRIVATE_KEY"),
        ({"SUBJECT": ""}, "SUBJECT"),
        ({"SUBJECT": "ops@twinge.example"}, "SUBJECT"),
        ({"SUBJECT": "mailto: <ops@twinge.example>"}, "SUBJECT"),
        ({"SUBJECT": "mailto:Ops <ops@twinge.example>"}, "SUBJECT"),
        ({"SUBJECT": "mailto:ops@localhost"}, "SUBJECT"),
        ({"SUBJECT": "mailto:ops@nas.local"}, "SUBJECT"),
        ({"SUBJECT": "http://twinge.example"}, "SUBJECT"),
        ({"SUBJECT": "https://localhost"}, "SUBJECT"),
        ({"SUBJECT": "https://twinge.localhost/"}, "SUBJECT"),
        ({"SUBJECT": "https://127.0.0.1/"}, "SUBJECT"),
        ({"SUBJECT": "https://user@twinge.example/"}, "SUBJECT"),
        ({"SUBJECT": "https://twinge.example/\r\nX: 1"}, "SUBJECT"),
        ({"ALLOW_HTTP": "yes"}, "ALLOW_HTTP"),
        ({"ALLOW_PRIVATE": "10.0.0.0/8"}, "ALLOW_PRIVATE"),
        ({"HOSTS": "https://push.example/"}, "HOSTS"),
        ({"HOSTS": "push.example,push.example.org"}, "HOSTS"),
        ({"API_BASE": "localhost:8080"}, "API_BASE"),
        ({"API_BASE": "http://localhost:8080/push"}, "API_BASE"),
        ({"API_BASE": "http://user@localhost"}, "API_BASE"),
        ({"CA": "no certificate"}, "CA"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(change: dict[str, str], setting: str) -> None:
    with pytest.raises(NotConfigured, match=f"TWINGE_WEBPUSH_{setting}") as caught:
        WebPush.from_env({**ENV, **change})
    assert FIRST not in str(caught.value)


@pytest.mark.parametrize(
    "subject",
    [
        SUBJECT,
        "mailto:ops+push@Twinge.example.org",
        "https://twinge.example",
        "https://twinge.example/contact?for=push",
        "https://twinge.example:8443/",
    ],
)
def test_a_subject_is_a_mailbox_or_a_page(subject: str) -> None:
    assert WebPush.from_env({**ENV, "SUBJECT": subject}).public_key == WEBPUSH.public_key


@pytest.mark.parametrize(
    ("switch", "endpoint"),
    [
        ({"HOSTS": "*.push.example Up.Example.org"}, "https://a.push.example/x"),
        ({"HOSTS": "*.push.example Up.Example.org"}, "https://UP.example.org:8443/x"),
        ({"ALLOW_HTTP": "1"}, "http://fcm.googleapis.com/x"),
        ({"HOSTS": "*"}, "https://anything.example/x"),
    ],
)
def test_the_switches_open_what_they_name(switch: dict[str, str], endpoint: str) -> None:
    with pytest.raises(Rejected):
        WebPush.from_env(ENV).normalise(changed(endpoint=endpoint))
    assert json.loads(WebPush.from_env({**ENV, **switch}).normalise(changed(endpoint=endpoint)))["endpoint"] == endpoint


def test_where_calls_may_lead_is_the_operators_choice() -> None:
    pem = trustme.CA().cert_pem.bytes().decode()
    ways = [WebPush.from_env({**ENV, **more})._setup.reach for more in ({}, {"ALLOW_PRIVATE": "1"}, {"CA": pem})]
    assert [way.private for way in ways] == [False, True, False]
    assert ways[0] == Reach()
    assert ways[2].tls is not None
