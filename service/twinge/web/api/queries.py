"""The query fields of each list, as types: for the document, and for the test that each list knows just these."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from twinge.web.api.listing import MOST


class Pages(Struct, kw_only=True):
    """Which page of a list."""

    limit: Annotated[int, Meta(ge=1, le=MOST, description="Items on a page.")] = 50
    cursor: Annotated[str, Meta(description="The last answer's `next`; left out for the first page.")] | None = None


class Deliveries(Pages, kw_only=True):
    """Which deliveries."""

    state: Literal["waiting", "done", "stray", "dead"] | None = None
    platform: Annotated[str, Meta(description="A platform, or of a channel: `channel:twilio`.")] | None = None


class Quiet(Pages, kw_only=True):
    """Which connections: those that have fallen silent, at present."""

    quiet: Literal["1"]


class File(Struct):
    """What a device's file cannot say."""

    sport: Annotated[str, Meta(max_length=80, pattern=r"^[ -~]*$", description="A word for the sport.")] = ""
