"""Messages of the contract -> the JSON of the REST API. The documented words are only here.

Fields that hold nothing are left out; lists are always there. Amounts, quantities and rates stay
strings of decimals: a JSON number would become a binary float in most clients, and 0.1 + 0.2 would
not be 0.3 any more.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable
from datetime import UTC
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from invoicejobs.v1.invoice_jobs_pb2 import InvoiceJob, JobOrder, JobOrderStatus, JobStatus, JobType
from invoicejobs.v1.invoices_pb2 import AdjustmentKind, Document, DocumentFormat, Invoice

#: Makes the download link of a document of its invoice's number, its SHA-256, its ending and the
#: signature that opens it.
MakeLink = Callable[[str, str, str, str], str]

JOB_TYPES = {JobType.JOB_TYPE_MANUAL: "MANUAL", JobType.JOB_TYPE_AUTOMATIC: "AUTOMATIC"}
JOB_STATUSES = {JobStatus.JOB_STATUS_IN_PROGRESS: "IN_PROGRESS", JobStatus.JOB_STATUS_DONE: "DONE"}
JOB_ORDER_STATUSES = {
    JobOrderStatus.JOB_ORDER_STATUS_PENDING: "PENDING",
    JobOrderStatus.JOB_ORDER_STATUS_SUCCESS: "SUCCESS",
    JobOrderStatus.JOB_ORDER_STATUS_FAILURE: "FAILURE",
}
ADJUSTMENT_KINDS = {
    AdjustmentKind.ADJUSTMENT_KIND_ALLOWANCE: "ALLOWANCE",
    AdjustmentKind.ADJUSTMENT_KIND_CHARGE: "CHARGE",
}
DOCUMENT_FORMATS = {
    DocumentFormat.DOCUMENT_FORMAT_PDF: "PDF",
    DocumentFormat.DOCUMENT_FORMAT_FACTUR_X: "FACTUR_X",
    DocumentFormat.DOCUMENT_FORMAT_XRECHNUNG_CII: "XRECHNUNG_CII",
    DocumentFormat.DOCUMENT_FORMAT_XRECHNUNG_UBL: "XRECHNUNG_UBL",
    DocumentFormat.DOCUMENT_FORMAT_PEPPOL_UBL: "PEPPOL_UBL",
}

# Which plain fields of a message are shown, by its name. Their JSON names are the camelCase ones.
_PLAIN_FIELDS = {
    "Invoice": "invoice_number type_code issue_date order_id order_number site_code currency "
    "language supply_date due_date preceding_invoice_number credit_note_numbers cancelled notes "
    "payment_terms buyer_reference purchase_order tax_currency",
    "Party": "name contact_name vat_id tax_number email customer_id",
    "PostalAddress": "lines post_code city subdivision country",
    "InvoiceLine": "position name item_id quantity unit_code unit_price discount net_amount "
    "tax_category tax_rate",
    "Adjustment": "description net_amount tax_category tax_rate",
    "TaxSubtotal": "tax_category tax_rate taxable_amount tax_amount exemption_reason "
    "exemption_code",
    "Totals": "lines allowances charges tax_exclusive tax tax_inclusive prepaid due rounding "
    "tax_in_tax_currency",
    "Document": "media_type file_name size_bytes sha256",
}


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


_NAMES = {
    message: tuple((name, _camel_case(name)) for name in fields.split())
    for message, fields in _PLAIN_FIELDS.items()
}


def link_maker(public_url: str, tenant: str) -> MakeLink:
    """Gives the function that makes a tenant's download links: absolute, safe for any number."""

    def make_link(invoice_number: str, sha256: str, ending: str, signature: str) -> str:
        number = urllib.parse.quote(invoice_number, safe="")
        link = f"{public_url}/invoice/{tenant}/invoices/{number}/documents/{sha256}.{ending}"
        # Nothing in a signature needs quoting. A server that is older gives none.
        return f"{link}?signature={signature}" if signature else link

    return make_link


def ending_of(document: Document) -> str:
    """Gives what a document's link ends in after the dot."""
    return "pdf" if document.format == DocumentFormat.DOCUMENT_FORMAT_PDF else "xml"


def job_json(job: InvoiceJob) -> dict[str, Any]:
    """Translates a job, without its orders."""
    return {"jobStatus": JOB_STATUSES[job.job_status], "jobType": JOB_TYPES[job.job_type]}


def job_summary_json(job: InvoiceJob) -> dict[str, Any]:
    """Translates a job with its counts, for those who follow it or list many."""
    answer: dict[str, Any] = {"jobId": job.job_id, **job_json(job)}
    if job.retry_of:
        answer["retryOf"] = job.retry_of
    for name in ("create_time", "done_time", "cancel_time"):
        if job.HasField(name):
            answer[_camel_case(name)] = _moment(getattr(job, name))
    return answer | {
        "orderCount": job.order_count,
        "pendingCount": job.pending_count,
        "successCount": job.success_count,
        "failureCount": job.failure_count,
    }


def job_order_json(order: JobOrder, make_link: MakeLink) -> dict[str, Any]:
    """Translates an order of a job."""
    answer: dict[str, Any] = {
        "orderId": order.order_id,
        "orderStatus": JOB_ORDER_STATUSES[order.order_status],
    }
    if order.message:
        answer["message"] = order.message
    if order.invoice_number:
        answer["invoiceNumber"] = order.invoice_number
        if order.pdf_sha256:
            answer["downloadLink"] = make_link(
                order.invoice_number, order.pdf_sha256, "pdf", order.link_signature
            )
    return answer


def invoice_json(invoice: Invoice, make_link: MakeLink) -> dict[str, Any]:
    """Translates an invoice with everything that stands on it."""
    answer = _plain(invoice)
    if invoice.HasField("issue_time"):
        answer["issueTime"] = _moment(invoice.issue_time)
    for role in ("seller", "buyer", "delivery"):
        if invoice.HasField(role):
            party = getattr(invoice, role)
            answer[role] = _plain(party)
            if party.HasField("address"):
                answer[role]["address"] = _plain(party.address)
    answer["lines"] = [_plain(line) for line in invoice.lines]
    answer["adjustments"] = [
        {"kind": ADJUSTMENT_KINDS[adjustment.kind], **_plain(adjustment)}
        for adjustment in invoice.adjustments
    ]
    answer["taxSubtotals"] = [_plain(subtotal) for subtotal in invoice.tax_subtotals]
    answer["totals"] = _plain(invoice.totals)
    answer["documents"] = [
        _document_json(document, invoice.invoice_number, make_link)
        for document in invoice.documents
        # A newer server may make formats that this gateway does not know how to hand out.
        if document.format in DOCUMENT_FORMATS
    ]
    return answer


def _document_json(document: Document, number: str, make_link: MakeLink) -> dict[str, Any]:
    return {
        "format": DOCUMENT_FORMATS[document.format],
        **_plain(document),
        "downloadLink": make_link(
            number, document.sha256, ending_of(document), document.link_signature
        ),
    }


def _moment(time: Timestamp) -> str:
    moment = time.ToDatetime(tzinfo=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(message: Message) -> dict[str, Any]:
    """Translates a message's plain fields, those that hold something."""
    answer: dict[str, Any] = {}
    for name, json_name in _NAMES[message.DESCRIPTOR.name]:
        value = getattr(message, name)
        if value:
            answer[json_name] = value if isinstance(value, (str, int)) else list(value)
    return answer
