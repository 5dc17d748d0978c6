"""Web Push: a notification on whatever runs a browser, with buttons that answer back (RFC 8030, 8291, 8292).

The library pywebpush encrypts and py-vapid signs; the call itself is ours (`twinge.reach`), because an address is a URL
that somebody else has chosen. A push service says *taken*, not *shown*: the service worker tells us that.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

import aiohttp
import msgspec
from yarl import URL

from twinge.core.model import Severity
from twinge.core.pause import retry_after
from twinge.plugin import (
    Delivery,
    GiveUp,
    Item,
    Message,
    NotConfigured,
    Pace,
    Rejected,
    Sent,
    TryLater,
    TwingeError,
)
from twinge.reach import Answer, Barred, Lost, Reach, Unreached, trust
from twinge_webpush import callback, notice
from twinge_webpush.keys import Key
from twinge_webpush.subscription import SERVICES, Subscription, check_service, parse, wrong

LONGEST_TTL = timedelta(days=28)
"""FCM keeps a message four weeks, Mozilla thirty days; ours are of use for half a day."""
REASON_BYTES = 500
"""Of an answer's body: enough for the word in which a service says what it dislikes."""
TOPIC_BYTES = 24
"""They make 32 letters of base64url, the most that RFC 8030 section 5.4 allows."""

_TOO_LARGE = 413
_BUSY = {406, 408, 425, 429}
"""406 is what Windows' service says where others say 429: https://github.com/MicrosoftDocs/windows-dev-docs/issues/4166"""
_GONE = {404, 410}
_HOST = re.compile(r"[A-Za-z0-9*.-]+")
_BASE = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_PAGE = re.compile(r"https://(?:[A-Za-z0-9-]+\.)+([A-Za-z]{2,})(?::[0-9]{1,5})?(?:/[!-~]*)?")
_AT_HOME = {"localhost", "local", "internal"}
_NAME = re.compile(r"[!-~]{1,200}")
_WORD = re.compile(r"[A-Za-z0-9_ -]{1,60}")


@dataclass(frozen=True, slots=True)
class Setup:
    """What an operator chooses, besides the keys."""

    subject: str
    """Whom a push service may write to about our traffic: mailto: or https:."""
    hosts: tuple[str, ...] = ()
    """Globs of hosts to call besides the browsers' own push services."""
    http_allowed: bool = False
    api_base: str = ""
    """Scheme, host and port that stand in for every endpoint's; empty for the endpoints' own."""
    reach: Reach = field(default_factory=Reach)


class WebPush:
    """The channel `webpush`; an address is a push subscription as JSON (see `subscription`)."""

    name: ClassVar[str] = "webpush"
    voice: ClassVar[str] = "push"
    pace: Pace = Pace(shared=False)
    """FCM takes 240 messages a minute for one device, and nobody else names a number: we send a handful a day. Behind
    the addresses are several services.
    https://firebase.google.com/docs/cloud-messaging/throttling-and-quotas"""
    confirms: bool = True
    pictures: bool = True

    def __init__(self, private_keys: Sequence[str], setup: Setup) -> None:
        """The first key is for new subscriptions; each of the others serves those that were made with it."""
        self._keys = tuple(Key(one) for one in private_keys)
        self._by_public = {key.public: key for key in self._keys}
        self._setup, self._hosts = setup, (*SERVICES, *setup.hosts)
        self.public_key = self._keys[0].public
        """What a page gives as `applicationServerKey`: the uncompressed point as base64url."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> WebPush:
        """Raises `NotConfigured` naming the first setting that is missing or wrong."""
        private = env.get("PRIVATE_KEY", "").split()
        _want(bool(private), "PRIVATE_KEY", "a VAPID key; `twinge keys vapid` makes one")
        setup = _read_setup(env)
        try:
            return cls(private, setup)
        except ValueError:
            wanted = "as `twinge keys vapid` prints it, the base64url of 32 bytes; several are separated by spaces"
            raise NotConfigured(f"TWINGE_WEBPUSH_PRIVATE_KEY must be {wanted}.") from None

    def normalise(self, address: str) -> str:
        """The subscription in its canonical form, or `Rejected` with what is wrong. No name is looked up here."""
        return self._parse(address).address

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Hand the message to the push service; once more with less text where it is too large, in the same 15 seconds.

        A lost answer is `TryLater`, not `Unknown`: nobody can be asked about it, and a second copy takes the place of
        the first, at the push service by its topic and on the device by its tag. `http` is not used: see `reach`.
        """
        if message.expires_at <= now:
            raise GiveUp("It expired before it was sent.")
        subscription, key = self._still_served(message.address)
        token = callback.make_token(key, message, subscription, now)
        end = asyncio.get_running_loop().time() + self._setup.reach.deadline_s
        text = notice.write(message, token)
        answer = await self._post(message, subscription, key, text, now, end)
        if answer.status == _TOO_LARGE and len(shorter := notice.write(message, token, largest=0)) < len(text):
            answer = await self._post(message, subscription, key, shorter, now, end)
        if 200 <= answer.status < 300:
            return Sent(_name_of(answer))
        raise _refusal(answer, now)

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """A push service cannot be asked."""
        return None

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Raise `Rejected`: 404 for another path, 400 for another body, 401 unless our message's token is in it."""
        if now.timestamp() > callback.read(delivery, self._keys).until:
            raise Rejected("This message is too old to be answered.", status=401)

    def key(self, delivery: Delivery) -> str:
        """A digest of what is said of which message: said twice, it counts once."""
        return callback.read(delivery, self._keys).key

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """The word on a button as if the athlete had written it; or that the message is shown."""
        return [callback.read(delivery, self._keys).item]

    def answer(self, delivery: Delivery) -> tuple[str, bytes]:
        """The service worker wants nothing but the status."""
        return "text/plain", b""

    def _parse(self, address: str) -> Subscription:
        subscription = parse(address, self.public_key)
        check_service(subscription, self._hosts, http=self._setup.http_allowed)
        if subscription.key not in self._by_public:
            raise wrong("was made with a key that is not in TWINGE_WEBPUSH_PRIVATE_KEY")
        return subscription

    def _still_served(self, address: str) -> tuple[Subscription, Key]:
        """Keys and hosts may have been taken away since the address was kept."""
        try:
            subscription = self._parse(address)
        except Rejected as error:
            raise GiveUp(error.reason, alert=True) from None
        return subscription, self._by_public[subscription.key]

    async def _post(
        self, message: Message, subscription: Subscription, key: Key, text: bytes, now: datetime, end: float
    ) -> Answer:
        origin = self._setup.api_base or subscription.origin
        left = max(1, min(int((message.expires_at - now).total_seconds()), int(LONGEST_TTL.total_seconds())))
        headers = {
            "authorization": key.authorization(origin, self._setup.subject, now),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(left),
            "topic": base64.urlsafe_b64encode(hashlib.sha256(message.id.encode()).digest()[:TOPIC_BYTES]).decode(),
            "urgency": "high" if message.severity >= Severity.REST else "normal",
            "user-agent": "Twinge",
        }
        url = URL(origin + subscription.path, encoded=True)  # letter by letter: an endpoint is opaque
        within_s = max(0.0, end - asyncio.get_running_loop().time())
        try:
            return await self._setup.reach.post(
                url, encrypt(text, subscription), headers, most=REASON_BYTES, within_s=within_s
            )
        except Barred:
            raise GiveUp("The push service's name leads into a private network.", alert=True) from None
        except Unreached as error:
            raise TryLater(f"The push service could not be reached: {error}.") from None
        except Lost as error:
            raise TryLater(f"The push service's answer was lost: {error}.") from None


def encrypt(text: bytes, subscription: Subscription) -> bytes:
    """The body of a push message for one device (RFC 8291): 103 bytes longer than `text`."""
    from pywebpush import WebPusher  # noqa: PLC0415 - slow to load, and not needed before the first push

    return bytes(WebPusher(msgspec.to_builtins(subscription)).encode(text)["body"])


def _name_of(answer: Answer) -> str | None:
    """The message's own name at the push service, from the Location of the receipt (RFC 8030 section 5)."""
    last = answer.headers.get("Location", "").rstrip("/").rpartition("/")[2]
    return last if _NAME.fullmatch(last) else None


def _refusal(answer: Answer, now: datetime) -> TwingeError:
    """What an answer that is no success asks of us."""
    status = answer.status
    if status in _GONE:
        return GiveUp(f"The browser has no such subscription any more ({status}).", disable=True)
    if status == _TOO_LARGE:
        return GiveUp("The push service takes no message of this size (413).")
    if status in _BUSY or status >= 500:
        after = retry_after(answer.headers.get("Retry-After"), now)
        return TryLater(f"The push service answered {status}.", after=after)
    return GiveUp(f"The push service answered {status}{_word_of(answer)}: see docs/channels.md#web-push.", alert=True)


class _Told(msgspec.Struct):
    """Apple says `reason`, Mozilla `errno`."""

    reason: str = ""
    errno: int = 0


_told = msgspec.json.Decoder(_Told)


def _word_of(answer: Answer) -> str:
    """The service's own word for what it dislikes, if it is one that cannot hold anybody's data."""
    try:
        told = _told.decode(answer.body)
    except (ValueError, RecursionError):
        return ""
    if told.errno:
        return f", errno {told.errno}"
    return f", {told.reason}" if _WORD.fullmatch(told.reason) else ""


def _read_setup(env: Mapping[str, str]) -> Setup:
    subject = env.get("SUBJECT", "")
    _want(_is_subject(subject), "SUBJECT", "mailto:<address> or https://<page> that you can be reached at")
    plain, private = env.get("ALLOW_HTTP", ""), env.get("ALLOW_PRIVATE", "")
    _want(plain in {"", "1"}, "ALLOW_HTTP", "1, or not set: endpoints may then begin with http://")
    _want(private in {"", "1"}, "ALLOW_PRIVATE", "1, or not set: endpoints may then lead into your own network")
    hosts = tuple(one.lower() for one in env.get("HOSTS", "").split())
    _want(all(map(_HOST.fullmatch, hosts)), "HOSTS", "host names separated by spaces; * stands for any letters")
    base = env.get("API_BASE", "").rstrip("/")
    _want(not base or bool(_BASE.fullmatch(base)), "API_BASE", "http(s)://<host>[:<port>]")
    try:
        tls = trust(env.get("CA", ""))
    except ValueError:
        raise NotConfigured("TWINGE_WEBPUSH_CA must be certificates in PEM.") from None
    # Whoever sets a base has chosen where all calls lead: that may be at home.
    return Setup(subject, hosts, plain == "1", base, Reach(private=private == "1" or bool(base), tls=tls))


def _is_subject(text: str) -> bool:
    """Apple answers 403 to a subject that is malformed, or that nobody outside can reach."""
    kind, _, rest = text.partition(":")
    if kind != "mailto":
        page = _PAGE.fullmatch(text)
        return page is not None and page[1].lower() not in _AT_HOME
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow to load, for this one word

    try:
        validate_email(rest, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _want(fulfilled: bool, name: str, wanted: str) -> None:
    if not fulfilled:
        raise NotConfigured(f"TWINGE_WEBPUSH_{name} must be {wanted}.")
