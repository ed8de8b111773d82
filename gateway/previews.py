"""Shows what the invoice of an order would look like."""

from __future__ import annotations

from aiohttp import hdrs, web

from gateway.asked import call_options
from gateway.body import read_preview_request
from gateway.channel import INVOICES
from gateway.documents import content_disposition


async def preview_invoice(request: web.Request) -> web.Response:
    """Previews an order's invoice as a PDF, which no cache keeps: the next one may differ."""
    call = await read_preview_request(request)
    response = await request.app[INVOICES].PreviewInvoice(call, **call_options(request))
    return web.Response(
        body=response.pdf,
        content_type="application/pdf",
        headers={
            hdrs.CONTENT_DISPOSITION: content_disposition("inline", response.file_name),
            hdrs.CACHE_CONTROL: "no-store",
        },
    )
