"""GET and HEAD of what a download link points to."""

from __future__ import annotations

import asyncio
import hashlib

import aiohttp
import pytest
from invoicejobs.v1 import invoices_pb2 as pb

from tests.fakes.fake_grpc import FakeServer
from tests.fakes.fake_grpc_probes import Hold
from tests.rest.service import Service, fake_service, read_error

#: Longer than a piece, so that it comes in several.
CONTENT = bytes(range(256)) * 10
SIZE = len(CONTENT)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ETAG = f'"{SHA256}"'


def link_of(
    service: Service, number: str = "RE-1", sha256: str = SHA256, ending: str = "pdf"
) -> str:
    return f"/invoice/{service.tenant}/invoices/{number}/documents/{sha256}.{ending}"


@pytest.fixture
def link(service: Service, fake: FakeServer) -> str:
    fake.add_invoice(pb.Invoice(invoice_number="RE-1"), CONTENT)
    return link_of(service)


async def test_the_whole_document_comes_with_all_a_browser_wants_to_know(client, link):
    async with client.get(link) as response:
        assert response.status == 200
        assert await response.read() == CONTENT
    headers = response.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(SIZE)
    assert headers["ETag"] == ETAG
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"
    disposition = "inline; filename=\"RE-1.pdf\"; filename*=UTF-8''RE-1.pdf"
    assert headers["Content-Disposition"] == disposition


async def test_xml_is_saved_under_its_name_and_comes_with_its_media_type(client, service, fake):
    invoice = pb.Invoice(invoice_number="RE-1")
    fake.add_invoice(invoice, CONTENT)
    xml = b"<Invoice/>"
    document = fake.add_document(invoice, pb.DOCUMENT_FORMAT_PEPPOL_UBL, xml, "RE-1-peppol-ubl.xml")
    async with client.get(link_of(service, sha256=document.sha256, ending="xml")) as response:
        assert response.status == 200
        assert await response.read() == xml
    headers = response.headers
    assert headers["Content-Type"] == "application/xml"
    assert headers["ETag"] == f'"{document.sha256}"'
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Content-Disposition"] == (
        "attachment; filename=\"RE-1-peppol-ubl.xml\"; filename*=UTF-8''RE-1-peppol-ubl.xml"
    )
    asked = {"Range": "bytes=1-7"}
    async with client.get(
        link_of(service, sha256=document.sha256, ending="xml"), headers=asked
    ) as (response):
        assert (response.status, await response.read()) == (206, b"Invoice")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-1"}, {"If-None-Match": "*"}])
async def test_a_link_with_the_ending_of_another_form_is_not_found(
    client, service, link, fake, method, headers
):
    async with client.request(method, link_of(service, ending="xml"), headers=headers) as response:
        assert response.status == 404


async def test_head_tells_the_same_without_the_bytes(client, link):
    async with client.get(link) as got, client.head(link) as head:
        assert head.status == 200
        assert await head.read() == b""
    described, answered = (
        {name.lower(): value for name, value in response.headers.items()}
        for response in (head, got)
    )
    for varying in ("date", "x-request-id"):
        described[varying] = answered[varying]
    assert described == answered


@pytest.mark.parametrize(
    ("file_name", "plain", "encoded"),
    [
        ('a"b\\c.pdf', "a_b_c.pdf", "a_b_c.pdf"),
        ("Rechnung Ü1.pdf", "Rechnung _1.pdf", "Rechnung%20%C3%9C1.pdf"),
        ("RE/1\r\nX: y.pdf", "RE_1__X: y.pdf", "RE_1__X%3A%20y.pdf"),
    ],
)
async def test_a_file_name_cannot_break_out_of_its_header(
    client, service, fake, file_name, plain, encoded
):
    fake.add_invoice(pb.Invoice(invoice_number="RE-1"), CONTENT, file_name)
    async with client.head(link_of(service)) as response:
        value = response.headers["Content-Disposition"]
    assert value == f"inline; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=1500-1999", 1500, 2000),
        ("bytes=2000-", 2000, SIZE),
        ("bytes=0-", 0, SIZE),
        ("bytes=2559-2559", 2559, SIZE),
        ("bytes=2559-99999", 2559, SIZE),
        ("bytes=0-" + "9" * 5000, 0, SIZE),
        ("bytes=-1", 2559, SIZE),
        ("bytes=-500", SIZE - 500, SIZE),
        ("bytes=-99999", 0, SIZE),
    ],
)
async def test_a_range_is_returned(client, link, asked, first, end):
    async with client.get(link, headers={"Range": asked}) as response:
        assert response.status == 206
        assert await response.read() == CONTENT[first:end]
    assert response.headers["Content-Range"] == f"bytes {first}-{end - 1}/{SIZE}"
    assert response.headers["Content-Length"] == str(end - first)
    assert response.headers["ETag"] == ETAG


@pytest.mark.parametrize("asked", ["bytes=2560-", "bytes=9999-10000", "bytes=-0", "bytes=8888888-"])
async def test_a_range_behind_the_end_is_refused_with_the_size(client, link, asked):
    async with client.get(link, headers={"Range": asked}) as response:
        assert str(SIZE) in (await read_error(response, 416))["message"]
    assert response.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked",
    ["bytes=5-4", "bytes=-", "bytes=a-b", "bytes", "lines=0-1", "bytes=0-1,5-6", "bytes=٣-"],
)
async def test_a_range_that_means_nothing_returns_the_whole(client, link, asked):
    async with client.get(link, headers={"Range": asked}) as response:
        assert response.status == 200
        assert await response.read() == CONTENT


@pytest.mark.parametrize(
    ("if_range", "status"),
    [(ETAG, 206), ('"other"', 200), (f"W/{ETAG}", 200), ("Sat, 14 Mar 2026 10:00:00 GMT", 200)],
)
async def test_a_range_is_returned_only_of_the_document_the_client_knows(
    client, link, if_range, status
):
    headers = {"Range": "bytes=0-9", "If-Range": if_range}
    async with client.get(link, headers=headers) as response:
        assert response.status == status


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("tags", [ETAG, f"W/{ETAG}", f'"other", {ETAG}', "*"])
async def test_a_document_the_client_has_is_not_sent_again(client, link, method, tags):
    async with client.request(method, link, headers={"If-None-Match": tags}) as response:
        assert response.status == 304
        assert await response.read() == b""
    assert response.headers["ETag"] == ETAG


@pytest.mark.parametrize("tags", ['"other"', SHA256, ""])
async def test_a_document_the_client_does_not_have_is_sent(client, link, tags):
    async with client.get(link, headers={"If-None-Match": tags}) as response:
        assert response.status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-1"}, {"If-None-Match": "*"}])
async def test_a_wrong_hash_is_not_found(client, service, link, method, headers):
    absent = link_of(service, sha256="0" * 64)
    async with client.request(method, absent, headers=headers) as response:
        assert response.status == 404


@pytest.mark.parametrize("ending", ["", "txt", "PDF", "pdf.xml", "xml/"])
async def test_a_link_with_an_unknown_ending_is_not_found(client, service, link, ending):
    async with client.get(link_of(service, ending=ending)) as response:
        await read_error(response, 404)


@pytest.mark.parametrize("sha256", ["", "x", SHA256.upper(), SHA256 + "0", SHA256[1:]])
async def test_a_link_that_was_cut_or_changed_is_not_found(client, service, link, sha256):
    async with client.get(link_of(service, sha256=sha256)) as response:
        await read_error(response, 404)


async def test_a_document_is_not_held_whole_before_it_is_sent(client, service, link, fake):
    fake.holds["pieces"] = Hold()
    async with client.get(link) as response:
        assert await response.content.readexactly(1000) == CONTENT[:1000]
        await fake.holds["pieces"].entered.wait()


async def test_nobody_has_all_of_a_document_before_its_call_has_ended(client, link, fake):
    # Whoever has all of it may leave, and what is left before its end counts as cancelled.
    fake.end_of_download = ended = asyncio.Event()
    async with client.get(link) as response:
        asyncio.get_running_loop().call_later(0.2, ended.set)
        assert await response.read() == CONTENT
        assert ended.is_set()


async def test_a_download_that_fails_midway_is_cut_off_and_never_looks_whole(client, link, fake):
    fake.break_after = 1000
    async with client.get(link) as response:
        with pytest.raises(aiohttp.ClientError):
            await response.read()


async def test_a_download_that_stands_still_is_cut_off():
    async with fake_service(REQUEST_TIMEOUT="0.1") as (service, fake):
        fake.add_invoice(pb.Invoice(invoice_number="RE-1"), CONTENT)
        fake.holds["pieces"] = Hold()
        async with aiohttp.ClientSession(service.url) as client:
            async with client.get(link_of(service)) as response:
                with pytest.raises(aiohttp.ClientError):
                    await response.read()
            await asyncio.wait_for(fake.holds["pieces"].cancelled.wait(), 20)


async def test_a_download_that_never_begins_times_out():
    async with fake_service(REQUEST_TIMEOUT="0.1") as (service, fake):
        fake.holds["DownloadInvoice"] = hold = Hold()
        async with (
            aiohttp.ClientSession(service.url) as client,
            client.get(link_of(service)) as response,
        ):
            await read_error(response, 504)
        await asyncio.wait_for(hold.cancelled.wait(), 20)


async def test_a_wrong_tenant_is_refused(client, service):
    async with client.get(f"/invoice/A/invoices/1/documents/{SHA256}.pdf") as response:
        await read_error(response, 400)
