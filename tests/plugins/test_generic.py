"""The generic route: who may post, under which name a call is kept, and what it holds."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from twinge.core.model import Activity
from twinge.plugin import Delivery, Inline, NotConfigured, PlatformAdapter, Rejected
from twinge.testing import Sample, check_adapter
from twinge_generic import Generic

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
OLD = "whsec_" + base64.b64encode(b"the-old-secret-of-32-bytes-long!").decode()
NEW = "whsec_" + base64.b64encode(b"the-new-secret-of-32-bytes-long!").decode()
TOKEN = "a-token-of-twenty-two-c"
RUN = json.dumps(
    {
        "type": "activity",
        "athlete": "alice",
        "id": "r-17",
        "activity": {"sport": "run", "start": "2026-05-01T07:30:00+02:00", "moving_s": 3000},
    }
).encode()

# The example of the Standard Webhooks libraries, https://github.com/standard-webhooks/standard-webhooks (Apache-2.0).
PUBLISHED_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PUBLISHED = Delivery(
    "generic",
    "POST",
    "",
    {},
    {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    b'{"test": 2432232314}',
    NOW,
)


def plain(body: bytes = RUN, token: str | None = None, **headers: str) -> Delivery:
    return Delivery("generic", "POST", "", {}, headers, body, NOW, token=token)


def signed(
    body: bytes = RUN,
    *,
    secrets: tuple[str, ...] = (NEW,),
    at: datetime = NOW,
    call: str = "msg_1",
    by: str = "webhook",
) -> Delivery:
    signatures = " ".join(Webhook(secret).sign(call, at, body.decode()) for secret in secrets)
    headers = {f"{by}-id": call, f"{by}-timestamp": str(int(at.timestamp())), f"{by}-signature": signatures}
    return replace(plain(body), headers=headers)


def refused(adapter: Generic, delivery: Delivery) -> str:
    with pytest.raises(Rejected) as caught:
        adapter.verify(delivery, NOW)
    assert caught.value.status == 401
    return caught.value.reason


def test_it_keeps_the_contract() -> None:
    adapter: PlatformAdapter = Generic([NEW])
    check_adapter(
        adapter, [Sample("a run", signed()), Sample("two", signed(b"[%b,%b]" % (RUN, RUN), call="2"), 2)], NOW
    )


def test_the_published_vector() -> None:
    Generic([PUBLISHED_SECRET]).verify(PUBLISHED, datetime.fromtimestamp(1_614_265_330, UTC))
    refused(Generic([PUBLISHED_SECRET]), PUBLISHED)  # today it is a replay


def test_the_window_is_five_minutes_of_our_clock() -> None:
    adapter = Generic([NEW])
    for seconds in (-300, 300):
        adapter.verify(signed(at=NOW + timedelta(seconds=seconds)), NOW)
    for seconds in (-301, 301):
        assert "five minutes" in refused(adapter, signed(at=NOW + timedelta(seconds=seconds)))


def test_while_secrets_rotate_either_side_may_be_ahead() -> None:
    ours = Generic([OLD, NEW])
    ours.verify(signed(secrets=(OLD,)), NOW)
    ours.verify(signed(secrets=(NEW,)), NOW)
    Generic([NEW]).verify(signed(secrets=(OLD, NEW)), NOW)
    refused(Generic([NEW]), signed(secrets=(OLD,)))


def test_svix_headers_are_the_same_scheme() -> None:
    adapter = Generic([NEW])
    adapter.verify(signed(by="svix"), NOW)
    assert adapter.key(signed(by="svix", call="msg_9")) == "msg_9"


def test_a_wrong_signature_is_not_rescued_by_a_right_token() -> None:
    adapter = Generic([NEW], [TOKEN])
    forged = replace(signed(secrets=(OLD,)), token=TOKEN)
    refused(adapter, forged)
    refused(adapter, replace(plain(token=TOKEN), headers={"webhook-id": "msg_1"}))  # half a signature is none
    adapter.verify(plain(token=TOKEN), NOW)


def test_a_token_in_the_url_or_as_bearer() -> None:
    adapter = Generic(tokens=["another-token-of-ours", TOKEN])
    adapter.verify(plain(token=TOKEN), NOW)
    adapter.verify(plain(authorization=f"Bearer {TOKEN}"), NOW)
    adapter.verify(plain(authorization="bearer another-token-of-ours"), NOW)
    adapter.verify(
        replace(signed(secrets=(OLD,)), token=TOKEN), NOW
    )  # without a secret of ours a signature says nothing
    for wrong in (plain(), plain(token=""), plain(token=TOKEN[:-1]), plain(authorization=f"Basic {TOKEN}")):
        refused(adapter, wrong)


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "٣"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "-1"},
        {"webhook-id": ""},
        {"webhook-id": "x" * 257},
        {"webhook-id": "a\nb"},
        {"webhook-id": "\udcff"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1a,AAAA v1,\udcff v2,"},
        {"webhook-signature": "v1," * 10_000},
    ],
)
def test_odd_headers_are_refused_and_nothing_else(headers: dict[str, str]) -> None:
    delivery = signed()
    refused(Generic([NEW]), replace(delivery, headers={**delivery.headers, **headers}))


def test_a_signed_call_is_named_by_its_sender_and_an_unsigned_one_by_its_body() -> None:
    adapter = Generic([NEW], [TOKEN])
    assert adapter.key(signed(call="msg_7")) == "msg_7"
    assert adapter.key(plain(token=TOKEN)) == hashlib.sha256(RUN).hexdigest()
    unsigned = Generic(tokens=[TOKEN])
    assert unsigned.key(signed(call="msg_7")) == hashlib.sha256(RUN).hexdigest()


def test_events_are_read_in_order_and_one_misfit_refuses_them_all() -> None:
    adapter = Generic([NEW])
    [item] = adapter.read(plain())
    assert isinstance(item, Inline)
    assert isinstance(item.event, Activity)
    assert (item.owner, item.event.key) == ("alice", "generic:r-17")
    with pytest.raises(Rejected) as caught:
        adapter.read(plain(b'[%b,{"type":"activity"}]' % RUN))
    assert caught.value.field == "[1].athlete"


def test_settings(caplog: pytest.LogCaptureFixture) -> None:
    Generic.from_env({"SECRET": f"{OLD} {NEW}"}).verify(signed(), NOW)
    Generic.from_env({"TOKEN": TOKEN}).verify(plain(token=TOKEN), NOW)
    for env in ({}, {"SECRET": "not-a-secret"}, {"SECRET": "whsec_"}, {"SECRET": "whsec_a"}):
        with pytest.raises(NotConfigured, match="TWINGE_GENERIC_SECRET"):
            Generic.from_env(env)
    assert not caplog.records
    with caplog.at_level(logging.WARNING):
        Generic.from_env({"TOKEN": "short"})
    assert "TWINGE_GENERIC_TOKEN" in caplog.text
    assert "=short " not in caplog.text.replace("short=true", "")
