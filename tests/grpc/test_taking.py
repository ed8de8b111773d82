"""Who asks and does not take the answer holds no place of others for long."""

from __future__ import annotations

import asyncio
import struct
import threading
from contextlib import suppress

import grpc
from invoicejobs.v1 import invoices_pb2
from invoicejobs.v1.access_pb2 import IssueTokenRequest
from invoicejobs.v1.tunnel_pb2_grpc import TunnelStub

from server.rpc import admission
from server.rpc.admission import Guards
from server.rpc.serving import Limits
from server.service.issue_token import IssuedToken
from server.service.render_preview import Preview
from tests.grpc.door import DEADLINE, open_door
from tests.grpc.test_admission import LOOPBACK, NO_JOB, ask
from tests.grpc.test_invoices import DOCUMENT
from tests.grpc.tunnel_client import gateway_limits, open_tunnel

REFUSED = grpc.StatusCode.RESOURCE_EXHAUSTED
NOT_FOUND = grpc.StatusCode.NOT_FOUND
REQUEST = invoices_pb2.DownloadInvoiceRequest(tenant="acme", invoice_number="R-1")
HERE = (("x-client-address", "192.0.2.7"),)


def impatient(**more):
    guards = Guards(gateways=LOOPBACK, receive_timeout=0.2, **more)
    return Limits(concurrent_calls=1, guards=guards)


class Endless:
    """A document that never ends."""

    def __init__(self):
        self.closed = threading.Event()

    def __call__(self, *_):
        def content():
            try:
                while True:
                    # More than a client takes on by itself while nobody reads.
                    yield b"x" * 2**20
            finally:
                self.closed.set()

        return DOCUMENT, content()


async def test_a_download_that_nobody_takes_gives_its_place_and_its_file_free():
    endless = Endless()
    async with open_door(impatient(), download_invoice=endless, read_job=NO_JOB) as door:
        call = door.invoices.DownloadInvoice(REQUEST)
        await call.read()
        assert await asyncio.to_thread(endless.closed.wait, DEADLINE)
        assert (await ask(door))[0] is NOT_FOUND
        # Who comes to take it after all is told.
        async with asyncio.timeout(DEADLINE):
            while await _read(call):
                pass
        assert await call.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_what_is_not_taken_still_counts_for_its_address():
    endless = Endless()
    limits = impatient(address_calls=1)
    async with open_door(limits, download_invoice=endless, read_job=NO_JOB) as door:
        call = door.invoices.DownloadInvoice(REQUEST, metadata=HERE)
        await call.read()
        assert await asyncio.to_thread(endless.closed.wait, DEADLINE)
        assert (await ask(door, address="192.0.2.7"))[0] is REFUSED
        assert (await ask(door, address="192.0.2.8"))[0] is NOT_FOUND
        call.cancel()
        async with asyncio.timeout(DEADLINE):
            while (await ask(door, address="192.0.2.7"))[0] is REFUSED:
                pass


async def test_a_large_answer_that_nobody_takes_gives_its_place_free():
    def preview(*_):
        return Preview(pdf=b"x" * 3_000_000, file_name="preview.pdf")

    async with open_door(impatient(), preview_invoice=preview, read_job=NO_JOB) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        request = invoices_pb2.PreviewInvoiceRequest(tenant="acme", order_id="1")
        writer.write(_call("/invoicejobs.v1.Invoices/PreviewInvoice", request))
        # The window of HTTP/2 lets the beginning through, and nobody makes it larger.
        await reader.readexactly(65_535)
        assert (await ask(door))[0] is REFUSED
        async with asyncio.timeout(DEADLINE):
            while (await ask(door))[0] is REFUSED:
                pass
        writer.close()


async def test_a_download_that_is_taken_piece_by_piece_may_take_long():
    endless = Endless()
    async with open_door(impatient(), download_invoice=endless) as door:
        call = door.invoices.DownloadInvoice(REQUEST)
        begin = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() < begin + 1:
            assert await _read(call)
        call.cancel()


async def _read(call):
    try:
        return await call.read() is not grpc.aio.EOF
    except grpc.aio.AioRpcError:
        return False


def _call(method, message):
    """Makes the bytes of an HTTP/2 connection with one call, written by hand."""

    def frame(kind, flags, stream, payload):
        head = struct.pack(">I", len(payload))[1:]
        return head + bytes([kind, flags]) + struct.pack(">I", stream) + payload

    def header(name, value):
        return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value

    body = message.SerializeToString()
    headers = (
        b"\x83\x86"  # POST, http
        + header(b":path", method.encode())
        + header(b":authority", b"here")
        + header(b"content-type", b"application/grpc")
        + header(b"te", b"trailers")
    )
    return (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        + frame(4, 0, 0, b"")
        + frame(1, 4, 1, headers)
        + frame(0, 1, 1, b"\0" + struct.pack(">I", len(body)) + body)
    )


async def test_a_tunnel_whose_answers_are_not_taken_gives_its_place_to_another(monkeypatch):
    monkeypatch.setattr(admission, "MOST_TUNNELS", 2)
    path = "/invoicejobs.v1.Access/IssueToken"
    issued = IssuedToken("x" * 2**20, 3600, "")
    limits = gateway_limits(receive_timeout=0.2)
    async with (
        open_door(limits, issue_token=lambda *_: issued) as door,
        open_tunnel(door) as silent,
        open_tunnel(door) as tunnel,
    ):
        for _ in range(50):
            await tunnel.begin(path, IssueTokenRequest())
        while True:
            stream = TunnelStub(door.channel).OpenTunnel(timeout=DEADLINE)
            with suppress(grpc.aio.AioRpcError):
                await stream.read()
                break
        # One that nothing was asked of is as it was.
        assert (await silent.call(path, IssueTokenRequest())).code == 0
