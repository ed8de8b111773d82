"""The interceptors that tell of a call and end it, over each of the four kinds of methods."""

import asyncio
import logging
from logging.handlers import QueueHandler
from typing import Any, cast

import grpc
import pytest

from process.exposition import new_registry
from process.trace import PlainTracer
from server.domain.errors import NotFound
from server.observing.calls import ObserveCalls
from server.observing.metrics import Metrics
from server.rpc.endings import Endings
from tests.grpc.door import DEADLINE, failure_of


class Ending(grpc.aio.ServerInterceptor):
    """What ends calls, alone."""

    def __init__(self):
        self._endings = Endings()

    async def intercept_service(self, continuation, handler_call_details):
        handler = await continuation(handler_call_details)
        return handler and self._endings.surrounded(handler, handler_call_details.method)


KINDS = ["unary_unary", "unary_stream", "stream_unary", "stream_stream"]


async def outcome(behaviour, context):
    """Ends a call as the request says."""
    if behaviour == b"not found":
        raise NotFound("There is none.", reason="THING_NOT_FOUND")
    if behaviour == b"broken":
        raise KeyError("secret")
    if behaviour == b"abort":
        await context.abort(grpc.StatusCode.DATA_LOSS, "gone")
    if behaviour == b"wait":
        await asyncio.Event().wait()
    return b"fine"


async def unary_unary(request, context):
    return await outcome(request, context)


async def unary_stream(request, context):
    yield b"first"
    yield await outcome(request, context)


async def stream_unary(requests, context):
    (request,) = [request async for request in requests]
    return await outcome(request, context)


async def stream_stream(requests, context):
    async for request in requests:
        yield await outcome(request, context)


async def written_by_hand(request, context):
    """Streams without being a generator, as grpc.aio allows, too."""
    await context.write(b"first")
    await context.write(await outcome(request, context))


@pytest.fixture
async def channel():
    observe = ObserveCalls(PlainTracer(), Metrics(new_registry()))
    server = grpc.aio.server(interceptors=[observe, Ending()])
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "unary_unary": grpc.unary_unary_rpc_method_handler(unary_unary),
        "unary_stream": grpc.unary_stream_rpc_method_handler(unary_stream),
        "stream_unary": grpc.stream_unary_rpc_method_handler(stream_unary),
        "stream_stream": grpc.stream_stream_rpc_method_handler(stream_stream),
        "written_by_hand": grpc.unary_stream_rpc_method_handler(written_by_hand),
    }
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("test.Kinds", handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    await server.stop(0)


async def call(channel, method, request):
    """Calls a method and gives its last answer."""
    kind = method if method in KINDS else "unary_stream"
    sent: Any = iter([request]) if kind.startswith("stream") else request
    running = getattr(channel, kind)(f"/test.Kinds/{method}")(sent, timeout=DEADLINE)
    if kind.endswith("unary"):
        return await running
    return [answer async for answer in running][-1]


@pytest.fixture
def next_line():
    """Waits for the log's next line: an aborted call is logged after its client knows."""
    queue: asyncio.Queue[logging.LogRecord] = asyncio.Queue()
    handler = QueueHandler(cast("Any", queue))
    logger = logging.getLogger("server.observing.calls")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)

    async def wait():
        while True:
            record = await asyncio.wait_for(queue.get(), DEADLINE)
            if record.levelno == logging.INFO:
                method, status, *_ = record.getMessage().split()
                return method, status

    yield wait
    logger.setLevel(level)
    logger.removeHandler(handler)


@pytest.mark.parametrize("method", [*KINDS, "written_by_hand"])
async def test_a_call_that_goes_well_is_left_alone_and_logged_as_ok(channel, next_line, method):
    assert await call(channel, method, b"ok") == b"fine"
    assert await next_line() == (f"test.Kinds/{method}", "OK")


@pytest.mark.parametrize("method", [*KINDS, "written_by_hand"])
async def test_an_error_becomes_its_status(channel, next_line, method):
    failure = await failure_of(call(channel, method, b"not found"))
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "THING_NOT_FOUND")
    assert await next_line() == (f"test.Kinds/{method}", "NOT_FOUND")


@pytest.mark.parametrize("method", [*KINDS, "written_by_hand"])
async def test_an_unexpected_error_becomes_internal(channel, next_line, method):
    failure = await failure_of(call(channel, method, b"broken"))
    assert failure.code is grpc.StatusCode.INTERNAL
    assert b"secret" not in failure.raw
    assert await next_line() == (f"test.Kinds/{method}", "INTERNAL")


@pytest.mark.parametrize("method", [*KINDS, "written_by_hand"])
async def test_an_abort_passes_through_untouched(channel, next_line, method):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(channel, method, b"abort")
    assert caught.value.code() is grpc.StatusCode.DATA_LOSS
    assert caught.value.details() == "gone"
    assert await next_line() == (f"test.Kinds/{method}", "DATA_LOSS")


@pytest.mark.parametrize("method", ["unary_stream", "written_by_hand"])
async def test_a_call_whose_client_leaves_is_logged_as_cancelled(channel, next_line, method):
    running = channel.unary_stream(f"/test.Kinds/{method}")(b"wait", timeout=DEADLINE)
    assert await running.read() == b"first"
    running.cancel()
    assert await next_line() == (f"test.Kinds/{method}", "CANCELLED")
