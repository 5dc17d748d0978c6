"""Every rule in words: what it watches for, its default limits, and how good the evidence is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from twinge.core.pack import STANDARD, Pack


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as people read it."""

    id: str
    name: str
    kind: str
    """load · recovery · compound · message."""
    says: str
    """What it watches for, in one sentence."""
    severities: tuple[str, ...]
    evidence: str
    strength: str
    """How well the evidence supports the claim made, which is never "prevents injury"."""
    part: str | None = None
    """The pack's field that holds its limits."""

    def limits(self, pack: Pack = STANDARD) -> Mapping[str, Any]:
        """Its limits in `pack`, by name."""
        if self.part is None:
            return {}
        part = getattr(pack, self.part)
        return {f.name: getattr(part, f.name) for f in fields(part)}


CATALOGUE: tuple[Rule, ...] = (
    Rule(
        "L01",
        "Session spike",
        "load",
        "A run more than 10% longer than the longest run of the 30 days before it.",
        ("slow_down", "rest"),
        "Schuster Brandt Frandsen et al. 2025, Br J Sports Med 59:1203, doi 10.1136/bjsports-2024-109380: "
        "5,205 runners, 588,071 sessions; hazard 1.64 (1.31-2.05), 1.52 (1.16-2.00) and 2.28 (1.50-3.48) by band.",
        "moderate: one very large observational cohort, bands not monotone, no trial",
        "l01",
    ),
    Rule(
        "L02",
        "Load spike",
        "load",
        "A session of another sport with more than 1.6 times the greatest load of its family in 30 days.",
        ("info", "slow_down", "rest"),
        "By analogy with L01; no study of its own.",
        "weak",
        "l02",
    ),
    Rule(
        "L07",
        "Novice's first week",
        "load",
        "More than 6 km in the first seven days of somebody new to running.",
        ("slow_down",),
        "Nielsen et al. 2014, Int J Sports Phys Ther 9(3):338-345, n = 749.",
        "weak to moderate",
        "l07",
    ),
    Rule(
        "R01",
        "Hard after hard",
        "recovery",
        "A hard session that starts before the hours an earlier hard, long or race session wants have passed.",
        ("slow_down", "rest"),
        "Stanley, Peake & Buchheit 2013, Sports Med 43:1259, doi 10.1007/s40279-013-0083-4 (cardiac recovery); "
        "collagen turnover up to 72 h after a long run (Langberg 1999, PMC2269635). Hours after races are practice.",
        "moderate for physiology, weak for injury",
        "r01",
    ),
    Rule(
        "R02",
        "No rest days",
        "recovery",
        "Seven days in a row with training, or fewer than two rest days in fourteen.",
        ("info", "slow_down", "rest"),
        "For: Ristolainen et al. 2014, J Sports Med Phys Fitness 54:78, 446 elite athletes. Against: Abrahamson 2025, "
        "doi 10.1111/sms.70004, 7,391 runners, where daily runners had fewer injuries.",
        "contested",
        "r02",
    ),
    Rule(
        "R06",
        "Return from a break",
        "recovery",
        "The first run, or the week, after seven or more days without running, over a share of what was usual before.",
        ("slow_down", "rest"),
        "Restarting is a risk factor in men (van der Worp 2015, PLoS ONE, PMC4338213); previous injury HR 1.72 "
        "(Malisoux 2015). The shares follow Daniels' halving scheme.",
        "moderate that the time is risky, weak for the numbers",
        "r06",
    ),
    Rule(
        "X01",
        "Two signs at once",
        "compound",
        "Two of L01 and R01 on one workout: one message, one step more serious, never above rest.",
        ("rest",),
        "An engineering choice of ours.",
        "none",
    ),
    Rule(
        "M01",
        "Budget",
        "message",
        "At most one message a day, two a week by SMS, three by push; urgent answers are not counted.",
        (),
        "Survey of 1,000 people 2017 (Localytics): a third would switch off push at two to five a week.",
        "weak, the direction is consistent",
        "policy",
    ),
    Rule(
        "M02",
        "One message a workout",
        "message",
        "The most serious finding leads, with one more reason at most.",
        (),
        "Ancker 2017, doi 10.1186/s12911-017-0430-8: acceptance falls with every further reminder in one encounter.",
        "moderate, in clinicians",
    ),
    Rule(
        "M03",
        "No repeats",
        "message",
        "The same rule stays silent for seven days unless its band rises; twice as long after two ignored messages.",
        (),
        "Ancker 2017, doi 10.1186/s12911-017-0430-8: acceptance falls with the share of repeats.",
        "moderate, in clinicians",
        "policy",
    ),
    Rule(
        "M04",
        "The right hour",
        "message",
        "From 20 minutes after the workout, between 09:00 and 20:00 local time; dropped when a day old by then.",
        (),
        "US rules for texts (08:00-21:00 at the recipient); receptivity studies (Künzler 2019, PMC9494762).",
        "practice",
        "policy",
    ),
    Rule(
        "M05",
        "Plain words",
        "message",
        "One action, the athlete's own numbers, a way out; no risk percentages, no blame.",
        (),
        "JITAI framework (Nahum-Shani 2018, doi 10.1007/s12160-016-9830-8).",
        "practice",
    ),
    Rule(
        "M06",
        "The athlete decides",
        "message",
        "Mute one rule, pause all, STOP at once on the channel that was used, choice of channel.",
        (),
        "Consent law; FCC rules in force since April 2025.",
        "law",
    ),
)
