"""What the gRPC door says to the transport below it: sizes, times, and who is still there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

#: gRPC's own options, by its names.
Options: TypeAlias = list[tuple[str, int]]

#: Tokens may be some kilobytes; what is longer is refused before anybody reads it.
_METADATA_BYTES = 16 * 1024
#: Milliseconds for the handshakes of TLS and HTTP/2; gRPC would wait for two minutes.
_HANDSHAKE = 10_000
#: Milliseconds in which a client that is asked must say that it is there.
_KEEPALIVE_TIMEOUT = 20_000
#: Milliseconds between two such questions of a client; whoever asks more often is sent away.
PING_INTERVAL = 10_000
#: Calls that have come in and nobody has looked at yet.
MOST_PENDING = 4_000


@dataclass(frozen=True, slots=True)
class Connections:
    """How connections are looked after; times are seconds."""

    #: Silence after which a client is asked whether it is there.
    keepalive: int = 60
    #: After so long a client is to connect anew, and its calls get as long to end; 0: never.
    age: int = 0
    #: How many are kept open.
    most: int = 4000
    #: After so long without a call one is closed.
    idle: int = 300


def transport_options(receive_bytes: int, send_bytes: int, connections: Connections) -> Options:
    """Gives the options of a server."""
    options = [
        ("grpc.max_receive_message_length", receive_bytes),
        ("grpc.max_send_message_length", send_bytes),
        ("grpc.max_metadata_size", _METADATA_BYTES),
        ("grpc.absolute_max_metadata_size", 2 * _METADATA_BYTES),
        # Otherwise a second server on the same port starts without an error and takes half of the
        # first one's calls.
        ("grpc.so_reuseport", 0),
        ("grpc.server_handshake_timeout_ms", _HANDSHAKE),
        ("grpc.max_allowed_incoming_connections", connections.most),
        ("grpc.max_connection_idle_ms", connections.idle * 1000),
        ("grpc.keepalive_time_ms", connections.keepalive * 1000),
        ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT),
        # Beyond these gRPC breaks calls off without a reason that a client could understand; by
        # itself it would begin so early that none of our own refusals were reached.
        ("grpc.server.max_pending_requests", MOST_PENDING),
        ("grpc.server.max_pending_requests_hard_limit", MOST_PENDING),
        # Clients may ask now and then whether we are there, also while they have no call: a gateway
        # does so to find out that what lay between has forgotten its connection.
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", PING_INTERVAL),
    ]
    if connections.age:
        options += [
            ("grpc.max_connection_age_ms", connections.age * 1000),
            ("grpc.max_connection_age_grace_ms", connections.age * 1000),
        ]
    return options
