"""What adapters ask of their settings."""

from __future__ import annotations

import pytest

from twinge.plugin import NotConfigured
from twinge.plugin.settings import require, require_hook_token


def test_every_setting_that_is_missing_is_named_and_where_the_keys_are_explained() -> None:
    with pytest.raises(NotConfigured) as refused:
        require("acme", {"ID": "1", "SECRET": "  "}, ("ID", "SECRET", "TOKEN"), "docs/acme.md")
    assert str(refused.value) == "Set TWINGE_ACME_SECRET, TWINGE_ACME_TOKEN (docs/acme.md)"
    require("acme", {"ID": "1"}, ("ID",), "docs/acme.md")


def test_each_secret_of_a_path_must_be_long_enough() -> None:
    require_hook_token("acme", {"HOOK_TOKEN": f"{'a' * 16} {'b' * 16}"})
    with pytest.raises(NotConfigured, match="TWINGE_ACME_HOOK_TOKEN needs at least 16 characters"):
        require_hook_token("acme", {"HOOK_TOKEN": f"{'a' * 16} {'b' * 15}"})
