"""An example of what is sent and of what comes back, by its type; each is held against its type by a test."""

from __future__ import annotations

from typing import Any, Final

from twinge.web.api import answers, records, shapes

NUDGE: Final = {
    "id": "n_60e146d5932b5db5115c2955",
    "severity": "slow_down",
    "rules": ["L01"],
    "text": "Your 13.1 km run was 46% over your 30-day longest (9.0 km). Rest a day or two, then stay under 9.9 km. "
    "Reply OK, MUTE or STOP.",
    "facts": {"L01": {"measure": "distance_m", "today": 13100, "longest_30d": 9000, "over_percent": 46}},
    "state": "delivered",
    "reason": None,
    "channel": "console",
    "made_at": "2026-11-23T21:37:23.367000Z",
    "not_before": "2026-11-23T21:37:23.367000Z",
    "expires_at": "2026-11-24T09:37:23.367000Z",
    "sent_at": "2026-11-23T21:37:24.220000Z",
    "answered_at": None,
    "attempts": 1,
    "activity_id": "generic:run-0",
    "copy_of": None,
    "segments": None,
}

EXAMPLES: Final[dict[Any, Any]] = {
    shapes.NewAthlete: {
        "name": "Alice",
        "timezone": "Europe/Berlin",
        "units": "km",
        "hr_max": 185,
        "preferences": {"quiet_from": "20:00", "quiet_to": "09:00", "mute": ["L02"]},
        "channels": [{"channel": "console", "address": "Alice"}],
        "connections": [{"platform": "generic", "external_id": "alice"}],
    },
    shapes.Profile: {"hr_max": 188, "preferences": {"weekly_cap": 3}},
    shapes.NewChannel: {"channel": "console", "address": "Alice's screen", "purposes": ["load", "pain"]},
    shapes.Way: {"purposes": ["load", "pain", "digest"], "rank": -1},
    shapes.Code: {"code": "123456"},
    shapes.NewConnection: {"platform": "generic", "external_id": "alice-2"},
    shapes.NewReport: {"pain": 4, "site": "buttock", "side": "left", "onset": "during"},
    shapes.NewSilence: {"kind": "race", "from": "2026-12-05T00:00:00+01:00", "until": "2026-12-06T00:00:00+01:00"},
    shapes.NewWorkout: {
        "id": "treadmill-1",
        "sport": "treadmill",
        "start": "2026-05-04T08:00:00+02:00",
        "moving_s": 3300,
        "distance_m": 10000,
    },
    shapes.NewMorning: {"date": "2026-05-04", "resting_hr": 48, "hrv_rmssd_ms": 62, "sleep_h": 7.5},
    shapes.Batch: {"state": "dead", "limit": 100},
    shapes.HouseLimits: {"limits": {"l01.small": 115}},
    shapes.NewPreview: {"limits": {"l01.small": 115}, "days": 90},
    shapes.NewKey: {"scope": "coach", "name": "Carol", "expires_at": "2027-06-01T00:00:00Z"},
    answers.Problem: {
        "error": {
            "code": "invalid",
            "message": "The time zone must be an IANA name such as Europe/Berlin.",
            "field": "timezone",
        }
    },
    answers.Link: {
        "url": "https://twinge.example.org/me/enter/JpAm1TnXNTBPNmnIyoUTUvgPt4KMWYnlOoZrtqKlJ7c",
        "expires_at": "2026-11-23T22:07:23Z",
    },
    answers.Listing[records.Nudge]: {"items": [NUDGE], "next": None},
    answers.Listing[records.Held]: {
        "items": [
            {
                "id": "19a5f2b8c3d1f2e3d4c5b6a7",
                "severity": "slow_down",
                "rules": ["R02"],
                "reason": "over_budget",
                "at": "2026-11-23T21:37:23Z",
                "facts": {"R02": {"days": 7}},
                "activity_id": "generic:run-0",
            }
        ],
        "next": None,
    },
}
