"""In what lane an address's words queue: found again, under an older secret too, and telling nothing without it."""

from __future__ import annotations

import hashlib

from twinge.store.lanes import reply_lane, reply_lanes
from twinge.store.seal import Seal, derive

OLD, NEW = b"o" * 40, b"n" * 40
NUMBER = "+15550100000"


def test_a_number_can_not_be_tried_out_without_the_secret() -> None:
    lane = reply_lane(Seal(OLD), "channel:sms", NUMBER)
    assert lane.startswith("channel:sms:")
    assert lane != reply_lane(Seal(NEW), "channel:sms", NUMBER)
    assert lane.rpartition(":")[2] not in hashlib.sha256(NUMBER.encode()).hexdigest()


def test_a_lane_is_hashed_under_the_first_key_alone() -> None:
    first, second = b"1" * 40, b"2" * 40
    reply_lane(Seal(b"\n".join((first, second))), "channel:sms", NUMBER)
    derived = derive.cache_info().misses
    reply_lane(Seal(first), "channel:sms", NUMBER)
    assert derive.cache_info().misses == derived
    reply_lane(Seal(second), "channel:sms", NUMBER)
    assert derive.cache_info().misses == derived + 1


def test_one_number_has_another_lane_with_each_channel() -> None:
    sms, mms = (reply_lane(Seal(OLD), one, NUMBER).rpartition(":")[2] for one in ("channel:sms", "channel:whatsapp"))
    assert sms != mms


def test_words_that_came_under_an_older_secret_or_version_are_found() -> None:
    both = Seal(b"\n".join((NEW, OLD)))
    lanes = reply_lanes(both, "channel:sms", NUMBER)
    assert reply_lane(Seal(OLD), "channel:sms", NUMBER) in lanes
    assert f"channel:sms:{hashlib.sha256(NUMBER.encode()).hexdigest()[:16]}" in lanes
    assert lanes[0] == reply_lane(Seal(NEW), "channel:sms", NUMBER)
