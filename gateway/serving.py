"""Runs the application on a socket, with TLS or without."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web

from gateway.app import make_app
from gateway.certificates import CertificateUnusable, FreshCertificate
from gateway.config import Config
from gateway.connections import Connections
from gateway.observing.requests import Requests
from gateway.protocol import Protocol
from process.open_files import fit_connections

log = logging.getLogger("gateway")

HANDSHAKE_TIMEOUT = 10.0  # seconds
#: Connections that may wait until they are taken up; the system lets one more try again later. Were
#: there room for all of a flood, to refuse it would take the time of what is answered.
BACKLOG = 100
#: Files that are none of connections: the log, the listener, the channel, modules.
KEPT_FREE = 64
GRACE = 10.0  # seconds that running requests get to end when the gateway stops


class BindError(Exception):
    """Says why the gateway cannot listen where it should, or as it should."""


def bind(config: Config) -> tuple[socket.socket, Config]:
    """Opens the socket and completes the config by the address it got. Raises BindError."""
    host, port = config.rest_host, config.rest_port
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise BindError(
            f"The gateway cannot listen on {host} port {port}: {error.strerror or error}. "
            "INVOICEJOBS_REST_HOST and INVOICEJOBS_REST_PORT say where; port 0 takes any free one."
        ) from error
    return listener, replace(config, public_url=config.public_url or local_url(config, listener))


def local_url(config: Config, listener: socket.socket) -> str:
    """Gives the address of a bound socket."""
    host = config.rest_host
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if config.rest_tls_certificate else "http"
    return f"{scheme}://{shown}:{listener.getsockname()[1]}"


def _certificate(config: Config) -> FreshCertificate | None:
    if not config.rest_tls_certificate:
        return None
    try:
        return FreshCertificate(Path(config.rest_tls_certificate), Path(config.rest_tls_key))
    except CertificateUnusable as error:
        raise BindError(str(error)) from error


@asynccontextmanager
async def running(config: Config, requests: Requests | None = None) -> AsyncIterator[str]:
    """Serves while the block lasts; gives the address it listens on. Raises BindError.

    At the end no new connections are taken, and running requests get GRACE seconds.
    """
    certificate = _certificate(config)
    listener, bound = bind(config)
    most = fit_connections(
        config.rest_max_connections, "INVOICEJOBS_REST_MAX_CONNECTIONS", KEPT_FREE
    )
    connections = Connections(most, config.address_connections)
    # With handler_cancellation a handler is cancelled when its client leaves, and with it the
    # gRPC call that it waits for.
    options: dict[str, Any] = {"handler_cancellation": True, "access_log": None}
    runner = web.AppRunner(make_app(bound, requests), shutdown_timeout=GRACE, **options)
    try:
        await runner.setup()
        manager = runner.server
        assert manager is not None  # noqa: S101 - setup made it
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Protocol(
                manager, connections, config.request_timeout, config.trusted_proxies, loop=loop
            ),
            sock=listener,
            backlog=BACKLOG,
            ssl=certificate.context if certificate else None,
            ssl_handshake_timeout=HANDSHAKE_TIMEOUT if certificate else None,
        )
        try:
            yield local_url(config, listener)
        finally:
            server.close()
    finally:
        await runner.cleanup()
        listener.close()
