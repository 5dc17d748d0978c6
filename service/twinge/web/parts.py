"""What the rooms of the web share: the typed keys of the application."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp
from aiohttp import web

from twinge.config import Settings
from twinge.plugin import Channel, PlatformAdapter
from twinge.preview.run import Previewer
from twinge.registry import PluginStatus
from twinge.rulebook import Rulebook
from twinge.store import Store
from twinge.tracing import Tracer
from twinge.why.links import Links

Clock = Callable[[], datetime]

Tx = Any
"""A transaction of the store: passed on to it, never looked into."""

STORE = web.AppKey("store", Store)
PLATFORMS: web.AppKey[Mapping[str, PlatformAdapter]] = web.AppKey("platforms")
CHANNELS: web.AppKey[Mapping[str, Channel]] = web.AppKey("channels")
STATUS: web.AppKey[Sequence[PluginStatus]] = web.AppKey("status")
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
RULEBOOK = web.AppKey("rulebook", Rulebook)
PREVIEWER = web.AppKey("previewer", Previewer)
SETTINGS = web.AppKey("settings", Settings)
DRAWS = web.AppKey("draws", bool)
"""Whether charts can be drawn here: the extra `charts` is installed."""
LINKS = web.AppKey("links", Links)
"""Addresses of charts; missing where none are given out."""
TRACER: web.AppKey[Tracer] = web.AppKey("tracer")
HTTP = web.AppKey("http", aiohttp.ClientSession)
"""For calls of vendors; missing where nobody can come back from one."""
