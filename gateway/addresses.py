"""Whom a request comes from, also behind proxies; only those that are trusted are believed."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import TypeAlias

from aiohttp import hdrs, web

from process.config.variable import Network

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# One element of Forwarded (RFC 7239): for=192.0.2.1, for="[2001:db8::1]:4711", for=_hidden.
_FOR = re.compile(r'(?:^|;)\s*for=("?)([^";,]*)\1\s*(?=;|$)', re.IGNORECASE)
_PORT = re.compile(r"^(?:\[(?P<v6>[^\]]*)\]|(?P<v4>[0-9.]+))(?::[0-9]+)?$")
#: More proxies than that stand nowhere in a row.
_MOST_HOPS = 20


def client_address(request: web.Request, trusted: Collection[Network], header: str) -> str:
    """Gives the client's address, or an empty text where there is none, as on a local socket.

    header is the one that the trusted proxies write: Forwarded or X-Forwarded-For. The other one
    they hand on as a client wrote it. From the right, for each proxy adds whom it heard: the first
    address that is not a trusted proxy's own is the client's. What stands further left anybody may
    have written.
    """
    remote = request.remote or ""
    address = read_address(remote)
    if not trusted or address is None:
        return _plain(remote)
    for text in _told(request, header):
        if not any(address in network for network in trusted):
            break
        told = read_address(text)
        if told is None:  # hidden, or damaged: nothing further left can be believed
            break
        address = told
    return str(address)


def _told(request: web.Request, header: str) -> Iterator[str]:
    """Gives whom the proxies name, the nearest first."""
    for element in _from_the_right(request.headers.getall(header, [])):
        if header == hdrs.FORWARDED:
            found = _FOR.search(element)
            yield found[2] if found else ""
        else:
            yield element


def _from_the_right(values: list[str]) -> Iterator[str]:
    elements = ",".join(values).split(",")
    yield from (element.strip() for element in elements[: -_MOST_HOPS - 1 : -1])


@lru_cache(4096)
def _plain(remote: str) -> str:
    """Gives a connection's address as it is written; empty for a local socket's."""
    return str(read_address(remote) or "")


@lru_cache(4096)
def read_address(text: str) -> Address | None:
    """Reads an address, with a port or without; an IPv4 one written as IPv6 is IPv4."""
    match = _PORT.match(text)
    try:
        address = ipaddress.ip_address(match["v6"] or match["v4"] if match else text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address
    return address
