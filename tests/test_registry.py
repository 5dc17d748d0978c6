"""Plugins: found by entry points alone, each with its own settings, none able to stop the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinge.plugin import NotConfigured
from twinge.registry import Plugins, load_plugins, own_settings, prefixes, row_readers

STRANGER = """
from twinge.plugin import Capabilities, NotConfigured

class Stranger:
    name = "stranger"
    capabilities = Capabilities(signed=True, batch=True)
    oauth = None

    @classmethod
    def from_env(cls, env):
        if "KEY" not in env:
            raise NotConfigured("Set TWINGE_STRANGER_KEY.")
        if env["KEY"] == "bad":
            raise ValueError("the key is " + env["KEY"])
        return cls()

    def recognises(self, row):
        return True

    def read_row(self, row):
        raise NotImplementedError
"""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path where a stranger's distribution lies: one module and its metadata, nothing installed."""
    metadata = tmp_path / "stranger-2.1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 2.1\n")
    (metadata / "entry_points.txt").write_text(
        "[twinge.platforms]\nstranger = a_strangers_module:Stranger\ngone = no_such_module:Gone\n"
        "broken = a_broken_module:Broken\nempty = a_strangers_module:Nothing\n"
    )
    (tmp_path / "a_strangers_module.py").write_text(STRANGER)
    (tmp_path / "a_broken_module.py").write_text("raise SystemError('on import')")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def states(plugins: Plugins) -> dict[str, str]:
    return {line.name: line.state for line in plugins.status}


def test_our_own_plugins_are_found_and_say_what_they_lack() -> None:
    plugins = load_plugins({})
    assert (
        states(plugins).items()
        >= {
            "console": "ready",
            "twilio": "not configured",
            "generic": "not configured",
            "strava": "not configured",
            "demo": "not configured",
        }.items()
    )
    assert list(plugins.channels) == ["console", "me"]
    assert all("TWINGE_" in line.reason for line in plugins.status if line.state == "not configured")


def test_a_strangers_plugin_is_found_from_its_metadata_alone(shelf: Path) -> None:
    plugins = load_plugins({"TWINGE_STRANGER_KEY": "k"})
    assert "stranger" in plugins.platforms
    (line,) = [line for line in plugins.status if line.name == "stranger"]
    assert (line.kind, line.state, line.version, line.capabilities["batch"]) == ("platform", "ready", "2.1", True)
    assert "TWINGE_STRANGER_" in prefixes()


def test_one_that_cannot_be_imported_is_not_installed_and_stops_nobody(shelf: Path) -> None:
    plugins = load_plugins({})
    assert (
        states(plugins).items()
        >= {
            "gone": "not installed",
            "broken": "not installed",
            "empty": "not installed",
            "stranger": "not configured",
            "console": "ready",
        }.items()
    )
    reasons = {line.name: line.reason for line in plugins.status}
    assert "no_such_module" in reasons["gone"]
    assert "SystemError" in reasons["broken"]


def test_a_refused_setting_is_not_repeated(shelf: Path) -> None:
    (line,) = [line for line in load_plugins({"TWINGE_STRANGER_KEY": "bad"}).status if line.name == "stranger"]
    assert (line.state, line.reason) == ("not configured", "its settings were refused with ValueError")


def test_rows_can_be_read_without_settings(shelf: Path) -> None:
    readers = row_readers(load_plugins({}))
    assert {type(reader).__name__ for reader in readers} == {"Strava", "Stranger"}


def test_a_plugin_gets_its_own_slice_with_files_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    env = {
        "TWINGE_ODD_NAME_ID": " 7 ",
        "TWINGE_ODD_NAME_SECRET_FILE": str(tmp_path / "secret"),
        "TWINGE_ODD_NAME_EMPTY": "",
        "TWINGE_OTHER_ID": "8",
    }
    assert own_settings("odd-name", env) == {"ID": "7", "SECRET": "from the file"}
    assert own_settings("odd-name", {**env, "TWINGE_ODD_NAME_SECRET": "given"})["SECRET"] == "given"


def test_a_file_that_is_not_there_is_named_by_its_setting() -> None:
    with pytest.raises(NotConfigured, match="TWINGE_X_SECRET_FILE must name a text file"):
        own_settings("x", {"TWINGE_X_SECRET_FILE": "/nowhere/at/all"})
    (line,) = [
        line for line in load_plugins({"TWINGE_GENERIC_SECRET_FILE": "/nowhere"}).status if line.name == "generic"
    ]
    assert (line.state, "TWINGE_GENERIC_SECRET_FILE" in line.reason) == ("not configured", True)
