"""Runs the application on a socket, and answers what is no proper HTTP in the documented form."""

from __future__ import annotations

import asyncio
import logging
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aiohttp import web

from gateway.answers import add_common_headers, error_answer
from gateway.app import make_app
from gateway.config import Config
from gateway.middleware import http_error_answer, unexpected_answer

log = logging.getLogger("gateway")

GRACE = 10.0  # seconds that running requests get to end when the gateway stops


class BindError(Exception):
    """Says why the gateway cannot listen where it should."""


class Protocol(web.RequestHandler):
    """aiohttp's protocol, with errors that happen before or after the application as JSON."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answers malformed HTTP. Reached for 500 only when the middlewares themselves fail."""
        if request.writer.output_size > 0:
            raise ConnectionError("An answer has begun already.")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("unexpected, outside of any handler", exc_info=exc)
            answer = unexpected_answer()
        else:
            # The parser's first line says what is wrong; the rest quotes the input.
            problem = (message or "").strip().partition("\n")[0].rstrip(":.")
            answer = error_answer(
                status, f"The request is not valid HTTP: {problem}.", "INVALID_HTTP"
            )
        answer.force_close()
        add_common_headers(answer, uuid.uuid4().hex)
        return answer

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Sends the answer. aiohttp refuses an Expect header before the middlewares see it."""
        if isinstance(resp, web.HTTPException):
            resp = http_error_answer(resp)
        return await super().finish_response(request, resp, start_time)


def bind(config: Config) -> tuple[socket.socket, Config]:
    """Opens the socket and completes the config by the address it got. Raises BindError."""
    host, port = config.rest_host, config.rest_port
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=512)
    except OSError as error:
        raise BindError(
            f"The gateway cannot listen on {host} port {port}: {error.strerror or error}. "
            "INVOICEJOBS_REST_HOST and INVOICEJOBS_REST_PORT say where; port 0 takes any free one."
        ) from error
    return listener, replace(config, public_url=config.public_url or local_url(host, listener))


def local_url(host: str, listener: socket.socket) -> str:
    """Gives the address of a bound socket."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[str]:
    """Serves while the block lasts; gives the address it listens on. Raises BindError.

    At the end no new connections are taken, and running requests get GRACE seconds.
    """
    listener, bound = bind(config)
    # With handler_cancellation a handler is cancelled when its client leaves, and with it the
    # gRPC call that it waits for.
    options: dict[str, Any] = {"handler_cancellation": True, "access_log": None}
    runner = web.AppRunner(make_app(bound), shutdown_timeout=GRACE, **options)
    try:
        await runner.setup()
        manager = runner.server
        assert manager is not None  # noqa: S101 - setup made it
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Protocol(manager, loop=loop, access_log=None),  # type: ignore[arg-type]
            sock=listener,
        )
        try:
            yield local_url(config.rest_host, listener)
        finally:
            server.close()
    finally:
        await runner.cleanup()
        listener.close()
