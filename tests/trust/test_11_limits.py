"""11. Every way in has its limits: bytes, depth, time, fields, files; none of them ends in a 500 or holds others up."""

from __future__ import annotations

import asyncio
import gzip
import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import TOKEN, Serve, Web
from twinge.config import Settings
from twinge.core.reply import parse
from twinge.plugin import Rejected
from twinge.recordings.unpack import LARGEST, member, plain
from visitor import Forms, come_in

WAYS = [
    ("/hooks/generic/" + TOKEN, False),
    ("/api/v1/athletes", True),
    ("/channels/me/x", False),
    ("/me/answer", False),
]


@pytest.mark.parametrize(("path", "keyed"), WAYS)
async def test_what_is_too_large_or_compressed_is_refused(web: Web, path: str, keyed: bool) -> None:
    """Or refused for want of a proof: in any case before it was held."""
    headers = {"Authorization": f"Bearer {web.admin}"} if keyed else {}
    large = await web.client.post(path, data=b"x" * (257 * 1024), headers=headers)
    assert large.status in {413, 403, 404}
    bomb = gzip.compress(b"[" * 100_000)
    packed = await web.client.post(path, data=bomb, headers={**headers, "Content-Encoding": "gzip"})
    assert packed.status in {415, 403, 404}
    if path.startswith(("/hooks", "/api")):
        assert (large.status, packed.status) == (413, 415)


@pytest.mark.parametrize(
    "body",
    [
        b'{"x":' + b"[" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"1" * 200_000,
        b'{"type": "' + b"x" * 200_000 + b'"}',
    ],
)
async def test_depth_and_length_are_no_crash(web: Web, body: bytes) -> None:
    assert (await web.client.post(f"/hooks/generic/{TOKEN}", data=body)).status == 400
    headers = {"Authorization": f"Bearer {web.admin}"}
    assert (await web.client.post("/api/v1/athletes", data=body, headers=headers)).status == 400


async def test_a_body_that_drips_is_cut(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, request_deadline_s=0.2))
    reader, writer = await asyncio.open_connection(web.client.host, web.client.port)
    head = f"POST /hooks/generic/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    writer.write(head.encode() + b"{")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert b" 408 " in answer.splitlines()[0]
    assert (await web.client.post(f"/hooks/generic/{TOKEN}", data=b"{}")).status == 400


async def test_a_form_has_few_fields_and_an_answer_few_letters(web: Web) -> None:
    visitor = await come_in(web, await web.alice())
    hidden = Forms(await visitor.get()).of("/me/answer")[1]
    fine = {**hidden, "text": "my knee is fine"}
    many = {**fine, **{f"f{n}": "x" for n in range(300)}}
    assert (await visitor.post("/me/answer", many)).status == 400
    assert (await visitor.post("/me/answer", {**hidden, "text": "x" * 1_001})).status == 400
    assert (await visitor.post("/me/answer", fine)).status == 303


async def test_a_head_has_its_limits(web: Web) -> None:
    answer = await web.client.get("/health/live", headers={"X-Long": "x" * 20_000})
    assert answer.status == 400
    assert (await web.client.get("/api/v1/athletes?" + "a=1&" * 2_500)).status in {400, 401, 414}


def test_a_bomb_is_not_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.fit", bytes(LARGEST + 1))
    assert len(buffer.getvalue()) < LARGEST // 100
    with pytest.raises(Rejected, match="larger than"):
        member(buffer.getvalue(), "a.fit")
    with pytest.raises(Rejected, match="larger than"):
        plain(gzip.compress(bytes(LARGEST + 1), 1))


@given(st.text(max_size=5_000))
@settings(max_examples=30)
def test_no_text_is_read_for_long(text: str) -> None:
    assert parse(text * 3, "en") == parse((text * 3)[:1_000], "en")
