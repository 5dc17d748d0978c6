"""Settings from the environment: every key in one table, typed, with a line of doc; secrets also by file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twinge.keep import Choice, read_choice

ROLES = ("web", "worker", "sender", "clock")
"""What one process may do; all of them by default."""

PREFIX = "TWINGE_"

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
"""What a database URL may begin with, and the driver it is opened with."""


class SettingError(ValueError):
    """A setting cannot be used. The message names the key and the shape wanted, never the value."""


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its name in the environment, how it is read, and its line in docs/settings.md."""

    name: str
    field: str
    default: str
    wants: str
    doc: str
    parse: Callable[[str], Any]
    secret: bool = False
    """A secret may also come from the file named by `<name>_FILE`, and is never printed."""


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if (word := text.lower()) not in words:
            raise ValueError
        return word

    return parse


def _roles(text: str) -> tuple[str, ...]:
    wanted = {word.strip() for word in text.split(",")} - {""}
    if not wanted or not wanted <= set(ROLES):
        raise ValueError
    return tuple(role for role in ROLES if role in wanted)


def _hosts(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower().strip("[]") for name in text.split(","))
    if not all(re.fullmatch(r"[a-z0-9.:_-]+", name) and name.count(":") != 1 for name in names):
        raise ValueError
    return names


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    return text.rstrip("/")


def database_url(text: str) -> str:
    """A database's URL with the driver that it is opened with; ValueError for one that is none of ours."""
    scheme, found, rest = text.partition("://")
    if not found or scheme not in DRIVERS:
        raise ValueError
    return f"{DRIVERS[scheme]}://{rest}"


def _secret(text: str) -> str:
    if len(text) < 32:
        raise ValueError
    return text


KEYS: tuple[Key, ...] = (
    Key(
        "TWINGE_DATA_DIR",
        "data_dir",
        "data",
        "a folder that Twinge may write to",
        "Folder of the SQLite file and the key file.",
        Path,
    ),
    Key(
        "TWINGE_DATABASE_URL",
        "database_url",
        "",
        "sqlite:///<path> or postgresql://<user>:<password>@<host>/<database>",
        "Where everything is kept; without it, `twinge.sqlite3` in the data folder.",
        database_url,
        secret=True,
    ),
    Key(
        "TWINGE_DATABASE_POOL",
        "database_pool",
        "10",
        "a number from 2 to 200",
        "Connections of one process to PostgreSQL at most; two more stay open beside them.",
        _number(2, 200),
    ),
    Key(
        "TWINGE_DATABASE_TIMEOUT_S",
        "database_timeout_s",
        "30",
        "a number from 1 to 600",
        "Seconds that PostgreSQL may work on one statement.",
        _number(1, 600),
    ),
    Key(
        "TWINGE_PUBLIC_URL",
        "public_url",
        "",
        "http(s)://<host>[/<path>], without a query",
        "The address that vendors and athletes reach Twinge by; some signatures cover it.",
        _public_url,
    ),
    Key(
        "TWINGE_SECRET_KEY",
        "secret_key",
        "",
        "at least 32 characters; `twinge keys secret` prints one",
        "Seals what is stored; of several, separated by spaces, the first seals, all open. Without it: `secret.key`.",
        _secret,
        secret=True,
    ),
    Key("TWINGE_HOST", "host", "127.0.0.1", "a host name or an IP address", "Address to listen on.", str),
    Key(
        "TWINGE_PORT",
        "port",
        "8700",
        "a number from 0 to 65535",
        "Port to listen on; 0 takes a free one.",
        _number(0, 65535),
    ),
    Key(
        "TWINGE_ROLES",
        "roles",
        ",".join(ROLES),
        f"a comma-separated choice of {', '.join(ROLES)}",
        "What this process does; replicas on PostgreSQL may share the work.",
        _roles,
    ),
    Key(
        "TWINGE_PACK",
        "pack",
        "",
        "the path of a pack file, JSON or TOML",
        "Limits of the rules for everybody here; without it, the ones we ship.",
        str,
    ),
    Key(
        "TWINGE_VERIFY_ADDRESSES",
        "verify_addresses",
        "0",
        "0 or 1",
        "1: every address that is added gets a code first, and nothing else until it came back; 0: the operator's word "
        "is enough, unless they ask for a code.",
        lambda text: _one_of("0", "1")(text) == "1",
    ),
    Key(
        "TWINGE_FALL_BACK_MIN",
        "fall_back_min",
        "15",
        "a number from 1 to 1440",
        "Minutes without word of an arrival, or with a channel that is down, until the next channel is tried.",
        _number(1, 1440),
    ),
    Key(
        "TWINGE_RETENTION",
        "retention",
        "vendor",
        "vendor or keep",
        "vendor: what came from a platform is deleted as its terms ask; keep: it stays, and the terms are yours.",
        _one_of("vendor", "keep"),
    ),
    Key(
        "TWINGE_KEEP",
        "keep",
        "",
        "kinds of [privacy](privacy.md#how-long) with days or forever, such as findings=400, deliveries.garmin=7",
        "How long each kind of thing is kept, everywhere or from one source; what it does not name has its usual days.",
        read_choice,
    ),
    Key(
        "TWINGE_BODY_CAP_KB",
        "body_cap_kb",
        "256",
        "a number from 1 to 16384",
        "Largest request body, in kilobytes; a larger one is refused with 413.",
        _number(1, 16384),
    ),
    Key(
        "TWINGE_FILE_CAP_KB",
        "file_cap_kb",
        "32768",
        "a number from 1 to 65536",
        "Largest device file that may be uploaded or lie in the watched folder, in kilobytes.",
        _number(1, 65536),
    ),
    Key(
        "TWINGE_FILE_DEADLINE_S",
        "file_deadline_s",
        "10",
        "a number from 1 to 300",
        "Seconds that reading one device file may take; a slow machine and a day-long recording need more.",
        _number(1, 300),
    ),
    Key(
        "TWINGE_FILES_DIR",
        "files_dir",
        "",
        "a folder that Twinge may write to",
        "Device files that appear in it, a folder for each athlete, are taken in; without it, no folder is watched.",
        str,
    ),
    Key(
        "TWINGE_REQUEST_DEADLINE_S",
        "request_deadline_s",
        "10",
        "a number from 1 to 300",
        "Seconds for one whole request, its body included; a slower one is closed with 408.",
        _number(1, 300),
    ),
    Key(
        "TWINGE_ADMIN_HOSTS",
        "admin_hosts",
        "",
        "a comma-separated list of host names, without ports",
        "Names under which the operator's desk, `/admin`, is answered; without it, on this machine's loopback only.",
        _hosts,
    ),
    Key(
        "TWINGE_API_RATE",
        "api_rate",
        "600",
        "a number from 0 to 1000000",
        "Calls of the API that one key may make in a minute, in each process; 0: as many as it likes.",
        _number(0, 1_000_000),
    ),
    Key(
        "TWINGE_API_FAILURES",
        "api_failures",
        "30",
        "a number from 0 to 1000000",
        "Wrong keys that one address may send in a minute, to each process; 0: as many as it likes.",
        _number(0, 1_000_000),
    ),
    Key(
        "TWINGE_STOP_GRACE_S",
        "stop_grace_s",
        "20",
        "a number from 1 to 300",
        "Seconds that work in flight gets to finish when the process is asked to stop.",
        _number(1, 300),
    ),
    Key(
        "TWINGE_LOG_LEVEL",
        "log_level",
        "info",
        "one of debug, info, warning, error",
        "How much is logged; never a body, token, phone number or text.",
        _one_of("debug", "info", "warning", "error"),
    ),
    Key(
        "TWINGE_LOG_FORMAT",
        "log_format",
        "text",
        "text or json",
        "How a line of the log is written: `key=value` words, or one JSON object.",
        _one_of("text", "json"),
    ),
)


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
