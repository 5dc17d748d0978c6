"""The demo adapter: what it reads, and that the file everybody copies keeps the contract."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from twinge.core.model import Activity, Removed
from twinge.plugin import Delivery, NotConfigured, PlatformAdapter, Rejected
from twinge.testing import Sample, check_adapter
from twinge_demo import Demo

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
RUN = {"user": "alice", "id": 17, "changed": 1_777_620_000, "kind": "run", "began": "2026-05-01T07:30:00+02:00"}
FULL = {**RUN, "minutes": 52.5, "km": 10.2, "climb": 80, "mean_hr": 148, "effort": 4, "race": True}
GONE = {"user": "alice", "id": 16, "changed": 1_777_620_000, "deleted": True}


def push(*workouts: dict[str, Any], secret: str = "a-demo-secret") -> Delivery:
    body = json.dumps({"workouts": workouts}).encode()
    return Delivery("demo", "POST", "", {}, {"x-demo-secret": secret}, body, NOW)


def test_it_keeps_the_contract() -> None:
    adapter: PlatformAdapter = Demo("a-demo-secret")
    check_adapter(adapter, [Sample("a run", push(FULL)), Sample("a run and a deletion", push(FULL, GONE), 2)], NOW)


def test_kilometres_and_minutes_become_metres_and_seconds() -> None:
    [run, gone] = Demo("a-demo-secret").read(push(FULL, GONE))
    assert run.owner == "alice"
    assert run.event == Activity(
        key="demo:17",
        sport="run",
        start=datetime(2026, 5, 1, 5, 30, tzinfo=UTC),
        moving_s=3150,
        distance_m=10_200,
        climb_m=80,
        avg_hr=148,
        rpe=4,
        race=True,
        version=1_777_620_000_000,
    )
    assert gone.event == Removed("demo:16", 1_777_620_000_000)


def test_what_the_vendor_left_out_is_not_known() -> None:
    [run] = Demo("a-demo-secret").read(push({**RUN, "km": 5}))
    assert isinstance(run.event, Activity)
    assert (run.event.moving_s, run.event.avg_hr, run.event.rpe, run.event.climb_m) == (None, None, None, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"km": -1}, "workouts[0].km"),
        ({"effort": 11}, "workouts[0].effort"),
        ({"began": "today"}, "workouts[0].began"),
        ({"km": None}, "began"),
    ],
)
def test_a_misfit_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as caught:
        Demo("a-demo-secret").read(push({**RUN, "km": 5, **change}))
    assert caught.value.field == field


@pytest.mark.parametrize("body", [b"[]", b'{"workout": []}', b'{"workouts": {}}', b'{"workouts": [{"user": ""}]}'])
def test_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected):
        Demo("a-demo-secret").read(replace(push(), body=body))


def test_a_wrong_secret_is_refused() -> None:
    for secret in ("", "a-demo-secreT", "\udcff"):
        with pytest.raises(Rejected) as caught:
            Demo("a-demo-secret").verify(push(FULL, secret=secret), NOW)
        assert caught.value.status == 401


def test_it_stays_off_until_it_is_asked_for() -> None:
    for env in ({}, {"ENABLED": "1"}, {"SECRET": "a-demo-secret"}, {"ENABLED": "0", "SECRET": "a-demo-secret"}):
        with pytest.raises(NotConfigured, match="TWINGE_DEMO_ENABLED"):
            Demo.from_env(env)
    Demo.from_env({"ENABLED": "1", "SECRET": "a-demo-secret"}).verify(push(FULL), NOW)
