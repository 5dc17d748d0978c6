"""M01 to M06 in words: how findings become messages. `policy.py` applies them."""

from __future__ import annotations

from twinge.core.rules.rule import Rule

RULES: tuple[Rule, ...] = (
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
