"""Settings from the environment, typed, by the keys of one table; secrets also by file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twinge.config.shapes import ROLES
from twinge.config.table import KEYS, Key
from twinge.keep import Choice

PREFIX = "TWINGE_"


class SettingError(ValueError):
    """A setting cannot be used. The message names the key and the shape wanted, never the value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The service's own settings. A plugin's are its own: see `twinge plugins`."""

    data_dir: Path = Path("data")
    database_url: str = field(default="", repr=False)
    database_pool: int = 10
    database_timeout_s: float = 30
    public_url: str = ""
    """Without a trailing slash; empty until the address is known."""
    secret_key: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8700
    roles: tuple[str, ...] = ROLES
    pack: str = ""
    verify_addresses: bool = False
    fall_back_min: int = 15
    retention: str = "vendor"
    keep: Choice = field(default_factory=dict)
    body_cap_kb: int = 256
    file_cap_kb: int = 32768
    file_deadline_s: float = 10
    files_dir: str = ""
    request_deadline_s: float = 10
    admin_hosts: tuple[str, ...] = ()
    api_rate: int = 600
    api_failures: int = 30
    stop_grace_s: float = 20
    log_level: str = "info"
    log_format: str = "text"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read every key of `KEYS` from `env`; an unusable value raises `SettingError`."""
        values = {key.field: read_key(key, env) for key in KEYS}
        values["keep"] = values["keep"] or {}
        if not values["database_url"]:
            values["database_url"] = sqlite_url(values["data_dir"])
        values["admin_hosts"] = values["admin_hosts"] or ()
        return cls(**values)


def sqlite_url(folder: Path) -> str:
    """The URL of the SQLite file in `folder`."""
    return f"sqlite+aiosqlite:///{folder / 'twinge.sqlite3'}"


def read_key(key: Key, env: Mapping[str, str]) -> Any:
    """One setting's value: from the environment, its file, or its default. Empty counts as not set."""
    text = env.get(key.name, "").strip()
    if key.secret and not text:
        text = read_file(f"{key.name}_FILE", env)
    if not (text := text or key.default):
        return ""
    try:
        return key.parse(text)
    except ValueError:
        raise SettingError(f"{key.name} must be {key.wants}.") from None


def read_file(name: str, env: Mapping[str, str]) -> str:
    """What the file named by the setting `name` holds, without the line end; empty when it is not set."""
    if not (path := env.get(name, "").strip()):
        return ""
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeError):
        raise SettingError(f"{name} must name a text file that Twinge may read.") from None


def unknown_keys(env: Mapping[str, str], prefixes: Sequence[str]) -> list[str]:
    """A sentence for each `TWINGE_` key that nobody reads, we or a plugin, with the nearest known name."""
    known = {key.name for key in KEYS} | {f"{key.name}_FILE" for key in KEYS if key.secret}
    strange = sorted(name for name in env if name.startswith(PREFIX) and name not in known)
    return [_warning(name, known, prefixes) for name in strange if not name.startswith(tuple(prefixes))]


def _warning(name: str, known: Iterable[str], prefixes: Iterable[str]) -> str:
    if near := difflib.get_close_matches(name, known, n=1, cutoff=0.8):
        return f"{name} is not a setting; did you mean {near[0]}?"
    stem = PREFIX + name.removeprefix(PREFIX).partition("_")[0] + "_"
    if name.startswith(stem) and (near := difflib.get_close_matches(stem, prefixes, n=1, cutoff=0.8)):
        return f"{name} is not a setting; did you mean {near[0]}{name.removeprefix(stem)}?"
    return f"{name} is not a setting, and no plugin reads it; it is ignored."
