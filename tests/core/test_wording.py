"""M05 and the wording law: own numbers, one action, a way out, and nothing that a message may not say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from diary import ALICE, judged
from twinge.core.model import Finding, Severity
from twinge.core.wording import SAY, message

DIARIES = {
    "L01": "every mon from 2026-01-05 for 7 weeks 07:00 run 10km 60min rpe 3\n2026-02-20 07:00 run {}km 80min rpe 3",
    "R02": "every mon from 2026-01-05 for 2 weeks 07:00 run 10km 60min rpe 3\n"
    "every day from 2026-03-02 for 4 weeks 07:00 walk 9km 2h00",
    "R06": "every mon wed fri sun from 2026-01-05 for 6 weeks 07:00 run 10km 60min rpe 3\n"
    "2026-03-07 07:00 run {}km 90min rpe 3",
    "L02": "every mon from 2026-01-05 for 4 weeks 17:00 swim 2km 60min rpe 5\n2026-01-30 17:00 swim 5km 2h10 rpe 5",
    "R01": "2026-01-05 07:00 run 9km 60min rpe 8\n2026-01-06 07:00 run 9km 60min rpe 9\n"
    "2026-01-07 07:00 ride 90min rpe 8",
}
FORBIDDEN = re.compile(
    r"injur|sciatic|piriformis|syndrome|diagnos|patient|treatment|rehab|abnormal|danger|risk|must|safe to|cleared|"
    r"medic|drug|ibuprofen|inflammator|injection|massage|surgery|prevent|cure|therapy",
    re.IGNORECASE,
)
GSM7 = re.compile(r"[A-Za-z0-9 .,;:()%?!'\"/+\-@$_&*<=>\n]*\Z")


def findings(rule: str, km: str = "14") -> list[Finding]:
    return [f for f in judged(DIARIES[rule].format(km)).findings if f.rule == rule and f.severity > Severity.INFO]


@pytest.mark.parametrize("rule", sorted(DIARIES))
@pytest.mark.parametrize("units", ["km", "mi"])
def test_every_message_keeps_the_law_and_fits_one_segment(rule: str, units: str) -> None:
    found = findings(rule)
    assert found
    for finding in found:
        for severity in (finding.severity, Severity.REST):
            text = message([finding], severity, replace(ALICE, units=units))
            assert len(text) <= 160, text
            assert GSM7.match(text), text
            assert not FORBIDDEN.search(text), text
            assert text.endswith("Reply OK, MUTE or STOP.")


def test_every_rule_that_speaks_has_words() -> None:
    assert set(DIARIES) | {"L07"} == set(SAY)


def test_the_numbers_are_the_athletes_own() -> None:
    [spike] = findings("L01", "13.1")
    assert message([spike], Severity.SLOW_DOWN, ALICE) == (
        "Your 13.1 km run was 31% over your 30-day longest (10.0 km). "
        "Rest a day or two, then stay under 11.0 km. Reply OK, MUTE or STOP."
    )
    assert message([spike], Severity.SLOW_DOWN, replace(ALICE, units="mi")).startswith("Your 8.1 mi run was 31% over")


def test_two_reasons_fit_one_segment() -> None:
    diary = (
        "every mon thu from 2026-01-05 for 6 weeks 18:00 run 8km 50min rpe 3\n"
        "2026-02-16 18:00 run 8km 50min rpe 7\n2026-02-17 18:00 run 12km 72min rpe 7"
    )
    both = [f for f in judged(diary).findings if f.rule in {"L01", "R01"}]
    text = message(both, Severity.REST, ALICE)
    assert len(text) <= 160, text
    assert "50% over" in text
    assert "hard 23 h after a hard session (better 48 h)" in text
