"""Everything that Apprise knows (https://appriseit.com): Telegram, Signal, Matrix, Pushover, Home Assistant, …

An address is an Apprise URL, and a secret: it holds tokens and passwords. The library is synchronous and answers yes
or no: there are no receipts, no replies, and nothing to ask about a lost answer. It runs in a thread of its own under
our deadline; what is still under way then is unknown.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import aiohttp

from twinge.core.model import Severity
from twinge.plugin import Delivery, GiveUp, Message, NotConfigured, OneWay, Pace, Rejected, Sent, TryLater, Unknown

DEADLINE_S = 15.0
CONNECT_S = 5.0
AT_ONCE = 16
"""Threads. One whose server hangs outlives our deadline, until the library gives up by itself."""
LONGEST_URL = 2_000

REFUSED: Mapping[str, str] = {
    **dict.fromkeys(
        ("blink1", "dbus", "exec", "file", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"),
        "it reaches this machine itself",
    ),
    **dict.fromkeys(("fcm", "vapid"), "its URLs name files of this machine"),
    **dict.fromkeys(
        ("form", "forms", "json", "jsons", "xml", "xmls"),
        "it calls any URL, which the webhook channel does guarded and signed",
    ),
}
"""Schemes that no installation may allow, and why not."""

_FILES = {"pgpkey", "pgppub", "pgpprv"}
"""Parameters of mailto:// that name files of this machine."""
_KINDS: Mapping[Severity, str] = {
    Severity.INFO: "info",
    Severity.QUESTION: "info",
    Severity.SLOW_DOWN: "warning",
    Severity.REST: "warning",
    Severity.SEE_DOCTOR: "failure",
    Severity.URGENT: "failure",
}
"""How loud a message is, in Apprise's words. Ours."""


class Apprise(OneWay):
    """The channel `apprise`; an address is an Apprise URL with a scheme that the operator allows."""

    name: ClassVar[str] = "apprise"
    voice: ClassVar[str] = "push"
    pace: Pace = Pace(at_once=AT_ONCE, shared=False)  # each address is another service

    def __init__(self, schemes: Sequence[str], *, deadline_s: float = DEADLINE_S, at_once: int = AT_ONCE) -> None:
        """Raises `NotConfigured` where the library is missing."""
        self._schemes, self._deadline_s = tuple(schemes), deadline_s
        self._slots = threading.BoundedSemaphore(at_once)
        self._library = library()
        self._asset = _asset(self._library)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Apprise:
        """Raises `NotConfigured`: no schemes, one that is refused or that Apprise cannot serve here, no library."""
        schemes = env.get("SCHEMES", "").lower().replace(",", " ").split()
        _want(bool(schemes), "list the schemes that addresses may have, such as tgram,signal,matrixs")
        for scheme in schemes:
            _want(scheme not in REFUSED, f"not list {scheme}: {REFUSED.get(scheme)}")
        known = library().NotificationManager()
        for scheme in schemes:
            usable = scheme in known and known[scheme].enabled
            _want(usable, f"not list {scheme}: Apprise does not know it, or lacks a library for it")
        return cls(schemes)

    def normalise(self, address: str) -> str:
        """The URL with its scheme in lower case, or `Rejected`; neither says any other part of it."""
        scheme, separator, rest = address.strip().partition("://")
        url = f"{scheme.lower()}://{rest}"
        if not separator or scheme.lower() not in self._schemes:
            allowed = ", ".join(f"{one}://" for one in self._schemes)
            raise Rejected(f"An Apprise URL begins here with one of {allowed}.", field="address")
        if not url.isprintable() or len(url) > LONGEST_URL:
            raise Rejected(f"An Apprise URL is one line of at most {LONGEST_URL} characters.", field="address")
        if _FILES & {name.lower() for name, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True)}:
            raise Rejected("An Apprise URL must not name files of this machine.", field="address")
        if self._target(url) is None:
            raise Rejected(f"Apprise cannot read this {scheme.lower()}:// URL.", field="address")
        return url

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Hand the message to the library, once, in a thread of its own."""
        if message.expires_at <= now:
            raise GiveUp("It expired before it was sent.")
        target = self._target(self._still_allowed(message.address))
        if not self._slots.acquire(blocking=False):
            raise TryLater("Too many messages are under way by Apprise.")
        work = partial(self._notify, target, message)
        try:
            async with asyncio.timeout(self._deadline_s):
                taken = await _in_thread(work, self._slots.release)
        except TimeoutError:
            raise Unknown(f"Apprise had not ended after {self._deadline_s:.0f} s.") from None
        except Exception as error:  # noqa: BLE001 - whatever it was, it may have spoken before
            raise Unknown(f"Apprise failed: {type(error).__name__}.") from None
        if not taken:
            raise TryLater("Apprise could not hand the message over.")
        return Sent(None)

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """Apprise keeps no record."""
        return None

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nobody calls back."""
        raise Rejected("The Apprise channel has no callbacks.", status=404)

    def _still_allowed(self, address: str) -> str:
        """The list of schemes may have changed since the address was kept."""
        try:
            return self.normalise(address)
        except Rejected as error:
            raise GiveUp(error.reason, alert=True) from None

    def _target(self, url: str) -> Any:
        """The library's object for one URL, or None. A URL may not loosen what is set here."""
        target = self._library.Apprise.instantiate(url, asset=self._asset)
        if target is not None:
            target.verify_certificate, target.redirects, target.retry = True, False, 0
            # The library takes its own time-out for a no; ours comes first, and is a don't-know.
            target.socket_connect_timeout, target.socket_read_timeout = CONNECT_S, self._deadline_s + 1
        return target

    def _notify(self, target: Any, message: Message) -> bool:
        """In the thread. False for everything that Apprise did not bring about."""
        one = self._library.Apprise(asset=self._asset)
        one.add(target)
        kind, text = _KINDS[message.severity], self._library.NotifyFormat.TEXT
        return bool(one.notify(body=message.text, title="Twinge", notify_type=kind, body_format=text))


@cache
def library() -> Any:
    """The module, imported when first asked for: with its services half a second that others need not pay.

    Raises `NotConfigured` where it is not installed.
    """
    try:
        apprise: Any = importlib.import_module("apprise")
    except ImportError:
        raise NotConfigured("Apprise is not installed: pip install 'twinge[apprise]'.") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its services import what later Pythons no longer have
        apprise.NotificationManager().load_modules()  # here, not in the loop at a send
    # Their warnings quote URLs, with the tokens in them: urllib3, for one, says which path it tries again.
    for name in ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return apprise


def _asset(apprise: Any) -> Any:
    """How the library behaves: nothing on disk, no threads or time limits of its own, no pictures from elsewhere."""
    return apprise.AppriseAsset(
        app_id="Twinge",
        app_desc="Twinge",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        image_path_mask=False,
        async_mode=False,
        service_timeout=0,
        storage_mode="memory",
        pgp_autogen=False,
        pem_autogen=False,
        http_redirects=False,
        interpret_escapes=False,
        interpret_emojis=False,
        allow_templates=False,
        secure_logging=True,
    )


async def _in_thread(work: Callable[[], bool], after: Callable[[], None]) -> bool:
    """What `work` says, in a thread that nobody has to wait for: neither the loop, when it hangs, nor the process."""
    loop = asyncio.get_running_loop()
    said: asyncio.Future[bool] = loop.create_future()

    def tell(say: Callable[[Any], None], what: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(lambda: None if said.done() else say(what))

    def run() -> None:
        try:
            tell(said.set_result, work())
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            tell(said.set_exception, error)
        finally:
            after()

    threading.Thread(target=run, name="twinge-apprise", daemon=True).start()
    return await said


def _want(fulfilled: bool, wanted: str) -> None:
    if not fulfilled:
        raise NotConfigured(f"TWINGE_APPRISE_SCHEMES must {wanted}.")
