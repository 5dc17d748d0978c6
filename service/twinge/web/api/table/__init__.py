"""The route table of the API, by what it is about: what registers the routes and makes the document."""

from twinge.web.api.table import house, what, who

__all__ = ["ROUTES"]

ROUTES = (*who.ROUTES, *what.ROUTES, *house.ROUTES)
