"""Words for sports, surfaces and titles as vendors and athletes write them, in ours: one table, nothing guessed.

A sport that is not here is `other`: it counts as activity and is compared with nothing else.
"""

from __future__ import annotations

import re

from twinge.core.model import FAMILY, GENTLE, RUNNING

OTHER = "other"

_SAME = {
    "run": "running jog jogging roadrun roadrunning streetrunning outdoorrun outdoorrunning ultrarun ultrarunning",
    "trail_run": "trailrun trailrunning trail mountainrun mountainrunning fellrunning skyrunning",
    "treadmill": "treadmillrun treadmillrunning indoorrun indoorrunning",
    "track": "trackrun trackrunning",
    "virtual_run": "virtualrun virtualrunning",
    "walk": "walking casualwalking speedwalking powerwalking nordicwalking indoorwalking golf",
    "hike": "hiking trekking mountaineering rucking",
    "ride": "cycling bike biking bicycle road roadcycling roadbiking roadride bikeride ebikeride ebiking velomobile"
    " cyclocross trackcycling outdoorcycling",
    "virtual_ride": "virtualride virtualcycling",
    "indoor_ride": "indoorride indoorcycling indoorbiking indoorbike stationarybike spinning",
    "mountain_bike": "mountainbike mountainbiking mountainbikeride mtb emountainbikeride bmx",
    "gravel_ride": "gravelride gravelcycling gravel",
    "swim": "swimming lapswimming poolswim openwater openwaterswimming openwaterswim",
    "row": "rowing rower indoorrowing virtualrow virtualrowing kayak kayaking canoe canoeing paddling"
    " standuppaddling standuppaddleboarding",
    "strength": "strengthtraining weighttraining weights weightlifting traditionalstrengthtraining"
    " functionalstrengthtraining crossfit coretraining gym calisthenics",
    "mobility": "stretching flexibility foamrolling pilates taichi physicaltherapy",
    "yoga": "hathayoga vinyasa",
    "ski": "skiing alpineski alpineskiing downhillskiing resortskiing",
    "backcountry_ski": "backcountryski backcountryskiing skitouring skimountaineering skimo",
    "nordic_ski": "nordicski nordicskiing crosscountryskiing crosscountryski rollerski rollerskiing",
    "snowboard": "snowboarding",
    "snowshoe": "snowshoeing",
    "skate": "skating iceskate iceskating inlineskate inlineskating rollerskating skateboard skateboarding",
    "climb": "climbing rockclimbing bouldering indoorclimbing",
    "team_sport": "teamsport soccer football americanfootball basketball volleyball handball hockey icehockey"
    " fieldhockey rugby lacrosse cricket baseball softball ultimatefrisbee floorball"
    " tennis badminton squash padel pickleball racquetball",
}

_SPORTS = {
    word.replace("_", ""): ours
    for ours in sorted({*_SAME, *FAMILY, *RUNNING, *GENTLE, OTHER})
    for word in (ours, *_SAME.get(ours, "").split())
}

_SURFACES = {
    word: ours
    for ours, words in {
        "road": "road asphalt tarmac pavement paved concrete street",
        "trail": "trail dirt unpaved forest mountain singletrack grass",
        "track": "track tartan",
        "treadmill": "treadmill belt",
        "mixed": "mixed gravel",
    }.items()
    for word in words.split()
}

_NOISE = re.compile(r"[\W_]+")

_RACE = re.compile(r"\brac(?:e|ing)\b|marath?[oó]n|\bwettkampf", re.IGNORECASE)
_ABOUT_A_RACE = re.compile(
    r"train|\bpace\b|\beffort|\bprep|\bplan\b|recover|shake\s?-?out|\bweek\b|\bblock\b|\bbuild|\btaper|simulat"
    r"|\bexpo\b|volunteer|spectat|cheer|\b(?:pre|post|after|before|not|course)\b|\d\s?[x×]\s?\d",
    re.IGNORECASE,
)
"""Titles that name a race and are none: "marathon training week 3", "race pace", "post-race shakeout"."""
_INTERVAL = re.compile(r"\binterval|\brepeats?\b|\bfartlek|\btrack\s+workout\b", re.IGNORECASE)
_REPEATED_METRES = re.compile(
    r"(?<![\d.,])(?:[2-9]00|1000|1200|1600)\s?m\b(?!\s*(?:of\s+)?(?:climb|vert|elev|gain|ascent|up\b|d\+|\+))",
    re.IGNORECASE,
)
"""400m, 8 x 800 m: intervals in a run's title, unless it counts metres of climb."""
_TRAIL = re.compile(
    r"^trail\b|\b(?:sortie|salida|uscita)\s+trail\b|\btrails\b|\bsingle[\s-]?tracks?\b|\bfell[\s-]?(?:run|race)"
    r"|\btrail[\s-]?(?:run|rac|ultra|marath|half|jog|lauf|läuf|session|workout|interval)",
    re.IGNORECASE,
)
_NO_TRAIL = re.compile(
    r"\brails?[\s-]?(?:to[\s-])?trails?\b|\bpaved\b|\bgreenway\b|\bbike[\s-]?(?:path|trail)"
    r"|\btrail\s+(?:shoes?|mix|work\b)|\b(?:no|not|instead of)\s+(?:the\s+)?trails?\b|\btreadmill\b",
    re.IGNORECASE,
)
"""Titles that name a trail and mean none: rail trails and greenways are paved. A trail's proper name ("Iron Horse
Trail") says nothing: many are cycle paths."""
_TITLE_CHARS = 200


def sport(word: str) -> str:
    """Our word for a vendor's: `TrailRun`, `trail running` and `trail_run` are one; a stranger is `other`."""
    return _SPORTS.get(word) or _SPORTS.get(_NOISE.sub("", word).lower(), OTHER)


def surface(word: str) -> str | None:
    """road, trail, track, treadmill or mixed; None where the word says nothing we know."""
    return _SURFACES.get(_NOISE.sub("", word).lower())


def is_race(title: str) -> bool:
    """Whether a workout titled so was a race."""
    title = title[:_TITLE_CHARS]
    return _RACE.search(title) is not None and _ABOUT_A_RACE.search(title) is None


def is_interval(title: str, *, running: bool) -> bool:
    """Whether a workout titled so held intervals; on the run, repeated metres say so too."""
    title = title[:_TITLE_CHARS]
    return bool(_INTERVAL.search(title) or (running and _REPEATED_METRES.search(title)))


def is_trail(title: str) -> bool:
    """Whether a run titled so was on a trail; for runs whose sport and surface say nothing."""
    title = title[:_TITLE_CHARS]
    return _TRAIL.search(title) is not None and _NO_TRAIL.search(title) is None
