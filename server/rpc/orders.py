"""The Orders service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from invoicejobs.v1 import orders_pb2, orders_pb2_grpc

from server.domain.errors import InvalidInput
from server.domain.tenant import Tenant, parse_tenant
from server.handlers import ServicerContext
from server.rpc.paging import read_page
from server.rpc.threads import Threads
from server.rpc.translate_orders import failure_messages, order_message, read_incoming_order
from server.service.import_orders import IncomingOrder
from server.service.use_cases import UseCases

#: Orders of an import are written in batches of this many, or of so many bytes of JSON.
BATCH_ORDERS = 200
BATCH_BYTES = 4 * 1024 * 1024
#: The most failures that the response of an import lists; it counts them all.
MAX_FAILURES = 1000


class OrdersServicer(orders_pb2_grpc.OrdersServicer):
    """Takes orders in and shows them."""

    def __init__(self, use_cases: UseCases, threads: Threads) -> None:
        self._use_cases = use_cases
        self._threads = threads

    async def ImportOrders(
        self,
        request_iterator: AsyncIterator[orders_pb2.ImportOrdersRequest],
        context: ServicerContext,
    ) -> orders_pb2.ImportOrdersResponse:
        """Imports a stream of orders.

        Each batch is a transaction of its own: a stream that is aborted, by its client or by a
        wrong message, keeps the batches before. Sending everything again is harmless.
        """
        # A client that leaves may look like the end of its stream (grpc.aio), so the orders read
        # since the last batch may be imported, too: each of them came in whole.
        response = orders_pb2.ImportOrdersResponse()
        # Nothing is read while a batch is written, so a fast client is held back by the
        # transport's window and the server holds one batch of it.
        async for tenant, batch in _batches(request_iterator):
            await self._threads.run(self._import, tenant, batch, response)
        return response

    def _import(
        self,
        tenant: Tenant,
        batch: Sequence[IncomingOrder],
        response: orders_pb2.ImportOrdersResponse,
    ) -> None:
        """Imports a batch and adds its outcome to the response."""
        result = self._use_cases.import_orders(tenant, batch)
        response.created_count += result.created
        response.updated_count += result.updated
        response.unchanged_count += result.unchanged
        response.failed_count += len(result.failures)
        room = MAX_FAILURES - len(response.failures)
        response.failures.extend(failure_messages(result.failures[:room], batch))

    async def GetOrder(
        self, request: orders_pb2.GetOrderRequest, context: ServicerContext
    ) -> orders_pb2.GetOrderResponse:
        """Gets an order with the JSON it was imported from."""
        tenant = parse_tenant(request.tenant)
        order, order_json = await self._threads.run(
            self._use_cases.read_order, tenant, request.order_id
        )
        return orders_pb2.GetOrderResponse(order=order_message(order), order_json=order_json)

    async def ListOrders(
        self, request: orders_pb2.ListOrdersRequest, context: ServicerContext
    ) -> orders_pb2.ListOrdersResponse:
        """Lists orders by order id."""
        tenant = parse_tenant(request.tenant)
        invoiced = request.invoiced if request.HasField("invoiced") else None
        page = read_page(
            request.page_size,
            request.page_token,
            *("ListOrders", tenant, invoiced, request.order_status),
        )
        orders = await self._threads.run(
            self._use_cases.list_orders,
            tenant,
            invoiced,
            request.order_status,
            page.cursor,
            page.limit,
        )
        return orders_pb2.ListOrdersResponse(
            orders=[order_message(order) for order in orders.items],
            next_page_token=page.next_token(orders.next_cursor),
        )


async def _batches(
    requests: AsyncIterator[orders_pb2.ImportOrdersRequest],
) -> AsyncIterator[tuple[Tenant, list[IncomingOrder]]]:
    """Gathers a stream into batches. Raises InvalidInput for a wrong tenant or origin."""
    tenant: Tenant | None = None
    batch: list[IncomingOrder] = []
    size = position = 0
    async for request in requests:
        position += 1
        tenant = _tenant_of(request, tenant, position)
        batch.append(read_incoming_order(request, position))
        size += len(request.order_json)
        if len(batch) == BATCH_ORDERS or size >= BATCH_BYTES:
            yield tenant, batch
            batch, size = [], 0
    if tenant is None:
        raise InvalidInput.field("tenant", "must be given in the first message of the stream")
    if batch:
        yield tenant, batch


def _tenant_of(
    request: orders_pb2.ImportOrdersRequest, tenant: Tenant | None, position: int
) -> Tenant:
    if tenant is None:
        return parse_tenant(request.tenant)
    if request.tenant not in ("", tenant):
        raise InvalidInput.field(
            "tenant", f"must be empty or {tenant!r}, as in the first message (message {position})"
        )
    return tenant
