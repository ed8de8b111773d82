"""The Orders service from a client's side: imports above all."""

import asyncio
from datetime import UTC, datetime

import grpc
import pytest
from invoicejobs.v1 import orders_pb2 as pb

from server.domain.order import OrderSummary
from server.ports import Page
from server.service.import_orders import ImportFailure, ImportResult
from tests.grpc.door import DEADLINE, failure_of, open_door

ORDER = OrderSummary(
    order_id="o1",
    order_number="B-1",
    site_code="main",
    status="CREATED",
    extended_status="70",
    created=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    currency="EUR",
    total="19.90",
    invoice_number="",
)


class Imports:
    """Takes batches; an order whose JSON begins with "!" is malformed."""

    def __init__(self):
        self.batches = []

    def __call__(self, tenant, incoming):
        self.batches.append((tenant, list(incoming)))
        failures = tuple(
            ImportFailure(item.position, item.origin, "entries", "must be a list")
            for item in incoming
            if b"bad" in item.order_json
        )
        return ImportResult(len(incoming) - len(failures), 0, 0, failures)


def messages(orders, tenant="acme"):
    for i, order_json in enumerate(orders):
        yield pb.ImportOrdersRequest(
            tenant=tenant if i == 0 else "", order_json=order_json, origin=f"orders.ndjson:{i + 1}"
        )


async def test_an_import_goes_in_batches_of_200_orders():
    imports = Imports()
    async with open_door(import_orders=imports) as door:
        response = await door.orders.ImportOrders(messages([b"{}"] * 450), timeout=DEADLINE)
    assert [(tenant, len(batch)) for tenant, batch in imports.batches] == [
        ("acme", 200),
        ("acme", 200),
        ("acme", 50),
    ]
    assert response == pb.ImportOrdersResponse(created_count=450)
    positions = [item.position for _, batch in imports.batches for item in batch]
    assert positions == list(range(1, 451))


async def test_large_orders_go_in_smaller_batches():
    imports = Imports()
    async with open_door(import_orders=imports) as door:
        await door.orders.ImportOrders(messages([b" " * 3_000_000] * 5), timeout=DEADLINE)
    assert [len(batch) for _, batch in imports.batches] == [2, 2, 1]


async def test_counts_of_all_batches_are_added_up():
    async with open_door(import_orders=lambda *_: ImportResult(1, 2, 3, ())) as door:
        response = await door.orders.ImportOrders(messages([b"{}"] * 201), timeout=DEADLINE)
    assert response == pb.ImportOrdersResponse(created_count=2, updated_count=4, unchanged_count=6)


async def test_a_malformed_order_is_reported_with_its_place_and_id():
    async with open_door(import_orders=Imports()) as door:
        orders = [b"{}", b'{"id": "o2", "bad": 1}', b'{"id": 7, "bad": 1}', b"bad"]
        response = await door.orders.ImportOrders(messages(orders), timeout=DEADLINE)
    assert response.created_count == 1
    assert response.failed_count == 3
    assert response.failures[0] == pb.ImportFailure(
        position=2,
        origin="orders.ndjson:2",
        order_id="o2",
        field="entries",
        message="must be a list",
    )
    assert [failure.order_id for failure in response.failures] == ["o2", "", ""]


@pytest.mark.parametrize(
    "order_json",
    [b'{"id": "\\ud800", "bad": 1}', b'["bad"]', b'{"bad":' * 100_000, b'\xff"bad"'],
    ids=["surrogate", "list", "deep", "encoding"],
)
async def test_an_id_that_cannot_be_read_is_left_empty(order_json):
    async with open_door(import_orders=Imports()) as door:
        response = await door.orders.ImportOrders(messages([order_json]), timeout=DEADLINE)
    assert [failure.order_id for failure in response.failures] == [""]


async def test_only_the_first_thousand_failures_are_listed_but_all_are_counted():
    async with open_door(import_orders=Imports()) as door:
        response = await door.orders.ImportOrders(messages([b"bad"] * 1100), timeout=DEADLINE)
    assert response.failed_count == 1100
    assert [failure.position for failure in response.failures] == list(range(1, 1001))


@pytest.mark.parametrize(
    ("tenants", "fields"),
    [([], "tenant"), ([""], "tenant"), (["No"], "tenant"), (["acme", "other"], "tenant")],
)
async def test_the_first_message_says_the_tenant_and_no_other_says_another(tenants, fields):
    requests = [pb.ImportOrdersRequest(tenant=tenant, order_json=b"{}") for tenant in tenants]
    async with open_door(import_orders=Imports()) as door:
        failure = await failure_of(door.orders.ImportOrders(iter(requests), timeout=DEADLINE))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert list(failure.violations) == [fields]


async def test_a_tenant_may_be_repeated():
    requests = [pb.ImportOrdersRequest(tenant="acme", order_json=b"{}")] * 2
    async with open_door(import_orders=Imports()) as door:
        response = await door.orders.ImportOrders(iter(requests), timeout=DEADLINE)
    assert response.created_count == 2


async def test_an_origin_that_is_too_long_is_refused():
    request = pb.ImportOrdersRequest(tenant="acme", order_json=b"{}", origin="x" * 257)
    async with open_door() as door:
        failure = await failure_of(door.orders.ImportOrders(iter([request]), timeout=DEADLINE))
    assert list(failure.violations) == ["origin"]


async def test_a_stream_that_is_aborted_keeps_the_batches_before():
    imports = Imports()
    imported = asyncio.Event()
    loop = asyncio.get_running_loop()

    def import_orders(tenant, incoming):
        result = imports(tenant, incoming)
        loop.call_soon_threadsafe(imported.set)
        return result

    async with open_door(import_orders=import_orders) as door:
        call = door.orders.ImportOrders(timeout=DEADLINE)
        for message in messages([b"{}"] * 250):
            await call.write(message)
        await imported.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert len(imports.batches[0][1]) == 200


async def test_an_order_comes_with_its_json():
    def read_order(tenant, order_id):
        return ORDER, b'{"id": "o1"}'

    async with open_door(read_order=read_order) as door:
        request = pb.GetOrderRequest(tenant="acme", order_id="o1")
        response = await door.orders.GetOrder(request, timeout=DEADLINE)
    assert response.order_json == b'{"id": "o1"}'
    assert response.order.order_id == "o1"
    assert response.order.total == "19.90"
    assert response.order.create_time.ToDatetime(UTC) == ORDER.created


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (pb.ListOrdersRequest(tenant="acme"), ("acme", None, "", None, 100)),
        (
            pb.ListOrdersRequest(
                tenant="acme", invoiced=False, order_status="CREATED", page_size=7
            ),
            ("acme", False, "CREATED", None, 7),
        ),
    ],
)
async def test_orders_are_listed_by_what_the_request_filters(request_, expected):
    seen = []

    def list_orders(*args):
        seen.append(args)
        return Page((ORDER,), None)

    async with open_door(list_orders=list_orders) as door:
        response = await door.orders.ListOrders(request_, timeout=DEADLINE)
    assert seen == [expected]
    assert [order.order_number for order in response.orders] == ["B-1"]
    assert response.next_page_token == ""


async def test_a_token_of_uninvoiced_orders_does_not_fit_all_orders():
    async with open_door(list_orders=lambda *_: Page((), "o1")) as door:
        request = pb.ListOrdersRequest(tenant="acme", invoiced=False)
        response = await door.orders.ListOrders(request, timeout=DEADLINE)
        request = pb.ListOrdersRequest(tenant="acme", page_token=response.next_page_token)
        failure = await failure_of(door.orders.ListOrders(request, timeout=DEADLINE))
    assert list(failure.violations) == ["page_token"]
