"""aiohttp's protocol with what it leaves open: JSON for broken HTTP, and slow clients."""

from __future__ import annotations

import asyncio
import logging
import uuid
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import hdrs, web
from aiohttp.http_exceptions import LineTooLong

from gateway.addresses import read_address
from gateway.answers import X_REQUEST_ID, add_common_headers, error_answer, request_id_of
from gateway.connections import Connections
from gateway.middleware import http_error_answer, unexpected_answer
from gateway.shares import share_key
from process.config.variable import Network
from process.logs import tell_only

log = logging.getLogger("gateway")

#: Seconds for the head of a request: all its bytes, however slowly they come.
HEAD_TIMEOUT = 10.0
#: Seconds that a connection may be idle.
IDLE_TIMEOUT = 60.0
#: And one of a proxy in front of us: longer than those keep theirs.
PROXY_IDLE_TIMEOUT = 620.0
#: Headers of one request, and bytes of its first line and of each header.
MOST_HEADERS = 100
LINE_BYTES = 8190
#: Bytes of a body that fits into an empty buffer, its head included.
SMALL_ANSWER = 32 * 1024

_FULL = orjson.dumps(
    {
        "message": "The gateway has as many connections as it can keep. Try again in a moment.",
        "code": "503",
        "detailInfo": "TOO_MANY_CONNECTIONS",
    }
)
_FULL_ANSWER = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(_FULL), _FULL)
)


class Protocol(web.RequestHandler):
    """A connection of the gateway."""

    def __init__(
        self,
        manager: Any,
        connections: Connections,
        answer_timeout: float,
        proxies: tuple[Network, ...] = (),
        **options: Any,
    ) -> None:
        """Takes the seconds in which a client must have read what is left of an answer."""
        super().__init__(
            manager,
            keepalive_timeout=IDLE_TIMEOUT,
            max_line_size=LINE_BYTES,
            max_field_size=LINE_BYTES,
            max_headers=MOST_HEADERS,
            access_log=None,  # type: ignore[arg-type]
            **options,
        )
        self._connections = connections
        self._proxies = proxies
        self._answer_timeout = answer_timeout
        self._head_timer: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes the connection, or tells that there are too many."""
        client = self._client(transport)
        if not self._connections.take(self, client):
            self._refused = True
            if isinstance(transport, asyncio.Transport):
                transport.write(_FULL_ANSWER)
                transport.close()
            return
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Gives the connection's place free."""
        self._stop_timer()
        self._connections.forget(self)
        if not self._refused:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes bytes. A head must be whole in time, whether its bytes come one by one or never."""
        if self._refused:
            return
        before = self._request_count
        super().data_received(data)
        if self._request_count > before:
            self._connections.works(self)
            self._stop_timer()
        elif not self._request_in_progress:
            self._start_timer()

    def drop(self) -> None:
        """Ends a connection on which nothing is answered."""
        if self.transport is not None:
            self.transport.abort()

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
        request_id = uuid.uuid4().hex
        tell_only({"request_id": request_id})
        if isinstance(exc, UnicodeEncodeError) and hdrs.EXPECT in request.headers:
            # aiohttp quotes the header where it refuses it, and fails on what is no UTF-8.
            answer = http_error_answer(web.HTTPExpectationFailed())
        elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("unexpected, outside of any handler", exc_info=exc)
            answer = unexpected_answer()
        else:
            # The parser's first line says what is wrong; the rest quotes the input, as the first
            # does where a line is too long.
            problem = (message or "").strip().partition("\n")[0].rstrip(":.")
            if isinstance(exc, LineTooLong):
                problem = f"a line or a header has more than {LINE_BYTES} bytes"
            answer = error_answer(
                status, f"The request is not valid HTTP: {problem}.", "INVALID_HTTP"
            )
        answer.force_close()
        add_common_headers(answer, request_id)
        return answer

    def log_exception(self, *args: Any, **options: Any) -> None:
        """Logs what nobody foresaw, which a damaged rest of a body that nobody wants is not."""
        if not isinstance(options.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*args, **options)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Sends the answer. aiohttp refuses an Expect header before the middlewares see it."""
        if isinstance(resp, web.HTTPException):
            resp = http_error_answer(resp)
        if not resp.prepared and X_REQUEST_ID not in resp.headers:
            add_common_headers(resp, request_id_of(request))
        try:
            if self._leaves_at_once(resp):
                return await super().finish_response(request, resp, start_time)
            async with asyncio.timeout(self._answer_timeout):
                return await super().finish_response(request, resp, start_time)
        except TimeoutError:
            # Whoever does not read must not make us keep what is to be read.
            self.drop()
            return resp, True
        finally:
            if not self._messages:
                self._connections.waits(self)

    def _leaves_at_once(self, response: web.StreamResponse) -> bool:
        """Tells whether the transport takes all of an answer, so that its reader is not awaited."""
        if self.transport is None or not isinstance(response, web.Response):
            return False
        body = response.body
        return (
            (body is None or (isinstance(body, bytes) and len(body) <= SMALL_ANSWER))
            # It lets nobody wait below 64 KiB.
            and not self.transport.get_write_buffer_size()
        )

    def _client(self, transport: asyncio.BaseTransport) -> str:
        """Gives whose the connection is; a proxy has as many as it needs, and keeps them longer."""
        address = read_address(str((transport.get_extra_info("peername") or ("",))[0]))
        if address and any(address in network for network in self._proxies):
            self._keepalive_timeout = PROXY_IDLE_TIMEOUT
            return ""
        return share_key(str(address or ""))

    def _start_timer(self) -> None:
        if self._head_timer is None:
            loop = asyncio.get_running_loop()
            self._head_timer = loop.call_later(HEAD_TIMEOUT, self._give_up)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        # The timer may have been started by the body of a request whose handler was about to.
        if not self._request_in_progress and not self._messages:
            self.drop()
