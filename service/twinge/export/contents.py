"""Which table of an athlete's goes into which file, and why some go into none. A test holds this against the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Listing(NamedTuple):
    """A table that has files of its own, as JSON and as CSV."""

    file: str
    what: str


LISTINGS: Final[Mapping[str, Listing]] = {
    "activity": Listing("activities", "workouts as numbers, removed ones with their id and start only"),
    "wellness": Listing("wellness", "mornings: resting heart rate, HRV, sleep, readiness"),
    "report": Listing("reports", "what you told about pain and effort, in your own words too"),
    "finding": Listing("findings", "what the rules saw, with their numbers"),
    "nudge": Listing("nudges", "what was said to you and what became of it"),
    "held": Listing("held", "what was not said, and why"),
}
WITHIN: Final[Mapping[str, str]] = {
    "address": "athlete.json",
    "consent": "athlete.json",
    "connection": "athlete.json",
    "backfill": "athlete.json",
    "state": "episodes.json",
}
"""Tables that are parts of a file."""
LEFT_OUT: Final[Mapping[str, str]] = {
    "verification": "keyed hashes of codes that were sent; they end in ten minutes",
    "glance": "one line that sums up the other files, for the operator's desk",
    "quiet": "since when a platform has sent nothing, counted anew every day",
    "coaching": "which keys of a coach may see you: ask whoever runs this whose they are",
    "feed": "for seven days, that something happened; what it was is in the other files",
    "repeat": "for a day, sealed answers to calls that may come twice; only who called can open them",
    "wake": "when the clock looks at you again; it says nothing about you",
    "link": "hashes of links that would let somebody in",
    "visit": "hashes of what your browser holds to stay in",
    "ticket": "hashes of links to connect by",
    "handshake": "consents under way: hashes, and a sealed secret",
    "farewell": "sealed tokens that only the platform may have",
    "errand": "messages that are being deleted at a vendor",
    "erasure": "there is none while you are here",
}
"""Tables that are not exported, and the reason."""
OTHERS: Final[Mapping[str, str]] = {
    "athlete.json": "you: profile, wishes, silences, limits, where messages reach you, what you agreed to, connections",
    "episodes.json": "your pain stories, open or not long over",
    "audit.csv": "what was done with your data, and by whom",
    "deliveries.csv": "what platforms and channels sent about you, as far as it is still kept",
    "deliveries/": "the same as it came, byte for byte; what tells of others too is listed and left out",
    "past.html": "your past through the eyes of the rules, as one page",
    "README.txt": "this",
}
