"""What keeps the gRPC door open for all when some ask too much."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TypeAlias

from process.config.variable import Variable, between

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, kw_only=True)
class Guarding:
    """How often and how long clients may ask; a rate of 0 has no bound."""

    #: Calls a second.
    tenant_rate: int
    #: Calls a second.
    address_rate: int
    #: Open calls.
    address_calls: int
    #: Open calls, but for streams that watch jobs.
    tenant_calls: int
    #: Streams that watch jobs.
    tenant_watches: int
    #: Where gateways are that say for whom they ask.
    gateways: tuple[Network, ...]
    #: Seconds.
    grpc_receive_timeout: int
    #: Seconds without a word after which the server asks whether a client is still there.
    grpc_keepalive: int
    #: Seconds after which a connection is replaced; 0 for never.
    grpc_connection_age: int


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        allowed = "networks or addresses such as 10.0.0.0/8, fd00::/8 or 192.0.2.1, with commas"
        raise ValueError(f"{allowed} between them") from None


VARIABLES = (
    Variable("INVOICEJOBS_TENANT_RATE", "tenant_rate", "1000", between(0, 1_000_000),
             "Calls a second that a tenant may make of one server, twice as many at once; "
             "0: any number."),
    Variable("INVOICEJOBS_ADDRESS_RATE", "address_rate", "1000", between(0, 1_000_000),
             "Calls a second that may come from one address (IPv6: one /64), twice as many at "
             "once; loopback aside; 0: any number."),
    Variable("INVOICEJOBS_ADDRESS_CALLS", "address_calls", "100", between(1, 100_000),
             "Calls that one address (IPv6: one /64) may have open at once, streams included, and "
             "requests that the gateway answers for it; loopback aside. For calls of a gateway, "
             "its client's address counts."),
    Variable("INVOICEJOBS_TENANT_CALLS", "tenant_calls", "500", between(1, 100_000),
             "Calls that one tenant may have open at once, streams aside; of those that import "
             "orders it may have a quarter."),
    Variable("INVOICEJOBS_TENANT_WATCHES", "tenant_watches", "1000", between(1, 100_000),
             "Streams that one tenant may have open at once to watch its jobs."),
    Variable("INVOICEJOBS_GATEWAYS", "gateways", "127.0.0.0/8,::1", _networks,
             "Networks of the gateways, with commas between them: only they are believed when "
             "they name the client's address."),
    Variable("INVOICEJOBS_GRPC_RECEIVE_TIMEOUT", "grpc_receive_timeout", "30", between(1, 3600),
             "Seconds that the message of a call may take to arrive; a stream of messages, seconds "
             "without one. An answer that nobody takes on is given up after twice as many."),
    Variable("INVOICEJOBS_GRPC_KEEPALIVE", "grpc_keepalive", "60", between(1, 86_400),
             "Seconds of silence after which the server asks a client whether it is still there."),
    Variable("INVOICEJOBS_GRPC_CONNECTION_AGE", "grpc_connection_age", "3600",
             between(0, 31_536_000),
             "Seconds after which clients connect anew, so that they find new servers; calls that "
             "run get as long to end. 0: never."),
)  # fmt: skip
