"""A backtest's stories for people and for programs."""

from __future__ import annotations

from twinge.report.data import to_json, to_nudge
from twinge.report.text import print_nudge, print_text

__all__ = ["print_nudge", "print_text", "to_json", "to_nudge"]
