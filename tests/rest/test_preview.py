"""POST /invoice/{tenant}/invoices/preview: a PDF that is not kept, or what is wrong."""

from __future__ import annotations

import json

import aiohttp
import grpc
import pytest
from google.rpc import error_details_pb2

from tests.fakes.fake_grpc_errors import status
from tests.rest.service import GOOD_ORDERS, TENANT, fake_service, read_error

PATH = f"/invoice/{TENANT}/invoices/preview"
JSON = {"Content-Type": "application/json"}


def asked(fake):
    return next(call.request for call in fake.calls if call.method == "PreviewInvoice")


async def test_an_imported_order_is_previewed_in_the_browser_and_kept_by_no_cache(client, fake):
    async with client.post(PATH, json={"orderId": GOOD_ORDERS[0]}) as response:
        assert response.status == 200
        assert response.content_type == "application/pdf"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Content-Disposition"].startswith(
            'inline; filename="preview-order-1.pdf"'
        )
        assert await response.read() == b"%PDF of a preview of order-1"
    assert asked(fake).tenant == TENANT
    assert asked(fake).WhichOneof("source") == "order_id"


async def test_an_order_that_comes_along_is_handed_on_digit_by_digit(client, fake):
    body = b'{"order": {"id": "\\u00e4", "a": [1.10, 0.1000000000000000055, 123456789012345678]}}'
    async with client.post(PATH, data=body, headers=JSON) as response:
        assert response.status == 200
        assert "preview-%C3%A4.pdf" in response.headers["Content-Disposition"]
    given = b'{"id":"\xc3\xa4","a":[1.10,0.1000000000000000055,123456789012345678]}'
    assert asked(fake).order_json == given


async def test_null_means_absent_and_unknown_fields_are_ignored(client, fake):
    body = {"orderId": GOOD_ORDERS[1], "order": None, "more": 1}
    async with client.post(PATH, json=body) as response:
        assert response.status == 200
    assert asked(fake).order_id == GOOD_ORDERS[1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "orderId"),
        ({"orderId": None, "order": None}, "orderId"),
        ({"orderId": "order-1", "order": {"id": "order-1"}}, "orderId"),
        ({"orderId": 7}, "orderId"),
        ({"order": "order-1"}, "order"),
        ({"order": []}, "order"),
    ],
)
async def test_a_wrong_body_is_400_naming_the_field_and_asks_nothing(client, fake, body, field):
    async with client.post(PATH, json=body) as response:
        error = await read_error(response, 400)
    assert error["detailInfo"] == f"INVALID_INPUT: {field}"
    assert not fake.calls


@pytest.mark.parametrize("depth", [300, 5000])
async def test_an_order_nested_beyond_all_sense_is_400(client, depth):
    body = b'{"order": {"id": "a", "x": ' + b"[" * depth + b"]" * depth + b"}}"
    async with client.post(PATH, data=body, headers=JSON) as response:
        error = await read_error(response, 400)
    assert error["detailInfo"] == "INVALID_BODY"


@pytest.mark.parametrize(
    ("body", "field"), [({"orderId": ""}, "orderId"), ({"orderId": "a\nb"}, "orderId")]
)
async def test_what_the_server_refuses_is_named_as_the_client_knows_it(client, body, field):
    async with client.post(PATH, json=body) as response:
        error = await read_error(response, 400)
    assert error["detailInfo"] == f"INVALID_INPUT: {field}"


async def test_a_wrong_field_of_the_order_is_named_by_its_path_in_the_body(client):
    async with client.post(PATH, json={"order": {"entries": []}}) as response:
        error = await read_error(response, 400)
    assert error["detailInfo"] == "INVALID_INPUT: order.id"
    assert error["message"] == "order.id: is missing"


async def test_an_order_that_cannot_be_invoiced_is_400_with_reason_and_field(client, fake):
    fake.failures["PreviewInvoice"] = status(
        grpc.StatusCode.FAILED_PRECONDITION,
        "entries[1].unitPrice: is missing.",
        error_details_pb2.ErrorInfo(
            reason="FIELD_MISSING",
            domain="invoicejobs",
            metadata={"field": "entries[1].unitPrice"},
        ),
    )
    async with client.post(PATH, json={"orderId": GOOD_ORDERS[0]}) as response:
        error = await read_error(response, 400)
    assert error["detailInfo"] == "FIELD_MISSING: entries[1].unitPrice"
    assert error["message"] == "entries[1].unitPrice: is missing."


async def test_an_unknown_order_is_404(client):
    async with client.post(PATH, json={"orderId": "order-404"}) as response:
        error = await read_error(response, 404)
    assert error["detailInfo"] == "ORDER_NOT_FOUND"


async def test_other_refusals_are_errors_in_the_usual_body(client):
    async with client.post(PATH, data=b"{}", headers={"Content-Type": "text/plain"}) as response:
        await read_error(response, 415)
    async with client.put(PATH, json={}) as response:
        await read_error(response, 405)
        assert "POST" in response.headers["Allow"]
    async with client.post(PATH.replace(TENANT, "A"), json={"orderId": "a"}) as response:
        await read_error(response, 400)
    async with client.post(PATH.replace(TENANT, "other"), json={"orderId": "a"}) as response:
        assert (await read_error(response, 400))["detailInfo"] == "SETTINGS_MISSING"


async def test_a_body_beyond_the_limit_is_413():
    async with fake_service(MAX_BODY_BYTES="1000") as (service, fake):
        async with aiohttp.ClientSession(service.url) as client:
            body = json.dumps({"order": {"id": "a" * 2000}})
            async with client.post(PATH, data=body, headers=JSON) as response:
                await read_error(response, 413)
        assert not fake.calls


async def test_an_invoice_numbered_preview_can_still_be_read(client):
    async with client.get(PATH) as response:
        error = await read_error(response, 404)
    assert error["detailInfo"] == "INVOICE_NOT_FOUND"
