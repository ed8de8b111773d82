"""The data of an issued invoice, and its correction."""

from __future__ import annotations

import urllib.parse

from aiohttp import hdrs, web
from invoicejobs.v1.invoices_pb2 import GetInvoiceRequest

from gateway.answers import json_answer
from gateway.asked import call_options
from gateway.body import read_cancel_request
from gateway.channel import CONFIG, INVOICES
from gateway.translate import invoice_json, link_maker


async def read_invoice(request: web.Request) -> web.Response:
    """Reads an invoice with everything that stands on it."""
    tenant = request.match_info["tenant"]
    call = GetInvoiceRequest(tenant=tenant, invoice_number=request.match_info["invoiceNumber"])
    response = await request.app[INVOICES].GetInvoice(call, **call_options(request))
    make_link = link_maker(request.app[CONFIG].public_url, tenant)
    return json_answer(invoice_json(response.invoice, make_link))


async def cancel_invoice(request: web.Request) -> web.Response:
    """Corrects an invoice by a credit note, or finds the one that did so already."""
    call = await read_cancel_request(request)
    response = await request.app[INVOICES].CancelInvoice(call, **call_options(request))
    public_url = request.app[CONFIG].public_url
    note = invoice_json(response.credit_note, link_maker(public_url, call.tenant))
    number = response.credit_note.invoice_number
    answer: dict[str, object] = {"creditNoteNumber": number, "creditNote": note}
    links = [d["downloadLink"] for d in note["documents"] if d["format"] == "PDF"]
    if links:
        answer["downloadLink"] = links[0]
    quoted = urllib.parse.quote(number, safe="")
    location = f"{public_url}/invoice/{call.tenant}/invoices/{quoted}"
    return json_answer(answer, status=201, headers={hdrs.LOCATION: location})
