"""How long a server asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from twinge.core.pause import retry_after

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("7", timedelta(seconds=7)),
        ("3600", timedelta(hours=1)),
        ("86400", timedelta(hours=1)),
        ("Fri, 01 May 2026 09:02:00 GMT", timedelta(minutes=2)),
        ("Fri, 01 May 2026 11:02:00 +0200", timedelta(minutes=2)),
        ("Sat, 02 May 2026 09:00:00 GMT", timedelta(hours=1)),
    ],
)
def test_seconds_or_a_date_and_never_more_than_an_hour(header: str, wait: timedelta) -> None:
    assert retry_after(header, NOW) == wait


@pytest.mark.parametrize(
    "header",
    [
        None, "", "0", "-5", "1.5", "soon", "²", "9" * 5_000, "Fri, 01 May 2026 08:59:00 GMT",
        "Fri, 01 May 2026 09:02:00", "Fri, 31 Feb 2026 09:02:00 GMT",
    ],
)  # fmt: skip
def test_what_cannot_be_read_or_is_over_is_no_wish(header: str | None) -> None:
    assert retry_after(header, NOW) is None
