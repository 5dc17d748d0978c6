"""Calls to URLs that somebody else has chosen: only to the public internet, whatever a name resolves to.

Checking a name before the call is not enough: its owner may let it point elsewhere a second later (DNS rebinding). So
the check stands where sockets are made. aiohttp resolves the name once, hands each numeric address to the `Gate`, and
connects the socket it gets to that very address; an address written in the URL goes the same way. Nothing is looked
up in between. TLS and the Host header keep the name.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl

import aiohttp
from aiohttp.abc import AbstractResolver

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
