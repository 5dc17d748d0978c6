"""What Twilio calls us with: its signature, and the words of a status or a reply.

https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from multidict import MultiDict

from twinge.plugin import Delivery, Item, Receipt, Rejected, Reply
from twinge_twilio.fates import STATES, failure
from twinge_twilio.wire import library

URL_EXTRAS = "#ct=3000&rt=4000&rc=3&rp=all"
"""Asks Twilio to repeat a callback that failed; its default is one more try, and only when it could not connect.
The signature leaves it out. https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""

_MOST_FIELDS = 200
_PORTS = {"https": 443, "http": 80}


def fields_of(delivery: Delivery) -> MultiDict[str]:
    """Every parameter, blank and repeated ones too: the signature covers them. Raises `Rejected` for no form at all."""
    try:
        text = delivery.body.decode()
        return MultiDict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Rejected("The body must be a form in UTF-8.") from None


def is_signed(delivery: Delivery, validators: Sequence[Any]) -> bool:
    """Whether X-Twilio-Signature fits the public URL and every parameter, under one of our tokens."""
    given = delivery.headers.get("x-twilio-signature", "").encode(errors="replace")
    settings = delivery.headers.get("x-twilio-webhooks-signature-settings", "")
    fields, found = fields_of(delivery), False
    try:
        algorithm = library().algorithm(settings)
        for url in _spellings(delivery.url):
            for validator in validators:
                found |= hmac.compare_digest(validator.compute_signature(url, fields, algorithm).encode(), given)
    except ValueError:  # an unknown algorithm, or a URL that is none or no UTF-8 can carry
        return False
    return found


def read_reply(delivery: Delivery) -> Reply:
    """What the athlete wrote. OptOutType says that Twilio has already acted on it (Advanced Opt-Out)."""
    fields = fields_of(delivery)
    if not (sender := fields.get("From")):
        raise Rejected("From is missing.", field="From")
    return Reply(sender, fields.get("Body", ""), (fields.get("OptOutType") or "").upper() or None)


def read_status(nudge: str, delivery: Delivery) -> Sequence[Item]:
    """The receipt for our `nudge`; none for a status that Twilio invents later."""
    fields = fields_of(delivery)
    if not (status := fields.get("MessageStatus") or fields.get("SmsStatus")):
        raise Rejected("MessageStatus is missing.", field="MessageStatus")
    if (state := STATES.get(status)) is None:
        return []
    sid = fields.get("MessageSid") or fields.get("SmsSid")
    if state != "failed":
        return [Receipt(nudge, state, sid)]
    code = _number(fields.get("ErrorCode", ""))
    if not code:
        return [Receipt(nudge, state, sid, f"Twilio says {status} without a code")]
    return [failure(nudge, sid, code)]


def call_key(delivery: Delivery) -> str:
    """MessageSid, and for a status also which one: the same over all of Twilio's retries."""
    fields = fields_of(delivery)
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    return sid if delivery.path == "inbound" else f"{sid}:{fields.get('MessageStatus') or fields.get('SmsStatus')}"


def _spellings(url: str) -> set[str]:
    """The URL with and without its scheme's usual port: Twilio signs now one, now the other."""
    parts = urlsplit(url)
    usual = _PORTS.get(parts.scheme)
    if parts.port not in {None, usual}:
        return {url}
    host = parts.netloc.removesuffix(f":{usual}")
    return {urlunsplit(parts._replace(netloc=netloc)) for netloc in (host, f"{host}:{usual}")} | {url}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
