"""Where a call comes from: the peer, or whom a gateway asks for."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import unquote

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

#: The metadata by which a gateway tells its client's address.
CLIENT_ADDRESS = "x-client-address"
#: Characters of it that are looked at, and remembered: no address has so many.
LONGEST_ADDRESS = 100
#: What one customer of a provider has of IPv6: a rate for each address would be none.
_IPV6_PREFIX = 64


def client_address(peer: str, told: str, gateways: tuple[Network, ...]) -> str:
    """Gives the address that a call came from.

    peer is how gRPC names the other end (ipv4:192.0.2.1:4711), told what it says about the client;
    it counts only from gateways, and from sockets of this machine's file system.
    """
    address = _address_of(peer)
    if is_gateway(peer, gateways):
        address = read_address(told) or address
    return str(address) if address else ""


def is_gateway(peer: str, gateways: tuple[Network, ...]) -> bool:
    """Tells whether the other end is believed to be a gateway, or is a socket of this machine."""
    address = _address_of(peer)
    return peer.startswith("unix") or (
        address is not None and any(address in network for network in gateways)
    )


def _address_of(peer: str) -> Address | None:
    return read_address(unquote(peer.partition(":")[2]).rpartition(":")[0].strip("[]"))


@lru_cache(4096)
def read_address(text: str) -> Address | None:
    """Reads an address; an IPv4 one that was written as IPv6 is IPv4. None: it is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address
    return address


@lru_cache(4096)
def rate_key(address: str) -> str:
    """Gives what is counted together; empty for what is not counted: this machine itself."""
    read = read_address(address)
    if read is None or read.is_loopback:
        return ""
    if isinstance(read, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(read), _IPV6_PREFIX), strict=False))
    return str(read)
