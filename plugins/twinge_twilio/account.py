"""The settings of the Twilio channel, TWINGE_TWILIO_…: where to call, as whom, from where and to which countries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from twinge.plugin import NotConfigured, Pace
from twinge.plugin.signing import first_of, read_secret
from twinge_twilio.numbers import known_countries
from twinge_twilio.pace import kind_of, read_pace

API = "https://api.twilio.com"
SHORTEST_S, LONGEST_S = 60, 36_000
"""ValidityPeriod: Twilio takes 1 to 36,000 s; under a minute hardly any carrier's queue empties."""


@dataclass(frozen=True, slots=True)
class Account:
    """One Twilio account, and how patiently we talk to it."""

    sid: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    """The first one sends; any of them may have signed a callback, for rotation."""
    sender: str = ""
    service: str = ""
    """Sid of a Messaging Service: it chooses the sender, and keeps one opt-out list for all of them."""
    api_key: str = ""
    api_secret: str = field(default="", repr=False)
    api_base: str = API
    """A mock, or a region's own host such as https://api.dublin.ie1.twilio.com."""
    validity_s: int = LONGEST_S
    risk_check: str = ""
    """enable or disable Twilio's check for pumped traffic, message by message."""
    countries: frozenset[str] = frozenset()
    """ISO 3166-1 alpha-2 codes of the numbers we write to; none: all."""
    pace: Pace = field(default_factory=Pace)
    mms: bool = False
    """Whether a chart may go along as MMS."""
    deadline_s: float = 15.0
    """For one whole call."""
    connect_s: float = 5.0

    @property
    def login(self) -> tuple[str, str]:
        """User and password of HTTP Basic: the API key where there is one."""
        return (self.api_key, self.api_secret) if self.api_key else (self.sid, first_of(self.auth_tokens[0]))


def read_account(env: Mapping[str, str]) -> Account:
    """Raises `NotConfigured` naming the first setting that is missing or wrong, never its value."""
    sid, tokens = env.get("ACCOUNT_SID", ""), tuple(env.get("AUTH_TOKEN", "").split())
    sender, service = env.get("FROM", ""), env.get("MESSAGING_SERVICE_SID", "")
    key, secret = env.get("API_KEY", ""), env.get("API_SECRET", "")
    _want(sid.startswith("AC"), "ACCOUNT_SID", "the account's sid, AC…")
    _want(
        bool(tokens) and all(map(read_secret, tokens)),
        "AUTH_TOKEN",
        "the account's auth token; it also checks callbacks",
    )
    _want(bool(sender or service), "FROM", "a number of yours, or set TWINGE_TWILIO_MESSAGING_SERVICE_SID")
    _want(not service or service.startswith("MG"), "MESSAGING_SERVICE_SID", "a Messaging Service's sid, MG…")
    _want(bool(key) == bool(secret), "API_SECRET", "set together with TWINGE_TWILIO_API_KEY, or neither")
    return Account(
        sid,
        tokens,
        sender=sender,
        service=service,
        api_key=key,
        api_secret=secret,
        api_base=_base(env.get("API_BASE", API)),
        validity_s=_validity(env.get("VALIDITY_S", str(LONGEST_S))),
        risk_check=_risk(env.get("RISK_CHECK", "")),
        countries=_countries(env.get("COUNTRIES", "")),
        mms=_mms(env.get("MMS", "")),
        pace=read_pace(env, kind_of(sender, service), _want),
    )


def _want(fulfilled: bool, name: str, wanted: str) -> None:
    if not fulfilled:
        raise NotConfigured(f"TWINGE_TWILIO_{name} must be {wanted}.")


def _base(text: str) -> str:
    parts = urlsplit(text)
    _want(parts.scheme in {"http", "https"} and bool(parts.netloc), "API_BASE", "http(s)://<host>")
    return text.rstrip("/")


def _validity(text: str) -> int:
    fits = text.isascii() and text.isdigit() and len(text) < 6 and SHORTEST_S <= int(text) <= LONGEST_S
    _want(fits, "VALIDITY_S", f"a number of seconds from {SHORTEST_S} to {LONGEST_S}")
    return int(text)


def _risk(text: str) -> str:
    _want(text in {"", "enable", "disable"}, "RISK_CHECK", "enable or disable")
    return text


def _mms(text: str) -> bool:
    _want(text in {"", "1"}, "MMS", "1, or not set: a chart may then go along as MMS")
    return text == "1"


def _countries(text: str) -> frozenset[str]:
    codes = frozenset(text.upper().replace(",", " ").split())
    unknown = ", ".join(sorted(codes - known_countries()))
    _want(not unknown, "COUNTRIES", f"codes of countries as in ISO 3166 (DE, AT, CH); there is no {unknown[:80]}")
    return codes
