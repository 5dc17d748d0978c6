"""Planned life and own limits over the API: set, shown, ended, refused by the name of the field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conftest import NOW, Web
from twinge.core.silence import MOST


def span(days: float = 2, begins: float = 0) -> dict[str, str]:
    since = NOW + timedelta(days=begins)
    return {"from": since.isoformat(), "until": (since + timedelta(days=days)).isoformat()}


async def test_a_race_is_set_shown_and_ended(web: Web) -> None:
    alice = await web.alice()
    where = f"/api/v1/athletes/{alice}/silences"
    response = await web.call("POST", where, {"kind": "race", **span(begins=5)})
    made = await response.json()
    assert (response.status, made["kind"], "L01" in made["rules"]) == (201, "race", True)
    assert made["by"].startswith("key:")
    assert (await web.get(where))["items"] == [made]
    assert (await web.call("DELETE", f"{where}/{made['id']}")).status == 204
    assert (await web.get(where))["items"] == []
    assert (await web.call("DELETE", f"{where}/{made['id']}")).status == 404
    actions = [line["action"] for line in (await web.get("/api/v1/audit"))["items"]]
    assert actions[:2] == ["silence.end", "silence.create"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "nap", **span()}, "kind"),
        ({"kind": "race"}, "from"),
        ({"kind": "race", "from": "2026-05-04T10:00:00", "until": "2026-05-05T10:00:00Z"}, "from"),
        ({"kind": "race", **span(-1)}, "until"),
        ({"kind": "race", **span(1, begins=-3)}, "until"),  # over before it is set
        ({"kind": "race", **span(367)}, "until"),
        ({"kind": "rules", **span()}, "rules"),
        ({"kind": "race", **span(), "rules": ["L01"]}, "rules"),
        ({"kind": "rules", **span(), "rules": ["L01", "Z99"]}, "rules[1]"),
        ({"kind": "race", **span(), "why": "because"}, "why"),
    ],
)
async def test_a_silence_that_makes_no_sense_is_refused(web: Web, body: dict[str, Any], field: str) -> None:
    alice = await web.alice()
    response = await web.call("POST", f"/api/v1/athletes/{alice}/silences", body)
    assert (response.status, (await response.json())["error"].get("field")) == (400, field)
    assert (await web.get(f"/api/v1/athletes/{alice}/silences"))["items"] == []


async def test_there_are_only_so_many_at_a_time(web: Web) -> None:
    alice = await web.alice()
    where = f"/api/v1/athletes/{alice}/silences"
    answers = [(await web.call("POST", where, {"kind": "travel", **span()})).status for _ in range(MOST + 1)]
    assert answers == [*[201] * MOST, 409]


async def test_own_limits_are_shown_and_taken_back(web: Web) -> None:
    alice = await web.alice()
    where = f"/api/v1/athletes/{alice}"
    response = await web.call("PATCH", where, {"limits": {"l01.small": 115, "r02.slow": 8}})
    assert (await response.json())["limits"] == {"l01.small": 115, "r02.slow": 8}
    assert (await web.get(where))["limits"] == {"l01.small": 115, "r02.slow": 8}
    await web.call("PATCH", where, {"limits": {}})
    assert (await web.get(where))["limits"] == {}


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"l01.small": 900}, "limits.l01.small"),
        ({"l01.small": 130}, "limits.l01.moderate"),
        ({"gates.keep_d": 100}, "limits.gates.keep_d"),
        ({"policy.weekly_sms": 7}, "limits.policy.weekly_sms"),
        ({"l01": 115}, "limits.l01"),
        ({"l01.small": "115"}, "limits[...]"),
    ],
)
async def test_an_unsafe_limit_is_refused_by_its_name(web: Web, limits: dict[str, Any], field: str) -> None:
    alice = await web.alice()
    response = await web.call("PATCH", f"/api/v1/athletes/{alice}", {"limits": limits})
    assert (response.status, (await response.json())["error"].get("field")) == (400, field)
    assert (await web.get(f"/api/v1/athletes/{alice}"))["limits"] == {}


async def test_the_digest_has_its_day_and_hour(web: Web) -> None:
    alice = await web.alice()
    wishes = {"digest_day": 1, "digest_at": "07:30"}
    response = await web.call("PATCH", f"/api/v1/athletes/{alice}", {"preferences": wishes})
    shown = (await response.json())["preferences"]
    assert (shown["digest_day"], shown["digest_at"]) == (1, "07:30")
    off = await web.call("PATCH", f"/api/v1/athletes/{alice}", {"preferences": {"digest_at": None}})
    assert (await off.json())["preferences"]["digest_at"] is None
