"""What many adapters ask of their settings: that those they cannot do without are there, and that secrets are long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twinge.plugin.signing import keys_of
from twinge.plugin.trouble import NotConfigured

SHORTEST_HOOK_TOKEN = 16
"""Characters of the secret part of a webhook's path: whoever guesses it may post."""


def require(plugin: str, env: Mapping[str, str], names: Sequence[str], page: str) -> None:
    """Raise `NotConfigured` naming every setting of `plugin` that is missing from its slice of the environment.

    `page` is where the keys are explained.
    """
    missing = [f"TWINGE_{plugin.upper()}_{name}" for name in names if not env.get(name, "").strip()]
    if missing:
        raise NotConfigured(f"Set {', '.join(missing)} ({page})")


def require_hook_token(plugin: str, env: Mapping[str, str]) -> None:
    """Raise `NotConfigured` unless each secret of HOOK_TOKEN, where several are separated by spaces, is long enough."""
    if any(len(token) < SHORTEST_HOOK_TOKEN for token in keys_of(env["HOOK_TOKEN"])):
        raise NotConfigured(f"TWINGE_{plugin.upper()}_HOOK_TOKEN needs at least {SHORTEST_HOOK_TOKEN} characters")
