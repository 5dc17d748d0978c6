"""10. The log of a whole life of the service holds no secret, number, name or text of all that were used."""

from __future__ import annotations

import ast
import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from conftest import TOKEN, run, signed
from fake_twilio import AUTH_TOKEN, SID, FakeTwilio, Fault, always, sign
from pages import ROOT
from trust.everything import WHSEC
from twinge.app import running
from twinge.config import Settings
from twinge.log import Line, Object
from twinge.registry import load_plugins
from twinge.testing import FixedClock

PUBLIC = "https://twinge.example"
NAME, PHONE, OWNER = "Zerlina Quixano", "+4915112345678", "owner-of-zerlina-77"
TITLE, WORDS, TYPED = "Threshold with Bob", "it burns behind the left hip", "my left knee hurts 4"
SECRET_KEY = "the-secret-key-of-this-house-0123456789"


class Everything(logging.Handler):
    """Each line as it would stand in the journal, as text and as an object."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(Line("%(asctime)s level=%(levelname)s room=%(name)s %(message)s"))
        self.objects = Object("%(message)s")
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += [self.format(record), self.objects.format(record)]


@pytest.fixture
async def fake() -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio() as started:
        yield started


@pytest.fixture
def journal(caplog: pytest.LogCaptureFixture) -> Any:
    """What the service writes at its most talkative level; of libraries what they say in service."""
    caplog.set_level(logging.WARNING)
    caplog.set_level(logging.DEBUG, "twinge")
    made = Everything()
    logging.getLogger().addHandler(made)
    yield made
    logging.getLogger().removeHandler(made)


async def test_the_log_of_a_whole_life(
    tmp_path: Path, clock: FixedClock, fake: FakeTwilio, journal: Everything
) -> None:
    env = {
        "TWINGE_DATA_DIR": str(tmp_path),
        "TWINGE_PORT": "0",
        "TWINGE_PUBLIC_URL": PUBLIC,
        "TWINGE_SECRET_KEY": SECRET_KEY,
        "TWINGE_GENERIC_SECRET": WHSEC,
        "TWINGE_GENERIC_TOKEN": TOKEN,
        "TWINGE_TWILIO_ACCOUNT_SID": SID,
        "TWINGE_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWINGE_TWILIO_FROM": "+15005550006",
        "TWINGE_TWILIO_API_BASE": fake.base,
    }
    used = {NAME, PHONE[1:], OWNER, TITLE, WORDS, TYPED, SECRET_KEY, WHSEC, WHSEC[6:], TOKEN, AUTH_TOKEN}
    async with running(Settings.from_env(env), load_plugins(env), clock=clock, roles=["web"]) as service:
        async with aiohttp.ClientSession() as http:
            key = await service.store.keys.create("admin", "tests", clock())
            used |= {key, key.split("_", 2)[2]}
            auth = {"Authorization": f"Bearer {key}"}
            body = {
                "name": NAME,
                "timezone": "Europe/Berlin",
                "preferences": {"quiet_from": None, "quiet_to": None},
                "channels": [{"channel": "twilio", "address": PHONE}],
                "connections": [{"platform": "generic", "external_id": OWNER}],
            }
            async with http.post(f"{service.url}/api/v1/athletes", json=body, headers=auth) as answer:
                athlete = str((await answer.json())["id"])
            used.add(athlete)

            async def call(method: str, path: str, **more: Any) -> tuple[int, str]:
                async with http.request(method, service.url + path, allow_redirects=False, **more) as answer:
                    return answer.status, await answer.text()

            for n in range(15):
                clock.advance(timedelta(days=3))
                event = run(f"r{n}", OWNER, (clock() - timedelta(hours=2)).isoformat(), title=TITLE)
                event["activity"] |= {"distance_m": 24_000, "moving_s": 8_600} if n == 14 else {}
                raw = json.dumps(event).encode()
                assert (
                    await call("POST", "/hooks/generic", data=raw, headers=signed(raw, f"m{n}", clock(), WHSEC[6:]))
                )[0] == 200
                await service.worker.drain()
            clock.advance(timedelta(hours=1))
            await service.sender.drain()
            assert fake.took, "the whole of it is about a message"
            used |= {one.body for one in fake.took}

            form = urlencode(
                {"From": PHONE, "To": "+15005550006", "Body": TYPED, "MessageSid": "SM" + "1" * 32}
            ).encode()
            proof = {
                "X-Twilio-Signature": sign(f"{PUBLIC}/channels/twilio/inbound", form, AUTH_TOKEN),
                "Content-Type": "application/x-www-form-urlencoded",
            }
            assert (await call("POST", "/channels/twilio/inbound", data=form, headers=proof))[0] == 200
            clock.advance(timedelta(minutes=1))
            await service.worker.drain()
            for fault in (Fault.ERROR_BEFORE, Fault.GARBAGE, Fault.NONE):
                fake.plan = always(fault)
                await service.sender.drain()
                clock.advance(timedelta(minutes=2))
            used |= {one.body for one in fake.took}
            # A report, a link, a visit and its forms.
            path = f"/api/v1/athletes/{athlete}"
            assert (await call("POST", f"{path}/reports", json={"pain": 3, "text": WORDS}, headers=auth))[0] < 300
            _, told = await call("POST", f"{path}/links", headers=auth)
            entrance = json.loads(told)["url"].removeprefix(PUBLIC)
            used.add(entrance.rpartition("/")[2])
            same = {"Sec-Fetch-Site": "same-origin"}
            async with http.post(service.url + entrance, allow_redirects=False, headers=same) as answer:
                cookie = answer.headers["Set-Cookie"].partition(";")[0]
            used.add(cookie.partition("=")[2])
            _, page = await call("GET", "/me", headers={"Cookie": cookie})
            [proof_word] = set(re.findall(r'name="proof" value="([^"]+)"', page))
            used.add(proof_word)
            await call("POST", "/me/answer", data={"proof": proof_word, "text": TYPED, "nonce": "n" * 16},
                       headers={"Cookie": cookie, **same})  # fmt: skip
            # What is wrong: keys, signatures, bodies, a vendor that fails, an athlete of whom nothing is known.
            for headers in ({"Authorization": f"Bearer {key}x"}, {"Authorization": f"Basic {PHONE}"}):
                await call("GET", "/api/v1/athletes", headers=headers)
            for bad in (
                PHONE.encode(),
                WORDS.encode(),
                b"[" * 5_000,
                b'{"athlete": "' + OWNER.encode() + b'", "type": 1}',
            ):
                await call("POST", f"/hooks/generic/{TOKEN}", data=bad)
                await call("POST", "/api/v1/athletes", data=bad, headers=auth)
            await call("POST", f"/hooks/generic/{TOKEN}x", data=b"{}")
            await call("POST", "/channels/twilio/inbound", data=form, headers={"X-Twilio-Signature": WHSEC})
            await call("GET", f"/api/v1/athletes/{PHONE}", headers=auth)
            await call("POST", "/admin/enter", data={"key": key + "x"})
            await call("GET", f"/connect/generic?ticket={'t' * 43}")
            await service.worker.drain()
            await service.sender.drain()
            assert (await call("DELETE", path, headers=auth))[0] < 300
            for _ in range(8):
                await service.eraser.round()
        host, port = service.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /hooks/generic/" + TOKEN.encode() + b" HTTP/9\r\nCookie: " + cookie.encode() + b"\r\n\r\n")
        await reader.read()
        writer.close()
    text = "\n".join(journal.lines)
    assert all(word in text for word in ("hop=sender", "hop=desk outcome=wrong_key", "hop=erasure", "BadStatusLine"))
    assert [word for word in sorted(used) if word in text] == []
    assert all(line.isprintable() for line in journal.lines)


FIELDS = {
    *("advice", "answer", "channel", "code", "delivery", "error", "field", "hop", "id", "jobs", "kind", "limits"),
    *("missing", "nudge", "outcome", "platform", "reason", "role", "roles", "rows", "setting", "short", "signature"),
    *("status", "step", "suffix", "url", "where", "words", "apns", "fcm", "mail", "ntfy", "twilio"),
}
"""All that a line may tell of anything, by its name. `words` are ours for a code of a vendor's; `url` is where we
listen, `suffix` the end of a file's name that is none of ours, `field` a field's name."""

THEIRS = {"error", "str(error)", "repr(error)", "text", "body"}


def logged() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a logger in the service and our plugins."""
    for path in sorted([*(ROOT / "service").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]):
        source = path.read_text()
        for one in ast.walk(ast.parse(source)) if "import logging" in source else ():
            if (
                isinstance(one, ast.Call)
                and isinstance(one.func, ast.Attribute)
                and (
                    ast.unparse(one.func.value) in {"log", "_log", "logging", "self._log"}
                    and one.func.attr in {"debug", "info", "warning", "error", "exception", "critical", "log"}
                )
            ):
                yield f"{path.name}:{one.lineno}", one


def test_a_line_has_fields_from_a_list_and_no_other() -> None:
    """No f-string, no exception's own words, no field that nobody has looked at."""
    found = list(logged())
    assert len(found) > 40
    for where, call in found:
        head = call.args[0]
        assert isinstance(head, ast.Constant), where
        assert set(re.findall(r"(\w+)=", str(head.value))) <= FIELDS, where
        for told in call.args[1:]:
            assert ast.unparse(told) not in THEIRS or where.startswith("rulebook.py"), where  # a limit's name
        assert "exc_info" not in {one.arg for one in call.keywords}, where
