"""Tells those who run the service whether it lives and whether it can work."""

from __future__ import annotations

import grpc
from aiohttp import web
from grpc_health.v1 import health_pb2

from gateway.answers import json_answer
from gateway.asked import call_metadata
from gateway.channel import CHECK_HEALTH
from gateway.errors import ApiError, from_rpc_error

READY_TIMEOUT = 1.0  # seconds


async def healthz(_request: web.Request) -> web.Response:
    """Tells that the process lives, whatever the server does."""
    return json_answer({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Tells whether the gRPC server says that it serves."""
    try:
        response = await request.app[CHECK_HEALTH](
            health_pb2.HealthCheckRequest(),
            timeout=READY_TIMEOUT,
            metadata=call_metadata(request),
        )
    except grpc.aio.AioRpcError as error:
        answer = from_rpc_error(error)
        if answer.detail == "AUTH_DIFFERS":
            raise answer from error
        raise _not_ready("does not answer") from error
    if response.status != health_pb2.HealthCheckResponse.SERVING:
        raise _not_ready("is not ready to serve")
    return json_answer({"status": "ok"})


def _not_ready(problem: str) -> ApiError:
    return ApiError(503, f"The invoice service {problem}. Try again.", "NOT_READY")
