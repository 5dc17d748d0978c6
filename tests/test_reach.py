"""Guarded calls: where they lead and never lead, how long they take, and how much of an answer is taken in."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from yarl import URL

from faulty import Mode, misbehave
from names import PRIVATE, PUBLIC, Names
from twinge.reach import Barred, Gate, Inward, Lost, Reach, Unfit, Unreached, canonical, is_public, trust

HOME = Reach(private=True, deadline_s=2)
TEXT = "a text of theirs, longer than anybody needs"


@dataclass
class Other:
    """Somebody's server in `mode`, which remembers what it was asked."""

    mode: Mode = 200
    asked: list[str] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._hear)
        return app

    async def _hear(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.raw_path)
        if self.mode == "slow":
            answer = web.StreamResponse(headers={"X-Early": "1"})
            await answer.prepare(request)
            await answer.write(TEXT[:9].encode())
            await asyncio.sleep(30)
        return await misbehave(request, self.mode, {"Location": "/secret"}, TEXT)


@pytest.fixture
def other() -> Other:
    return Other()


@pytest.fixture
async def server(other: Other) -> AsyncIterator[TestServer]:
    started = TestServer(other.app())
    async with started:
        yield started


# Where


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_the_public_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is(address: str) -> None:
    assert is_public(address)


async def test_of_a_names_addresses_only_the_public_ones_get_a_socket() -> None:
    gate = Gate(private=False)
    for address in ("10.1.2.3", "::1"):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with pytest.raises(OSError, match="not a public address"):
            gate.open((family, socket.SOCK_STREAM, 6, "", (address, 443)))
    assert gate.shut
    gate.open((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))).close()
    assert not gate.shut


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
async def test_nothing_is_called_in_a_private_network(address: str, other: Other, server: TestServer) -> None:
    names = Names([address])
    with pytest.raises(Barred):
        await Reach(resolver=names, deadline_s=2).post(f"http://theirs.example:{server.port}/", b"", {})
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(Barred):
        await Reach(deadline_s=2).post(f"http://{literal}:{server.port}/", b"", {})
    assert (names.asked, other.asked) == (["theirs.example"], [])


async def test_a_name_is_looked_up_once_and_called_where_it_was_checked(other: Other, server: TestServer) -> None:
    """DNS rebinding: there is no second look."""
    names = Names(["127.0.0.1"], ["192.0.2.1"])
    answer = await Reach(private=True, resolver=names).post(f"http://theirs.example:{server.port}/x", b"", {})
    assert (answer.status, names.asked, other.asked) == (200, ["theirs.example"], ["/x"])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_no_way(status: int, other: Other, server: TestServer) -> None:
    other.mode = status
    assert (await HOME.post(server.make_url("/x"), b"", {})).status == status
    assert other.asked == ["/x"]


async def test_a_url_that_is_no_text_goes_out_as_it_is(other: Other, server: TestServer) -> None:
    path = "/w/?token=BQ%2bA%3d%3d"
    await HOME.post(URL(f"http://127.0.0.1:{server.port}{path}", encoded=True), b"", {})
    assert other.asked == [path]


# What comes of it


async def test_nobody_listens_there() -> None:
    with pytest.raises(Unreached):
        await HOME.post(f"http://127.0.0.1:{unused_port()}/", b"", {})


@pytest.mark.parametrize("mode", ["hang", "reset", "half", "nonsense"])
async def test_what_became_of_it_is_not_known(mode: str, other: Other, server: TestServer) -> None:
    other.mode = mode
    with pytest.raises(Lost) as caught:
        await Reach(private=True, deadline_s=0.3).post(server.make_url("/x"), b"", {})
    assert "127.0.0.1" not in str(caught.value)
    assert other.asked == ["/x"]


@pytest.mark.parametrize(("most", "read"), [(0, ""), (9, TEXT[:9]), (1_000, TEXT)])
async def test_no_more_of_an_answer_is_taken_in_than_was_asked_for(most: int, read: str, server: TestServer) -> None:
    answer = await HOME.post(server.make_url("/x"), b"", {}, most=most)
    assert (answer.status, answer.body.decode()) == (200, read)
    assert answer.headers["location"] == "/secret"


@pytest.mark.parametrize(("mode", "read"), [("slow", TEXT[:9]), ("cut", TEXT[: len(TEXT) // 2])])
async def test_the_status_stands_where_the_rest_does_not_come(
    mode: str, read: str, other: Other, server: TestServer
) -> None:
    other.mode = mode
    answer = await HOME.post(server.make_url("/x"), b"", {}, most=1_000, within_s=0.3)
    assert (answer.status, answer.body.decode()) == (200, read)


@pytest.mark.parametrize(
    ("mode", "most", "read", "whole"),
    [
        (200, 1_000, TEXT, True),
        (200, 9, TEXT[:9], False),
        ("cut", 1_000, TEXT[: len(TEXT) // 2], False),
        ("slow", 1_000, TEXT[:9], False),
        (302, 1_000, TEXT, True),
    ],
)
async def test_what_is_fetched_says_whether_it_is_whole(
    mode: Mode, most: int, read: str, whole: bool, other: Other, server: TestServer
) -> None:
    other.mode = mode
    answer = await HOME.get(server.make_url("/x"), {"Accept": "*/*"}, most=most, within_s=0.3)
    assert (answer.body.decode(), answer.whole) == (read, whole)
    assert other.asked == ["/x"]


async def test_nothing_is_fetched_from_a_private_network(other: Other, server: TestServer) -> None:
    with pytest.raises(Barred):
        await Reach(deadline_s=2).get(server.make_url("/x"), most=9)
    assert other.asked == []


# Shapes


@pytest.mark.parametrize(("http", "private"), [(True, False), (False, True)])
def test_each_switch_opens_what_it_names(http: bool, private: bool) -> None:
    urls = {"http://theirs.example/": http, "https://192.168.1.1/": private, "http://192.168.1.1/": False}
    for url, open_ in urls.items():
        if open_:
            assert canonical(url, http=http, private=private) == url
        else:
            with pytest.raises(Unfit):
                canonical(url, http=http, private=private)


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "0x7f.0.0.1", "2130706433", "127。0。0。1", "[::1]", "10.0.0.1"]
)
def test_a_private_number_is_told_from_other_faults(host: str) -> None:
    with pytest.raises(Inward):
        canonical(f"https://{host}/")


def test_certificates_are_pem_or_nothing() -> None:
    assert trust("") is None
    with pytest.raises(ValueError, match="PEM"):
        trust("no certificate")
