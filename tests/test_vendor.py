"""What plugins share: secrets compared, numbers read loosely, one call of a vendor."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from twinge.plugin import TokenRefused, TryLater
from twinge.plugin.loose import inside, number
from twinge.plugin.signing import among, hmac_fits, keys_of
from twinge.plugin.vendor import Refused, call, decoded, pause_of, trusted
from vendor_standin import VendorStandin

BASE = "https://api.example.org"


def test_secrets_side_by_side() -> None:
    keys = keys_of(" one  two ")
    assert keys == (b"one", b"two")
    assert among("one", keys)
    assert among("two", keys)
    assert not any(among(given, keys) for given in ("", None, "on", "one two", "größe", "\udcff"))
    assert not among("", (b"",))
    assert not among("", ())


def test_an_hmac_of_rfc_4231() -> None:
    """Test case 2 of RFC 4231, section 4.3."""
    given = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    body = b"what do ya want for nothing?"
    assert hmac_fits((b"other", b"Jefe"), body, given)
    assert hmac_fits((b"Jefe",), body, given.upper())
    assert not any(hmac_fits((b"Jefe",), body, wrong) for wrong in (given[:-1], "", None, "é" * 64, given + "0"))
    assert not hmac_fits((b"Jefe",), body + b" ", given)
    assert not hmac_fits((b"",), b"x", hmac.new(b"", b"x", "sha256").hexdigest())


def test_numbers_as_vendors_write_them() -> None:
    assert [number(value, 0, 10) for value in (5, 5.5, "5.0", " 5 ", 0)] == [5, 5.5, 5, 5, 0]
    odd: tuple[object, ...] = (
        None,
        True,
        "five",
        "",
        "nan",
        "inf",
        float("nan"),
        -1,
        11,
        10**400,
        "9" * 40,
        [],
        {},
        "٣.x",
    )
    assert [number(value, 0, 10) for value in odd] == [None] * len(odd)


def test_what_lies_inside() -> None:
    assert inside({"a": {"b": 1}}, "a", "b") == 1
    odd: tuple[object, ...] = (None, [], {"a": 1}, {"a": {}})
    assert [inside(value, "a", "b") for value in odd] == [None] * 4


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        (f"{BASE}/v1/x?a=b", True),
        ("https://API.example.org/v1/x", True),
        ("https://api.example.org:443/v1/x", True),
        (f"{BASE}/v2/x", False),
        (f"{BASE}/v1/../x", False),
        (f"{BASE}/v1/x#y", False),
        ("https://api.example.org.evil.example/v1/", False),
        (f"{BASE}\\@evil.example/v1/", False),
        ("https://evil.example/https://api.example.org/v1/", False),
        ("//api.example.org/v1/", False),
        (f"{BASE}/v1/\n", False),
        ("https://:0", False),
        ("https://api.example.org:99999/v1/", False),
    ],
)
def test_links_out_of_a_body(url: str, fits: bool) -> None:
    assert trusted(url, BASE, "/v1/") is fits


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "30"}, timedelta(seconds=30)),
        ({"Retry-After": "9999999"}, timedelta(days=1)),
        (
            {"Retry-After": "Sat, 02 May 2026 10:08:00 GMT", "Date": "Sat, 02 May 2026 10:07:00 GMT"},
            timedelta(minutes=1),
        ),
        ({"Retry-After": "Sat, 02 May 2026 10:06:00 GMT", "Date": "Sat, 02 May 2026 10:07:00 GMT"}, timedelta(0)),
        ({"Retry-After": "Sat, 02 May 2026 10:08:00 GMT"}, None),
        ({"Retry-After": "soon", "Date": "then"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_how_long_a_vendor_asks_to_wait(headers: dict[str, str], wait: timedelta | None) -> None:
    assert pause_of(headers) == wait


@pytest.fixture
async def vendor() -> AsyncIterator[tuple[VendorStandin, str, aiohttp.ClientSession]]:
    standin = VendorStandin()
    async with TestServer(standin.app()) as server, aiohttp.ClientSession() as http:
        yield standin, str(server.make_url("")).rstrip("/"), http


async def test_refusals_say_what_to_do(vendor: tuple[VendorStandin, str, aiohttp.ClientSession]) -> None:
    standin, base, http = vendor
    kinds = {
        401: TokenRefused,
        **dict.fromkeys((302, 403, 404, 410, 418), Refused),
        **dict.fromkeys((408, 429, 500), TryLater),
    }
    for status, kind in kinds.items():
        standin.answers["/x"] = status, b"secret words"
        with pytest.raises(kind) as said:
            await call(http, "GET", f"{base}/x", vendor="Acme", token="a-token")
        assert "secret" not in str(said.value)
        assert "a-token" not in str(said.value)
        if isinstance(said.value, Refused):
            assert said.value.status == status


async def test_an_answer_has_its_date_and_its_json(vendor: tuple[VendorStandin, str, aiohttp.ClientSession]) -> None:
    standin, base, http = vendor
    standin.answers["/x"] = 200, {"a": 1}
    found = await call(http, "POST", f"{base}/x", vendor="Acme", query={"q": "ü&"}, json={"b": 2})
    assert (decoded(found, "Acme"), found.at) == ({"a": 1}, datetime(2026, 5, 2, 10, 7, tzinfo=UTC))
    assert (standin.asked[0].query, standin.asked[0].body) == ({"q": "ü&"}, b'{"b": 2}')
    await call(http, "POST", f"{base}/x", vendor="Acme", form={"b": "ü &"})
    assert standin.asked[1].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert standin.asked[1].body == b"b=%C3%BC+%26"
    standin.answers["/x"] = 204, b""
    standin.headers["Date"] = "now"
    found = await call(http, "GET", f"{base}/x", vendor="Acme")
    assert (decoded(found, "Acme"), found.at) == (None, None)


async def test_an_endless_answer_is_cut_off(vendor: tuple[VendorStandin, str, aiohttp.ClientSession]) -> None:
    standin, base, http = vendor
    standin.answers["/x"] = 200, bytes(33 * 1024 * 1024)
    with pytest.raises(Refused, match="more than 32 MB"):
        await call(http, "GET", f"{base}/x", vendor="Acme")


async def test_headers_of_the_callers_own_go_beside_the_token(
    vendor: tuple[VendorStandin, str, aiohttp.ClientSession],
) -> None:
    standin, base, http = vendor
    standin.answers["/x"] = 200, b""
    await call(http, "GET", f"{base}/x", vendor="Acme", token="t", headers={"X-Key": "k", "Authorization": "mine"})
    assert (standin.asked[0].headers["X-Key"], standin.asked[0].headers["Authorization"]) == ("k", "Bearer t")
