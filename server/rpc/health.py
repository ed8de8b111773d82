"""The standard health service (grpc.health.v1).

Not the servicer that grpcio-health-checking brings: its watches never end, so that one watching
client would make every stop of the server last its whole grace period; and it has no List.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

from grpc_health.v1 import health_pb2, health_pb2_grpc

from server.domain.errors import LimitExceeded, NotFound
from server.handlers import ServicerContext

#: Watches at the same time: anybody may open one, and it has no end.
MOST_WATCHES = 500
#: The name that stands for the server as a whole.
OVERALL = ""


class HealthServicer(health_pb2_grpc.HealthServicer):
    """Reports all services as SERVING until the server begins to stop."""

    def __init__(self, services: Iterable[str]) -> None:
        self._services = frozenset((OVERALL, *services))
        self._stopping = asyncio.Event()
        self._watches = 0

    def stop(self) -> None:
        """Reports NOT_SERVING from now on, tells it to all who watch, and ends their calls."""
        self._stopping.set()

    async def Check(
        self, request: health_pb2.HealthCheckRequest, context: ServicerContext
    ) -> health_pb2.HealthCheckResponse:
        """Tells the health of one service. Raises NotFound when there is no such service."""
        if request.service not in self._services:
            raise NotFound(
                f"There is no service {request.service!r} here.", reason="SERVICE_NOT_FOUND"
            )
        return self._response(request.service)

    async def List(self, request: Any, context: ServicerContext) -> Any:
        """Tells the health of all services."""
        return health_pb2.HealthListResponse(  # type: ignore[attr-defined] # newer than its stubs
            statuses={service: self._response(service) for service in self._services}
        )

    async def Watch(
        self, request: health_pb2.HealthCheckRequest, context: ServicerContext
    ) -> AsyncIterator[health_pb2.HealthCheckResponse]:
        """Tells the health of one service now, and again when the server begins to stop."""
        if self._watches >= MOST_WATCHES:
            raise LimitExceeded(
                "As many as may watch the health of this server do already. Ask Health/Check.",
                reason="TOO_MANY_WATCHERS",
                retry_after=5.0,
            )
        self._watches += 1
        try:
            first = self._response(request.service)
            yield first
            await self._stopping.wait()
            last = self._response(request.service)
            if last != first:
                yield last
        finally:
            self._watches -= 1

    def _response(self, service: str) -> health_pb2.HealthCheckResponse:
        if service not in self._services:
            name = "SERVICE_UNKNOWN"
        else:
            name = "NOT_SERVING" if self._stopping.is_set() else "SERVING"
        return health_pb2.HealthCheckResponse(status=name)
