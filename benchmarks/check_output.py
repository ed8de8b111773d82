"""Whether what a contender drew is the invoice, and what kind of file it is."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from io import BytesIO

import page
import pypdfium2
from pypdf import PdfReader

from benchmarks.content import euros
from benchmarks.rivals.contender import factur_x
from server.domain.invoice import Invoice


class WrongOutput(Exception):
    """A contender's file is not the invoice; says in what way."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file is, apart from the invoice it shows."""

    size: int
    pages: int
    #: Rules of PDF/A-3b that it breaks, by page-validation.
    broken_rules: int
    holds_xml: bool


def check_output(name: str, invoice: Invoice, document: bytes) -> FileFacts:
    """Reads a file back. Raises WrongOutput if a line or the total is missing."""
    with closing(pypdfium2.PdfDocument(document)) as pdf:
        text = "".join(sheet.get_textpage().get_text_bounded() for sheet in pdf)
        pages = len(pdf)
    shown = "".join(text.split())
    for line in invoice.draft.lines:
        found = shown.count(line.item_id)
        if found != 1:
            raise WrongOutput(f"{name}: {line.item_id} stands {found} times on the pages, not once")
    total = "".join(euros(invoice.draft.totals.due).split())
    if total not in shown:
        raise WrongOutput(f"{name}: the total {total} is not on the pages")
    failures = page.validate_pdf_bytes(document, profile="3b").failures
    broken = {failure.rule_id for failure in failures}
    return FileFacts(len(document), pages, len(broken), _holds_xml(invoice, document))


def _holds_xml(invoice: Invoice, document: bytes) -> bool:
    """Tells whether the invoice's XML is inside, byte by byte."""
    attached = PdfReader(BytesIO(document)).attachments.get("factur-x.xml", [])
    return attached == [factur_x(invoice)]
