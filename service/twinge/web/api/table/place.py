"""Paths that the tables share, and the shape of a list."""

from __future__ import annotations

from typing import Any, Final

from twinge.web.api.answers import Listing
from twinge.web.route import Sends

ALL: Final = "/api/v1/athletes"
ONE: Final = f"{ALL}/{{athlete}}"


GONE: Final = Sends(status=204)
"""Nothing is left to show."""


def lists(kind: Any) -> Sends:
    """A list of such things."""
    return Sends(type=Listing[kind])
