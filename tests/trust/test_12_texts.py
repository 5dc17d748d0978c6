"""12. Texts are data: no control character goes out or is kept, markup stays markup, what came in is not said back."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Web, run
from fakes import NOON
from house import House, house
from outbox import outcome, queue
from twinge.core.clean import clean
from twinge.core.model import Voice
from twinge.event import Complaint, to_report
from twinge.export.plain import to_csv
from twinge_twilio import Twilio
from visitor import come_in

WILD = "Rest\x00 now\x1b[2J\r\n\x07 \u202etomorrow\u2066 <b>&amp;</b>\x85"
TAME = "Rest now[2J\n tomorrow <b>&amp;</b>"
BAD = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


@given(st.text(alphabet=st.characters(max_codepoint=0x2100), max_size=80))
def test_no_control_character_is_left_and_nothing_else_is_lost(text: str) -> None:
    tame = clean(text)
    assert not set(tame) & (BAD - {"\n"})
    kept = {*BAD, "\u061c", "\u200e", "\u200f", "\u2028", "\u2029", " ", "\n"}
    assert [one for one in tame if one not in kept] == [one for one in text if one not in kept]
    assert clean(tame) == tame


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def test_what_a_channel_is_given_is_clean(home: House) -> None:
    await queue(home)
    alice = home.people["Alice"]
    nudge = replace((await outcome(home)).nudge, id="wild", text=WILD)
    [place] = await home.store.addresses.of(alice)
    async with home.store.write() as tx:
        await home.store.outbox.put(tx, [(nudge, place, Voice.SMS)])
    await home.sender.drain()
    await home.sender.drain()
    assert TAME in {one.text for one in home.channel.sent}


async def test_what_an_athlete_writes_is_kept_clean(web: Web) -> None:
    alice = await web.alice()
    body = {"pain": 3, "text": WILD.replace("\x00", "")}
    assert (await web.call("POST", f"/api/v1/athletes/{alice}/reports", body)).status < 300
    assert to_report("x:1", Complaint(text=WILD), NOON).text == TAME
    nul = await web.call("POST", f"/api/v1/athletes/{alice}/reports", {"pain": 3, "text": "a\x00b"})
    assert nul.status == 400


async def test_names_are_one_line_and_markup_is_shown_and_not_run(web: Web) -> None:
    for name in ("Al\nice", "Al\x1bice", "Al\u202eice"):
        body = {"name": name, "timezone": "Europe/Berlin"}
        assert (await web.call("POST", "/api/v1/athletes", body)).status == 400
    visitor = await come_in(web, await web.alice(name="<script>alert(1)</script>"))
    for path in ("/me", "/me/about", "/me/reach", "/me/pain"):
        page = await visitor.get(path)
        assert "<script>alert" not in page


async def test_keys_of_deliveries_are_one_line(web: Web) -> None:
    assert (await web.send(run("r\n1"))).status in {200, 400}
    assert (await web.send(run(athlete="a\x1b1"), call_id="msg_2")).status == 400


def test_the_answer_to_a_text_is_a_constant() -> None:
    """No TwiML is made of what came in: our words go by the outbox."""
    kind, said = Twilio.answer(object.__new__(Twilio), _Inbound("inbound"))  # type: ignore[arg-type]
    assert (kind, said) == ("text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')


class _Inbound:
    """As much of a delivery as the answer may look at."""

    def __init__(self, path: str) -> None:
        self.path = path


def test_no_cell_of_an_export_is_a_formula() -> None:
    text = to_csv([{"text": start + "cmd|' /C calc'!A0"} for start in "=+-@\t\r"], ["text"]).decode()
    for row in csv.reader(io.StringIO(text)):
        assert row[0][0] not in "=+-@\t\r"
