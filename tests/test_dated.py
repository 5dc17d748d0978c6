"""Times as vendors tell them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from twinge.plugin.dated import local, millis, near, zone_of

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
STAMP = int(NOW.timestamp())


def test_a_signed_time_may_be_five_minutes_off() -> None:
    assert all(near(str(STAMP + off), NOW) for off in (-300, 0, 300))
    assert not any(near(str(STAMP + off), NOW) for off in (-301, 301))
    assert near(str(STAMP * 1000 + 299_999), NOW, per_s=1000)
    assert not near(str(STAMP * 1000), NOW)


@pytest.mark.parametrize("stamp", [None, "", "now", "-5", "1e9", "٣", "9" * 40, f" {STAMP}"])
def test_what_is_no_time_is_never_near(stamp: str | None) -> None:
    assert not near(stamp, NOW)


def test_offsets() -> None:
    for offset, hours in (("+02:00", 2), ("-0530", -5.5), ("Z", 0), ("+00:00", 0)):
        assert local(NOW, offset).utcoffset() == timedelta(hours=hours)
        assert local(NOW, offset) == NOW
    for odd in (None, "", "02:00", "+99:00", "+", "T08:00", 2, "+02:00:00.5", "+1" * 9):
        assert zone_of(odd) is None
        assert local(NOW, odd) is NOW
    end = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert local(end, "+14:00") is end


def test_an_instant_as_a_version() -> None:
    assert (millis(NOW), millis(None)) == (STAMP * 1000, 0)
