"""A secret for each athlete."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from twinge.plugin import Delivery, NotConfigured, Rejected
from twinge.plugin.tokens import AthleteTokens, athlete_of

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ALICE, NEXT, BOB, ALL = "alices-long-secret", "alices-next-secret", "bobs-quite-long-secret", "a-secret-for-everybody"
TOKENS = AthleteTokens.of("X_TOKENS", f"alice:{ALICE} alice:{NEXT} bob:o:{BOB}")


def call(athlete: str = "alice", token: str | None = None, **headers: str) -> Delivery:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery("x", "POST", "", {"athlete": athlete} if athlete else {}, names, b"", NOW, token=token)


def test_each_way_to_show_it() -> None:
    for one in (
        call(token=ALICE),
        call(token=NEXT),
        call(authorization=f"Bearer {ALICE}"),
        call(x_api_key=ALICE),
        call(api_key=ALICE),
        call("", x_athlete="alice", api_key=ALICE),
        call("bob:o", api_key=BOB),
    ):
        TOKENS.check(one)
        assert athlete_of(one) in {"alice", "bob:o"}


def test_a_secret_opens_for_its_own_athlete_alone() -> None:
    for one in (
        call(),
        call(token=BOB),
        call("bob:o", token=ALICE),
        call("carol", token=ALICE),
        call("", token=ALICE),
        call("*", token=ALICE),
        call(token=""),
        call(authorization=f"Basic {ALICE}"),
        call(token="größe\udcff"),
        call("x" * 201, token=ALICE),
    ):
        with pytest.raises(Rejected) as refused:
            TOKENS.check(one)
        assert refused.value.status == 401


def test_one_for_everybody() -> None:
    tokens = AthleteTokens.of("X_TOKENS", f"*:{ALL} alice:{ALICE}")
    tokens.check(call("carol", token=ALL))
    tokens.check(call("alice", token=ALICE))
    with pytest.raises(Rejected):
        tokens.check(call("carol", token=ALICE))


def test_a_call_that_names_nobody_says_how_to() -> None:
    with pytest.raises(Rejected, match="x-athlete") as refused:
        athlete_of(call(""))
    assert refused.value.field == "athlete"


@pytest.mark.parametrize("value", ["", " ", "a-secret-without-its-athlete", "alice:short", f":{ALICE}"])
def test_a_wrong_setting_is_named_and_not_shown(value: str) -> None:
    with pytest.raises(NotConfigured, match="X_TOKENS") as refused:
        AthleteTokens.of("X_TOKENS", value)
    assert ALICE not in str(refused.value)
