"""What a device is told: one JSON for browsers that show it by themselves and for those that ask our worker first.

Declarative Web Push: https://www.w3.org/TR/push-api/#declarative-push-message and
https://webkit.org/blog/16535/meet-declarative-web-push/. Other browsers hand the same JSON to the service worker.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Literal, get_args

import msgspec

from twinge.core.model import Severity
from twinge.plugin import Message

Answer = Literal["OK", "PAIN", "WHY"]
"""What the buttons say. Every language's athletes may write these words. Chrome shows the first two
(`Notification.maxActions`), and a pain is what must not be hidden; why is on the page anyway."""
TITLE = "Twinge"
LARGEST = 2_500
"""Ours, in bytes before encryption. RFC 8030 promises 4,096 after it, but Firefox on Android takes some 2,700."""
SHORTEST_TEXT = 160
"""Bytes of text that there is room for, however long the endpoint is."""

_MARK = 8030
"""The number of the RFC: whoever knows declarative messages recognises them by it."""


def write(message: Message, token: str, *, largest: int = LARGEST) -> bytes:
    """The JSON, its text cut so that the whole has `largest` bytes, but never below `SHORTEST_TEXT` of them."""
    bare = len(_encode(message, token, ""))
    return _encode(message, token, cut(message.text, max(largest - bare, SHORTEST_TEXT)))


def cut(text: str, room: int) -> str:
    """As much of `text` as needs at most `room` bytes inside a JSON string."""
    if _size(text) <= room:
        return text
    return text[: max(0, bisect_right(range(len(text)), room, key=lambda end: _size(text[:end] + "…")) - 1)] + "…"


def _size(text: str) -> int:
    return len(msgspec.json.encode(text)) - 2


def _encode(message: Message, token: str, text: str) -> bytes:
    notification: dict[str, Any] = {"title": TITLE, "body": text, "tag": message.id}
    if message.picture_url is not None:
        # Chrome on Android and Windows shows it; the others leave it out.
        notification["image"] = message.picture_url
    data = {"id": message.id, "token": token}
    if message.callback_url is None:
        # Nobody can reach us, so there is no URL to go to, which a declarative message must have: the worker shows it.
        return msgspec.json.encode({"notification": {**notification, "data": data}})
    channel = message.callback_url.rpartition("/status/")[0]
    page = channel.rpartition("/channels/")[0] + "/me"
    return msgspec.json.encode(
        {
            "web_push": _MARK,
            # The worker must run, to tell us that the message is shown. The specification has this member here,
            # WebKit reads it from the notification: https://bugs.webkit.org/show_bug.cgi?id=296770
            "mutable": True,
            "notification": {
                **notification,
                "navigate": page,
                "mutable": True,
                "actions": _actions(message.severity, page),
                "data": {**data, "answer": f"{channel}/inbound", "status": message.callback_url},
            },
        }
    )


def _actions(severity: Severity, page: str) -> list[dict[str, str]]:
    """None under a question: its answer is a digit, written on the page."""
    if severity is Severity.QUESTION:
        return []
    return [{"action": word, "title": word, "navigate": page} for word in get_args(Answer)]
