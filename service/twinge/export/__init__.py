"""All that is kept of an athlete as one zip, written while it is read: a page of rows in memory, never the whole."""

from twinge.export.archive import pieces

__all__ = ["pieces"]
