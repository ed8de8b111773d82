"""POST /invoice/{tenant}/jobs/invoices."""

from __future__ import annotations

import gzip
import io
import json

import aiohttp
import pytest

from tests.fakes.fake_grpc import FakeServer
from tests.rest.service import Service, fake_service, read_error, send_raw

JSON = {"Content-Type": "application/json"}


def manual(service: Service, **more: object) -> dict[str, object]:
    return {"jobType": "MANUAL", "orderIds": list(service.good_orders), **more}


async def test_a_manual_job_is_created_and_can_be_read_at_its_location(client, service):
    async with client.post(service.jobs, json=manual(service)) as response:
        assert response.status == 201
        assert response.content_type == "application/json"
        body = await response.json()
    assert list(body) == ["jobId"]
    assert response.headers["Location"] == f"{service.url}{service.jobs}/{body['jobId']}"
    async with client.get(response.headers["Location"]) as read:
        assert read.status == 200


@pytest.mark.parametrize("more", [{}, {"orderIds": []}, {"orderIds": None}])
async def test_an_automatic_job_needs_no_order_ids(client, service, more, fake: FakeServer):
    async with client.post(service.jobs, json={"jobType": "AUTOMATIC", **more}) as response:
        assert response.status == 201


async def test_unknown_fields_and_a_utf_8_charset_are_accepted(client, service):
    body = json.dumps(manual(service, note="ü", nested={"a": [1]}))
    headers = {"Content-Type": 'Application/JSON; charset="UTF-8"'}
    async with client.post(service.jobs, data=body.encode(), headers=headers) as response:
        assert response.status == 201


async def test_duplicate_order_ids_are_folded_and_keep_their_first_position(client, service):
    first, second, *_ = service.good_orders
    body = {"jobType": "MANUAL", "orderIds": [second, first, second]}
    async with client.post(service.jobs, json=body) as response:
        job_id = (await response.json())["jobId"]
    async with client.get(f"{service.jobs}/{job_id}") as response:
        orders = (await response.json())["orders"]
    assert [order["orderId"] for order in orders] == [second, first]


@pytest.mark.parametrize("tenant", ["ab", "Acme", "1acme", "a" * 17, "ac-me", "{acme}", "%C3%A4bc"])
async def test_a_wrong_tenant_is_refused(service, client, tenant):
    url = f"/invoice/{tenant}/jobs/invoices"
    async with client.post(url, json=manual(service)) as response:
        assert "tenant" in (await read_error(response, 400))["message"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('{"orderIds": ["a"]}', "jobType"),
        ('{"jobType": null, "orderIds": ["a"]}', "jobType"),
        ('{"jobType": "manual", "orderIds": ["a"]}', "jobType"),
        ('{"jobType": 1, "orderIds": ["a"]}', "jobType"),
        ('{"jobType": ["MANUAL"], "orderIds": ["a"]}', "jobType"),
        ('{"jobType": "MANUAL"}', "orderIds"),
        ('{"jobType": "MANUAL", "orderIds": null}', "orderIds"),
        ('{"jobType": "MANUAL", "orderIds": []}', "orderIds"),
        ('{"jobType": "MANUAL", "orderIds": "a"}', "orderIds"),
        ('{"jobType": "MANUAL", "orderIds": {"0": "a"}}', "orderIds"),
        ('{"jobType": "MANUAL", "orderIds": ["a", 7]}', "orderIds[1]"),
        ('{"jobType": "MANUAL", "orderIds": ["a", null]}', "orderIds[1]"),
        ('{"jobType": "MANUAL", "orderIds": ["a", ""]}', "orderIds[1]"),
        ('{"jobType": "MANUAL", "orderIds": ["a\\u0000b"]}', "orderIds[0]"),
        (json.dumps({"jobType": "MANUAL", "orderIds": ["x" * 129]}), "orderIds[0]"),
        ('{"jobType": "AUTOMATIC", "orderIds": ["a"]}', "orderIds"),
    ],
)
async def test_a_wrong_field_is_named(client, service, body, named):
    async with client.post(service.jobs, data=body, headers=JSON) as response:
        error = await read_error(response, 400)
    assert error["message"].startswith(f"{named}: ")
    assert error["detailInfo"] == f"INVALID_INPUT: {named}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"jobType": "MANUAL",}',
        b'"MANUAL"',
        b"[]",
        b"null",
        b'{"jobType": "MANUAL", "x": NaN}',
        b'{"jobType": "MANUAL", "orderIds": ["\xff"]}',
        b'{"jobType": "MANUAL", "orderIds": ["\\ud800"]}',
        b"[" * 100_000,
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(client, service, body):
    async with client.post(service.jobs, data=body, headers=JSON) as response:
        assert "body" in (await read_error(response, 400))["message"]


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/xml", "application/json; charset=latin-1", "application/x+json"],
)
async def test_another_media_type_is_refused(client, service, media_type):
    headers = {"Content-Type": media_type}
    async with client.post(service.jobs, data=b"{}", headers=headers) as response:
        assert "Content-Type" in (await read_error(response, 415))["message"]


async def test_a_body_without_media_type_is_refused(client, service):
    skipped = {"skip_auto_headers": ["Content-Type"]}
    async with client.post(service.jobs, data=b"{}", **skipped) as response:
        await read_error(response, 415)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
async def test_another_method_is_refused_and_the_right_ones_told(client, service, method):
    async with client.request(method, service.jobs) as response:
        await read_error(response, 405)
    assert response.headers["Allow"] == "GET, HEAD, POST"


async def test_a_compressed_body_is_read(client, service):
    body = gzip.compress(json.dumps(manual(service)).encode())
    headers = {**JSON, "Content-Encoding": "gzip"}
    async with client.post(service.jobs, data=body, headers=headers) as response:
        assert response.status == 201


async def test_a_body_that_is_not_compressed_as_it_says_is_refused(client, service):
    headers = {**JSON, "Content-Encoding": "gzip"}
    async with client.post(service.jobs, data=b"no gzip", headers=headers) as response:
        assert "body" in (await read_error(response, 400))["message"]


async def test_a_damaged_body_that_nobody_wants_is_no_error_of_ours(service, caplog):
    head = "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Encoding: gzip\r\n\r\n"
    answer = await send_raw(service, head.encode() + b"oops")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert "ERROR" not in {record.levelname for record in caplog.records}


def padded(size: int) -> io.BytesIO:
    start, end = b'{"jobType": "MANUAL", "orderIds": ["order-1"], "x": "', b'"}'
    return io.BytesIO(start + b"x" * (size - len(start) - len(end)) + end)


async def test_a_body_of_ten_megabytes_is_taken_and_one_byte_more_is_not(client, service):
    async with client.post(service.jobs, data=padded(10_000_000), headers=JSON) as response:
        assert response.status == 201
    async with client.post(service.jobs, data=padded(10_000_001), headers=JSON) as response:
        assert "10000000 bytes" in (await read_error(response, 413))["message"]


async def test_a_body_that_unfolds_to_more_than_the_limit_is_refused(client, service):
    headers = {**JSON, "Content-Encoding": "gzip"}
    body = gzip.compress(padded(20_000_000).read())
    async with client.post(service.jobs, data=body, headers=headers) as response:
        await read_error(response, 413)


async def test_a_body_that_does_not_arrive_is_not_waited_for():
    async with fake_service(REQUEST_TIMEOUT="0.05") as (service, _):
        head = f"POST {service.jobs} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        answer = await send_raw(service, f"{head}Content-Length: 5\r\n\r\n{{".encode(), until=b"}")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"408"' in answer


async def test_the_same_idempotency_key_and_body_return_the_first_job(client, service):
    headers = {"Idempotency-Key": "nightly-ü"}
    answers = []
    for _ in range(2):
        async with client.post(service.jobs, json=manual(service), headers=headers) as response:
            assert response.status == 201
            answers.append(await response.json())
    assert answers[0] == answers[1]


async def test_the_same_idempotency_key_with_another_body_is_a_conflict(client, service):
    headers = {"Idempotency-Key": "once"}
    async with client.post(service.jobs, json=manual(service), headers=headers) as response:
        assert response.status == 201
    other = {"jobType": "MANUAL", "orderIds": [service.bad_order]}
    async with client.post(service.jobs, json=other, headers=headers) as response:
        assert (await read_error(response, 409))["detailInfo"] == "REQUEST_ID_REUSED"


async def test_requests_without_idempotency_key_each_create_a_job(client, service):
    ids = set()
    for _ in range(2):
        async with client.post(service.jobs, json=manual(service)) as response:
            ids.add((await response.json())["jobId"])
    assert len(ids) == 2


@pytest.mark.parametrize("key", ["", "x" * 129])
async def test_a_wrong_idempotency_key_is_named(client, service, key):
    headers = {"Idempotency-Key": key}
    async with client.post(service.jobs, json=manual(service), headers=headers) as response:
        assert (await read_error(response, 400))["message"].startswith("Idempotency-Key: ")


@pytest.mark.parametrize("line", [b"\xff\xfe", b"a\r\nIdempotency-Key: b"])
async def test_an_idempotency_key_no_client_should_send_is_named(service, line):
    body = json.dumps(manual(service)).encode()
    head = (
        f"POST {service.jobs} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: "
    )
    answer = await send_raw(service, head.encode() + line + b"\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"message":"Idempotency-Key: ' in answer


async def test_ids_reach_the_server_as_they_are(client: aiohttp.ClientSession, service, fake):
    ids = ["ü–€", "a b", "\U0001f600", "%2F", '"quoted"']
    async with client.post(service.jobs, json={"jobType": "MANUAL", "orderIds": ids}) as response:
        assert response.status == 201
    assert list(fake.calls[-1].request.order_ids) == ids
