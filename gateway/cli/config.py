"""Reads the environment of the `invoicejobs` command. No other file of the command looks at it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.config import VARIABLES

PREFIX = "INVOICEJOBS_"

_GATEWAY_DEFAULTS = {variable.name: variable.default for variable in VARIABLES}
DEFAULT_TARGET = _GATEWAY_DEFAULTS[f"{PREFIX}GRPC_TARGET"]


@dataclass(frozen=True, slots=True)
class Config:
    """Holds what the environment says, as text: an option that takes a value checks it."""

    #: Where the gRPC server is, in gRPC's own notation.
    target: str
    #: Whose orders and invoices; empty where nothing was said.
    tenant: str
    #: Where `serve` lets the server listen.
    grpc_host: str
    grpc_port: str
    #: Where `serve` lets the gateway listen.
    rest_host: str
    rest_port: str
    #: The certificates of the server and the gateway, where they have one.
    grpc_tls_certificate: str
    rest_tls_certificate: str
    #: Where the server shows its metrics; empty: nowhere.
    metrics_port: str
    #: How the server is called: see gateway.config.tls.
    grpc_ca: str
    grpc_server_name: str
    grpc_client_certificate: str
    grpc_client_key: str
    #: Where calls may do without TLS: "loopback" or "anywhere".
    plaintext: str
    #: A token to send with every call; empty: none.
    token: str = field(repr=False)
    #: A client that gets its tokens of the server.
    client_id: str
    client_secret: str = field(repr=False)


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Reads the variables; an empty one counts as not set, as in compose files."""

    def read(name: str, default: str = "") -> str:
        given = environment.get(PREFIX + name, "").strip()
        return given or default or _GATEWAY_DEFAULTS.get(PREFIX + name, "")

    # Where the gateway looks for a server is where the server listens.
    grpc_host, _, grpc_port = DEFAULT_TARGET.rpartition(":")
    return Config(
        target=read("GRPC_TARGET"),
        tenant=read("TENANT"),
        grpc_host=read("GRPC_HOST", grpc_host),
        grpc_port=read("GRPC_PORT", grpc_port),
        rest_host=read("REST_HOST"),
        rest_port=read("REST_PORT"),
        grpc_tls_certificate=read("GRPC_TLS_CERTIFICATE"),
        rest_tls_certificate=read("REST_TLS_CERTIFICATE"),
        metrics_port=read("METRICS_PORT"),
        grpc_ca=read("GRPC_CA"),
        grpc_server_name=read("GRPC_SERVER_NAME"),
        grpc_client_certificate=read("GRPC_CLIENT_CERTIFICATE"),
        grpc_client_key=read("GRPC_CLIENT_KEY"),
        plaintext=read("PLAINTEXT").lower(),
        token=read("TOKEN"),
        client_id=read("CLIENT_ID"),
        client_secret=read("CLIENT_SECRET"),
    )


#: What the server alone may know: its keys and where its database is.
_SERVERS_ALONE = {f"{PREFIX}{name}" for name in ("JWT_SECRET", "LINK_KEYS", "DATABASE_URL")}
#: What the command alone needs: who it is for the server.
_OURS_ALONE = {f"{PREFIX}{name}" for name in ("TOKEN", "CLIENT_ID", "CLIENT_SECRET")}


def child_environment(
    changes: Mapping[str, str],
    *,
    clean: bool = False,
    of_server: bool = True,
    environment: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Gives the environment of a process to start: this one's with changes.

    A clean one hands on none of the service's own variables, so that nothing set for real use
    reaches it. What is secret goes to the process that needs it: of_server tells whether it is the
    server.
    """
    withheld = _OURS_ALONE if of_server else _OURS_ALONE | _SERVERS_ALONE
    kept = {
        name: value
        for name, value in environment.items()
        if not (clean and name.startswith(PREFIX)) and name not in withheld
    }
    return kept | dict(changes)
