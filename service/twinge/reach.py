"""Calls to URLs that somebody else has chosen: only to the public internet, whatever a name resolves to.

Checking a name before the call is not enough: its owner may let it point elsewhere a second later (DNS rebinding). So
the check stands where sockets are made. aiohttp resolves the name once, hands each numeric address to the `Gate`, and
connects the socket it gets to that very address; an address written in the URL goes the same way. Nothing is looked
up in between. TLS and the Host header keep the name.

Every URL that a person or a vendor gives is called through a `Reach`, after `canonical` has looked at its shape.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

LONGEST_URL = 2_000
CONNECT_S = 5.0
DEADLINE_S = 15.0
"""For one whole call."""

_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is given out as global unicast: https://www.iana.org/assignments/ipv6-address-space"""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052: its last 32 bits are the IPv4 address that is really called."""
_CLOUDS = tuple(ipaddress.ip_network(one) for one in ("192.0.0.0/24", "168.63.129.16/32"))
"""Look public to `ipaddress`, but answer inside the networks of Oracle and Azure."""
_6TO4 = ipaddress.IPv6Network("2002::/16")


def is_public(host: str) -> bool:
    """Whether this numeric address, v4 or v6, belongs to the public internet; `ValueError` where it is none."""
    address = ipaddress.ip_address(host)
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not any(address in cloud for cloud in _CLOUDS)
    if address.ipv4_mapped is not None or address in _NAT64:
        return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)))
    return address in _UNICAST and address not in _6TO4 and address.is_global


class Gate:
    """Makes the sockets of one call. Afterwards `shut` tells whether it let no address through."""

    def __init__(self, *, private: bool) -> None:
        self._private, self._opened, self._refused = private, 0, 0

    @property
    def shut(self) -> bool:
        """Whether there were addresses, and none of them public."""
        return self._refused > 0 and self._opened == 0

    def open(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """The socket for one address, or `OSError`: aiohttp then tries the name's next."""
        family, kind, protocol, _, address = info
        if not self._private and not is_public(address[0]):
            self._refused += 1
            raise OSError(errno.EACCES, "not a public address")
        self._opened += 1
        return socket.socket(family, kind, protocol)


class Unfit(ValueError):
    """A URL that we do not call; the words go on from *The URL …*."""


class Inward(Unfit):
    """… because it leads into a private network: an operator may have allowed that."""


class Unreached(Exception):
    """No connection: certainly nobody got anything. Its words are a kind of error, never an address."""


class Barred(Unreached):
    """There were addresses, and none of them public."""


class Lost(Exception):
    """The call was under way, and what became of it is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. The status stands also where the rest was cut off."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes
    """As much of it as was asked for, as it was sent."""
    whole: bool = False
    """Whether that is known to be all of it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How calls are made: through a `Gate`, without following redirects, and never for longer than `deadline_s`."""

    private: bool = False
    """Whether they may lead into private networks: the operator's choice."""
    tls: ssl.SSLContext | None = None
    resolver: AbstractResolver | None = None
    deadline_s: float = DEADLINE_S

    async def post(
        self, url: str | URL, body: bytes, headers: Mapping[str, str], *, most: int = 0, within_s: float | None = None
    ) -> Answer:
        """Post once; of the answer's body read at most `most` bytes. Raises `Barred`, `Unreached`, `Lost`.

        A `URL` goes out as it is, a `str` in yarl's canonical form.
        """
        return await self._call("POST", url, body, headers, most, within_s)

    async def get(
        self, url: str | URL, headers: Mapping[str, str] | None = None, *, most: int, within_s: float | None = None
    ) -> Answer:
        """Get once; as `post`."""
        return await self._call("GET", url, None, headers or {}, most, within_s)

    async def _call(
        self,
        method: str,
        url: str | URL,
        body: bytes | None,
        headers: Mapping[str, str],
        most: int,
        within_s: float | None,
    ) -> Answer:
        gate, limits = Gate(private=self.private), aiohttp.ClientTimeout(total=None, connect=CONNECT_S)
        end = asyncio.get_running_loop().time() + (self.deadline_s if within_s is None else within_s)
        async with session(gate, self.resolver, self.tls) as guarded:
            try:
                async with asyncio.timeout_at(end):
                    answer = await guarded.request(
                        method, url, data=body, headers=headers, timeout=limits, allow_redirects=False
                    )
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
                raise (Barred if gate.shut else Unreached)(type(error).__name__) from None
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                raise Lost(type(error).__name__) from None
            async with answer:
                return Answer(answer.status, answer.headers, *await _beginning(answer, most, end))


async def _beginning(answer: aiohttp.ClientResponse, most: int, end: float) -> tuple[bytes, bool]:
    """At most `most` bytes of the body, or as many of them as came until `end` on the loop's clock; if that is all."""
    read = bytearray()
    with contextlib.suppress(aiohttp.ClientError, OSError):  # a TimeoutError is an OSError
        async with asyncio.timeout_at(end):
            while len(read) < most and (more := await answer.content.read(most - len(read))):
                read += more
            return bytes(read), answer.content.at_eof()
    return bytes(read), False


def session(gate: Gate, resolver: AbstractResolver | None, tls: ssl.SSLContext | None) -> aiohttp.ClientSession:
    """A session for one call through `gate`: no cookies, no proxy, no kept connection, nothing unpacked.

    The session that `send` is given is everybody's: its connector cannot be guarded, and its kept connections were
    opened unchecked. One made for the call costs a handshake, and has nothing to close later.
    """
    connector = aiohttp.TCPConnector(
        socket_factory=gate.open, resolver=resolver, ssl=tls or True, use_dns_cache=False, force_close=True
    )
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
    )


def canonical(text: str, *, http: bool = False, private: bool = False) -> str:
    """The URL in the one form in which it will be called, or `Unfit`. Names are not looked up here."""
    text = text.strip()
    try:
        url = URL(str(URL(text)))  # twice: the first turns a host like 127。0。0。1 into what it means
        port = url.port
    except ValueError:
        raise Unfit("cannot be read") from None
    if not text.isprintable() or " " in text or len(str(url)) > LONGEST_URL:
        raise Unfit(f"has spaces in it, or is longer than {LONGEST_URL} characters")
    if url.scheme not in ({"https", "http"} if http else {"https"}) or not url.raw_host or not port:
        raise Unfit("begins with https:// and a host")
    if url.user is not None or url.password is not None or url.fragment:
        raise Unfit("has no user, password or fragment")
    if not private and not may_be_public(url.raw_host):
        raise Inward("must not lead into this machine's own network")
    return str(url)


def may_be_public(host: str) -> bool:
    """False for an address that is not public, and for a number that only an old resolver takes for an address."""
    try:
        return is_public(host)
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2].lower()
        return last != "localhost" and not last.isdigit() and not last.startswith("0x")


def trust(certificates: str) -> ssl.SSLContext | None:
    """What to trust besides the usual authorities; None for those alone, `ValueError` for what is no PEM."""
    if not certificates:
        return None
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cadata=certificates)
    except ssl.SSLError:
        raise ValueError("no certificates in PEM") from None
    return context
