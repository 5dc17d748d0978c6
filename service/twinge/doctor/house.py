"""The settings: unknown ones, short secrets, the public address, and the plugins they are for."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from twinge.doctor.scene import Scene, State, Verdict, ok, warn
from twinge.registry import PluginStatus, prefix

SHORTEST = 16
"""Characters of a secret that the operator thinks up: whoever guesses it may post."""
OURS = (
    "HOOK_TOKEN",
    "VERIFY_TOKEN",
    "GENERIC_TOKEN",
    "FILES_TOKEN",
    "NOTIFICATION_SECRET",
    "MAIL_SECRET",
    "NTFY_SECRET",
)
"""How the settings end whose values the operator thinks up; the others come from a vendor, as long as they are."""


def settings(scene: Scene) -> list[Verdict]:
    """Nobody reads them: a slip of the pen, or a plugin that is not installed."""
    if not scene.unknown:
        return ok("settings", "all of them are known")
    return [
        Verdict("settings", State.WARN, line, "Correct its name or take it out: docs/settings.md.")
        for line in scene.unknown
    ]


def secrets(scene: Scene) -> list[Verdict]:
    """Long enough not to be guessed."""
    if short := sorted(_short(scene)):
        return warn(
            "secrets", f"shorter than {SHORTEST} characters: {', '.join(short)}", "openssl rand -hex 24 makes one."
        )
    return ok("secrets", "none of ours is short")


def _short(scene: Scene) -> Iterator[str]:
    ours = ((name, value) for name, value in scene.env.items() if name.startswith("TWINGE_") and name.endswith(OURS))
    return (name for name, value in ours if any(len(part) < SHORTEST for part in value.split()))


def public_url(scene: Scene) -> list[Verdict]:
    """Vendors call it, some signatures cover it, and links in messages begin with it."""
    url = scene.settings.public_url
    if not url:
        advice = "Set TWINGE_PUBLIC_URL to the address that vendors and athletes reach Twinge by."
        return warn("public_url", "not set: links and callback addresses lead to this machine only", advice)
    if urlsplit(url).scheme == "http" and not _near(urlsplit(url).hostname or ""):
        return warn(
            "public_url", "is http: what athletes and vendors send can be read on the way", "Use https, behind a proxy."
        )
    return ok("public_url", url)


def _near(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".internal", ".local"))


def plugins(scene: Scene) -> list[Verdict]:
    """What somebody has begun to set up must be ready."""
    lame = [one for one in scene.plugins.status if one.state != "ready" and _begun(scene, one)]
    if lame:
        return [Verdict("plugins", State.FAIL, f"{one.name} is {one.state}", one.reason) for one in lame]
    ready = [one.name for one in scene.plugins.status if one.state == "ready"]
    return ok("plugins", f"ready: {', '.join(ready) or 'none'}")


def _begun(scene: Scene, one: PluginStatus) -> bool:
    return any(name.startswith(prefix(one.name)) and value.strip() for name, value in scene.env.items())


def channels(scene: Scene) -> list[Verdict]:
    """Without one that reaches a person, nobody hears anything."""
    far = [name for name, channel in scene.plugins.channels.items() if channel.voice != "print" and name != "me"]
    if not far:
        return warn("channels", "no channel reaches a phone", "Set one up: docs/channels.md, docs/adapters.md.")
    return ok("channels", ", ".join(far))
