"""Reads the environment of the `invoicejobs` command. No other file of the command looks at it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

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
    )


def child_environment(
    changes: Mapping[str, str],
    *,
    clean: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Gives the environment of a process to start: this one's with changes.

    A clean one hands on none of the service's own variables, so that nothing set for real use
    reaches it.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if not (clean and name.startswith(PREFIX))
    }
    return kept | dict(changes)
