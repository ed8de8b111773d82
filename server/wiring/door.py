"""Gives the gRPC door its limits and its certificate."""

from __future__ import annotations

from pathlib import Path

from process.open_files import fit_connections
from server.config import Config
from server.rpc.admission import Guards
from server.rpc.credentials import Certificates, TlsFiles
from server.rpc.serving import Limits
from server.rpc.transport import Connections

#: Files that are none of connections: databases, documents, pipes to those who draw, the log.
KEPT_FREE = 256


def door_limits(config: Config) -> Limits:
    """Gives what the door takes at most."""
    return Limits(
        receive_bytes=config.grpc_max_message_bytes,
        send_bytes=config.grpc_max_message_bytes,
        held_bytes=config.grpc_max_messages_bytes,
        concurrent_calls=config.grpc_max_calls,
        watches=config.grpc_max_watches,
        guards=Guards(
            address_rate=config.address_rate,
            tenant_rate=config.tenant_rate,
            address_calls=config.address_calls,
            tenant_calls=config.tenant_calls,
            tenant_watches=config.tenant_watches,
            gateways=config.gateways,
            receive_timeout=config.grpc_receive_timeout,
        ),
        connections=Connections(
            config.grpc_keepalive,
            config.grpc_connection_age,
            fit_connections(
                config.grpc_max_connections, "INVOICEJOBS_GRPC_MAX_CONNECTIONS", KEPT_FREE
            ),
        ),
    )


def door_certificates(config: Config) -> Certificates | None:
    """Reads the door's certificate; None without one. Raises InvalidInput for useless files."""
    if not config.grpc_tls_certificate:
        return None
    client_ca = Path(config.grpc_client_ca) if config.grpc_client_ca else None
    files = TlsFiles(Path(config.grpc_tls_certificate), Path(config.grpc_tls_key), client_ca)
    return Certificates(files)
