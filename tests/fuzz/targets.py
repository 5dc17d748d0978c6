"""What is fuzzed: each takes any bytes, and answers in a word what became of them, or raises, which is a find.

Inputs that are worth keeping lie in tests/corpus/<target>/: small genuine ones, and whatever was once a find.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import mutants
from recordings import mutants as recordings
from twinge.core.clean import clean
from twinge.core.model import Activity
from twinge.core.reply import parse
from twinge.event import decode, to_item
from twinge.files import Unreadable, open_history
from twinge.plugin import Delivery, Rejected
from twinge.plugin.standard import Signatures
from twinge.store.page import read_cursor
from twinge_me import Me
from twinge_twilio.callback import call_key, fields_of, read_reply, read_status
from twinge_twilio.numbers import read_number
from twinge_webpush.subscription import parse as subscription

CORPUS = Path(__file__).parent.parent / "corpus"
NOW = datetime(2026, 5, 4, 10, tzinfo=UTC)
LANGUAGES = ("en", "de", "es", "fr")
READ, REFUSED = "read", "refused"

Target = Callable[[bytes], str]


def refusing(read: Callable[[bytes], object]) -> Target:
    """Read, or refused in a sentence; all else is raised."""

    def run(body: bytes) -> str:
        try:
            read(body)
        except Rejected as error:
            refused = error
        else:
            return READ
        assert 400 <= refused.status < 500
        assert refused.reason
        return REFUSED

    return run


def recording(body: bytes) -> str:
    """A device's file: fit, tcx, gpx, gzip or zip."""
    return READ if (found := recordings.outcome(body)) in {"read", "archive: read"} else REFUSED if found else READ


def csv(body: bytes) -> str:
    """A history in a table or in JSON, as the commands open it."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(body)
        file.flush()
        try:
            history = open_history(Path(file.name), now=NOW)
        except Unreadable:
            return REFUSED
    assert history.activities
    assert all(one.start.tzinfo is not None for one in history.activities)
    return READ


def reply(body: bytes) -> str:
    """What an athlete may write; it is always read."""
    text = body.decode(errors="replace")
    for language in LANGUAGES:
        assert parse(text, language) == parse(text, language)
    assert clean(clean(text)) == clean(text)
    return type(parse(text)).__name__.lower()


def generic(body: bytes) -> None:
    """Events of our own."""
    for event in decode(body):
        found = to_item(event, "generic", NOW).event
        if isinstance(found, Activity):
            assert found.elapsed_s or found.moving_s or found.distance_m


def twilio(body: bytes) -> None:
    """A reply and a receipt, as Twilio posts them."""
    call = Delivery("channel:twilio", "POST", "inbound", {}, {}, body, NOW)
    fields_of(call)
    call_key(call)
    read_status("n1", call) if body[:1] == b"M" else read_reply(call)


def standard(body: bytes) -> None:
    """Three headers of Standard Webhooks, by lines, and a body."""
    lines = [*body.decode("latin-1").split("\n", 3), "", "", ""]
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    headers = dict(zip(names, lines, strict=False))
    Signatures(["whsec_" + "a" * 32]).check(Delivery("generic", "POST", "", {}, headers, lines[3].encode(), NOW), NOW)


def me(body: bytes) -> None:
    """What the athlete's page puts into the inbox."""
    channel = Me()
    call = Delivery("channel:me", "POST", "a1", {}, {}, body, NOW)
    channel.read(call)


VENDORS = [mutants.vendor(name) for name in mutants.vendors()]


def hook(body: bytes) -> str:
    """Bodies of every vendor's: the first byte chooses which."""
    one = VENDORS[body[0] % len(VENDORS)] if body else VENDORS[0]
    found = mutants.outcome(one, body[1:])
    assert found != "fault"
    return READ if found in {"items", "nothing"} else REFUSED


TARGETS: Mapping[str, Target] = {
    "fit": recording,
    "tcx": recording,
    "gpx": recording,
    "zip": recording,
    "csv": csv,
    "generic": refusing(generic),
    "reply": reply,
    "hook": hook,
    "twilio": refusing(twilio),
    "standard": refusing(standard),
    "me": refusing(me),
    "cursor": refusing(lambda body: read_cursor(body.decode(errors="replace"), (int, str))),
    "push": refusing(lambda body: subscription(body.decode(errors="replace"), "BKey")),
    "number": refusing(lambda body: read_number(body.decode(errors="replace"), ())),
}


def corpus(name: str) -> list[Path]:
    """The kept inputs of a target, by their names."""
    return sorted(path for path in (CORPUS / name).iterdir() if path.is_file())
