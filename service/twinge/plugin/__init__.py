"""The public face for platforms and channels: everything a plugin may import, besides `twinge.core`.

A platform adapter turns a vendor's webhook calls into items; a channel carries one message to one address. Both are
found by entry points (`twinge.platforms`, `twinge.channels`), built from their own slice of the environment, and
never see the database. `docs/adapters.md` walks through the smallest one, `plugins/twinge_demo.py`.
"""

from __future__ import annotations

from twinge.plugin.channel import Channel, Closes, Confirms, Message, OneWay, Pace, Paced, Sent
from twinge.plugin.delivery import (
    FILES,
    OWN,
    Delivery,
    Fetched,
    Inline,
    Item,
    Opened,
    Pointer,
    Receipt,
    Recorded,
    Recording,
    Reply,
    Revoked,
)
from twinge.plugin.platform import (
    Access,
    Admits,
    Answers,
    Backfills,
    Capabilities,
    ChecksSubscription,
    Disconnects,
    Exchanges,
    Glances,
    Identifies,
    OAuth,
    PlatformAdapter,
    ReadsRows,
    Renews,
    Tokens,
)
from twinge.plugin.trouble import (
    GiveUp,
    NotConfigured,
    RateLimited,
    Rejected,
    TokenRefused,
    TryLater,
    TwingeError,
    Unknown,
)

__all__ = [
    "FILES",
    "OWN",
    "Access",
    "Admits",
    "Answers",
    "Backfills",
    "Capabilities",
    "Channel",
    "ChecksSubscription",
    "Closes",
    "Confirms",
    "Delivery",
    "Disconnects",
    "Exchanges",
    "Fetched",
    "GiveUp",
    "Glances",
    "Identifies",
    "Inline",
    "Item",
    "Message",
    "NotConfigured",
    "OAuth",
    "OneWay",
    "Opened",
    "Pace",
    "Paced",
    "PlatformAdapter",
    "Pointer",
    "RateLimited",
    "ReadsRows",
    "Receipt",
    "Recorded",
    "Recording",
    "Rejected",
    "Renews",
    "Reply",
    "Revoked",
    "Sent",
    "TokenRefused",
    "Tokens",
    "TryLater",
    "TwingeError",
    "Unknown",
]
