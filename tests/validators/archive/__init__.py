"""Says what keeps a PDF from being the archive-grade document of its invoice.

Nothing of the renderer is believed: the file is read back by qpdf, a PDF/A validator, two
programs that extract text, the factur-x library and fontTools, and compared with the invoice.
Each problem begins with the name of the check that found it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf

from server.domain.invoice import Invoice
from tests.validators.archive.attachment import attachment_problems
from tests.validators.archive.catalogue import catalogue_problems
from tests.validators.archive.metadata import metadata_problems
from tests.validators.archive.said import said_problems
from tests.validators.archive.syntax import syntax_problems
from tests.validators.archive.text import text_problems

__all__ = ["archive_problems", "names_of"]


def archive_problems(pdf: bytes, invoice: Invoice) -> list[str]:
    """Lists what is wrong with the PDF of an invoice; empty where it can be archived."""
    return list(_problems(pdf, invoice))


def names_of(problems: list[str]) -> set[str]:
    """Gives the names of the checks that found something."""
    return {problem.partition(":")[0] for problem in problems}


def _problems(pdf: bytes, invoice: Invoice) -> Iterator[str]:
    yield from syntax_problems(pdf)
    try:
        document = pikepdf.open(io.BytesIO(pdf))
    except pikepdf.PdfError as error:
        yield f"open: {error}"
        return
    with document:
        yield from catalogue_problems(document, invoice)
        yield from metadata_problems(document, invoice)
        yield from attachment_problems(document, pdf, invoice)
        drawn, problems = text_problems(document, pdf)
        yield from problems
        yield from said_problems(drawn, invoice)
