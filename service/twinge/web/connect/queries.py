"""What a browser brings along in the address of these pages."""

from __future__ import annotations

from msgspec import Struct


class Invited(Struct):
    """A link."""

    ticket: str = ""


class Called(Struct):
    """What the vendor sends along (RFC 6749, section 4.1.2)."""

    state: str = ""
    code: str = ""
    error: str = ""
    scope: str = ""
