"""SMS by Twilio Programmable Messaging, both ways: send, status callbacks, replies.

Twilio has no idempotency key for a message, so a lost answer is ambiguous: it leaves as `Unknown`, our id in the
callback's URL tells later, and `lookup` asks. The helper library builds the requests and reads the answers (`wire`),
`fates` says what each error code asks of us, `callback` reads what Twilio calls us with.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import aiohttp

from twinge.plugin import Delivery, GiveUp, Item, Message, Rejected, Sent, TryLater, Unknown
from twinge.plugin.signing import read_secret
from twinge_twilio.account import SHORTEST_S, Account, read_account
from twinge_twilio.callback import URL_EXTRAS, call_key, fields_of, is_signed, read_reply, read_status
from twinge_twilio.fates import STATES, lost_cause
from twinge_twilio.numbers import read_number, takes_mms
from twinge_twilio.wire import Wire, library, messages

SKEW = timedelta(minutes=5)
"""How far Twilio's clock may be from ours when a message is looked for by its time."""
MOST_FOUND = 50

_UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What the library raises over a 2xx whose body is not what it expects."""


class Twilio:
    """The channel `twilio`; an address is a phone number in E.164."""

    name: ClassVar[str] = "twilio"
    voice: ClassVar[str] = "sms"
    confirms = True

    def __init__(self, account: Account) -> None:
        self._account = account
        self.pace = account.pace
        self.pictures = account.mms
        tokens = [read_secret(token) for token in account.auth_tokens]
        self._validators = [(token, library().validator(token.decode())) for token in tokens]
        messages(None, account)  # imports another hundred modules, half a second: here, not in the loop at a send

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Twilio:
        """Raises `NotConfigured` naming the first setting that is missing or wrong."""
        return cls(read_account(env))

    def normalise(self, address: str) -> str:
        """E.164, or `Rejected` saying what is wrong with the number, or that its country is not written to."""
        return read_number(address, self._account.countries)

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Hand the message to Twilio, once; `Unknown` wherever it may have been taken."""
        left = (message.expires_at - now).total_seconds()
        if left <= 0:
            raise GiveUp("It expired before it was sent.")
        self._check_country(message.address)
        wire = Wire(http, self._account, now)
        try:
            made = await self._create(wire, self._form(message, left))
        except _UNREADABLE:
            raise Unknown("Twilio took the message, but its answer cannot be read.") from None
        if not made.sid or not isinstance(made.sid, str):
            raise Unknown("Twilio took the message, but named no sid.")
        return _became(made)

    async def _create(self, wire: Wire, form: dict[str, Any]) -> Any:
        """A refusal is certain to have sent nothing: where a picture may be what is wrong, the words go without it."""
        try:
            return await messages(wire, self._account).create_async(**form)
        except GiveUp as error:
            if "media_url" not in form or error.disable or error.opt_out:
                raise
        plain = {name: value for name, value in form.items() if name != "media_url"}
        return await messages(wire, self._account).create_async(**plain)

    def _check_country(self, address: str) -> None:
        """Once more: an address may be older than the setting."""
        if not self._account.countries:
            return
        try:
            read_number(address, self._account.countries)
        except Rejected as error:
            raise GiveUp(error.reason, alert=True) from None

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """The newest message with this address and text since then, or None.

        Raises `TryLater`, or `GiveUp` where Twilio has it and could not deliver it.
        """
        since = (sent_after - SKEW).astimezone(UTC)
        wanted = _folded(message.text)
        try:
            async with asyncio.timeout(self._account.deadline_s):  # over all the pages of a long list
                found = await self._sent_since(since, message.address, http)
        except TimeoutError:
            raise TryLater("Twilio's list of messages is too slow.") from None
        for one in found:
            # A trial account puts a sentence of its own in front.
            if _folded(one.body or "").endswith(wanted):
                return _became(one)
        return None

    async def _sent_since(self, since: datetime, address: str, http: aiohttp.ClientSession) -> list[Any]:
        """Our messages to `address`, newest first. Twilio filters by the day (UTC); the hour is left to us."""
        wire = Wire(http, self._account, since)
        asked = {"to": address, "date_sent_after": since.replace(hour=0, minute=0, second=0)}
        try:
            found = await messages(wire, self._account).list_async(**asked, limit=MOST_FOUND, page_size=MOST_FOUND)
            ours = [one for one in found if one.date_created >= since and one.direction.startswith("outbound")]
        except (*_UNREADABLE, library().error):
            raise TryLater("Twilio's list of messages cannot be read.") from None
        return sorted(ours, key=lambda one: one.date_created, reverse=True)

    async def forget(self, provider_id: str, http: aiohttp.ClientSession, now: datetime) -> None:
        """Delete one message, text and number: https://www.twilio.com/docs/messaging/api/message-resource.

        One that is still on its way cannot be deleted yet; one that is not there has been. Raises `TryLater`.
        """
        wire = Wire(http, self._account, now)
        try:
            await messages(wire, self._account)(provider_id).delete_async()
        except library().error:
            raise TryLater("Twilio's answer cannot be read.") from None

    def kept(self, delivery: Delivery) -> Sequence[str]:
        """The sid of a message that was written back."""
        return [sid] if delivery.path == "inbound" and (sid := fields_of(delivery).get("MessageSid")) else []

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Raise `Rejected`: 404 for a path that Twilio is not given, 401 unless the whole call is signed."""
        if delivery.path != "inbound" and not delivery.path.startswith("status/"):
            raise Rejected("Twilio calls inbound or status/<id> here.", status=404)
        if not is_signed(delivery, [one for token, one in self._validators if token.counts(now)]):
            raise Rejected("X-Twilio-Signature does not fit: is TWINGE_PUBLIC_URL what Twilio calls?", status=403)

    def key(self, delivery: Delivery) -> str:
        """Twilio's sid and status: the same call twice has the same key."""
        return call_key(delivery)

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """A reply, or the receipt for the nudge whose id the path carries."""
        if delivery.path == "inbound":
            return [read_reply(delivery)]
        return read_status(delivery.path.removeprefix("status/"), delivery)

    def answer(self, delivery: Delivery) -> tuple[str, bytes]:
        """Empty TwiML for a reply: our words go by the outbox, or a repeated callback would say them twice."""
        if delivery.path == "inbound":
            return "text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
        return "text/plain", b""

    def _form(self, message: Message, left: float) -> dict[str, Any]:
        account = self._account
        form = {
            "to": message.address,
            "body": message.text,
            "from_": account.sender,
            "messaging_service_sid": account.service,
            "status_callback": message.callback_url and message.callback_url + URL_EXTRAS,
            "validity_period": max(SHORTEST_S, min(int(left), account.validity_s)),
            "smart_encoded": True,
            "risk_check": account.risk_check,
            "media_url": self._media(message),
        }
        return {name: value for name, value in form.items() if value}

    def _media(self, message: Message) -> list[str]:
        """The chart, where the number is one that MMS can be sent to."""
        if not self._account.mms or message.picture_url is None or not takes_mms(message.address):
            return []
        return [message.picture_url]


def _became(made: Any) -> Sent:
    """What became of a message that Twilio has."""
    state = STATES.get(made.status, "sent")
    if state == "failed":
        raise lost_cause(made.error_code) if isinstance(made.error_code, int) else GiveUp(f"Twilio says {made.status}.")
    return Sent(made.sid, state, _segments(made.num_segments))


def _segments(text: object) -> int | None:
    """Twilio's count; None for the "0" that it gives until a Messaging Service has chosen the sender."""
    return (
        (int(text) or None) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 4 else None
    )


def _folded(text: str) -> str:
    """Letters and digits only, accents off: SmartEncoded respells the rest on Twilio's side."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if sign.isalnum()).casefold() or text
