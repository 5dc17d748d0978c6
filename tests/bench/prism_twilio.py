"""Holds what the Twilio channel sends against Twilio's own description, by way of Prism.

    npm install --prefix /tmp/prism @stoplight/prism-cli@5
    python tests/bench/prism_twilio.py <twilio_api_v2010.json> [--prism /tmp/prism/node_modules/.bin/prism]

The description is https://github.com/twilio/twilio-oai spec/json/twilio_api_v2010.json. Prism answers 201 to a request
that fits it and 422 or 401 to one that does not; three requests that must not fit show that it looks at all.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import aiohttp

from twinge.core.model import Severity
from twinge.plugin import Message, TryLater
from twinge.testing import Outcome, send_once
from twinge_twilio import Twilio
from twinge_twilio.account import Account

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
CALLBACK = "https://twinge.example.org/channels/twilio/status/n-1"
MESSAGE = Message("n-1", "+4915112345678", "Easy today.", Severity.REST, NOW + timedelta(hours=4), CALLBACK)
ACCOUNT = Account("AC" + "0" * 32, ("invented",), sender="+15005550006")
SERVICE = replace(ACCOUNT, sender="", service="MG" + "0" * 32, api_key="SK" + "0" * 32, api_secret="invented")


@asynccontextmanager
async def prism(binary: str, description: str) -> AsyncIterator[str]:
    """Prism on a free loopback port, until it answers; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [binary, "mock", "--host", "127.0.0.1", "--port", str(port), description]
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    try:
        await _until_open(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _until_open(port: int) -> None:
    for _ in range(120):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.25)
        else:
            writer.close()
            return
    raise SystemExit("Prism did not open its port within 30 s.")


async def tried(base: str, account: Account, message: Message, http: aiohttp.ClientSession) -> Outcome:
    """What one send by the real channel became at Prism."""
    return await send_once(Twilio(replace(account, api_base=base)), message, http, NOW)


def forms() -> Iterator[tuple[str, Account, Message, bool]]:
    """Every form that the settings can lead to: sender, callback, check for pumping, validity."""
    senders = {"number": ACCOUNT, "name": replace(ACCOUNT, sender="Twinge"), "service, API key": SERVICE}
    senders["number of a service"] = replace(ACCOUNT, service=SERVICE.service)
    for who, url, risk, validity in product(senders, (CALLBACK, None), ("", "enable", "disable"), (60, 900, 36_000)):
        words = [who, "callback" if url else "no callback", f"risk check {risk or '–'}", f"at most {validity} s"]
        account = replace(senders[who], risk_check=risk, validity_s=validity)
        yield ", ".join(words), account, replace(MESSAGE, callback_url=url), True


def misfits() -> Iterator[tuple[str, Account, Message, bool]]:
    """What must be refused, or nothing was looked at."""
    yield "a malformed Messaging Service", replace(SERVICE, service="MG-1"), MESSAGE, False
    yield "a malformed account", replace(ACCOUNT, sid="AC-1"), MESSAGE, False
    yield "a check for pumping that there is not", replace(ACCOUNT, risk_check="perhaps"), MESSAGE, False


async def check(binary: str, description: str) -> bool:
    """Print each request and Prism's verdict; False if one is not as it must be."""
    good = True
    async with prism(binary, description) as base, aiohttp.ClientSession() as http:
        for name, account, message, fits in (*forms(), *misfits()):
            outcome = await tried(base, account, message, http)
            taken = type(outcome).__name__ == "Sent"
            good &= taken == fits
            print(f"{'ok ' if taken == fits else 'BAD'}  {name}: {outcome!r}")
        good &= await _lookup(base, http)
    return good


async def _lookup(base: str, http: aiohttp.ClientSession) -> bool:
    try:
        found = await Twilio(replace(ACCOUNT, api_base=base)).lookup(MESSAGE, NOW, http)
    except TryLater as error:
        print(f"BAD  looking a message up: {error}")
        return False
    print(f"ok   looking a message up: {found!r} (Prism's list is made of samples)")
    return True


def main() -> int:
    """0 when Prism took what it must take and refused what it must refuse."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("description", help="path of twilio_api_v2010.json")
    parser.add_argument("--prism", default="prism", help="path of the prism command")
    given = parser.parse_args()
    return 0 if asyncio.run(check(given.prism, given.description)) else 1


if __name__ == "__main__":
    sys.exit(main())
