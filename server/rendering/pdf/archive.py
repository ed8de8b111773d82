"""What makes a PDF an archive's (PDF/A-3b, ISO 19005-3) and an e-invoice (Factur-X 1.0).

Metadata are said twice, in the information dictionary and as XMP, and must not differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from server.rendering.pdf.objects import raw_stream, text_string

PRODUCER = "InvoiceJobs"

# Spelt out, since what Python calls printable changes with its version of Unicode.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

#: The name by which programs look for the e-invoice (Factur-X 1.0, 6.1).
XML_NAME = "factur-x.xml"


@dataclass(frozen=True, slots=True)
class About:
    """What a file says about itself, in texts that are `printable`."""

    title: str
    author: str
    subject: str
    #: BCP 47.
    language: str
    #: When it was made: when the invoice was issued, UTC.
    moment: datetime


def information(about: About) -> bytes:
    """Writes the information dictionary (ISO 32000-1, 14.3.3)."""
    moment = f"(D:{about.moment:%Y%m%d%H%M%S}+00'00')"
    return (
        f"<</Title{text_string(about.title)}/Author{text_string(about.author)}"
        f"/Subject{text_string(about.subject)}/Creator({PRODUCER})/Producer({PRODUCER})"
        f"/CreationDate{moment}/ModDate{moment}>>"
    ).encode("ascii")


def metadata(about: About, *, has_xml: bool) -> bytes:
    """Writes the XMP packet (ISO 16684-1) as a stream that programs can find uncompressed."""
    moment = f"{about.moment:%Y-%m-%dT%H:%M:%S}+00:00"
    packet = _PACKET.format(
        title=escape(about.title, quote=False),
        author=escape(about.author, quote=False),
        subject=escape(about.subject, quote=False),
        language=about.language,
        moment=moment,
        e_invoice=_E_INVOICE if has_xml else "",
    ).encode("utf-8")
    return raw_stream("/Type/Metadata/Subtype/XML", packet)


def utc(moment: datetime) -> datetime:
    """Gives a moment in UTC; one without a zone is UTC by contract, whatever the machine's is."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def printable(text: str) -> str:
    """Gives text that both kinds of metadata can hold: no control characters, no half pairs."""
    if text.isascii() and text.isprintable():
        return text
    return _UNWRITABLE.sub(" ", text)


_PACKET = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>InvoiceJobs</pdf:Producer>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>InvoiceJobs</xmp:CreatorTool>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
</rdf:Description>
{e_invoice}</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""

# The extension schema tells validators what the four Factur-X properties are (Factur-X 1.0, 6.2).
_E_INVOICE = (
    """\
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>
<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#\
</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
"""
    + "".join(
        f"""\
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType>
<pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>{meaning}</pdfaProperty:description></rdf:li>
"""
        for name, meaning in (
            ("DocumentFileName", "The name of the embedded XML document"),
            ("DocumentType", "The type of the hybrid document"),
            ("Version", "The version of the standard that the embedded XML document follows"),
            ("ConformanceLevel", "The profile of the embedded XML document"),
        )
    )
    + """\
</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
)
