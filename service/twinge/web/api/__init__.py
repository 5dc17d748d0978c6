"""The API, `/api/v1/…`. Keys are checked by the guard before any of these; `table` has every route at a glance."""

from twinge.web.api.table import ROUTES

__all__ = ["ROUTES"]
