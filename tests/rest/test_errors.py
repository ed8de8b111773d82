"""Errors: one body, whatever went wrong; and what surrounds every answer."""

from __future__ import annotations

import json
import logging

import aiohttp
import grpc
import pytest
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2

from tests.fakes.fake_grpc_errors import refusal, status
from tests.rest.service import Service, fake_service, read_error, send_raw

CODES = [
    ("INVALID_ARGUMENT", 400),
    ("OUT_OF_RANGE", 400),
    ("FAILED_PRECONDITION", 400),
    ("UNAUTHENTICATED", 401),
    ("PERMISSION_DENIED", 403),
    ("NOT_FOUND", 404),
    ("ALREADY_EXISTS", 409),
    ("ABORTED", 409),
    ("RESOURCE_EXHAUSTED", 429),
    ("CANCELLED", 503),
    ("UNIMPLEMENTED", 501),
    ("UNAVAILABLE", 503),
    ("DEADLINE_EXCEEDED", 504),
    ("UNKNOWN", 500),
    ("INTERNAL", 500),
    ("DATA_LOSS", 500),
]
ENDPOINTS = [
    ("CreateInvoiceJob", "POST", "/jobs/invoices"),
    ("GetInvoiceJob", "GET", "/jobs/invoices/1"),
    ("GetInvoice", "GET", "/invoices/1"),
    ("DownloadInvoice", "GET", f"/invoices/1/documents/{'0' * 64}.pdf"),
    ("WatchInvoiceJob", "GET", "/jobs/invoices/1/events"),
    ("RetryInvoiceJob", "POST", "/jobs/invoices/1/retry"),
]


async def ask(client, service: Service, endpoint: int, **options: object):
    _, method, path = ENDPOINTS[endpoint]
    body = {"jobType": "MANUAL", "orderIds": ["a"]} if method == "POST" else None
    return await client.request(method, f"/invoice/{service.tenant}{path}", json=body, **options)


@pytest.mark.parametrize("endpoint", range(len(ENDPOINTS)))
@pytest.mark.parametrize(("code", "http_status"), CODES)
async def test_each_grpc_status_has_its_http_status(
    client, service, fake, endpoint, code, http_status
):
    method = ENDPOINTS[endpoint][0]
    fake.failures[method] = refusal(grpc.StatusCode[code], "SOME_REASON", "Some sentence.")
    error = await read_error(await ask(client, service, endpoint), http_status)
    assert error["detailInfo"] == "SOME_REASON"
    # What an unexpected failure says of itself is for the log.
    assert (error["message"] == "Some sentence.") == (http_status != 500)


@pytest.mark.parametrize("code", ["RESOURCE_EXHAUSTED", "UNAVAILABLE"])
async def test_errors_that_pass_tell_when_to_retry(client, service, fake, code):
    retry = error_details_pb2.RetryInfo(
        retry_delay=duration_pb2.Duration(seconds=6, nanos=1_000_000)
    )
    for details, expected in (((), "1"), ((retry,), "7")):
        fake.failures["GetInvoiceJob"] = status(grpc.StatusCode[code], "x", *details)
        response = await ask(client, service, 1)
        assert response.headers["Retry-After"] == expected


@pytest.mark.parametrize("endpoint", range(len(ENDPOINTS)))
async def test_a_call_that_the_transport_broke_off_may_be_tried_again(
    client, service, fake, endpoint
):
    # What gRPC does by itself when too many calls wait: without a word of ours.
    fake.failures[ENDPOINTS[endpoint][0]] = status(grpc.StatusCode.CANCELLED, "RST_STREAM")
    response = await ask(client, service, endpoint)
    error = await read_error(response, 503)
    assert "RST_STREAM" not in json.dumps(error)
    assert response.headers["Retry-After"] == "1"


async def test_a_401_tells_how_to_authenticate(client, service, fake):
    fake.failures["GetInvoiceJob"] = status(grpc.StatusCode.UNAUTHENTICATED, "No token.")
    response = await ask(client, service, 1)
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_fields_and_mentions_have_their_rest_names_but_quotes_stay(client, service, fake):
    fake.failures["CreateInvoiceJob"] = status(
        grpc.StatusCode.INVALID_ARGUMENT,
        "order_ids[3]: x",
        error_details_pb2.ErrorInfo(reason="BAD"),
        error_details_pb2.BadRequest(
            field_violations=[
                {"field": "order_ids[3]", "description": "job_type rules out 'order_ids'"},
                {"field": "request_id", "description": "is too long"},
            ]
        ),
    )
    error = await read_error(await ask(client, service, 0), 400)
    assert error["message"] == (
        "orderIds[3]: jobType rules out 'order_ids'; Idempotency-Key: is too long"
    )
    assert error["detailInfo"] == "BAD: orderIds[3], Idempotency-Key"


async def test_a_crash_of_the_server_shows_nothing_of_itself(client, service, fake):
    fake.failures["GetInvoiceJob"] = RuntimeError("secret of the inside")
    error = await read_error(await ask(client, service, 1), 500)
    assert "secret" not in json.dumps(error)


async def test_a_server_that_is_away_is_unavailable_and_its_address_stays_unknown():
    async with fake_service(GRPC_TARGET="127.0.0.1:1") as (service, _):
        for endpoint in range(len(ENDPOINTS)):
            async with aiohttp.ClientSession(service.url) as client:
                response = await ask(client, service, endpoint)
                error = await read_error(response, 503)
                assert "127.0.0.1" not in json.dumps(error)
                assert response.headers["Retry-After"]


@pytest.mark.parametrize("path", ["/nothing", "/invoice", "/invoice/acme/jobs/invoices/1/2", "/x/"])
async def test_an_unknown_path_is_not_found(client, path):
    async with client.get(path) as response:
        await read_error(response, 404)


async def test_the_requests_own_id_is_kept_and_goes_with_the_call(client, service, fake):
    response = await ask(client, service, 1, headers={"X-Request-Id": "abc-1:2.3/4+5="})
    assert response.headers["X-Request-Id"] == "abc-1:2.3/4+5="
    assert fake.calls[-1].metadata["x-request-id"] == "abc-1:2.3/4+5="


@pytest.mark.parametrize("given", [None, "", "with blank", "x" * 129, "ü"])
async def test_a_request_without_a_usable_id_gets_a_new_one(client, service, fake, given):
    headers = {} if given is None else {"X-Request-Id": given}
    seen = set()
    for _ in range(2):
        response = await ask(client, service, 1, headers=headers)
        seen.add(response.headers["X-Request-Id"])
        assert fake.calls[-1].metadata["x-request-id"] == response.headers["X-Request-Id"]
    assert len(seen) == 2
    assert given not in seen


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/docs", "/invoice/A/invoices/1"])
async def test_no_answer_names_a_version_or_lets_browsers_guess(client, path):
    async with client.get(path) as response:
        assert response.headers["Server"] == "InvoiceJobs"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_what_is_no_valid_http_gets_the_same_body_and_no_trace(service, data):
    answer = await send_raw(service, data)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    error = json.loads(body)
    assert set(error) == {"message", "code", "detailInfo", "requestId"}
    assert error["code"] == "400"
    assert f"X-Request-Id: {error['requestId']}".encode() in head
    assert b"Traceback" not in body
    assert b"aiohttp" not in answer
    assert b"X-Request-Id: " in head


@pytest.mark.parametrize(
    "data",
    [
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + b"x" * 20_000 + b"\r\n\r\n",
    ],
    ids=["path", "header"],
)
async def test_a_line_that_is_too_long_is_told_with_the_limit_and_not_quoted(service, data):
    _, _, body = (await send_raw(service, data)).partition(b"\r\n\r\n")
    assert json.loads(body)["message"] == (
        "The request is not valid HTTP: a line or a header has more than 8190 bytes."
    )


@pytest.mark.parametrize("path", ["/healthz", "/nothing"])
@pytest.mark.parametrize("expected", [b"gold", b"\xff is no UTF-8"])
async def test_an_expectation_nobody_can_meet_is_refused(service, path, expected):
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: ".encode()
    answer = await send_raw(service, request + expected + b"\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 417 ")
    assert json.loads(body)["code"] == "417"
    assert b"X-Request-Id: " in head


async def test_links_which_are_keys_to_documents_are_not_logged(client, service, caplog):
    caplog.set_level(logging.INFO)
    response = await ask(client, service, 3)
    assert response.status == 404
    assert "0" * 64 not in caplog.text
    route = "/invoice/{tenant}/invoices/{invoiceNumber}/documents/{sha256}.{ending}"
    assert f"GET {route} 404" in caplog.text
