"""Whose requests and connections are counted together, so that no client takes all places."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

#: What one customer of a provider has of IPv6: a share for each address would be none.
_IPV6_PREFIX = 64


@lru_cache(4096)
def share_key(address: str) -> str:
    """Gives what is counted together; empty for what is not counted: this machine itself."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(read, ipaddress.IPv6Address):
        read = read.ipv4_mapped or read
    if read.is_loopback:
        return ""
    if isinstance(read, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(read), _IPV6_PREFIX), strict=False))
    return str(read)
