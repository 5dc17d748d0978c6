"""`/me/data` and its twins in the API: take everything along, or leave for good."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from conftest import Web
from twinge.web.pages.words import LANGUAGES, words_of
from visitor import Visitor, come_in, words


async def test_a_visitor_gets_their_zip_and_the_audit_a_line(web: Web) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    assert "My data" in await visitor.get()
    page = await visitor.get("/me/data")
    answer = await _fill(visitor, "/me/data/export", {})
    assert (answer.status, answer.content_type) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="twinge-2026-05-04.zip"'
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    found = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert b"Alice" in found.read("athlete.json")
    assert "Take it with you" in words(page)
    [line, *_] = (await web.get("/api/v1/audit"))["items"]
    assert (line["action"], line["actor"]) == ("athlete.export", f"athlete:{alice}")


@pytest.mark.parametrize("path", ["/me/data/export", "/me/data/erase"])
async def test_without_the_visits_own_form_nothing_happens(web: Web, path: str) -> None:
    alice = await web.alice()
    visitor = await come_in(web, alice)
    assert (await visitor.post(path, {"word": "ERASE", "sure": "yes"})).status == 403
    assert (await Visitor(web).post(path, {"word": "ERASE", "sure": "yes"})).status == 403
    assert (await web.get(f"/api/v1/athletes/{alice}"))["name"] == "Alice"


async def test_leaving_asks_for_a_word_and_once_more(web: Web) -> None:
    alice = await web.alice(channels=[{"channel": "console", "address": "alice@house"}])
    visitor = await come_in(web, alice)
    wrong = await _fill(visitor, "/me/data/erase", {"word": "yes please"})
    assert wrong.status == 400
    assert "That was not the word." in await wrong.text()
    asked = await _fill(visitor, "/me/data/erase", {"word": " erase "})
    text = await asked.text()
    assert (asked.status, "Erase everything?" in text) == (200, True)
    assert (await web.get(f"/api/v1/athletes/{alice}"))["name"] == "Alice"
    done = await _fill(visitor, "/me/data/erase", {"word": "erase", "sure": "yes"})
    assert "You are not known here any more" in await done.text()
    assert visitor.cookie == ""
    assert (await web.call("GET", f"/api/v1/athletes/{alice}")).status == 404
    [proof] = (await web.get("/api/v1/erasures"))["items"]
    assert (proof["asked_by"], proof["state"], proof["removed"]["address"]) == ("athlete", "under_way", 2)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_word_is_of_their_language(web: Web, language: str) -> None:
    visitor = await come_in(web, await web.alice(language=language))
    word = words_of(language).say("erase.word")
    assert word in await visitor.get("/me/data")
    assert (await _fill(visitor, "/me/data/erase", {"word": word.lower()})).status == 200


async def test_the_api_erases_and_shows_the_proof(web: Web) -> None:
    alice = await web.alice()
    assert (await web.call("DELETE", f"/api/v1/athletes/{alice}", key=web.reader)).status == 403
    began = await web.call("DELETE", f"/api/v1/athletes/{alice}")
    told = await began.json()
    assert (began.status, told["state"], told["removed"]) == (202, "under_way", {"athlete": 1, "glance": 1})
    again = await web.call("DELETE", f"/api/v1/athletes/{alice}")
    assert (again.status, (await again.json())["id"]) == (202, told["id"])
    assert (await web.get(f"/api/v1/erasures/{told['id']}"))["asked_at"] == "2026-05-04T10:00:00Z"
    assert (await web.call("GET", "/api/v1/erasures/none")).status == 404
    for nobody in ("nobody", "no-body"):
        assert (await web.call("DELETE", f"/api/v1/athletes/{nobody}")).status == 404


async def test_the_api_exports_with_an_admins_key_only(web: Web) -> None:
    alice = await web.alice()
    path = f"/api/v1/athletes/{alice}/export"
    assert (await web.call("GET", path, key=web.reader)).status == 403
    answer = await web.call("GET", path)
    assert zipfile.ZipFile(io.BytesIO(await answer.read())).testzip() is None
    assert (await web.call("GET", "/api/v1/athletes/nobody/export")).status == 404


async def _fill(visitor: Visitor, action: str, fields: dict[str, str]) -> Any:
    """Send the form of `/me/data` with this address."""
    from visitor import Forms  # noqa: PLC0415 - only here

    _, hidden = Forms(await visitor.get("/me/data")).of(action)
    return await visitor.post(action, {**hidden, **fields})
