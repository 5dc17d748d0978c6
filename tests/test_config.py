"""Settings: typed, by one table, secrets from files, and errors that name the key but never the value."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from twinge.config import SettingError, Settings, unknown_keys
from twinge.config.table import KEYS


def test_without_any_setting_everything_has_a_default() -> None:
    settings = Settings.from_env({})
    assert (settings.host, settings.port, settings.body_cap_kb) == ("127.0.0.1", 8700, 256)
    assert settings.database_url == "sqlite+aiosqlite:///data/twinge.sqlite3"
    assert settings.roles == ("web", "worker", "sender", "clock")
    assert (settings.public_url, settings.secret_key) == ("", "")


def test_every_field_has_its_key_and_its_line_of_doc() -> None:
    assert {key.field for key in KEYS} == {field.name for field in fields(Settings)}
    assert all(key.doc.endswith(".") and key.wants for key in KEYS)
    assert Settings.from_env({key.name: key.default for key in KEYS}) == Settings.from_env({})


def test_values_are_read_typed() -> None:
    settings = Settings.from_env(
        {
            "TWINGE_DATA_DIR": "/var/lib/twinge",
            "TWINGE_PUBLIC_URL": "https://twinge.example/base/",
            "TWINGE_ROLES": " sender, web ",
            "TWINGE_PORT": " 0 ",
            "TWINGE_LOG_LEVEL": "DEBUG",
            "TWINGE_HOST": "",
        }
    )
    assert settings.database_url == "sqlite+aiosqlite:////var/lib/twinge/twinge.sqlite3"
    assert settings.public_url == "https://twinge.example/base"
    assert settings.roles == ("web", "sender")
    assert (settings.port, settings.log_level, settings.host) == (0, "debug", "127.0.0.1")


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("sqlite+aiosqlite:////a.db", "sqlite+aiosqlite:////a.db"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
    ],
)
def test_a_database_url_gets_its_driver(given: str, opened: str) -> None:
    assert Settings.from_env({"TWINGE_DATABASE_URL": given}).database_url == opened


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWINGE_PORT", "65536"),
        ("TWINGE_PORT", "web"),
        ("TWINGE_ROLES", "web,cook"),
        ("TWINGE_ROLES", ",;"),
        ("TWINGE_PUBLIC_URL", "twinge.example"),
        ("TWINGE_PUBLIC_URL", "https://twinge.example/?token=hush"),
        ("TWINGE_DATABASE_URL", "mysql://u:hush@h/d"),
        ("TWINGE_SECRET_KEY", "short-and-hush"),
        ("TWINGE_LOG_LEVEL", "shout"),
        ("TWINGE_BODY_CAP_KB", "0"),
        ("TWINGE_REQUEST_DEADLINE_S", "nan"),
        ("TWINGE_SECRET_KEY_FILE", "/nowhere/hush"),
    ],
)
def test_a_wrong_value_is_named_by_its_key_and_never_echoed(name: str, value: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_env({name: value})
    assert str(caught.value).startswith(f"{name} must ")
    assert value not in str(caught.value)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("k" * 40 + "\n")
    assert Settings.from_env({"TWINGE_SECRET_KEY_FILE": str(path)}).secret_key == "k" * 40


def test_settings_can_be_printed_without_their_secrets() -> None:
    env = {"TWINGE_SECRET_KEY": "hush" * 10, "TWINGE_DATABASE_URL": "postgres://u:hush@h/d"}
    assert "hush" not in repr(Settings.from_env(env))


def test_settings_that_nobody_reads_are_named_with_the_nearest_one() -> None:
    env = dict.fromkeys(
        (
            "TWINGE_PROT",
            "TWINGE_STRVA_CLIENT_ID",
            "TWINGE_STRAVA_X",
            "TWINGE_XYZZY",
            "TWINGE_STRAVA",
            "TWINGE_SECRET_KEY_FILE",
            "PATH",
        ),
        "1",
    )
    assert unknown_keys(env, ["TWINGE_STRAVA_", "TWINGE_TWILIO_"]) == [
        "TWINGE_PROT is not a setting; did you mean TWINGE_PORT?",
        "TWINGE_STRAVA is not a setting, and no plugin reads it; it is ignored.",
        "TWINGE_STRVA_CLIENT_ID is not a setting; did you mean TWINGE_STRAVA_CLIENT_ID?",
        "TWINGE_XYZZY is not a setting, and no plugin reads it; it is ignored.",
    ]
