"""The walls of the house: who may import whom, what the core may not know, and that no circle closes."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SERVICE = ROOT / "service"
PLUGINS = ROOT / "plugins"

MAY: dict[str, set[str]] = {
    "core": set(),
    "config": {"keep"},
    "keyfile": {"config", "plugin"},
    "log": set(),
    "process": set(),
    "keep": set(),
    "plugin": {"core"},
    "event": {"core", "plugin"},
    "reach": {"core"},
    "plugins": {"core", "plugin", "event", "reach"},
    "store": {"core", "plugin", "keep"},
    "registry": {"core", "plugin"},
    "oauth": {"core", "plugin"},
    "testing": {"core", "plugin", "reach"},
    "files": {"core", "plugin", "event"},
    "recordings": {"core", "plugin", "event"},
    "speech": {"core"},
    "backtest": {"core", "speech"},
    "report": {"core", "backtest", "speech"},
    "packs": {"core", "plugin"},
    "archives": {"core", "plugin", "files", "recordings"},
    "histories": {"core", "plugin", "archives", "files", "registry", "backtest"},
    "difference": {"core", "backtest", "report"},
    "page": {"core", "plugin", "backtest", "difference", "report", "speech"},
    "lookback": {"core", "archives", "backtest", "report", "difference", "histories", "page"},
    "evaluate": {"core", "backtest"},
    "meanings": {"core"},
    "episode": {"core", "speech", "page"},
    "why": {"core", "plugin", "speech", "page"},
    "intake": {"plugin", "store"},
    "folder": {"core", "plugin", "store", "intake"},
    "web": {
        "core",
        "plugin",
        "event",
        "store",
        "oauth",
        "config",
        "registry",
        "episode",
        "speech",
        "why",
        "notices",
        "connections",
        "erasure",
        "export",
        "intake",
        "meanings",
        "rulebook",
        "preview",
        "tracing",
    },
    "database": {"config", "keyfile", "plugin", "store"},
    "door": {"config", "plugin", "web"},
    "limits": {"plugin", "store"},
    "tracing": set(),
    "trail": {"plugin", "store", "job", "tracing"},
    "job": {"core", "plugin", "store"},
    "fetch": {"core", "plugin", "limits", "store", "job", "trail"},
    "connections": {"core", "plugin", "oauth", "store", "limits", "fetch", "notices", "ways", "keep"},
    "erasure": {"core", "plugin", "store", "fetch", "connections"},
    "export": {"core", "plugin", "store", "erasure", "backtest", "page"},
    "replies": {"core", "plugin", "store"},
    "notices": {"core", "plugin", "store", "speech"},
    "ways": {"core", "store"},
    "person": {"core", "store", "replies", "notices", "ways", "speech"},
    "draft": {"core", "store", "person"},
    "succession": {"core", "store", "person"},
    "desk": {"core", "plugin", "store", "replies", "person", "draft", "succession", "ways"},
    "rulebook": {"core", "store"},
    "portion": set(),
    "preview": {"core", "plugin", "store", "ways", "backtest", "difference"},
    "ends": {"plugin", "store", "desk", "fetch", "job"},
    "worker": {
        "core",
        "plugin",
        "store",
        "limits",
        "desk",
        "ends",
        "fetch",
        "job",
        "rulebook",
        "portion",
        "tracing",
        "trail",
    },
    "sender": {"core", "plugin", "store", "ways", "tracing", "trail"},
    "schedule": {"store", "sender", "connections", "erasure"},
    "app": {
        "core",
        "plugin",
        "store",
        "oauth",
        "config",
        "keyfile",
        "database",
        "door",
        "log",
        "process",
        "registry",
        "packs",
        "recordings",
        "folder",
        "web",
        "why",
        "worker",
        "fetch",
        "connections",
        "erasure",
        "sender",
        "schedule",
        "tracing",
    },
    "doctor": {"plugin", "store", "config", "registry"},
    "demo": {"app", "config", "registry", "core", "plugin"},
    "cli": {
        "app",
        "demo",
        "config",
        "keyfile",
        "database",
        "registry",
        "files",
        "archives",
        "backtest",
        "report",
        "packs",
        "histories",
        "page",
        "lookback",
        "evaluate",
        "erasure",
        "export",
        "keep",
        "connections",
        "core",
        "plugin",
        "store",
        "speech",
        "web",
        "meanings",
        "rulebook",
        "preview",
        "doctor",
    },
}
"""Room → the rooms below it that it may import (itself always)."""

PURE = {"os", "time", "random", "logging", "asyncio", "socket", "subprocess", "threading", "secrets", "uuid"}
"""What the core may not know."""


def room_of(path: Path) -> str:
    if path.is_relative_to(PLUGINS):
        return "plugins"
    first = path.relative_to(SERVICE / "twinge").parts[0]
    return first.removesuffix(".py")


def sources() -> list[Path]:
    return sorted([*(SERVICE / "twinge").rglob("*.py"), *PLUGINS.rglob("*.py")])


def imports(path: Path) -> Iterator[str]:
    """Full names of everything a file imports, also inside functions; imports for type checking only count too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a name lives"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_used(path: Path) -> Iterator[str]:
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "twinge" and len(parts) > 1:
            yield parts[1]
        elif parts[0].startswith("twinge_"):
            yield parts[0]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_runs_uphill(path: Path) -> None:
    room = room_of(path)
    if room in {"__init__", "__main__"}:
        return
    own = {room} if room != "plugins" else {path.relative_to(PLUGINS).parts[0].removesuffix(".py")}
    uphill = set(rooms_used(path)) - MAY[room] - own
    assert not uphill, f"{room} may not import {sorted(uphill)}"


@pytest.mark.parametrize("path", sorted((SERVICE / "twinge/core").rglob("*.py")), ids=lambda path: path.name)
def test_the_core_knows_the_standard_library_only_and_no_clock(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(path)} - {"twinge", "__future__"}
    assert used <= set(sys.stdlib_module_names)
    assert not used & PURE


def test_no_circle_between_files() -> None:
    names = {module_name(path): path for path in sources()}
    arrows = {name: {target(used, names) for used in imports(path)} - {None, name} for name, path in names.items()}
    seen: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"a circle: {' → '.join((*trail[trail.index(name) :], name))}"
        if name in seen:
            return
        for used in sorted(filter(None, arrows[name])):
            walk(used, (*trail, name))
        seen.add(name)

    for name in arrows:
        walk(name, ())


def module_name(path: Path) -> str:
    root = PLUGINS if path.is_relative_to(PLUGINS) else SERVICE
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def target(used: str, names: dict[str, Path]) -> str | None:
    """The file behind an imported name: the module itself, or the module it is taken from."""
    if used in names:
        return used
    parent = used.rpartition(".")[0]
    return parent if parent in names else None


def test_one_file_alone_knows_opentelemetry() -> None:
    knows = {path.name for path in sources() if any(name.startswith("opentelemetry") for name in imports(path))}
    loads = {path.name for path in sources() if any(name.startswith("twinge.tracing.otel") for name in imports(path))}
    assert (knows, loads) == ({"otel.py"}, {"app.py"})


def test_every_room_has_a_wall() -> None:
    rooms = {room_of(path) for path in sources()} - {"__init__", "__main__"}
    assert rooms <= set(MAY)


def test_every_file_says_what_it_is_for() -> None:
    silent = [str(path.relative_to(ROOT)) for path in sources() if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


FORBIDDEN = {"utils", "helpers", "common", "manager", "handler", "processor", "base", "service"}


def test_rooms_are_named_by_what_they_hold() -> None:
    assert [path for path in sources() if path.stem in FORBIDDEN] == []
