"""Who asks: what a key may do, and for which athletes."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from twinge.web.answer import Problem


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a key: an operator (`admin`, `read`) or a coach with athletes of their own (`coach`)."""

    key: str
    """The key's public id, for the audit."""
    scope: str
    """`admin`, `read` or `coach`."""
    athletes: frozenset[str] | None = None
    """The ids a coach may see; None is everybody."""

    def may_see(self, athlete: str) -> bool:
        """Whether this athlete is theirs."""
        return self.athletes is None or athlete in self.athletes


CALLER: web.RequestKey[Caller] = web.RequestKey("caller", Caller)
"""Set at the door of the API and of the desk."""


def seen(request: web.Request, athlete: str) -> None:
    """Raise 404 when this athlete is not the caller's: a coach does not learn who else there is."""
    if not request[CALLER].may_see(athlete):
        raise Problem(404, "not_found", "There is no such athlete.")
