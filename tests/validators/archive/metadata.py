"""XMP: what kind of archive file it is, what it holds, and the same as Info says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pikepdf
from lxml import etree

from server.domain.invoice import Invoice
from tests.validators.archive.text import squeezed

#: Stands in metadata for half a surrogate pair.
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_FACTUR_X: Final = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_SPACES: Final = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
    "fx": _FACTUR_X,
}
#: Each entry of Info and where XMP says the same.
_TWICE: Final = {
    "/Title": "dc:title/rdf:Alt/rdf:li",
    "/Author": "dc:creator/rdf:Seq/rdf:li",
    "/Subject": "dc:description/rdf:Alt/rdf:li",
    "/Creator": "xmp:CreatorTool",
    "/Producer": "pdf:Producer",
}
_TIMES: Final = {"/CreationDate": "xmp:CreateDate", "/ModDate": "xmp:ModifyDate"}
_PROPERTIES: Final = {
    "fx:DocumentType": "INVOICE",
    "fx:DocumentFileName": "factur-x.xml",
    "fx:Version": "1.0",
    "fx:ConformanceLevel": "EN 16931",
}


def pdf_time(moment: datetime) -> str:
    """Writes a moment as the document does: in UTC, which is assumed where nothing is said."""
    return f"D:{_utc(moment):%Y%m%d%H%M%S}+00'00'"


def metadata_problems(pdf: pikepdf.Pdf, invoice: Invoice) -> Iterator[str]:
    """Gives what is wrong with XMP and Info."""
    stream = pdf.Root.get("/Metadata")
    if stream is None:
        yield "metadata: there is none"
        return
    if "/Filter" in stream:
        yield "metadata: it is compressed, so that simple programs cannot read it"
    packet = stream.read_bytes()
    if not packet.startswith(b'<?xpacket begin="\xef\xbb\xbf"'):
        yield "metadata: it is no XMP packet"
    try:
        root = etree.fromstring(packet)
    except etree.XMLSyntaxError as error:
        yield f"metadata: {error}"
        return
    yield from _archive_kind(root)
    yield from _same_as_info(root, pdf.docinfo, invoice)
    yield from _factur_x(root, embedded=invoice.draft.embedded is not None)


def _archive_kind(root: Any) -> Iterator[str]:
    kind = _value(root, "pdfaid:part"), _value(root, "pdfaid:conformance")
    if kind != ("3", "B"):
        yield f"metadata: it says PDF/A {kind}, not 3 B"


def _same_as_info(root: Any, info: Any, invoice: Invoice) -> Iterator[str]:
    for key, path in _TWICE.items():
        said, also = str(info.get(key, "")), _value(root, path)
        if not said or said != also:
            yield f"metadata: {key} of Info says {said!r}, {path} of XMP {also!r}"
    moment = _utc(invoice.issued_at)
    for key, path in _TIMES.items():
        said, also = str(info.get(key, "")), _value(root, path)
        if said != pdf_time(moment) or also != f"{moment:%Y-%m-%dT%H:%M:%S}+00:00":
            yield f"metadata: {key} is {said!r} and {path} {also!r}, not {moment}"
    title, author = str(info.get("/Title", "")), str(info.get("/Author", ""))
    if squeezed(invoice.number) not in squeezed(title):
        yield f"title: {title!r} does not name the invoice {invoice.number!r}"
    if squeezed(invoice.draft.seller.name) != squeezed(
        author.replace("\N{REPLACEMENT CHARACTER}", "")
    ):
        yield f"metadata: the author {author!r} is not the seller"


def _factur_x(root: Any, *, embedded: bool) -> Iterator[str]:
    found = {path: _value(root, path) for path in _PROPERTIES}
    expected = _PROPERTIES if embedded else dict.fromkeys(_PROPERTIES, "")
    if found != expected:
        yield f"metadata: Factur-X says {found}, not {expected}"
    described: Any = root.xpath(
        "//pdfaExtension:schemas/rdf:Bag/rdf:li[pdfaSchema:namespaceURI=$uri]"
        "[pdfaSchema:prefix='fx']//pdfaProperty:name/text()",
        namespaces=_SPACES,
        uri=_FACTUR_X,
    )
    names = {path.removeprefix("fx:") for path in _PROPERTIES} if embedded else set()
    if set(described) != names:
        yield f"metadata: the extension schema describes {sorted(described)}, not {sorted(names)}"


def _value(root: Any, path: str) -> str:
    """Reads a property, written as an element or as an attribute of its description."""
    found = root.xpath(
        f"//rdf:Description/{path}/text() | //rdf:Description/@{path.partition('/')[0]}",
        namespaces=_SPACES,
    )
    return "\n".join(map(str, found))


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
