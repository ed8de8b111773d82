"""How the gRPC door is encrypted."""

from __future__ import annotations

from dataclasses import dataclass

from process.config.variable import Variable, one_of


@dataclass(frozen=True, kw_only=True)
class Tls:
    """Files of keys and certificates; an empty path is none."""

    #: The server's own certificate with its chain.
    grpc_tls_certificate: str
    grpc_tls_key: str
    #: Authorities that clients' certificates must come from; empty asks for none.
    grpc_client_ca: str
    #: Where plaintext is allowed: "loopback" or "anywhere".
    plaintext: str


VARIABLES = (
    Variable("INVOICEJOBS_GRPC_TLS_CERTIFICATE", "grpc_tls_certificate", "", str,
             "PEM file of the server's certificate with its chain; read again when it changes. "
             "Empty: no TLS."),
    Variable("INVOICEJOBS_GRPC_TLS_KEY", "grpc_tls_key", "", str,
             "PEM file of that certificate's key."),
    Variable("INVOICEJOBS_GRPC_CLIENT_CA", "grpc_client_ca", "", str,
             "PEM file of the authorities that clients' certificates must come from (mutual TLS); "
             "read again when it changes. Empty: clients need no certificate."),
    Variable("INVOICEJOBS_PLAINTEXT", "plaintext", "loopback", one_of("loopback", "anywhere"),
             "Where doors and calls may do without TLS: loopback, or anywhere, for networks that "
             "are protected otherwise and for proxies that end TLS on another machine."),
)  # fmt: skip
