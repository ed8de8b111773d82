"""The XML inside the PDF: byte for byte the invoice's Factur-X, where readers look for it."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from typing import Any

import facturx
import pikepdf
from pikepdf import Name
from pypdf.errors import PyPdfError

from server.domain.invoice import Invoice
from server.rendering import render_document
from tests.validators.archive.metadata import pdf_time

FILE_NAME = "factur-x.xml"
#: What factur-x tells about each file it looks at.
logging.getLogger("factur-x").setLevel(logging.ERROR)


def attachment_problems(pdf: pikepdf.Pdf, source: bytes, invoice: Invoice) -> Iterator[str]:
    """Gives what is wrong with the embedded XML, or that there is any where none belongs."""
    named = dict(pikepdf.NameTree(pdf.Root.Names.EmbeddedFiles)) if _has_names(pdf) else {}
    associated = list(pdf.Root.get("/AF", []))
    if invoice.draft.embedded is None:
        if named or associated:
            yield f"attachment: {sorted(named)} where nothing is embedded"
        return
    if list(named) != [FILE_NAME]:
        yield f"attachment: the files are {sorted(named)}, not {FILE_NAME} alone"
        return
    xml = render_document(invoice, invoice.draft.embedded)
    specification = named[FILE_NAME]
    if [item.objgen for item in associated] != [specification.objgen]:
        yield "attachment: it is not the document's associated file (AF)"
    yield from _specification(specification)
    yield from _stream(specification, xml, invoice)
    if not re.search(rb"/Subtype ?/text#2[Ff]xml\b", source):
        yield "attachment: its subtype is not written /text#2Fxml"
    yield from _independently(source, xml)


def _has_names(pdf: pikepdf.Pdf) -> bool:
    return "/EmbeddedFiles" in pdf.Root.get("/Names", {})


def _specification(specification: Any) -> Iterator[str]:
    expected = {
        "/Type": Name.Filespec,
        "/F": pikepdf.String(FILE_NAME),
        "/UF": pikepdf.String(FILE_NAME),
        "/AFRelationship": Name.Alternative,
    }
    for key, value in expected.items():
        if specification.get(key) != value:
            yield f"attachment: {key} is {specification.get(key)!r}, not {value!r}"
    if not str(specification.get("/Desc", "")):
        yield "attachment: it has no description (Desc)"


def _stream(specification: Any, xml: bytes, invoice: Invoice) -> Iterator[str]:
    stream = specification.EF.F
    data = stream.read_bytes()
    parameters = stream.get("/Params", {})
    if data != xml:
        yield "attachment: its bytes are not those of the XML document"
    if stream.get("/Type") != Name.EmbeddedFile or stream.get("/Subtype") != Name("/text/xml"):
        yield f"attachment: it is a {stream.get('/Type')} of {stream.get('/Subtype')}"
    if parameters.get("/Size") != len(data):
        yield f"attachment: its size is not {parameters.get('/Size')}"
    if str(parameters.get("/ModDate", "")) != pdf_time(invoice.issued_at):
        yield f"attachment: its date {parameters.get('/ModDate')} is not the invoice's"
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    if bytes(parameters.get("/CheckSum", b"")) != digest:
        yield "attachment: its check sum is not that of its bytes"


def _independently(source: bytes, xml: bytes) -> Iterator[str]:
    # The schema is checked once for each kind of invoice by the tests; here the bytes are equal.
    try:
        name, found = facturx.get_xml_from_pdf(source, check_xsd=False)
    except PyPdfError as error:
        yield f"factur-x: {error}"
        return
    if (name, found) != (FILE_NAME, xml):
        yield f"factur-x: the library finds {name!r}"
