"""What a plugin may raise: each says what to do next."""

from __future__ import annotations

from datetime import timedelta


class TwingeError(Exception):
    """Something a person can do something about; the message says what."""


class Rejected(TwingeError):
    """A delivery we refuse: wrong signature (401), wrong shape (400), not for us (404). Nothing was kept."""

    def __init__(self, reason: str, *, status: int = 400, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status, self.field = reason, status, field


class TryLater(TwingeError):
    """It did not work now and may work later: the loop tries again, not before `after`."""

    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason, self.after = reason, after


class RateLimited(TryLater):
    """The vendor's limit for all of us is spent, or nearly: no process calls this platform before `after`."""


class TokenRefused(TryLater):
    """The vendor does not take this access token any more: renew it once, then try again (`twinge.oauth`)."""


class GiveUp(TwingeError):
    """It will never work. `disable` says that the address itself is dead, with the reason to show; `opt_out` that the
    person there said STOP to somebody on the way (a carrier, an app), which counts as if they had said it to us."""

    def __init__(self, reason: str, *, disable: bool = False, alert: bool = False, opt_out: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.disable, self.alert, self.opt_out = reason, disable, alert, opt_out


class Unknown(TwingeError):
    """The call may or may not have happened: its answer was lost. Reconciled, never simply repeated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotConfigured(TwingeError):
    """The plugin lacks a setting; it stays off, and `twinge plugins` shows this sentence."""
