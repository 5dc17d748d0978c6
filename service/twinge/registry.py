"""Finds plugins by their entry points; says of each if it is ready, not configured or not installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from twinge.plugin import Channel, NotConfigured, PlatformAdapter, ReadsRows
from twinge.plugin.signing import UNTIL

GROUPS = {"platform": "twinge.platforms", "channel": "twinge.channels"}


@dataclass(frozen=True, slots=True)
class PluginStatus:
    """One line of `twinge plugins`."""

    kind: str
    """platform or channel."""
    name: str
    state: str
    """ready · not configured · not installed."""
    reason: str = ""
    """What to do about it, where it is not ready; of a ready one, which of its secrets end."""
    version: str = ""
    capabilities: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plugins:
    """What `load_plugins` found: the ready ones by name, and a status for every one."""

    platforms: Mapping[str, PlatformAdapter]
    channels: Mapping[str, Channel]
    status: tuple[PluginStatus, ...]


def load_plugins(env: Mapping[str, str]) -> Plugins:
    """Build every plugin of this installation from its own slice of `env`. One that fails never raises."""
    ready: dict[str, dict[str, Any]] = {"platform": {}, "channel": {}}
    status = []
    for kind, point in _points():
        plugin, line = _load(kind, point, env)
        status.append(line)
        if plugin is not None:
            ready[kind][point.name] = plugin
    return Plugins(ready["platform"], ready["channel"], tuple(status))


def row_readers(ready: Plugins) -> list[ReadsRows]:
    """Every adapter that can read a row of its vendor's export, with or without settings: reading rows needs none."""
    absent = {line.name for line in ready.status if line.state == "not installed"}
    points = [point for kind, point in _points() if kind == "platform" and point.name not in absent]
    found: list[ReadsRows] = []
    for name, made in ((point.name, point.load()) for point in points):
        reader: Any = ready.platforms.get(name) or made.__new__(made)
        if isinstance(reader, ReadsRows):
            found.append(reader)
    return found


def prefix(name: str) -> str:
    """What the settings of the plugin `name` begin with: `strava` → `TWINGE_STRAVA_`."""
    return f"TWINGE_{name.upper().replace('-', '_')}_"


def prefixes() -> list[str]:
    """The prefixes of all plugins of this installation, loaded or not."""
    return [prefix(point.name) for _, point in _points()]


def own_settings(name: str, env: Mapping[str, str]) -> dict[str, str]:
    """The slice of `env` that belongs to the plugin `name`, prefix stripped, `*_FILE` read.

    Raises `NotConfigured` where a named file cannot be read.
    """
    start = prefix(name)
    mine = {key.removeprefix(start): value.strip() for key, value in env.items() if key.startswith(start)}
    for key in [key for key in mine if key.endswith("_FILE")]:
        path = mine.pop(key)
        if path and not mine.get(key.removesuffix("_FILE")):
            mine[key.removesuffix("_FILE")] = _read(path, start + key)
    return {key: value for key, value in mine.items() if value}


def _points() -> Iterator[tuple[str, EntryPoint]]:
    """Each plugin once: where two packages claim a name, the first on the path has it."""
    for kind, group in GROUPS.items():
        found: dict[str, EntryPoint] = {}
        for point in entry_points(group=group):
            found.setdefault(point.name, point)
        for name in sorted(found):
            yield kind, found[name]


def _load(kind: str, point: EntryPoint, env: Mapping[str, str]) -> tuple[Any, PluginStatus]:
    version = point.dist.version if point.dist else ""
    try:
        made = point.load()
        able = _capabilities(made)
    except Exception as error:  # noqa: BLE001 - a stranger's module may fail in any way; it must not stop the rest
        reason = f"{point.module} could not be imported: {type(error).__name__}: {error}"
        return None, PluginStatus(kind, point.name, "not installed", reason, version)
    try:
        own = own_settings(point.name, env)
        plugin = made.from_env(own)
    except NotConfigured as error:
        return None, PluginStatus(kind, point.name, "not configured", str(error), version, able)
    except Exception as error:  # noqa: BLE001 - as above; its words are left out because they may hold a secret
        reason = f"its settings were refused with {type(error).__name__}"
        return None, PluginStatus(kind, point.name, "not configured", reason, version, able)
    return plugin, PluginStatus(kind, point.name, "ready", _endings(point.name, own), version, able)


def _endings(name: str, own: Mapping[str, str]) -> str:
    """Which secrets have a last day, by their setting and place in it: `TWINGE_X_SECRET: secret 2 until 2026-06-30`."""
    found = []
    for setting, value in sorted(own.items()):
        for nth, word in enumerate(value.split(), 1):
            if UNTIL in word:
                found.append(f"{prefix(name)}{setting}: secret {nth} until {word.rpartition(UNTIL)[2]}")
    return "; ".join(found)


def _capabilities(made: Any) -> dict[str, Any]:
    if (capabilities := getattr(made, "capabilities", None)) is not None:
        return asdict(capabilities)
    return {"voice": str(made.voice)}


def _read(path: str, key: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeError):
        raise NotConfigured(f"{key} must name a text file that Twinge may read.") from None
