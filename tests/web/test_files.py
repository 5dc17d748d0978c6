"""Device files by upload: durable, once, judged by the worker, and with their outcome in the list of deliveries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientResponse

from conftest import NOW, Serve, Web
from fakes import FakeTokens
from recordings.maker import a_run, fit, gz, records, session, zipped
from twinge.config import Settings
from twinge.recordings import Readers
from twinge.registry import load_plugins
from twinge.worker import Worker

TOKEN = "a-long-enough-token-for-files"


@pytest.fixture
async def readers() -> AsyncIterator[Readers]:
    made = Readers()
    yield made
    await made.close()


async def upload(web: Web, athlete: str, body: Any, *, query: str = "", key: str = "", **how: Any) -> ClientResponse:
    headers = {"Authorization": f"Bearer {key or web.admin}", **how.pop("headers", {})}
    return await web.client.post(f"/api/v1/athletes/{athlete}/files{query}", data=body, headers=headers, **how)


async def work(web: Web, readers: Readers) -> None:
    platforms = load_plugins({}).platforms
    worker = Worker(web.store, platforms, {}, FakeTokens(), lambda: NOW, open_recording=readers.open_recording)
    await worker.drain()


async def field_of(response: ClientResponse, status: int, code: str) -> str | None:
    told = (await response.json())["error"]
    assert (response.status, told["code"]) == (status, code)
    field: str | None = told.get("field")
    return field


async def test_an_uploaded_run_is_in_the_history_and_its_delivery_is_done(web: Web, readers: Readers) -> None:
    alice = await web.alice()
    response = await upload(web, alice, a_run())
    assert response.status == 202
    told = await response.json()
    assert told["status"] == "stored"
    assert (await web.get(f"/api/v1/deliveries/{told['id']}"))["state"] == "waiting"
    await work(web, readers)
    delivery = await web.get(f"/api/v1/deliveries/{told['id']}")
    assert (delivery["state"], delivery["platform"]) == ("done", "files")
    [run] = (await web.get(f"/api/v1/athletes/{alice}/activities"))["items"]
    assert (run["sport"], run["distance_m"], run["start"]) == ("run", 2700, "2026-05-04T07:30:00Z")
    assert [each["platform"] for each in await connections(web, alice)] == ["files"]
    assert [line["action"] for line in (await web.get("/api/v1/audit"))["items"]] == ["file.upload", "athlete.create"]


async def test_a_file_that_was_used_is_told_but_not_kept(web: Web, readers: Readers) -> None:
    """It cannot be replayed, and is known when it comes again."""
    alice = await web.alice()
    number = (await (await upload(web, alice, a_run())).json())["id"]
    await work(web, readers)
    assert (await web.get(f"/api/v1/deliveries/{number}"))["bytes"] == len(a_run())
    kept = await web.store.inbox.get(number)
    assert kept is not None
    assert kept.delivery.body == b""
    await field_of(await web.call("POST", f"/api/v1/deliveries/{number}/replay"), 409, "body_deleted")
    assert await (await upload(web, alice, a_run())).json() == {"id": number, "status": "duplicate"}


async def connections(web: Web, athlete: str) -> list[dict[str, Any]]:
    return list((await web.get(f"/api/v1/athletes/{athlete}/connections"))["items"])


async def test_the_same_file_twice_is_one_delivery_for_each_athlete(web: Web, readers: Readers) -> None:
    alice, bob = await web.alice(), await web.alice(name="Bob")
    told = [await (await upload(web, who, a_run())).json() for who in (alice, alice, bob)]
    assert [each["status"] for each in told] == ["stored", "duplicate", "stored"]
    assert told[0]["id"] == told[1]["id"] != told[2]["id"]
    await work(web, readers)
    for who in (alice, bob):
        assert len((await web.get(f"/api/v1/athletes/{who}/activities"))["items"]) == 1


async def test_a_file_of_a_form_is_the_same_file(web: Web) -> None:
    alice = await web.alice()
    form = aiohttp.FormData()
    form.add_field("note", "from my watch")
    form.add_field("file", a_run(), filename="run.fit", content_type="application/octet-stream")
    told = [await (await upload(web, alice, body)).json() for body in (form, a_run())]
    assert [each["status"] for each in told] == ["stored", "duplicate"]


@pytest.mark.parametrize("files", [0, 2])
async def test_a_form_holds_one_file(web: Web, files: int) -> None:
    form = aiohttp.FormData({"note": "x"})
    for number in range(files):
        form.add_field("file", a_run(), filename=f"{number}.fit")
    form.add_field("end", "x", content_type="text/plain")
    assert await field_of(await upload(web, await web.alice(), form), 400, "invalid") == "file"


async def test_a_broken_form_is_refused(web: Web) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    for body in (b"--b\r\nnonsense", b"", b"--b\r\nContent-Disposition: form-data; name=x; filename=y\r\n\r\nabc"):
        response = await upload(web, await web.alice(), body, headers=headers)
        assert response.status == 400, await response.text()
    response = await upload(web, await web.alice(), b"x", headers={"Content-Type": "multipart/form-data"})
    assert response.status == 400


async def test_what_is_no_recording_is_refused_and_not_kept(web: Web) -> None:
    assert await field_of(await upload(web, await web.alice(), b"a photograph"), 400, "bad_request") is None
    assert (await web.get("/api/v1/deliveries"))["items"] == []


async def test_a_file_that_cannot_be_read_says_why_among_the_deliveries(web: Web, readers: Readers) -> None:
    alice = await web.alice()
    told = await (await upload(web, alice, a_run()[:200])).json()
    await work(web, readers)
    delivery = await web.get(f"/api/v1/deliveries/{told['id']}")
    assert delivery["state"] == "dead"
    assert delivery["note"].startswith("rejected: the FIT file breaks off")
    again = await (await upload(web, alice, a_run()[:200])).json()
    assert again == {"id": told["id"], "status": "again"}


async def test_of_an_archive_what_can_be_read_is_used_and_the_rest_is_told(web: Web, readers: Readers) -> None:
    alice = await web.alice()
    later = fit([*records(300, first=7200), session(300, 900, after=7200)])
    body = zipped(a_fit=a_run(), b_fit=b"nonsense", c_fit_gz=gz(later))
    told = await (await upload(web, alice, body)).json()
    await work(web, readers)
    delivery = await web.get(f"/api/v1/deliveries/{told['id']}")
    assert delivery["state"] == "done"
    assert delivery["note"].startswith("1 of 3 files in the archive could not be read (file 2: ")
    runs = (await web.get(f"/api/v1/athletes/{alice}/activities"))["items"]
    assert sorted(run["distance_m"] for run in runs) == [900, 2700]


async def test_a_sport_may_be_named_for_files_that_do_not(web: Web, readers: Readers) -> None:
    alice = await web.alice()
    assert (await upload(web, alice, fit(records(300)), query="?sport=trail+run")).status == 202
    await work(web, readers)
    [run] = (await web.get(f"/api/v1/athletes/{alice}/activities"))["items"]
    assert run["sport"] == "trail_run"
    response = await upload(web, alice, a_run(), query=f"?sport={'x' * 81}")
    assert await field_of(response, 400, "invalid") == "sport"


async def test_files_have_a_cap_of_their_own(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, body_cap_kb=1, file_cap_kb=64))
    alice = await web.alice()
    assert len(a_run()) > 1024
    assert (await upload(web, alice, a_run())).status == 202
    big = a_run() + bytes(70_000)
    form = aiohttp.FormData()
    form.add_field("file", big, filename="run.fit")
    for body in (big, form):
        assert await field_of(await upload(web, alice, body), 413, "too_large") is None


async def test_only_an_admin_may_upload_and_only_for_somebody_who_is_there(web: Web) -> None:
    alice = await web.alice()
    await field_of(await upload(web, alice, a_run(), key=web.reader), 403, "scope")
    await field_of(await upload(web, alice, a_run(), key="twk_x_y"), 401, "no_key")
    await field_of(await upload(web, "nobody", a_run()), 404, "not_found")


async def test_an_app_that_can_only_post_to_a_url_has_a_token_in_it(serve: Serve, readers: Readers) -> None:
    web = await serve(platforms=load_plugins({"TWINGE_FILES_TOKEN": TOKEN}).platforms)
    alice = await web.alice(connections=[{"platform": "files", "external_id": "my-phone"}])
    hook = f"/hooks/files/{TOKEN}"
    assert (await web.client.post(f"{hook}?athlete=my-phone", data=a_run())).status == 200
    assert (await web.client.post(hook, data=a_run())).status == 400
    assert (await web.client.post("/hooks/files/wrong?athlete=my-phone", data=a_run())).status == 401
    assert (await web.client.post(f"{hook}?athlete=nobody", data=a_run())).status == 200
    await work(web, readers)
    assert len((await web.get(f"/api/v1/athletes/{alice}/activities"))["items"]) == 1
    states = [each["state"] for each in (await web.get("/api/v1/deliveries"))["items"]]
    assert states == ["stray", "done"]


async def test_without_the_adapter_there_is_nothing_to_upload_to(serve: Serve) -> None:
    web = await serve(platforms={})
    await field_of(await upload(web, await web.alice(), a_run()), 404, "not_configured")


async def test_two_uploads_of_one_file_at_once_are_one(web: Web) -> None:
    alice = await web.alice()
    told = await asyncio.gather(*(upload(web, alice, a_run()) for _ in range(4)))
    answers = [await each.json() for each in told]
    assert len({each["id"] for each in answers}) == 1
    assert sorted(each["status"] for each in answers) == ["duplicate"] * 3 + ["stored"]
