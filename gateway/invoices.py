"""The data of an issued invoice."""

from __future__ import annotations

from aiohttp import web
from invoicejobs.v1.invoices_pb2 import GetInvoiceRequest

from gateway.answers import json_answer
from gateway.channel import CONFIG, INVOICES, call_options
from gateway.translate import invoice_json, link_maker


async def read_invoice(request: web.Request) -> web.Response:
    """Reads an invoice with everything that stands on it."""
    tenant = request.match_info["tenant"]
    call = GetInvoiceRequest(tenant=tenant, invoice_number=request.match_info["invoiceNumber"])
    response = await request.app[INVOICES].GetInvoice(call, **call_options(request))
    make_link = link_maker(request.app[CONFIG].public_url, tenant)
    return json_answer(invoice_json(response.invoice, make_link))
