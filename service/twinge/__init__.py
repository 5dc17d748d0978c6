"""Twinge."""
