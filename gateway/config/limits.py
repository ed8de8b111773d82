"""What the gateway takes at most."""

from __future__ import annotations

from dataclasses import dataclass

from process.config.variable import Network, Variable, between, networks, one_of, seconds

MAX_TIMEOUT = 3600.0  # seconds
# A job request of this size still fits into one gRPC message of the gateway (64 MiB).
MAX_BODY_BYTES = 50_000_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the gateway takes at most, and whose word about addresses counts."""

    #: Seconds that a request may take.
    request_timeout: float
    #: The largest request body, in bytes.
    max_body_bytes: int
    #: Bytes of all bodies that are held at the same time.
    rest_max_bodies_bytes: int
    #: Requests that are answered at the same time.
    rest_max_requests: int
    #: Open connections.
    rest_max_connections: int
    #: Requests of one client that are answered at the same time.
    address_calls: int
    #: Open connections of one client.
    address_connections: int
    #: Where proxies are that say for whom they ask.
    trusted_proxies: tuple[Network, ...]
    #: The header in which they say it.
    proxy_header: str


VARIABLES = (
    Variable("INVOICEJOBS_REQUEST_TIMEOUT", "request_timeout", "30", seconds(MAX_TIMEOUT),
             "Seconds a request may take; a download, seconds without progress."),
    Variable("INVOICEJOBS_MAX_BODY_BYTES", "max_body_bytes", "10000000",
             between(1, MAX_BODY_BYTES), "Largest request body in bytes."),
    Variable("INVOICEJOBS_REST_MAX_BODIES_BYTES", "rest_max_bodies_bytes", "200000000",
             between(1, 100_000_000_000),
             "Bytes of all request bodies that the gateway holds at once; one more is refused for "
             "now."),
    Variable("INVOICEJOBS_REST_MAX_REQUESTS", "rest_max_requests", "500", between(1, 100_000),
             "Requests that the gateway answers at once, streams of events aside; one more is "
             "refused for now. About as many as it answers in a second, for so long they wait."),
    Variable("INVOICEJOBS_REST_MAX_CONNECTIONS", "rest_max_connections", "4000",
             between(1, 100_000),
             "Connections that the gateway keeps open; one more ends the one that has been idle "
             "longest. Fewer where this process may not have as many files open."),
    Variable("INVOICEJOBS_ADDRESS_CALLS", "address_calls", "100", between(1, 100_000),
             "Calls that one address (IPv6: one /64) may have open at once, streams included, and "
             "requests that the gateway answers for it; loopback aside. For calls of a gateway, "
             "its client's address counts."),
    Variable("INVOICEJOBS_ADDRESS_CONNECTIONS", "address_connections", "400", between(1, 100_000),
             "Connections that one address (IPv6: one /64) may keep open with the gateway; "
             "loopback and INVOICEJOBS_TRUSTED_PROXIES aside."),
    Variable("INVOICEJOBS_TRUSTED_PROXIES", "trusted_proxies", "", networks,
             "Networks of the proxies in front of the gateway, with commas between them: only they "
             "are believed when they name the client's address."),
    Variable("INVOICEJOBS_PROXY_HEADER", "proxy_header", "X-Forwarded-For",
             one_of("X-Forwarded-For", "Forwarded"),
             "Header in which those proxies name the client's address: X-Forwarded-For or "
             "Forwarded. They must set it or add to it; the other one is never believed."),
)  # fmt: skip
