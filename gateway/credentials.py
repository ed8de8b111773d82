"""How a client of the gRPC server, the gateway or the command, proves the server and itself."""

from __future__ import annotations

from pathlib import Path

import grpc

#: In place of a file: the authorities that are known everywhere.
PUBLIC = "public"


class CredentialsUnreadable(Exception):
    """Says which file of a key or a certificate cannot be used."""


def channel_credentials(
    authorities: str, certificate: str = "", key: str = ""
) -> grpc.ChannelCredentials | None:
    """Gives a channel's credentials; None where the server is called without TLS.

    authorities is a PEM file or PUBLIC; certificate and key are PEM files, empty for a server that
    asks for none. Raises CredentialsUnreadable.
    """
    if not authorities:
        return None
    return grpc.ssl_channel_credentials(
        None if authorities == PUBLIC else _read(authorities),
        _read(key) if key else None,
        _read(certificate) if certificate else None,
    )


def name_options(server_name: str) -> tuple[tuple[str, str], ...]:
    """Gives the channel's options for a server whose certificate bears another name."""
    return (("grpc.ssl_target_name_override", server_name),) if server_name else ()


def _read(path: str) -> bytes:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise CredentialsUnreadable(f"{path} cannot be read: {error.strerror}.") from error
    if b"-----BEGIN " not in content:
        raise CredentialsUnreadable(f"{path} is no PEM file: it has no line '-----BEGIN ...'.")
    return content
