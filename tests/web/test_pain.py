"""Pain over the API: told, asked about, answered, cleared, and shown as a story."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import Web


async def test_a_report_is_durable_before_it_is_answered(web: Web) -> None:
    alice = await web.alice()
    response = await web.call("POST", f"/api/v1/athletes/{alice}/reports", {"pain": 4, "site": "knee"})
    told = await response.json()
    assert (response.status, told["status"]) == (202, "stored")
    [delivery] = (await web.get("/api/v1/deliveries"))["items"]
    assert (delivery["platform"], delivery["key"], delivery["state"]) == ("twinge", told["id"], "waiting")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"pain": 11}, "pain"),
        ({"pain": "4"}, "pain"),
        ({"sight": "knee"}, "sight"),
        ({"cleared_by": "my aunt"}, "cleared_by"),
        ({"answers": [{"question": 1, "digits": "yes"}]}, "answers[0].digits"),
        ({"at": "yesterday"}, "at"),
        ({}, "pain"),
    ],
)
async def test_a_report_that_says_nothing_or_nonsense_is_refused(web: Web, body: dict[str, Any], field: str) -> None:
    alice = await web.alice()
    response = await web.call("POST", f"/api/v1/athletes/{alice}/reports", body)
    assert (response.status, (await response.json())["error"]["field"]) == (400, field)
    assert (await web.get("/api/v1/deliveries"))["items"] == []


async def test_before_the_first_word_there_is_no_story(web: Web) -> None:
    alice = await web.alice()
    assert (await web.get(f"/api/v1/athletes/{alice}/episodes"))["items"] == []
    assert (await web.get(f"/api/v1/athletes/{alice}/reports"))["items"] == []
    assert (await web.call("GET", f"/api/v1/athletes/{alice}/episodes/7")).status == 404
