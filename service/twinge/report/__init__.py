"""A backtest's stories for programs; `report.text` has them for people, with what it draws on the screen with."""

from __future__ import annotations

from twinge.report.data import to_json, to_nudge

__all__ = ["to_json", "to_nudge"]
