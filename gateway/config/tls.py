"""How the gateway is encrypted, towards its clients and towards the server."""

from __future__ import annotations

from dataclasses import dataclass

from process.config.variable import Variable, host, one_of

PLAINTEXT = Variable(
    "INVOICEJOBS_PLAINTEXT", "plaintext", "loopback", one_of("loopback", "anywhere"),
    "Where doors and calls may do without TLS: loopback, or anywhere, for networks that are "
    "protected otherwise and for proxies that end TLS on another machine.",
)  # fmt: skip

#: What any client of the gRPC server needs; the command has them, too.
CLIENT_VARIABLES = (
    Variable("INVOICEJOBS_GRPC_CA", "grpc_ca", "", str,
             "PEM file of the authorities that the gRPC server's certificate may come from, or "
             "public for the well-known ones; read at the start only. Empty: calls without TLS."),
    Variable("INVOICEJOBS_GRPC_SERVER_NAME", "grpc_server_name", "",
             lambda text: host(text) if text else "",
             "The name in the gRPC server's certificate, where it is not the target's host."),
    Variable("INVOICEJOBS_GRPC_CLIENT_CERTIFICATE", "grpc_client_certificate", "", str,
             "PEM file of the certificate to show to a gRPC server that asks for one, with its "
             "chain. Read at the start only: restart the gateway when it is renewed."),
    Variable("INVOICEJOBS_GRPC_CLIENT_KEY", "grpc_client_key", "", str,
             "PEM file of that certificate's key."),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Tls:
    """Files of keys and certificates; an empty path is none."""

    #: The gateway's own certificate with its chain.
    rest_tls_certificate: str
    rest_tls_key: str
    #: Authorities of the server's certificate, or "public".
    grpc_ca: str
    #: Empty: the target's host.
    grpc_server_name: str
    grpc_client_certificate: str
    grpc_client_key: str
    #: Where plaintext is allowed: "loopback" or "anywhere".
    plaintext: str


VARIABLES = (
    Variable("INVOICEJOBS_REST_TLS_CERTIFICATE", "rest_tls_certificate", "", str,
             "PEM file of the gateway's certificate with its chain; read again when it changes. "
             "Empty: no TLS, for loopback and behind a proxy."),
    Variable("INVOICEJOBS_REST_TLS_KEY", "rest_tls_key", "", str,
             "PEM file of that certificate's key."),
    *CLIENT_VARIABLES,
    PLAINTEXT,
)  # fmt: skip
