"""The Invoices service from a client's side: data, lists, and documents in pieces."""

import asyncio
import hashlib
from itertools import pairwise

import grpc
import pytest
from invoicejobs.v1 import invoices_pb2 as pb

from server.domain.document import Document, DocumentFormat
from server.domain.errors import NotFound, OutOfRange
from server.domain.invoice_record import InvoiceRecord
from server.ports import Page
from server.rpc.authentication import Authentication
from server.rpc.invoices import LINK_BURST, LINK_RATE
from tests.builders.invoices import make_invoice
from tests.grpc.door import DEADLINE, failure_of, open_door

CONTENT = bytes(range(256)) * 1000
DOCUMENT = Document(
    invoice_number="RE-1",
    format=DocumentFormat.PDF,
    media_type="application/pdf",
    file_name="RE-1.pdf",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    key="acme/secret-key",
)


def download(tenant, number, format, sha256, offset, length):
    """Gives CONTENT in pieces of odd sizes, as a document store may."""
    if offset > len(CONTENT):
        raise OutOfRange("offset: too far")
    wanted = CONTENT[offset : offset + length if length else None]
    cuts = [0, 1, 70_001, 70_001, 200_000, len(wanted)]
    return DOCUMENT, (wanted[a:b] for a, b in pairwise(cuts) if a < len(wanted))


async def fetch(door, **request):
    call = door.invoices.DownloadInvoice(
        pb.DownloadInvoiceRequest(tenant="acme", invoice_number="RE-1", **request), timeout=DEADLINE
    )
    return [message async for message in call]


async def test_a_download_describes_the_document_and_then_gives_its_bytes():
    async with open_door(download_invoice=download) as door:
        first, *rest = await fetch(door)
    assert first == pb.DownloadInvoiceResponse(
        document=pb.Document(
            format=pb.DOCUMENT_FORMAT_PDF,
            media_type="application/pdf",
            file_name="RE-1.pdf",
            size_bytes=len(CONTENT),
            sha256=DOCUMENT.sha256,
        )
    )
    assert not any(message.HasField("document") for message in rest)
    assert all(0 < len(message.data) <= 65536 for message in rest)
    assert b"".join(message.data for message in rest) == CONTENT


@pytest.mark.parametrize(
    ("offset", "length"), [(0, 10), (100, 0), (100, 100_000), (255_999, 0), (256_000, 0)]
)
async def test_a_download_gives_the_range_that_is_asked_for(offset, length):
    async with open_door(download_invoice=download) as door:
        _, *rest = await fetch(door, offset=offset, length=length)
    expected = CONTENT[offset : offset + length if length else None]
    assert b"".join(message.data for message in rest) == expected


@pytest.mark.parametrize(
    ("asked", "format", "sha256"),
    [
        ({}, None, ""),
        ({"sha256": "ab" * 32}, None, "ab" * 32),
        ({"format": pb.DOCUMENT_FORMAT_PDF}, DocumentFormat.PDF, ""),
        ({"format": pb.DOCUMENT_FORMAT_PEPPOL_UBL}, DocumentFormat.PEPPOL_UBL, ""),
    ],
)
async def test_a_document_is_asked_for_by_its_format_or_its_hash(asked, format, sha256):
    seen = []

    def spy(tenant, number, *which):
        seen.append(which)
        return download(tenant, number, *which)

    async with open_door(download_invoice=spy) as door:
        await fetch(door, **asked)
    assert seen == [(format, sha256, 0, 0)]


async def test_an_offset_beyond_the_end_is_out_of_range():
    async with open_door(download_invoice=download) as door:
        failure = await failure_of(fetch(door, offset=256_001))
    assert failure.code is grpc.StatusCode.OUT_OF_RANGE


async def test_a_document_that_cannot_be_opened_fails_before_it_is_described():
    def lost(*_):
        def content():
            raise NotFound("The document is lost.")
            yield b""

        return DOCUMENT, content()

    async with open_door(download_invoice=lost) as door:
        request = pb.DownloadInvoiceRequest(tenant="acme", invoice_number="RE-1")
        call = door.invoices.DownloadInvoice(request, timeout=DEADLINE)
        failure = await failure_of(call.read())
    assert failure.code is grpc.StatusCode.NOT_FOUND


async def test_an_unknown_format_is_refused():
    async with open_door() as door:
        failure = await failure_of(fetch(door, format=42))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert list(failure.violations) == ["format"]


async def test_reading_stops_and_the_file_is_closed_when_the_client_leaves():
    closed = asyncio.Event()
    loop = asyncio.get_running_loop()
    held = []  # so that it is not the garbage collector that closes it

    def endless(*_):
        def content():
            try:
                while True:
                    yield CONTENT
            finally:
                loop.call_soon_threadsafe(closed.set)

        held.append(content())
        return DOCUMENT, held[0]

    async with open_door(download_invoice=endless) as door:
        request = pb.DownloadInvoiceRequest(tenant="acme", invoice_number="RE-1")
        call = door.invoices.DownloadInvoice(request, timeout=DEADLINE)
        await call.read()
        await call.read()
        call.cancel()
        await asyncio.wait_for(closed.wait(), DEADLINE)


async def test_an_invoice_is_given_with_all_that_stands_on_it():
    invoice = make_invoice(2, number="RE-1")
    async with open_door(read_invoice=lambda *_: InvoiceRecord(invoice, (DOCUMENT,))) as door:
        request = pb.GetInvoiceRequest(tenant="acme", invoice_number="RE-1")
        given = (await door.invoices.GetInvoice(request, timeout=DEADLINE)).invoice
    assert given.invoice_number == "RE-1"
    assert given.issue_date == invoice.issue_date.isoformat()
    assert given.seller.name == invoice.draft.seller.name
    assert [line.net_amount for line in given.lines] == [
        str(line.net_amount) for line in invoice.draft.lines
    ]
    assert given.totals.tax_inclusive == str(invoice.draft.totals.tax_inclusive)
    assert len(given.tax_subtotals) == len(invoice.draft.tax_subtotals)
    assert [document.sha256 for document in given.documents] == [DOCUMENT.sha256]
    assert b"secret-key" not in given.SerializeToString()


async def test_invoices_are_listed_as_summaries_by_order_and_job():
    invoice = make_invoice(2, number="RE-1")
    seen = []

    def list_invoices(*args):
        seen.append(args)
        return Page((InvoiceRecord(invoice, (DOCUMENT,)),), "RE-1")

    async with open_door(list_invoices=list_invoices) as door:
        request = pb.ListInvoicesRequest(tenant="acme", order_id="o1", job_id="j1", page_size=1)
        response = await door.invoices.ListInvoices(request, timeout=DEADLINE)
        request.page_token = response.next_page_token
        await door.invoices.ListInvoices(request, timeout=DEADLINE)
        request.order_id, request.job_id = "j1", "o1"
        failure = await failure_of(door.invoices.ListInvoices(request, timeout=DEADLINE))
    (given,) = response.invoices
    assert given.invoice_number == "RE-1"
    assert given.buyer.name == invoice.draft.buyer.name
    assert given.totals.due == str(invoice.draft.totals.due)
    assert [document.file_name for document in given.documents] == ["RE-1.pdf"]
    shown = {field.name for field, _ in given.ListFields()}
    assert not shown & {"seller", "delivery", "lines", "adjustments", "tax_subtotals"}
    assert seen == [("acme", "o1", "j1", None, 1), ("acme", "o1", "j1", "RE-1", 1)]
    assert list(failure.violations) == ["page_token"]


async def take_by_link(door, sha256, link="right"):
    """Takes a document; gives whether that was refused for now."""
    request = pb.DownloadInvoiceRequest(tenant="acme", invoice_number="RE-1", sha256=sha256)
    metadata = (("x-invoicejobs-link", link),) if link else ()
    call = door.invoices.DownloadInvoice(request, metadata=metadata, timeout=DEADLINE)
    await call.initial_metadata()
    if call.done():
        return await call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    call.cancel()
    return False


async def test_a_link_opens_its_document_so_often_and_others_go_on():
    authentication = Authentication(None, lambda _request, _link: None)
    async with open_door(authentication=authentication, download_invoice=download) as door:
        begin = asyncio.get_running_loop().time()
        taken = 0
        while taken < 1000 and not await take_by_link(door, "1" * 64):
            taken += 1
        seconds = asyncio.get_running_loop().time() - begin
        assert LINK_BURST <= taken <= LINK_BURST + LINK_RATE * seconds + 1
        assert not await take_by_link(door, "2" * 64)
        assert not await take_by_link(door, "1" * 64, link="")
