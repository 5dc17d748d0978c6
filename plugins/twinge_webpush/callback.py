"""What a device sends back: that a message is shown, or which button was pressed.

The token comes from the message itself. It holds everything that reading it needs, sealed, so nothing is looked up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from twinge.plugin import Delivery, Message, Receipt, Rejected, Reply
from twinge_webpush.keys import Key, from_base64, to_base64, unseal
from twinge_webpush.notice import Answer
from twinge_webpush.subscription import Keys, Subscription

ANSWERED_FOR = timedelta(days=7)
"""Ours: how long after the end of its message a token still counts."""


class _Sealed(msgspec.Struct, array_like=True):
    """The VAPID key is not in it: it is the one that opens it."""

    nudge: str
    until: int
    endpoint: str
    auth: bytes
    p256dh: bytes


class _Press(msgspec.Struct):
    token: str
    answer: Answer


class _Sight(msgspec.Struct):
    token: str
    state: Literal["shown"]


@dataclass(frozen=True, slots=True)
class Call:
    """One genuine call. `answer` is None where the device only says that it shows the message."""

    nudge: str
    address: str
    until: int
    answer: Answer | None

    @property
    def key(self) -> str:
        """The same whenever the same device says the same of the same message, whatever the token looks like."""
        said = msgspec.json.encode([self.nudge, self.address, self.answer])
        return hashlib.sha256(said).hexdigest()

    @property
    def item(self) -> Receipt | Reply:
        """What it means."""
        if self.answer is None:
            return Receipt(self.nudge, "delivered")
        return Reply(self.address, self.answer)


_press, _sight = msgspec.json.Decoder(_Press), msgspec.json.Decoder(_Sight)
_sealed = msgspec.msgpack.Decoder(_Sealed)


def make_token(key: Key, message: Message, subscription: Subscription, now: datetime) -> str:
    """What proves that a call comes from the device that got this message."""
    until = int((message.expires_at + ANSWERED_FOR).timestamp())
    auth, p256dh = from_base64(subscription.keys.auth), from_base64(subscription.keys.p256dh)
    return key.seal(msgspec.msgpack.encode(_Sealed(message.id, until, subscription.endpoint, auth, p256dh)), now)


def read(delivery: Delivery, keys: Sequence[Key]) -> Call:
    """The call, or `Rejected`: 404 for another path, 400 for another body, 401 where the token is not ours."""
    kind, _, nudge = delivery.path.partition("/")
    if delivery.path != "inbound" and not (kind == "status" and nudge):
        raise Rejected("Devices post to inbound and status/<id of the message> here.", status=404)
    token, answer = _body(delivery)
    if (opened := unseal(keys, token)) is None:
        raise Rejected("This token is not ours.", status=401)
    key, content = opened
    held = _sealed.decode(content)
    if nudge and nudge != held.nudge:
        raise Rejected("This token is another message's.", status=401)
    subscription = Subscription(held.endpoint, key.public, Keys(to_base64(held.auth), to_base64(held.p256dh)))
    return Call(held.nudge, subscription.address, held.until, answer)


def _body(delivery: Delivery) -> tuple[str, Answer | None]:
    try:
        if delivery.path == "inbound":
            press = _press.decode(delivery.body)
            return press.token, press.answer
        return _sight.decode(delivery.body).token, None
    except (ValueError, RecursionError):
        wanted = '{"token", "answer": "OK", "PAIN" or "WHY"} to inbound, {"token", "state": "shown"} to status'
        raise Rejected(f"A device posts {wanted}.") from None
