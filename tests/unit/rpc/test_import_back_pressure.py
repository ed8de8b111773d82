"""That an import reads no further than it writes."""

import asyncio
from typing import Any, cast

from invoicejobs.v1 import orders_pb2

from server.rpc.orders import OrdersServicer
from server.rpc.threads import Threads
from server.service.import_orders import ImportResult
from tests.grpc.door import fake_use_cases


async def test_nothing_is_read_while_a_batch_is_written():
    loop = asyncio.get_running_loop()
    read = 0
    read_while_written = []

    async def requests():
        nonlocal read
        for _ in range(500):
            read += 1
            yield orders_pb2.ImportOrdersRequest(tenant="acme", order_json=b"{}")

    def import_orders(tenant, incoming):
        # The loop turns many times, in each of which it could read on.
        for _ in range(100):
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()
        read_while_written.append(read)
        return ImportResult(len(incoming), 0, 0, ())

    with Threads(2) as threads:
        servicer = OrdersServicer(fake_use_cases(import_orders=import_orders), threads)
        response = await servicer.ImportOrders(requests(), cast("Any", None))
    assert read_while_written == [200, 400, 500]
    assert response.created_count == 500
