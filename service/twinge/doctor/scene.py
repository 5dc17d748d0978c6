"""What the checks look at, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import aiohttp

from twinge.config import Settings
from twinge.registry import Plugins
from twinge.store import Store


class State(StrEnum):
    """How one thing stands, the best first."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check says."""

    name: str
    state: State
    what: str
    """What was seen; never a secret, an address or a name of an athlete."""
    advice: str = ""
    """What to do, where it is not as it should be."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One installation, as the command finds it."""

    env: Mapping[str, str]
    settings: Settings
    plugins: Plugins
    unknown: tuple[str, ...]
    """Sentences about settings that nobody reads."""
    now: datetime
    secret: bytes | None
    """What tokens are sealed with; None where it was not made yet."""
    store: Store | None
    """None where the schema is not this version's; `schema` says why."""
    schema: str | None
    http: aiohttp.ClientSession | None
    """For calls of our own service and of vendors; None: nobody is called."""

    @property
    def database_file(self) -> Path | None:
        """The SQLite file; None on a server."""
        scheme, _, path = self.settings.database_url.partition(":///")
        return Path(path) if scheme.startswith("sqlite") else None


def ok(name: str, what: str) -> list[Verdict]:
    """All is well."""
    return [Verdict(name, State.OK, what)]


def warn(name: str, what: str, advice: str) -> list[Verdict]:
    """It works, and something should be done."""
    return [Verdict(name, State.WARN, what, advice)]


def fail(name: str, what: str, advice: str) -> list[Verdict]:
    """It does not work."""
    return [Verdict(name, State.FAIL, what, advice)]


def worst(states: Iterable[State]) -> State:
    """The gravest of them."""
    return max(states, key=list(State).index, default=State.OK)
